"""Files for the vendor: requests, statements, and returns with their receipts."""

from typing import Final

from starlette.responses import Response

from licensekit.console.rendering import download, moved, page
from licensekit.console.visit import Visit
from licensekit.errors import EntryInvalid, LicenseError
from licensekit.wire.documents.exchange import PURPOSES

NAMED: Final = 100  # of how many assignments that are too many the holders are named: each of more takes time


def show(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show what can be made, and what can be returned or was; after a refusal with why it was refused."""
    parts = {(one.state, one.issuer, one.part) for one in visit.installation.bundles()}
    active, returned = (sorted(one[1:] for one in parts if one[0] == state) for state in ("active", "returned"))
    return page(visit, "files.html", error=error, active=active, returned=returned, purposes=PURPOSES)


def request(visit: Visit) -> Response:
    """Sign a request, to download."""
    purpose = next((one for one in PURPOSES if one == visit.form.text("purpose")), None)
    name, with_facts = visit.form.text("name"), visit.form.has("facts")
    written, _ = visit.installation.request(with_facts=with_facts, name=name, purpose=purpose)
    return download("request.lkr", written)


def statement(visit: Visit) -> Response:
    """Sign a statement of what is in use, to download."""
    written, _ = visit.installation.statement()
    return download("statement.lkr", written)


def ask_to_return(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show what returning a part would do; after a refusal with why it was refused."""
    given = visit.form.text if error else visit.asked
    part, issuer = given("part"), given("issuer")
    proposal = visit.installation.propose_return(part, issuer=issuer or None, most=NAMED)
    return page(visit, "return.html", error=error, proposal=proposal, part=part, issuer=issuer)


def return_bundles(visit: Visit) -> Response:
    """Return a part, with what that releases if it was asked for; its receipts can be downloaded then."""
    part, issuer = visit.form.text("part"), visit.form.text("issuer")
    if visit.form.text("confirm") != part:
        raise EntryInvalid(reason="not-typed", kind=part)
    proposal = visit.installation.propose_return(part, issuer=issuer or None)
    proposal.apply(confirm=True, settle=proposal.settlement if visit.form.has("settle") else None)
    return moved(visit, "/files", saved="part-returned", part=part)


def receipts(visit: Visit) -> Response:
    """Return the receipts of what was given back, to download; any number of times."""
    part = visit.form.text("part")
    return download(f"{part}-receipt.lkr", visit.installation.receipts(part, issuer=visit.form.text("issuer") or None))
