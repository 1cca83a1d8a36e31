"""Licenses: a tab for each issuer and one for the status, and everything about one license."""

from typing import Final

from starlette.responses import Response

from licensekit.console.rendering import issuer_name, moved, page
from licensekit.console.views import issuer_facts, issuers_of, part_views
from licensekit.console.visit import Visit
from licensekit.dates import day_at
from licensekit.errors import UnknownCode
from licensekit.installation import InstallationState
from licensekit.wire.documents import SeatKind

HOLDERS: Final = 100
"""How many holders the page of a license names."""


def start(visit: Visit) -> Response:
    """Send the browser to the vendor's tab; to Activate where nothing was activated yet."""
    state = visit.state
    if not state.bundles and state.stored.recorded is None:
        return moved(visit, "/activate")
    return moved(visit, f"/licenses/{state.trust_store.issuer}")


def issuer_tab(visit: Visit) -> Response:
    """Show the tab of an issuer."""
    state = visit.state
    issuer: str = visit.request.path_params["issuer"]
    if issuer not in issuers_of(state):
        raise UnknownCode(reason="issuer", name=issuer)
    shown, today = issuer_facts(state, issuer), day_at(state.now)
    return page(visit, "licenses.html", issuer=issuer, tabs=_tabs(state), today=today, **shown)


def status_tab(visit: Visit) -> Response:
    """Show company, serial, the next date, notices, bundles and the installation itself."""
    state, bundles = visit.state, visit.installation.bundles()[::-1]
    parts, covered, today = tuple(part_views(state)), state.entitlements.product_coverage, day_at(state.now)
    return page(visit, "status.html", tabs=_tabs(state), parts=parts, covered=covered, today=today, bundles=bundles)


def license_page(visit: Visit) -> Response:
    """Show everything about one license."""
    details = visit.installation.license(visit.request.path_params["code"])
    is_concurrent = details.license.seats is SeatKind.CONCURRENT
    leases = visit.installation.leases.list(license_code=details.row.code) if is_concurrent else ()
    named, more = details.holders[:HOLDERS], max(0, details.row.in_use - HOLDERS)
    return page(
        visit, "license.html", details=details, is_concurrent=is_concurrent, leases=leases, holders=named, more=more
    )


def end_lease(visit: Visit) -> Response:
    """End a lease: its seat is free immediately."""
    [lease] = visit.installation.leases.end(visit.form.text("lease"))
    return moved(visit, f"/license/{lease.license}", saved="lease")


def _tabs(state: InstallationState) -> tuple[tuple[str, str], ...]:
    return tuple((issuer, issuer_name(issuer, state)) for issuer in issuers_of(state))
