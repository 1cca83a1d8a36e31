"""`licensekit request`, `return` and `statement`: what an installation signs for its vendor."""

from dataclasses import replace
from typing import Any

import click

from licensekit.cli.customer.commands import home_option, in_installation, opened_first, trust_options
from licensekit.cli.customer.settling import Settling, settle_options
from licensekit.cli.inputs import STANDARD, write_output
from licensekit.cli.options import option, refuse
from licensekit.cli.output import emit, emit_json, json_option, remark
from licensekit.cli.proposals import Consent, consent_options
from licensekit.cli.views.documents import show
from licensekit.installation import Installation
from licensekit.wire.documents import PURPOSES, Document
from licensekit.wire.plain import plain

_output = option("-o --output FILE file", "Where to write it (`-`: standard output).")
_one_output = refuse(
    "give --json or `-o -`: standard output holds one of the two.",
    lambda given: given["as_json"] and given["file"] == STANDARD,
)


@click.command()
@_one_output
@option("--no-facts", "Leave the hashes of machine facts out.")
@option("--name NAME", "Tell the vendor what this installation is called.")
@option("--purpose", "Tell the vendor what it is for.", type=click.Choice(PURPOSES))
@_output
@trust_options
@home_option
@json_option
def request(
    *, no_facts: bool, name: str | None, purpose: str | None, file: str | None, as_json: bool, **place: Any
) -> None:
    """Make a request for a license bound to this installation, to send to the vendor."""
    with opened_first(**place) as installation:
        text, document = installation.request(with_facts=not no_facts, name=name, purpose=purpose)
    _write(file or "request.lkr", text, document, as_json=as_json)


@click.command()
@_one_output
@_output
@in_installation
@json_option
def statement(*, file: str | None, installation: Installation, as_json: bool) -> None:
    """Make a signed statement of what is in use, to send to the vendor."""
    text, document = installation.statement()
    _write(file or "statement.lkr", text, document, as_json=as_json)


@click.command("return")
@_one_output
@click.argument("part", default="base")
@option("--issuer CODE", "Whose bundle it is, if not the vendor's.")
@_output
@settle_options
@in_installation
@consent_options(preview="Show what would change, and stop.", yes="Do not ask.")
def return_(
    *, part: str, issuer: str | None, file: str | None, settling: Settling, installation: Installation, consent: Consent
) -> None:
    """Return the active bundle of PART to its issuer: it can never work here again."""
    proposal = installation.propose_return(part, issuer=issuer)
    proposal = replace(proposal, settlement=settling.of(proposal.settlement))
    if settling.ends(proposal.settlement):
        return
    if not consent.ends(proposal, question="Give it back?"):
        text = proposal.apply(confirm=True, settle=proposal.settlement if settling.settle else None)
        _write(file or f"{part}-receipt.lkr", text, None, as_json=consent.as_json)
    elif not consent.as_json:
        settling.show(proposal.settlement)


def _write(output: str, text: str, document: Document | None, *, as_json: bool) -> None:
    write_output(output, text.encode())
    if output == STANDARD:
        return
    if as_json:
        emit_json({"written": output, "document": document and plain(document)})
        return
    if document is not None:
        show(document)
    emit(f"written: {output}")
    remark("Send it to the vendor.")
