"""`licensekit customers`: who they are, what they have, and where it runs."""

from functools import partial
from typing import Any, Final

import click

from licensekit import issuer
from licensekit.cli import output, proposals
from licensekit.cli.issuer import ledger, options
from licensekit.cli.options import option, refuse, whole
from licensekit.cli.views.spelling import columns, day_of, expiry
from licensekit.wire.documents import PURPOSES

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
_SET: Final = ("called", "external", "contact", "note")


@click.command("list")
@click.argument("text", default="")
@option("--limit", "Show at most this many.", type=whole(1), default=50)
@option("--after CUSTOMER", "Continue after the customer of this number.", type=whole(1))
@ledger.row_options
def list_(*, text: str, workspace: issuer.Workspace, now: int, form: ledger.RowForm, **page: Any) -> None:
    """List the customers by name, or those that have every word of TEXT, by its beginning."""
    del now
    found, more = workspace.customers.find(text, **page)
    rows = (one.plain() for one in found)
    show = partial(output.show_rows, found, _CUSTOMERS) if found else partial(output.remark, "There are none.")
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
@option("--name NAME called", "The name from now on.")
@option("--external-id ID external", "The id in another system; empty: none.")
@option("--contact TEXT", "Whom to write to or call.")
@option("--note TEXT", "What else to know.")
@options.with_workspace
@output.printing(_show)
def set_(*, name: str, called: str | None, workspace: issuer.Workspace, **given: Any) -> issuer.Customer:
    """Write down what you know of a customer: it stays in the ledger's database, and is in no license."""
    before = workspace.customers.get(name)
    one = before._replace(**{key: text for key, text in {"name": called, **given}.items() if text is not None})
    return workspace.customers.put(one._replace(external=one.external or None))


@click.command()
@click.argument("name")
@click.argument("into")
@options.to_sign
@proposals.consent_options(preview="Show what would change, and stop.", yes="Do not ask.")
def merge(*, name: str, into: str, workspace: issuer.Workspace, now: int, consent: proposals.Consent) -> None:
    """Make the customer NAME a part of INTO, with its serials and installations."""
    proposal = workspace.customers.propose_merge(name, into, now=now)
    if not consent.ends(proposal, always=True, question="Merge them?"):
        one = proposal.sign(None, who=options.operator(), confirm=True)
        output.emit_json(one.plain()) if consent.as_json else _show(one)


@click.command()
@refuse("give --name or --purpose.", lambda given: given["called"] is None and given["purpose"] is None)
@click.argument("name", metavar="HASH|SERIAL")
@option("--name NAME called", "What it is called; empty: nothing.")
@option("--purpose", "What it is for.", type=click.Choice(PURPOSES))
@options.with_workspace
@output.printing(lambda one: output.show_rows([one], _INSTALLATIONS))
def installation(*, name: str, workspace: issuer.Workspace, **given: Any) -> issuer.KnownInstallation:
    """Name an installation, or say what it is for."""
    return workspace.customers.put_installation(name, **given)
