"""How a workspace grows with what it has issued: its lists, one answer, one more order, a report."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from licensekit.issuer import Filters, ReportScope, Workspace
from licensekit.keys.signing import Signer
from tests import workspaces
from tests.benchmarks.growth.series import Curve, Growth, processor_seconds, up_to
from tests.benchmarks.ledger_list import NOW, filled
from tests.workspaces import WHO

COUNTS: Final = (1_000, 10_000, 100_000, 1_000_000)
QUESTIONS: Final[dict[str, Callable[[Workspace, Signer], object]]] = {
    "issue one more": lambda one, key: one.issue(workspaces.ordered(), key, who=WHO, now=NOW),
    "a report": lambda one, _: list(one.ledger.report(ReportScope(), now=NOW)),
    "list the newest 50": lambda one, _: one.ledger.page(Filters(), now=NOW, limit=50),
    "list 50 that end soon": lambda one, _: one.ledger.page(Filters(expiring_within=30), now=NOW, limit=50),
    "show one": lambda one, _: one.ledger.look_up("S77"),
}


def grow(most: int) -> Growth:
    """Fill the ledgers, and ask each question of all of them in turn."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ledgers = {n: stack.enter_context(filled(place / str(n), n)) for n in up_to(most, COUNTS)}
        keys = {n: workspaces.signer(one, now=NOW) for n, one in ledgers.items()}
        curves = [
            Curve(what, "s", processor_seconds({n: partial(ask, one, keys[n]) for n, one in ledgers.items()}))
            for what, ask in QUESTIONS.items()
        ]
    return Growth("ledger", "A ledger of many bundles", "bundles issued", curves)
