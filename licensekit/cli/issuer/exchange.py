"""`licensekit answer`, `accept` and `publish`: what installations ask for, send back, and look for."""

from pathlib import Path
from typing import Final

import click

from licensekit import dates, errors, issuer, limits
from licensekit.cli.inputs import STANDARD, located, read_input, read_tokens
from licensekit.cli.issuer import options, output
from licensekit.cli.issuer.options import KeyOptions, in_workspace, signing
from licensekit.cli.options import PATH, WordChoice, option, refuse
from licensekit.cli.output import Columns, counted, emit, emit_json, facts, json_option, remark, show_rows
from licensekit.cli.proposals import Consent, consenting
from licensekit.cli.views import documents, spelling
from licensekit.wire.documents import ResetWhat
from licensekit.wire.plain import word

_COLUMNS: Final[Columns[issuer.PublishedFile]] = spelling.columns(
    "serial company file=change holds",
    holds=lambda one: ", ".join(one.holds) or "no license: all were taken back or replaced",
)


@click.command()
@refuse(
    "request and order cannot both come from standard input.", lambda given: given["order"] == given["file"] == STANDARD
)
@refuse("give --order FILE or --reset WHAT.", lambda given: (given["order"] is None) == (given["what"] is None))
@click.argument("file", metavar="REQUEST")
@option("--order FILE order", "What the installation gets.")
@option("--reset what", "Sign a reset for it instead: it works there once.", type=WordChoice(ResetWhat))
@options.reason_option
@output.license_options
def answer(*, file: str, order: str | None, what: ResetWhat | None, reason: str, wanted: output.FileOptions) -> None:
    """Answer the request of an installation with a license that works only there."""
    with located(file):
        request = wanted.workspace.customers.read_request(read_tokens(file, what="a request"), now=wanted.now)
        if order is not None:
            _answer(request, wanted, order)
        elif what is not None:
            _reset(request, wanted, what, reason)
    options.warn_of_forks(wanted.workspace, [request.installation])
    options.remind_of_root(wanted.workspace)


def _answer(request: issuer.VerifiedRequest, wanted: output.FileOptions, order: str) -> None:
    with located(order):
        draft = issuer.read_draft(read_input(order, what="an order", limit=limits.TOML_BYTES))
    catalog = wanted.workspace.catalog.require_unchanged(wanted.now)
    try:
        propose, approve = wanted.workspace.customers.propose_answer, wanted.drawing(catalog)
        proposal = propose(request, draft, now=wanted.now, attach=wanted.attach, approve=approve)
        file = wanted.sign(proposal, catalog)
    except (errors.OrderInvalid, errors.OrderConflict) as error:  # other errors are about the request
        raise error.at(order) from error
    if file is not None and wanted.write(file, catalog, installation=request.installation.hex()):
        facts(("bound to", documents.bound_to(file.bundle)))


def _reset(request: issuer.VerifiedRequest, wanted: output.FileOptions, what: ResetWhat, reason: str) -> None:
    if any(wanted.drawings):
        raise click.UsageError("--qr and --print are for licenses.")
    propose = wanted.workspace.customers.propose_reset
    file = wanted.sign(propose(request, what, now=wanted.now, attach=wanted.attach, reason=reason))
    if file is None or (place := output.put_file(wanted.output, file, file.reset)) == STANDARD:
        return
    resets, installation = word(what), request.installation.hex()
    if wanted.consent.as_json:
        named = {"file": place, "reset": resets, "installation": installation}
        emit_json({**named, "repeated": file.is_repeated, "bytes": len(file.data)})
        return
    again = "  (signed before: the same reset again)" if file.is_repeated else ""
    facts(("file", f"{place}{again}"), ("resets", resets), ("only on", installation))
    remark("Send it to the customer, who activates it like a license.")


@click.command()
@click.argument("file", metavar="FILE")
@options.to_sign
@signing
@consenting
def accept(*, file: str, workspace: issuer.Workspace, now: int, signing: KeyOptions, consent: Consent) -> None:
    """Enter the receipts of returned licenses, and statements of what is in use."""
    with located(file):
        proposal = workspace.customers.propose_accept(read_tokens(file, what="what an installation has sent"), now=now)
        if consent.ends(proposal):
            return
        key = signing.opener(workspace, now)("revocations") if proposal.renews_pack else None
        received = proposal.sign(key, who=options.operator(), confirm=True)
    options.remind_of_root(workspace)
    if consent.as_json:
        sent = {one.hex(): workspace.ledger.history(one).value for one in received.installations}
        emit_json({**received.plain(), "histories": sent})
        return
    _show(received, workspace.layout.pack(workspace.state(now).product))
    options.warn_of_forks(workspace, received.installations)


def _show(received: issuer.Received, pack: Path) -> None:
    for one in received.returned:
        facts(("returned", f"{one.label}, {one.bundle.company}"))
        if one.state == "replaced":
            remark("A later sequence took its place: that one is still in force.")
    for statement in received.statements:
        in_use = sum(usage.in_use > 0 for usage in statement.usage.values())
        stated = f"{statement.serial}, {dates.format_seconds(statement.issued)}, {counted(in_use, 'license')} in use"
        facts(("stated", stated))
    if received.known:
        others = "1 other was" if received.known == 1 else f"{received.known} others were"
        emit(f"{others} entered before.")
    if received.to_revoke:
        remark(f"They are on the new revocation list, in {pack}: ship it with the next version.")


@click.command()
@click.argument("target", metavar="DIR", type=PATH)
@in_workspace
@json_option
def publish(*, target: Path, workspace: issuer.Workspace, now: int, as_json: bool) -> None:
    """Write the newest license file of each customer into DIR, which a web server serves."""
    files = list(workspace.publish(target, now=now))
    written = [one for one in files if one.change != "unchanged"]
    unchanged = len(files) - len(written)
    if as_json:
        emit_json({"files": [one._asdict() for one in written], "unchanged": unchanged})
        return
    if written:
        show_rows(written, _COLUMNS)
        emit()
    emit(f"{counted(len(written), 'file')} written, {unchanged} unchanged")
    if not files:
        remark("No bundle has an address: name `update` in the catalog; what is signed from then on has one.")
