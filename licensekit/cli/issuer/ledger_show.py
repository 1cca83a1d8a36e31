"""`licensekit ledger show`: everything about an entry, a serial, an order or a bundle."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from licensekit.cli.issuer.options import clock, workspace_option
from licensekit.cli.output import emit, emit_json, facts, heading, json_option
from licensekit.cli.views.documents import show as show_document
from licensekit.dates import format_seconds
from licensekit.issuer.keys.documents import key_id
from licensekit.issuer.ledger.found import LookupResult
from licensekit.issuer.ledger.plain_entry import plain_entry
from licensekit.issuer.workspace import Workspace
from licensekit.wire.plain import plain


@click.command()
@click.argument("name", metavar="ENTRY|SERIAL|ORDER|BUNDLE")
@workspace_option
@json_option
def show(*, name: str, folder: Path, as_json: bool) -> None:
    """Show everything about what is named: how it came about, who signed it, what it says.

    It is named by the number of its entry, by its serial, by its order's number, or as a bundle by
    serial-part-sequence or identity. Of a serial, what its installations have sent is shown too.
    """
    with Workspace.open(folder) as workspace:
        found = workspace.look_up(name)
        keys = {key_id(key): key.name for key in workspace.state(clock()).trust.keys}
    if as_json:
        emit_json({"entries": [_json(one) for one in found]})
        return
    for place, one in enumerate(found):
        if place:
            emit()
        _show(one, keys)


def _json(one: LookupResult) -> dict[str, Any]:
    return {
        **plain_entry(one.entry),
        "ordered": None if one.entry.order is None else json.loads(one.entry.order),
        "type": one.entry.token.type,
        "identity": one.identity.hex(),
        "key": one.key.hex(),
        "state": one.standing,
        "document": plain(one.document),
    }


def _show(one: LookupResult, keys: Mapping[str, str]) -> None:
    entry = one.entry
    key = one.key.hex()
    heading(f"Entry {entry.number}: {entry.token.type}")
    facts(
        [
            ("entered", f"{format_seconds(entry.at)} by {entry.who}, with `{entry.action}`"),
            ("state", one.standing),
            ("identity", one.identity.hex()),
            ("signed by", f"{keys[key]} ({key})" if key in keys else key),
            ("order", entry.order_number),
            ("answers", None if entry.request is None else f"request {entry.request.hex()}"),
            ("note", entry.note or None),
            ("hash", entry.hash.hex()),
        ]
    )
    emit()
    show_document(one.document)
