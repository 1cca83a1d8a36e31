"""`--settle` and `--plan`: who loses what, where fewer of a license would be left than are assigned."""

from typing import Final, NamedTuple

from licensekit.cli.inputs import located, read_input, table_options, write_output
from licensekit.cli.options import Decorator, collected, option
from licensekit.cli.output import Columns, counted, emit, heading, remark, show_rows
from licensekit.cli.views import spelling
from licensekit.installation import DOWNGRADE, IMPORT_BYTES, Settlement, SettlementRow, TableOptions, table_of

_NEWEST: Final = "newest"
_SHOWN: Final = 20
"""How many rows are shown."""


class Settling(NamedTuple):
    """What is to be done about a deficit."""

    settle: str | None
    plan: str | None
    table: TableOptions

    def of(self, settlement: Settlement) -> Settlement:
        """Return who loses what as it is asked for; what the file asks for may be refused."""
        if self.settle is None or self.settle == _NEWEST:
            return settlement
        with located(self.settle):
            return settlement.read(read_input(self.settle, what="a plan", limit=IMPORT_BYTES), self.table)

    def ends(self, settlement: Settlement) -> bool:
        """Write the plan if that is all that is wanted; return whether it is."""
        if self.plan is not None:
            write_output(self.plan, table_of(settlement.rows).encode())
            remark(f"written: {self.plan}; edit the column `action`, then pass it as --settle")
        return self.plan is not None

    def show(self, settlement: Settlement) -> None:
        """Print who loses what; nothing where nothing is in deficit."""
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
    option("--settle FILE", "Release what is too much: `newest` (the highest slots), or what an edited plan says."),
    option("--plan FILE", "Write a plan of who would lose what, a CSV file to edit and settle with; and stop."),
    table_options,
)


_COLUMNS: Final[Columns[SettlementRow]] = {
    "license": lambda row: row.license,
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    ">slot": lambda row: row.slot,
    "action": lambda row: row.action,
    "instead": lambda row: row.instead if row.action == DOWNGRADE else None,
    "takes along": lambda row: spelling.listed(row.takes),
}
