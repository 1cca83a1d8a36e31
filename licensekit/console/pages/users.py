"""Users: their lists, page by page, by kind or by license, and the card of one."""

from typing import Final

from starlette.responses import Response

from licensekit.access import Access
from licensekit.console.rendering import REFUSED, page
from licensekit.console.screens import faults_of
from licensekit.console.views.choices import choices_of
from licensekit.console.views.licenses import LicenseView, all_rows, by_plan_and_name, is_there, license_view
from licensekit.console.views.people import given_by, login_answers
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError
from licensekit.installation import InstallationState, UserFilter, UserPage
from licensekit.wire.documents import Kind, UserKind

PAGE: Final = 50
KINDS: Final = {kind.name.lower(): kind for kind in UserKind}
OTHERS: Final = tuple(name for name, kind in KINDS.items() if kind is not UserKind.ASSOCIATE)
STATES: Final = ("active", "retired", "expired", "all")
"""What a list can be narrowed to; the first is the default."""


def associates(visit: Visit) -> Response:
    """List the internal users."""
    return _list(visit, "/users", frozenset({UserKind.ASSOCIATE}))


def others(visit: Visit) -> Response:
    """List the external, system and anonymous users."""
    kind = visit.asked("kind")
    chosen = (kind,) if kind in OTHERS else OTHERS
    return _list(visit, "/users/others", frozenset(KINDS[name] for name in chosen))


def card(
    visit: Visit,
    user_id: str | None = None,
    *,
    ticked: tuple[str, ...] | None = None,
    error: LicenseError | None = None,
) -> Response:
    """Show everything about one user; after a refusal with what was ticked, and why."""
    user_id = visit.asked("id") if user_id is None else user_id
    state = visit.installation.state()
    details = visit.installation.users.details(user_id)
    user = details.user
    held = tuple(holding.license for holding in user.holdings)
    logins = login_answers(state, user)
    lapsed = [code for code in held if details.access.get(code, Access.NONE) < Access.FULL]
    own, shared = given_by(state, details.given)
    return page(
        visit,
        "user.html",
        state,
        status=REFUSED if error else 200,
        user=user,
        kinds=KINDS,
        held=held,
        choices=choices_of(state, Kind.USER, held, ticked=ticked, lapsed=lapsed),
        errors=faults_of(error),
        own=own,
        shared=shared,
        logins=logins,
        messages=dict.fromkeys(m for _, decision in logins for m in decision.messages),
    )


def user_licenses(visit: Visit) -> Response:
    """Show the user licenses, and who holds the one that was picked."""
    state = visit.installation.state()
    views = [view for view in _license_views(state) if not view.row.hidden or view.row.in_use]
    picked = visit.asked("license")
    found = UserPage((), more=False)
    if picked:
        wanted = UserFilter(holding=picked)
        found = visit.installation.users.page(wanted, after=visit.asked("after"), limit=PAGE)
    after = found.users[-1].id if found.more else ""
    return page(
        visit,
        "user_licenses.html",
        state,
        views=views,
        picked=picked,
        found=found,
        next_page=visit.url("/users/licenses", license=picked, after=after) if after else None,
    )


def _license_views(state: InstallationState) -> list[LicenseView]:
    """Return the user licenses that there are, the plans first."""
    rows = [row for row in all_rows(state) if row.kind is Kind.USER and is_there(row)]
    return sorted((license_view(state, row) for row in rows), key=by_plan_and_name)


def _list(visit: Visit, path: str, kinds: frozenset[UserKind]) -> Response:
    state = visit.installation.state()
    narrowed = visit.asked("state")
    narrowed = narrowed if narrowed in STATES else STATES[0]
    wanted = UserFilter(
        holding=visit.asked("license") or None,
        kinds=kinds,
        retired={"active": False, "retired": True}.get(narrowed),
        expired=narrowed == "expired",
        text=visit.asked("q"),
    )
    found = visit.installation.users.page(wanted, after=visit.asked("after"), limit=PAGE)
    after = found.users[-1].id if found.more else ""
    asked = {name: visit.asked(name) for name in ("q", "license", "state", "kind")}
    return page(
        visit,
        "users.html",
        state,
        path=path,
        found=found,
        options=[view.row for view in _license_views(state) if not view.row.hidden],
        states=STATES,
        narrowed=narrowed,
        others=OTHERS,
        next_page=visit.url(path, **asked, after=after) if after else None,
    )
