"""Sites: their list, the card of one, and every change of them."""

from typing import Any

from starlette.responses import Response

from licensekit.console.choices import choices_of, save_ticks, ticks_of
from licensekit.console.pages.history import latest
from licensekit.console.rendering import REFUSED, faults_of, moved, page
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError
from licensekit.installation import AuditFilter, EventScope, concerning
from licensekit.wire.documents import Kind


def show(visit: Visit) -> Response:
    """List the sites."""
    licenses, found = visit.state.entitlements.licenses, visit.installation.sites.list()
    limits = [row for row in visit.state.licenses if licenses[row.code].limits_sites]
    events = {one.subject: one for one in visit.state.events if one.scope is EventScope.SITE}
    return page(visit, "sites.html", sites=found, limits=limits, events=events)


def new(visit: Visit, error: LicenseError | None = None) -> Response:
    """Ask for a new site; after a refusal, with what was typed and the error."""
    has_central = any(site.central for site, _ in visit.installation.sites.list())
    return page(visit, "site_new.html", error=error, has_central=has_central)


def add(visit: Visit) -> Response:
    """Add a site."""
    name, central = visit.form.text("name"), visit.form.has("central")
    visit.installation.sites.add(visit.holder.strip(), name=name, central=central)
    return moved(visit, "/site", id=visit.holder, saved="added")


def card(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show everything about one site; after a refusal, with what was ticked and typed and the error."""
    state, (site, lapsed) = visit.state, visit.installation.sites.get(visit.holder)
    ticks, edits = ticks_of(visit, site.licenses), visit.form.edits({"name": site.name})
    facts: dict[str, Any] = {"site": site, "edits": edits, "choices": choices_of(visit, Kind.SITE, ticks, lapsed)}
    facts |= {"errors": faults_of(error), "events": concerning(state.events, site=site.id)}
    status, entries = REFUSED if error or edits.conflicts else 200, latest(visit, AuditFilter(site=site.id))
    return page(visit, "site.html", status=status, **facts, **entries)


def assign(visit: Visit) -> Response:
    """Save what was ticked."""
    sites = visit.installation.sites
    return save_ticks(visit, sites, "/site", ticks_of(visit, sites.get(visit.holder).site.licenses))


def set_name(visit: Visit) -> Response:
    """Save the name of a site; if somebody else has changed it too, show both."""
    wanted, conflicts = visit.form.edits({"name": visit.installation.sites.get(visit.holder).site.name})
    if conflicts:
        return card(visit)
    visit.installation.sites.set(visit.holder, name=wanted["name"])
    return moved(visit, "/site", id=visit.holder, saved="facts")


def remove(visit: Visit) -> Response:
    """Remove a site, which releases all its licenses."""
    visit.installation.sites.remove(visit.holder)
    return moved(visit, "/sites", saved="removed")
