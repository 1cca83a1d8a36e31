"""Sites: the central one and its satellites, and what they are assigned."""

from starlette.responses import Response

from licensekit.console.rendering import REFUSED, faults_of, moved, page
from licensekit.console.views.choices import choices_of
from licensekit.console.views.licenses import all_rows, license_view
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError, SiteUnknown
from licensekit.wire.documents import Kind


def show(visit: Visit, error: LicenseError | None = None) -> Response:
    """List the sites; after a refusal with why it was refused."""
    state, found = visit.state, visit.installation.sites.list()
    licenses = state.entitlements.licenses
    limiting = [row for row in all_rows(state) if licenses[row.code].limits_sites]
    return page(
        visit,
        "sites.html",
        error=error,
        sites=found,
        limits=[license_view(state, row) for row in limiting],
        has_central=any(site.central for site in found),
    )


def add(visit: Visit) -> Response:
    """Add a site."""
    site_id = visit.form.text("id")
    visit.installation.sites.add(site_id, name=visit.form.text("name"), central=visit.form.has("central"))
    return moved(visit, "/site", id=site_id, saved="added")


def card(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show everything about one site; after a refusal with what was ticked, and why."""
    site_id = visit.form.raw("id") if error else visit.asked("id")
    site = next((one for one in visit.installation.sites.list() if one.id == site_id), None)
    if site is None:
        raise SiteUnknown(site=site_id)
    ticked = visit.form.texts("license") if error else None
    return page(
        visit,
        "site.html",
        status=REFUSED if error else 200,
        site=site,
        choices=choices_of(visit.state, Kind.SITE, site.licenses, lapsed=site.lapsed, ticked=ticked),
        errors=faults_of(error),
    )


def assign(visit: Visit) -> Response:
    """Save what was ticked, as for users."""
    site_id = visit.form.raw("id")
    new, gone = visit.form.changes(visit.form.texts("license"))
    visit.installation.sites.assign(site_id, *new, release=gone)
    return moved(visit, "/site", id=site_id, saved="licenses")


def remove(visit: Visit) -> Response:
    """Remove a site, which releases everything."""
    visit.installation.sites.remove(visit.form.raw("id"))
    return moved(visit, "/sites", saved="removed")
