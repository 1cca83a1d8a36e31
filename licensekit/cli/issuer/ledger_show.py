"""`licensekit ledger show` and `ledger verify`: single entries, and the whole chain of them."""

from collections.abc import Mapping
from pathlib import Path

import click

from licensekit.cli.issuer.options import in_workspace, workspace_option
from licensekit.cli.options import clock
from licensekit.cli.output import emit, emit_json, facts, heading, json_option, progress, warn
from licensekit.cli.views.documents import show as show_document
from licensekit.dates import format_seconds
from licensekit.issuer import LookupResult, Workspace, key_id


@click.command()
@click.argument("name", metavar="ENTRY|SERIAL|ORDER|BUNDLE")
@in_workspace
@json_option
def show(*, name: str, workspace: Workspace, now: int, as_json: bool) -> None:
    """Show everything about what is named: how it came about, who signed it, what it says.

    It is named by the number of its entry, by its serial, by its order's number, or as a bundle by serial-part-sequence
    or identity. Of a serial, what its installations have sent is shown too.
    """
    found = workspace.ledger.look_up(name)
    if as_json:
        emit_json({"entries": [one.plain() for one in found]})
        return
    state = workspace.state(now)
    keys = {key_id(key): key.name for key in state.trust.keys}
    for index, one in enumerate(found):
        if index:
            emit()
        _show(one, keys)
        show_document(one.document, licenses=state.catalog.document.licenses if state.catalog else {})


@click.command()
@workspace_option
@json_option
def verify(*, folder: Path, as_json: bool) -> None:
    """Verify every link and signature of the ledger, and every table drawn from it.

    The first entry that is not as it was is named. Note the head: with it, an earlier state of the ledger can be told
    from this one. Documents that are dated later than now are named as well.
    """
    with Workspace.open(folder) as workspace, progress("Verifying", workspace.ledger.count_entries()) as advance:
        report = workspace.ledger.verify(advance)
        ahead = workspace.ledger.dated_ahead(now=clock())
    if as_json:
        named = [one.as_json() for one in ahead]
        emit_json({"entries": report.entries, "head": report.head.hex(), "dated_ahead": named})
        return
    click.secho(f"the ledger holds: {report.entries} entries", fg="green", bold=True)
    emit(f"head  {report.head.hex()}")
    for one in ahead:
        warn(f"{one.message}.")


def _show(one: LookupResult, keys: Mapping[str, str]) -> None:
    entry = one.entry
    key = one.key.hex()
    heading(f"Entry {entry.number}: {entry.token.type}")
    facts(
        ("entered", f"{format_seconds(entry.at)} by {entry.who}, with `{entry.action}`"),
        ("state", one.state),
        ("why", one.change),
        ("identity", one.identity.hex()),
        ("signed by", f"{keys[key]} ({key})" if key in keys else key),
        ("order", entry.order_number),
        ("answers", None if entry.request is None else f"request {entry.request.hex()}"),
        ("note", entry.note or None),
        ("hash", entry.hash.hex()),
    )
    emit()
