"""Licenses: a tab for each issuer, everything about one license, and how to buy more."""

from starlette.responses import Response

from licensekit.console.rendering import moved, page
from licensekit.console.views import is_new, issuer_facts, issuer_tabs, over
from licensekit.console.visit import Visit
from licensekit.dates import day_at
from licensekit.errors import UnknownCode
from licensekit.installation import HeldSeat, LicenseHolder, order_address
from licensekit.wire.documents import Kind, SeatKind


def issuer_tab(visit: Visit) -> Response:
    """Show the tab of an issuer, by default the first; redirect to Activate as the overview does."""
    state, tabs = visit.state, issuer_tabs(visit.state)
    if is_new(state):
        return moved(visit, "/activate")
    issuer: str = visit.request.path_params.get("issuer", next(iter(tabs)))
    if issuer not in tabs:
        raise UnknownCode(reason="issuer", name=issuer)
    facts = issuer_facts(state, issuer, visit.asked("find"))
    bundles = [one for one in state.records[::-1] if one.issuer == issuer]
    return page(visit, "licenses.html", issuer=issuer, tabs=tabs, today=day_at(state.now), bundles=bundles, **facts)


def license_page(visit: Visit) -> Response:
    """Show everything about one license."""
    details = visit.installation.license(visit.request.path_params["code"])
    code, holders, leases, after = details.row.code, tuple[LicenseHolder, ...](), tuple[HeldSeat, ...](), ""
    if details.license.seats is SeatKind.CONCURRENT:
        leases = visit.installation.leases.list(license_code=code)
    elif details.row.kind is not Kind.SYSTEM:
        holders, after = visit.installation.holders(code, after=visit.asked("after"))
    next_page = visit.url(f"/license/{code}", after=after) if after else None
    return page(visit, "license.html", details=details, leases=leases, holders=holders, next_page=next_page)


def buy(visit: Visit) -> Response:
    """Show how to buy more of a license: at a page of its issuer, or by mail."""
    state, code = visit.state, visit.request.path_params["code"]
    if (row := next((one for one in state.licenses if one.code == code), None)) is None:
        raise UnknownCode(reason="license", name=code)
    number = visit.number("number") or over(row) or 1
    order = order_address(state.entitlements, row.issuer, license=row.code, number=str(number))
    urls = state.trust_store.catalogs[row.issuer].document.urls
    mails = (urls.get(name, "").partition("?")[0] for name in ("support", "buy"))
    mail = next((one for one in mails if one.startswith("mailto:")), "")
    return page(visit, "buy.html", row=row, number=number, order=order, mail=mail)


def end_lease(visit: Visit) -> Response:
    """End a lease: its seat is free immediately."""
    [lease] = visit.installation.leases.end(visit.form.text("lease"))
    return moved(visit, f"/license/{lease.license}", saved="lease")
