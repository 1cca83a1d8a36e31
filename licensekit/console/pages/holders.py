"""Lists of users: internal ones, all others, and those who hold a license."""

from typing import Any, Final

from starlette.responses import Response

from licensekit.console.pages.user import KINDS
from licensekit.console.rendering import page
from licensekit.console.views import user_licenses
from licensekit.console.visit import Visit
from licensekit.installation import UserFilter, UserPage
from licensekit.wire.documents import UserKind

PAGE: Final = 50
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


def license_holders(visit: Visit) -> Response:
    """Show the user licenses, and who holds the one that was picked."""
    listed = [row for row in user_licenses(visit.state) if not row.hidden or row.in_use]
    picked = visit.asked("license")
    found, next_page = UserPage(()), None
    if picked:
        found, next_page = _page_of(visit, UserFilter(holding=picked), "/users/licenses", license=picked)
    return page(visit, "user_licenses.html", licenses=listed, picked=picked, found=found, next_page=next_page)


def _list(visit: Visit, path: str, kinds: frozenset[UserKind]) -> Response:
    narrowed = visit.asked("state") if visit.asked("state") in STATES else STATES[0]
    holding, retired = visit.asked("license") or None, {"active": False, "retired": True}.get(narrowed)
    is_expired, text = narrowed == "expired", visit.asked("q")
    wanted = UserFilter(holding=holding, kinds=kinds, retired=retired, expired=is_expired, text=text)
    asked = {name: visit.asked(name) for name in ("q", "license", "state", "kind")}
    found, next_page = _page_of(visit, wanted, path, **asked)
    options = [row for row in user_licenses(visit.state) if not row.hidden]
    offered: dict[str, Any] = {"options": options, "states": STATES, "narrowed": narrowed, "others": OTHERS}
    return page(visit, "users.html", path=path, found=found, next_page=next_page, **offered)


def _page_of(visit: Visit, wanted: UserFilter, path: str, **asked: str) -> tuple[UserPage, str | None]:
    """Return a page of users, and the address of the next one."""
    found = visit.installation.users.page(wanted, after=visit.asked("after"), limit=PAGE)
    return found, visit.url(path, **asked, after=found.after) if found.after else None
