"""`licensekit customers`, `answer`, `accept` and `publish`: records of customers, and files from them and for them."""

from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from licensekit import dates, errors, issuer, limits
from licensekit.cli import output, proposals
from licensekit.cli.inputs import STANDARD, located, read_input, read_tokens
from licensekit.cli.issuer import ledger, options
from licensekit.cli.issuer.output import FileOptions, license_options, put_file
from licensekit.cli.options import PATH, WordChoice, option, refuse, whole
from licensekit.cli.views import documents
from licensekit.cli.views.spelling import columns, day_of, expiry
from licensekit.wire.documents import PURPOSES, ResetWhat
from licensekit.wire.plain import word

_CUSTOMERS: Final[output.Columns[issuer.Customer]] = columns(">customer=number name external_id=external contact")
_BUNDLES: Final[output.Columns[issuer.Issued]] = columns(
    "license company=bundle.company state until order=order_number purchase_order",
    license=lambda one: one.label.replace(" ", "-"),
    until=lambda one: expiry(one.bundle.expiry),
)
_INSTALLATIONS: Final[output.Columns[issuer.KnownInstallation]] = columns(
    "installation name purpose serial last_heard_of",
    installation=lambda one: one.installation.hex()[:16],
    last_heard_of=lambda one: "never" if one.heard is None else day_of(one.heard),
)
_FILES: Final[output.Columns[issuer.PublishedFile]] = columns(
    "serial company file=change holds",
    holds=lambda one: ", ".join(one.holds) or "no license: all were taken back or replaced",
)
_SET: Final = ("called", "external", "contact", "note")


@click.command("list")
@click.argument("text", default="")
@option("--limit", "Show at most this many.", type=whole(1), default=50)
@option("--after CUSTOMER", "Continue after the customer of this number.", type=whole(1))
@ledger.row_form
@options.with_workspace
def list_(*, text: str, workspace: issuer.Workspace, form: ledger.RowForm, **page: Any) -> None:
    """List customers by name, or only those with words that start with each word of TEXT."""
    found, more = workspace.customers.find(text, **page)
    rows = (one.plain() for one in found)
    show = partial(output.show_rows, found, _CUSTOMERS) if found else partial(output.remark, "None found.")
    form.put("customers", issuer.CUSTOMER_FIELDS, rows, show, more_after=more)
    if more is not None and not form.as_json:
        output.remark(f"There are more: continue with --after {more}.")


@click.command()
@click.argument("name")
@options.in_workspace
@output.json_option
def show(*, name: str, workspace: issuer.Workspace, now: int, as_json: bool) -> None:
    """Show who a customer is, what it has and until when, what it ordered, and where that runs."""
    customer = workspace.customers.get(name)
    issued = list(workspace.ledger.bundles(issuer.Filters(customer=name), now=now))
    places = workspace.customers.installations(customer.number)
    if as_json:
        has = {"bundles": [one.plain() for one in issued], "installations": [one.plain() for one in places]}
        output.emit_json({**customer.plain(), **has})
        return
    _show(customer)
    output.show_below(issued, _BUNDLES)
    output.show_below(places, _INSTALLATIONS)


def _show(one: issuer.Customer) -> None:
    output.facts(*((name.replace("_", " "), said) for name, said in one.plain().items() if said))


@click.command("set")
@refuse("give what to change.", lambda given: all(given[one] is None for one in _SET))
@click.argument("name")
@option("--name NAME called", "The new name.")
@option("--external-id ID external", "The id in another system; empty: none.")
@option("--contact TEXT", "Whom to write to or call.")
@option("--note TEXT", "What else to know.")
@options.with_workspace
@output.printing(_show)
def set_(*, name: str, called: str | None, workspace: issuer.Workspace, **given: Any) -> issuer.Customer:
    """Record what you know about a customer: it stays in the ledger's database, and in no license."""
    before = workspace.customers.get(name)
    one = before._replace(**{key: text for key, text in {"name": called, **given}.items() if text is not None})
    return workspace.customers.put(one._replace(external=one.external or None))


@click.command()
@click.argument("name")
@click.argument("into")
@options.to_sign
@proposals.consent_options(preview="Show what would change, and stop.", yes="Do not ask.")
def merge(*, name: str, into: str, workspace: issuer.Workspace, now: int, consent: proposals.Consent) -> None:
    """Merge the customer NAME into INTO, with its serials and installations."""
    proposal = workspace.customers.propose_merge(name, into, now=now)
    if not consent.ends(proposal, always=True, question="Merge them?"):
        one = proposal.sign(None, who=options.operator(), confirm=True)
        output.emit_json(one.plain()) if consent.as_json else _show(one)


@click.command()
@refuse("give --name or --purpose.", lambda given: given["called"] is None and given["purpose"] is None)
@click.argument("name", metavar="HASH|SERIAL")
@option("--name NAME called", "Its name; empty: no name.")
@option("--purpose", "What it is for.", type=click.Choice(PURPOSES))
@options.with_workspace
@output.printing(lambda one: output.show_rows([one], _INSTALLATIONS))
def installation(*, name: str, workspace: issuer.Workspace, **given: Any) -> issuer.KnownInstallation:
    """Name an installation, or say what it is for."""
    return workspace.customers.put_installation(name, **given)


@click.command()
@refuse(
    "request and order cannot both come from standard input.", lambda given: given["order"] == given["file"] == STANDARD
)
@refuse("give --order FILE or --reset WHAT.", lambda given: (given["order"] is None) == (given["what"] is None))
@click.argument("file", metavar="REQUEST")
@option("--order FILE order", "What the installation gets.")
@option("--reset what", "Sign a reset for this installation instead; it works once.", type=WordChoice(ResetWhat))
@options.reason_option
@license_options
def answer(*, file: str, order: str | None, what: ResetWhat | None, reason: str, wanted: FileOptions) -> None:
    """Answer the request of an installation with a license that works only there."""
    with located(file):
        request = wanted.workspace.customers.read_request(read_tokens(file, what="a request"), now=wanted.now)
        if order is not None:
            _answer(request, wanted, order)
        elif what is not None:
            _reset(request, wanted, what, reason)
    options.warn_of_forks(wanted.workspace, [request.installation])
    options.remind_of_root(wanted.workspace)


def _answer(request: issuer.VerifiedRequest, wanted: FileOptions, order: str) -> None:
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
        output.facts(("bound to", documents.bound_to(file.bundle)))


def _reset(request: issuer.VerifiedRequest, wanted: FileOptions, what: ResetWhat, reason: str) -> None:
    if any(wanted.drawings):
        raise click.UsageError("--qr and --print are for licenses.")
    propose = wanted.workspace.customers.propose_reset
    file = wanted.sign(propose(request, what, now=wanted.now, attach=wanted.attach, reason=reason))
    if file is None or (place := put_file(wanted.output, file, file.reset)) == STANDARD:
        return
    resets, installation = word(what), request.installation.hex()
    if wanted.consent.as_json:
        named = {"file": place, "reset": resets, "installation": installation}
        output.emit_json({**named, "repeated": file.is_repeated, "bytes": len(file.data)})
        return
    again = "  (signed before: the same reset again)" if file.is_repeated else ""
    output.facts(("file", f"{place}{again}"), ("resets", resets), ("only on", installation))
    output.remark("Send it to the customer, who activates it like a license.")


@click.command()
@click.argument("file", metavar="FILE")
@options.sign_options
def accept(*, file: str, wanted: options.SignOptions) -> None:
    """Enter the receipts of returned licenses, and statements of what is in use."""
    workspace, now, signing, consent = wanted
    with located(file):
        proposal = workspace.customers.propose_accept(read_tokens(file, what="what an installation has sent"), now=now)
        if consent.ends(proposal):
            return
        key = signing.opener(workspace, now)("revocations") if proposal.renews_pack else None
        received = proposal.sign(key, who=options.operator(), confirm=True)
    options.remind_of_root(workspace)
    if consent.as_json:
        sent = {one.hex(): workspace.ledger.history(one).value for one in received.installations}
        output.emit_json({**received.plain(), "histories": sent})
        return
    _show_received(received, workspace.layout.pack(workspace.state(now).product))
    options.warn_of_forks(workspace, received.installations)


def _show_received(received: issuer.Received, pack: Path) -> None:
    for one in received.returned:
        output.facts(("returned", f"{one.label}, {one.bundle.company}"))
        if one.state == "replaced":
            output.remark("A later sequence replaced it and is still in force.")
    for statement in received.statements:
        in_use = sum(usage.in_use > 0 for usage in statement.usage.values())
        at, licenses = dates.format_seconds(statement.issued), output.counted(in_use, "license")
        output.facts(("stated", f"{statement.serial}, {at}, {licenses} in use"))
    if received.known:
        others = "1 other was" if received.known == 1 else f"{received.known} others were"
        output.emit(f"{others} entered before.")
    if received.to_revoke:
        output.remark(f"They are on the new revocation list, in {pack}: ship it with the next version.")


@click.command()
@click.argument("target", metavar="DIR", type=PATH)
@options.in_workspace
@output.json_option
def publish(*, target: Path, workspace: issuer.Workspace, now: int, as_json: bool) -> None:
    """Write the newest license file of each customer into DIR, which a web server serves."""
    files = list(workspace.publish(target, now=now))
    written = [one for one in files if one.change != "unchanged"]
    unchanged = len(files) - len(written)
    if as_json:
        output.emit_json({"files": [one._asdict() for one in written], "unchanged": unchanged})
        return
    if written:
        output.show_rows(written, _FILES)
        output.emit()
    output.emit(f"{output.counted(len(written), 'file')} written, {unchanged} unchanged")
    if not files:
        output.remark("No bundle has an update address. Add `update` to the catalog: later bundles then have one.")
