"""Files from the vendor, which are activated.

A license file is shown with what it would change, settled and activated. Between the steps it travels in the form, as
its tokens: nothing of it is kept here.
"""

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from licensekit.console.rendering import page
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError, UnexpectedType
from licensekit.installation import ActivationProposal, Settlement, table_of
from licensekit.limits import FILE_BYTES
from licensekit.text.pasted import LeftOut, find_tokens
from licensekit.wire import armor

SHOWN: Final = 100
"""How many holders of licenses in deficit are shown. Where more lose something, it is the newest."""


def ask(visit: Visit, error: LicenseError | None = None) -> Response:
    """Ask for a file; after a refusal with what was written, and why."""
    return page(visit, "activate.html", error=error, largest=FILE_BYTES)


def preview(visit: Visit) -> Response:
    """Show what the file would change, and what was left out to find its tokens; the form carries those."""
    given = visit.form.file("file") or visit.form.raw("text").encode()
    if not given:
        raise UnexpectedType(reason="nothing")
    found = find_tokens(given)
    written = armor.write_file(armor.read(found.data))
    proposal = visit.installation.propose_activate(written)
    return _preview(visit, proposal, written, error=None, left_out=found.left_out)


def activate(visit: Visit) -> Response:
    """Settle what is in deficit as it was chosen, activate the file, and show what has changed."""
    written = visit.form.raw("text")
    proposal = visit.installation.propose_activate(written)
    try:
        done = proposal.apply(settle=_settlement(visit, proposal.settlement))
    except LicenseError as error:
        return _preview(visit, proposal, written, error=error, left_out=())
    settings = [one for one in proposal.preview.settings if one.altered]
    return page(visit, "activated.html", changed=done.changed, rows=proposal.preview.altered, settings=settings)


def _settlement(visit: Visit, settlement: Settlement) -> Settlement | None:
    """Return who loses what: the newest, or as it was chosen for each; None: nobody was asked."""
    how = visit.form.text("settle")
    if how in {"", "newest"}:
        return settlement if how else None
    return settlement.read(table_of(()) + "\n".join(visit.form.texts("choice")))


def _preview(
    visit: Visit, proposal: ActivationProposal, written: str, *, error: LicenseError | None, left_out: Sequence[LeftOut]
) -> Response:
    found, settlement = proposal.preview, proposal.settlement
    return page(
        visit,
        "preview.html",
        error=error,
        preview=found,
        written=written,
        left_out=left_out,
        rows=found.rows if visit.form.has("all") else found.altered,
        settings=[one for one in found.settings if visit.form.has("all") or one.altered],
        shows_all=visit.form.has("all"),
        # A deficit is shown with its holders, below; the other reasons by themselves.
        reasons=found.settled().reasons,
        settlement=settlement,
        holders=settlement.rows[:SHOWN],
        chooses=len(settlement.losing) <= SHOWN,
        chosen=visit.form.texts("choice"),
    )
