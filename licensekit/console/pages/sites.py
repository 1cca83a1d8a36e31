"""Sites: the central one and its satellites, and what they are assigned."""

from starlette.responses import Response

from licensekit.console.rendering import REFUSED, moved, page
from licensekit.console.screens import faults_of
from licensekit.console.views.choices import choices_of
from licensekit.console.views.licenses import all_rows, license_view
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError, SiteUnknown
from licensekit.wire.documents import Kind


def show(visit: Visit, error: LicenseError | None = None) -> Response:
    """List the sites; after a refusal with why it was refused."""
    state = visit.installation.state()
    found = visit.installation.sites.list()
    licenses = state.entitlements.licenses
    limiting = [row for row in all_rows(state) if licenses[row.code].limits_sites]
    return page(
        visit,
        "sites.html",
        state,
        error=error,
        sites=found,
        limits=[license_view(state, row) for row in limiting],
        has_central=any(site.central for site in found),
    )


def add(visit: Visit) -> Response:
    """Add a site."""
    site_id = visit.form.text("id")
    central = visit.form.has("central")
    try:
        visit.installation.sites.add(site_id, name=visit.form.text("name"), central=central)
    except LicenseError as error:
        return show(visit, error)
    return moved(visit, "/site", id=site_id, saved="added")


def card(
    visit: Visit,
    site_id: str | None = None,
    *,
    ticked: tuple[str, ...] | None = None,
    error: LicenseError | None = None,
) -> Response:
    """Show everything about one site; after a refusal with what was ticked, and why."""
    site_id = visit.asked("id") if site_id is None else site_id
    state = visit.installation.state()
    site = next((one for one in visit.installation.sites.list() if one.id == site_id), None)
    if site is None:
        raise SiteUnknown(site=site_id)
    return page(
        visit,
        "site.html",
        state,
        status=REFUSED if error else 200,
        site=site,
        choices=choices_of(state, Kind.SITE, site.licenses, lapsed=site.lapsed, ticked=ticked),
        errors=faults_of(error),
    )


def assign(visit: Visit) -> Response:
    """Save what was ticked, as for users."""
    site_id = visit.form.raw("id")
    ticked = visit.form.texts("license")
    new, gone = visit.form.changes(ticked)
    try:
        visit.installation.sites.assign(site_id, *new, release=gone)
    except LicenseError as error:
        return card(visit, site_id, ticked=ticked, error=error)
    return moved(visit, "/site", id=site_id, saved="licenses")


def remove(visit: Visit) -> Response:
    """Remove a site, which releases everything."""
    visit.installation.sites.remove(visit.form.raw("id"))
    return moved(visit, "/sites", saved="removed")
