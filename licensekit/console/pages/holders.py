"""Users and sites, who hold licenses: the card of one, and every change of it."""

from collections.abc import Iterable
from typing import Any, Final

from starlette.responses import Response

from licensekit.access import Access
from licensekit.console.rendering import REFUSED, faults_of, moved, page
from licensekit.console.views import choices_of
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError, NotFound
from licensekit.installation import Given, InstallationState, Sites, Users
from licensekit.text.names import split_groups
from licensekit.wire.documents import Kind, UserKind

KINDS: Final = {kind.name.lower(): kind for kind in UserKind}


def show_ticked(visit: Visit, error: LicenseError) -> Response:
    """Show a user with what was ticked, and why it was refused."""
    return card(visit, error, ticked=_ticked(visit))


def card(visit: Visit, error: LicenseError | None = None, *, ticked: tuple[str, ...] | None = None) -> Response:
    """Show everything about one user; after a refusal with why it was refused."""
    state = visit.state
    details = visit.installation.users.details(visit.form.raw("id") if error else visit.asked("id"))
    user = details.user
    # A way for other kinds of users is not shown.
    logins = [(way, one) for way, one in details.logins.items() if not any(r.code == "kind" for r in one.reasons)]
    lapsed = [code for code in user.licenses if details.access.get(code, Access.NONE) < Access.FULL]
    own, shared = _given_by(state, details.given)
    return page(
        visit,
        "user.html",
        status=REFUSED if error else 200,
        user=user,
        kinds=KINDS,
        held=user.licenses,
        choices=choices_of(state, Kind.USER, user.licenses, ticked=ticked, lapsed=lapsed),
        errors=faults_of(error),
        own=own,
        shared=shared,
        logins=logins,
        messages=dict.fromkeys(m for _, decision in logins for m in decision.messages),
    )


def _given_by(state: InstallationState, given: Iterable[Given]) -> tuple[list[Given], list[Given]]:
    """Return what the user has, and what everybody has; what is assigned comes before what that brings."""
    licenses = state.entitlements.licenses
    found = [one for one in given if (one.access or one.assigned) and one.license in licenses]
    found.sort(key=lambda one: (not one.assigned, licenses[one.license].name.casefold()))
    own = [one for one in found if one.assigned or one.through]
    return own, [one for one in found if not (one.assigned or one.through)]


def new(visit: Visit, error: LicenseError | None = None) -> Response:
    """Ask for a new user; after a refusal with why it was refused."""
    return page(visit, "user_new.html", error=error, kinds=KINDS)


def add(visit: Visit) -> Response:
    """Add a user."""
    visit.installation.users.add(visit.form.text("id"), **_facts(visit))
    return _saved(visit, "/user", "added")


def assign(visit: Visit, holders: Users | Sites, path: str) -> Response:
    """Save what was ticked: assign what is new and release what is gone, in one change."""
    new_ones, gone = visit.form.changes(_ticked(visit))
    holders.assign(visit.form.raw("id"), *new_ones, release=gone)
    return _saved(visit, path, "licenses")


def set_facts(visit: Visit) -> Response:
    """Save what is known of a user."""
    visit.installation.users.set(visit.form.raw("id"), **_facts(visit))
    return _saved(visit, "/user", "facts")


def retire(visit: Visit) -> Response:
    """Retire a user, which releases everything."""
    visit.installation.users.retire(visit.form.raw("id"))
    return _saved(visit, "/user", "retired")


def bring_back(visit: Visit) -> Response:
    """Bring a retired user back, without licenses."""
    visit.installation.users.set(visit.form.raw("id"), retired=False)
    return _saved(visit, "/user", "returned")


def _saved(visit: Visit, path: str, what: str) -> Response:
    return moved(visit, path, id=visit.form.text("id"), saved=what)


def _ticked(visit: Visit) -> tuple[str, ...]:
    return tuple(filter(None, (*visit.form.choices("plan"), *visit.form.texts("license"))))


def _facts(visit: Visit) -> dict[str, Any]:
    return {
        "name": visit.form.text("name"),
        "kind": KINDS.get(visit.form.text("kind"), UserKind.ASSOCIATE),
        "can_log_in": visit.form.has("can_log_in"),
        "administrator": visit.form.has("administrator"),
        "groups": split_groups(visit.form.text("groups")),
    }


def sites(visit: Visit, error: LicenseError | None = None) -> Response:
    """List the sites; after a refusal with why it was refused."""
    licenses, found = visit.state.entitlements.licenses, visit.installation.sites.list()
    limits = [row for row in visit.state.licenses if licenses[row.code].limits_sites]
    has_central = any(site.central for site, _ in found)
    return page(visit, "sites.html", error=error, sites=found, limits=limits, has_central=has_central)


def add_site(visit: Visit) -> Response:
    """Add a site."""
    name, central = visit.form.text("name"), visit.form.has("central")
    visit.installation.sites.add(visit.form.text("id"), name=name, central=central)
    return _saved(visit, "/site", "added")


def site(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show everything about one site; after a refusal with what was ticked, and why."""
    site_id = visit.form.raw("id") if error else visit.asked("id")
    found = next((one for one in visit.installation.sites.list() if one.site.id == site_id), None)
    if found is None:
        raise NotFound(reason="site", name=site_id)
    ticked, status = (visit.form.texts("license"), REFUSED) if error else (None, 200)
    choices = choices_of(visit.state, Kind.SITE, found.site.licenses, lapsed=found.lapsed, ticked=ticked)
    return page(visit, "site.html", status=status, site=found.site, choices=choices, errors=faults_of(error))


def remove_site(visit: Visit) -> Response:
    """Remove a site, which releases everything."""
    visit.installation.sites.remove(visit.form.raw("id"))
    return moved(visit, "/sites", saved="removed")
