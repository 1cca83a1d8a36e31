"""The Status tab: company, serial, the next date, notices, bundles, the installation itself."""

from starlette.responses import Response

from licensekit.console.pages.licenses import tabs
from licensekit.console.rendering import issuer_name, page
from licensekit.console.views.licenses import next_date, part_views
from licensekit.console.visit import Visit
from licensekit.dates import day_at


def show(visit: Visit) -> Response:
    """Show how the installation stands."""
    state = visit.installation.state()
    parts = tuple(part_views(state))
    bundles = visit.installation.bundles()
    today = day_at(state.now)
    return page(
        visit,
        "status.html",
        state,
        tabs=tabs(state),
        parts=parts,
        coming=next_date(parts, today),
        today=today,
        bundles=bundles[::-1],
        issuers={one.issuer: issuer_name(state, one.issuer) for one in bundles},
    )
