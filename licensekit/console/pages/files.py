"""Files for the vendor: requests, statements and receipts of returns."""

from starlette.responses import Response

from licensekit.console.rendering import download, moved, page
from licensekit.console.visit import Visit
from licensekit.errors import EntryInvalid


def exchange(visit: Visit) -> Response:
    """Show what can be returned, and what was returned."""
    parts = {(one.state, one.issuer, one.part) for one in visit.installation.bundles()}
    active, returned = (sorted(one[1:] for one in parts if one[0] == state) for state in ("active", "returned"))
    return page(visit, "exchange.html", active=active, returned=returned)


def request(visit: Visit) -> Response:
    """Sign a request, to download."""
    written, _ = visit.installation.request(with_facts=visit.form.has("facts"))
    return download("request.lkr", written)


def statement(visit: Visit) -> Response:
    """Sign a statement of what is in use, to download."""
    written, _ = visit.installation.statement()
    return download("statement.lkr", written)


def return_bundles(visit: Visit) -> Response:
    """Return a part back; its receipts can be downloaded then."""
    part = visit.form.text("part")
    if visit.form.text("confirm") != part:
        raise EntryInvalid(reason="not-typed", kind=part)
    visit.installation.return_bundles(part, issuer=visit.form.text("issuer") or None, confirm=True)
    return moved(visit, "/exchange", saved="returned")


def receipts(visit: Visit) -> Response:
    """Return the receipts of what was given back, to download; any number of times."""
    part = visit.form.text("part")
    return download(f"{part}-receipt.lkr", visit.installation.receipts(part, issuer=visit.form.text("issuer") or None))
