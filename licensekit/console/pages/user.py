"""The card of a user, new users, and retiring or erasing one."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from licensekit.access import Access
from licensekit.console.choices import choices_of, save_ticks, ticks_of
from licensekit.console.pages.history import latest
from licensekit.console.rendering import REFUSED, faults_of, moved, page
from licensekit.console.visit import Visit
from licensekit.errors import EntryInvalid, LicenseError
from licensekit.installation import AuditFilter, UserFacts
from licensekit.text.names import join_groups, split_groups
from licensekit.wire.documents import Kind, UserKind

KINDS: Final = {kind.name.lower(): kind for kind in UserKind}


def card(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show everything about one user; after a refusal, with what was ticked and typed and the error."""
    details = visit.installation.users.details(visit.holder)
    user, known = details.user, _written(details.user)
    ticks, edits = ticks_of(visit, user.licenses), visit.form.edits(known)
    lapsed = [code for code in user.licenses if details.access.get(code, Access.NONE) < Access.FULL]
    conflicts, choices = (*ticks.conflicts, *edits.conflicts), choices_of(visit, Kind.USER, ticks, lapsed)
    # Ways to log in that are for other kinds of users are not shown.
    logins = [one for one in details.logins.items() if not any(why.code == "kind" for why in one[1].reasons)]
    facts: dict[str, Any] = {"user": user, "details": details, "logins": logins, "choices": choices, "kinds": KINDS}
    facts |= {"known": known, "values": edits.wanted, "conflicts": conflicts, "errors": faults_of(error)}
    status, entries = REFUSED if error or conflicts else 200, latest(visit, AuditFilter(user=user.id))
    return page(visit, "user.html", status=status, **facts, **entries)


def assign(visit: Visit) -> Response:
    """Save what was ticked; if somebody else has chosen another plan, show both."""
    ticks = ticks_of(visit, visit.installation.users.get(visit.holder).licenses)
    return card(visit) if ticks.conflicts else save_ticks(visit, visit.installation.users, "/user", ticks)


def set_facts(visit: Visit) -> Response:
    """Save the facts that were changed; if somebody else has changed one of them too, show both."""
    known = _written(visit.installation.users.get(visit.holder))
    wanted, conflicts = visit.form.edits(known)
    if conflicts:
        return card(visit)
    changed = {field: value for field, value in _facts(wanted).items() if wanted[field] != known[field]}
    visit.installation.users.set(visit.holder, **changed)
    return moved(visit, "/user", id=visit.holder, saved="facts")


def new(visit: Visit, error: LicenseError | None = None) -> Response:
    """Ask for a new user; after a refusal, with what was typed and the error."""
    known = _written(UserFacts(""))
    return page(visit, "user_new.html", error=error, kinds=KINDS, known=known, values=visit.form.edits(known).wanted)


def add(visit: Visit) -> Response:
    """Add a user."""
    facts = _facts(visit.form.edits(_written(UserFacts(""))).wanted)
    visit.installation.users.add(visit.holder.strip(), **facts)
    return moved(visit, "/user", id=visit.holder, saved="added")


def retire(visit: Visit) -> Response:
    """Retire a user, which releases all licenses."""
    visit.installation.users.retire(visit.holder)
    return moved(visit, "/user", id=visit.holder, saved="retired")


def bring_back(visit: Visit) -> Response:
    """Bring a retired user back, without licenses."""
    visit.installation.users.set(visit.holder, retired=False)
    return moved(visit, "/user", id=visit.holder, saved="returned")


def erase(visit: Visit) -> Response:
    """Remove a person for good."""
    user = visit.installation.users.get(visit.holder)
    if visit.form.text("confirm") != user.written:
        raise EntryInvalid(reason="not-typed", kind=user.written)
    visit.installation.users.erase(user.id)
    return moved(visit, "/users", saved="erased")


def _written(user: UserFacts) -> dict[str, str]:
    """Return the facts of a user as a form has them."""
    flags = {name: "1" if getattr(user, name) else "" for name in ("can_log_in", "administrator")}
    return {"name": user.name, "kind": user.kind.name.lower(), "groups": join_groups(user.groups), **flags}


def _facts(written: Mapping[str, str]) -> dict[str, Any]:
    kind, groups = KINDS.get(written["kind"], UserKind.ASSOCIATE), split_groups(written["groups"])
    flags = {name: bool(written[name]) for name in ("can_log_in", "administrator")}
    return {"name": written["name"], "kind": kind, "groups": groups, **flags}
