"""What a proposal would change, as people read it."""

from typing import Any

from licensekit.cli.output import emit, facts, table, warn
from licensekit.cli.views import spelling
from licensekit.cli.views.documents import Facts
from licensekit.proposals import Proposal
from licensekit.wire.documents import Catalog, Kind


def show_proposal(proposal: Proposal[Any], first: Facts = (), catalog: Catalog | None = None) -> None:
    """Print the facts `first`, what would change, what follows, and what must be agreed to.

    `catalog` says in which units quantities are counted.
    """

    def shown(path: str, value: Any) -> str:
        if value is None and path == "expiry":
            return spelling.PERPETUAL
        table_, _, code = path.partition(".")
        if value is None or catalog is None or table_ != Kind.SYSTEM.plural:
            return spelling.value(value)
        return spelling.amount_of(value, catalog.licenses.get(code))

    if first := list(first):
        facts(*first)
        emit()
    is_new = not first and all(one.before is None for one in proposal.changes)
    rows = [
        (one.path, None if is_new else shown(one.path, one.before), shown(one.path, one.after))
        for one in proposal.changes
    ]
    if rows:
        table(["what", "now", "then"], rows)
    else:
        emit("Nothing would change.")
    for one in (*proposal.consequences, *proposal.warnings, *proposal.needs_confirmation):
        warn(f"{one.message}.")
