"""Exchange files for the vendor: requests, statements and receipts of returns."""

from starlette.responses import Response

from licensekit.console.rendering import download, moved, page
from licensekit.console.visit import Visit
from licensekit.errors import EntryInvalid
from licensekit.installation import BundleRecord


def show(visit: Visit) -> Response:
    """Show what can be returned, and what was returned."""
    records = visit.installation.bundles()
    active, returned = _parts(records, "active"), _parts(records, "returned")
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
    written = visit.installation.receipts(part, issuer=visit.form.text("issuer") or None)
    return download(f"{part}-receipt.lkr", written)


def _parts(records: tuple[BundleRecord, ...], state: str) -> list[tuple[str, str]]:
    return sorted({(one.issuer, one.part) for one in records if one.state == state})
