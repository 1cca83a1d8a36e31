"""`licensekit request`, `return` and `statement`: files for the vendor; and how a deficit is settled."""

from dataclasses import replace
from typing import Any, Final, NamedTuple

import click

from licensekit.cli.customer.commands import home_option, in_installation, opened_first, trust_options
from licensekit.cli.inputs import STANDARD, located, read_input, write_output
from licensekit.cli.options import Decorator, collected, option, refuse
from licensekit.cli.output import Columns, counted, emit, emit_json, heading, json_option, remark, show_rows
from licensekit.cli.proposals import Consent, consent_options
from licensekit.cli.tables import table_options
from licensekit.cli.views import spelling
from licensekit.cli.views.documents import show
from licensekit.installation import DOWNGRADE, IMPORT_BYTES, Installation, Settlement, SettlementRow, table_of
from licensekit.text.columns import TableOptions
from licensekit.wire.documents import PURPOSES, Document
from licensekit.wire.plain import plain

_SHOWN: Final = 20  # how many rows are printed


class Settling(NamedTuple):
    """How a deficit is settled."""

    settle: str | None
    plan: str | None
    table: TableOptions

    def read(self, settlement: Settlement) -> Settlement:
        """Return the settlement that is asked for: of the newest slots, or an edited plan, which may be refused."""
        if self.settle is None or self.settle == "newest":
            return settlement
        with located(self.settle):
            return settlement.read(read_input(self.settle, what="a plan", limit=IMPORT_BYTES), self.table)

    def ends(self, settlement: Settlement) -> bool:
        """Write the plan if asked; return whether the command ends with it."""
        if self.plan is not None:
            write_output(self.plan, table_of(settlement.rows).encode())
            remark(f"written: {self.plan}; edit the column `action`, then pass it as --settle")
        return self.plan is not None

    def show(self, settlement: Settlement) -> None:
        """Print who loses what, if anything is in deficit."""
        losing = settlement.losing
        if losing:
            emit()
            heading("what is released" if self.settle else "what --settle newest would release (--plan FILE lists all)")
            show_rows(losing[:_SHOWN], _COLUMNS)
            more = f"{len(losing) - _SHOWN} more rows; " if len(losing) > _SHOWN else ""
            emit(f"{more}from {counted(len(settlement.choices), 'holder')}")


settle_options: Final[Decorator] = collected(
    "settling",
    Settling,
    option("--settle FILE", "Release excess assignments: `newest` (the highest slots), or as an edited plan says."),
    option("--plan FILE", "Write a CSV file of who would lose what, to edit and pass to --settle, and stop."),
    table_options,
)
_COLUMNS: Final[Columns[SettlementRow]] = spelling.columns(
    "license id name >slot action instead takes_along=takes",
    instead=lambda row: row.instead if row.action == DOWNGRADE else None,
)

_output = option("-o --output FILE file", "Where to write it (`-`: standard output).")
_one_output = refuse(
    "give --json or `-o -`: only one of them fits on standard output.",
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
    """Create a request for a license bound to this installation, to send to the vendor."""
    with opened_first(**place) as installation:
        text, document = installation.request(with_facts=not no_facts, name=name, purpose=purpose)
    _write(file or "request.lkr", text, document, as_json=as_json)


@click.command()
@_one_output
@_output
@in_installation
@json_option
def statement(*, file: str | None, installation: Installation, as_json: bool) -> None:
    """Create a signed statement of what is in use, to send to the vendor."""
    text, document = installation.statement()
    _write(file or "statement.lkr", text, document, as_json=as_json)


@click.command("return")
@_one_output
@click.argument("part", default="base")
@option("--issuer CODE", "The issuer of the bundle. Default: the vendor.")
@_output
@settle_options
@in_installation
@consent_options(preview="Show what would change, and stop.", yes="Do not ask.")
def return_(
    *, part: str, issuer: str | None, file: str | None, settling: Settling, installation: Installation, consent: Consent
) -> None:
    """Return the active bundle of PART to its issuer: it can never work here again."""
    proposal = installation.propose_return(part, issuer=issuer)
    proposal = replace(proposal, settlement=settling.read(proposal.settlement))
    if settling.ends(proposal.settlement):
        return
    if not consent.ends(proposal, question="Return it?"):
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
