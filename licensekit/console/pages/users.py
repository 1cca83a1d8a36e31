"""Lists of users, filtered and sorted by query parameters, and changes of many users as one."""

from collections.abc import Callable
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.responses import Response

from licensekit.console.pages.user import KINDS
from licensekit.console.rendering import download, faults_of, moved, page, status_of, text
from licensekit.console.views import user_licenses
from licensekit.console.visit import Form, Visit, own_path
from licensekit.errors import LicenseError, ProposalStale
from licensekit.installation import UserFilter, UserPage, UsersProposal, user_lines
from licensekit.wire.documents import UserKind

PAGE: Final = 50
SHOWN: Final = 100  # how many users a preview names
OTHERS: Final = tuple(name for name, kind in KINDS.items() if kind is not UserKind.ASSOCIATE)
HOLDERS: Final = "/users/licenses"
LISTS: Final = {"/users": [UserKind.ASSOCIATE], "/users/others": [KINDS[name] for name in OTHERS], HOLDERS: []}
"""Each list with the kinds of its users; the last has the holders of a license, of every kind."""
STATES: Final = {"active": False, "retired": True, "all": None, "expired": None, "unusable": None}
"""The states to filter a list by, each with `UserFilter.retired`; the first is the default."""
ASKED: Final = ("q", "license", "state", "kind", "group", "idle", "sort")  # the query parameters of a list


def show(visit: Visit) -> Response:
    """Show a page of a list: of internal users, of all others, or of the holders of a license."""
    users, path = visit.installation.users, own_path(visit.request)
    asked, is_of_license = {name: visit.asked(name) for name in ASKED}, path == HOLDERS
    wanted, found, counted = _wanted(visit.asked, path), UserPage(()), None
    if wanted.idle is not None and not asked["sort"]:
        asked["sort"] = "seen"  # those who are asked for come first
    if visit.asked("format"):
        return _export(visit, wanted)
    if asked["license"] or not is_of_license:
        found = users.page(wanted, after=visit.asked("after"), limit=PAGE, order=asked["sort"])
        counted = users.count(wanted)
    every = _wanted({"kind": asked["kind"]}.get, path)
    everyone = counted if wanted == every else users.count(every)
    rows = [row for row in user_licenses(visit.state) if not row.hidden or row.in_use]
    facts: dict[str, Any] = {"path": path, "asked": asked, "found": found, "counted": counted, "everyone": everyone}
    facts |= {"licenses": rows, "states": STATES, "others": OTHERS, "groups": users.groups()}
    return page(visit, "user_licenses.html" if is_of_license else "users.html", **facts)


def _export(visit: Visit, wanted: UserFilter) -> Response:
    """Return the ticked users as a table, or all on the list if nobody is ticked."""
    users, ticked = visit.installation.users, visit.request.query_params.getlist("user")
    listed = (row.user for row in users.list(wanted))
    chosen = map(users.get, ticked) if ticked and visit.asked("who") != "all" else listed
    return download("users.csv", "".join(user_lines(chosen)))


def _wanted(read: Callable[[str], str | None], path: str) -> UserFilter:
    state, idle, kinds = read("state") or "", read("idle") or "", LISTS.get(path, [])
    kind = KINDS.get(read("kind") or "")
    return UserFilter(
        holding=read("license") or None,
        kinds=frozenset([kind] if kind is not None and kind in kinds else kinds),
        retired=None if path == HOLDERS else STATES.get(state, False),
        expired=state == "expired",
        text=read("q") or "",
        idle=int(idle) if idle.isascii() and idle.isdecimal() and len(idle) < len("100000") else None,
        unusable=state == "unusable",
        group=read("group") or None,
    )


def _proposal(visit: Visit, sent: Form) -> UsersProposal:
    """Propose a change of the ticked users, or of all on the list."""
    does, given = sent.text("do"), tuple(filter(None, sent.texts("give")))
    assign, release = (given if does == one else () for one in ("assign", "release"))
    chosen = _wanted(sent.text, _path(sent)) if sent.text("who") == "all" else sent.texts("user")
    propose = visit.installation.users.propose_assign
    return propose(chosen, assign=assign, release=release, retire=does == "retire", swap=True, skip=True)


def review(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show what a change would do to many users; after a refusal, with the error."""
    asked, proposal = Form(FormData([*visit.request.query_params.multi_items()])), None
    sent = visit.form if visit.request.method == "POST" else asked
    try:
        proposal = _proposal(visit, sent)
    except LicenseError as refusal:
        error = refusal
    facts: dict[str, Any] = {"sent": sent, "proposal": proposal, "shown": SHOWN, "errors": faults_of(error)}
    facts |= {"path": _path(sent), "asked": _asked(sent), "rows": {row.code: row for row in visit.state.licenses}}
    return page(visit, "users_change.html", status=status_of(error), **facts)


def change(visit: Visit) -> Response:
    """Make the change that was shown."""
    proposal = _proposal(visit, visit.form)
    if proposal.digest != visit.form.raw("shown"):
        raise ProposalStale(about=text("many.list"), changed=(text("many.stale"),))
    proposal.apply()
    return moved(visit, _path(visit.form), **_asked(visit.form), saved="many")


def _path(sent: Form) -> str:
    return sent.text("list") if sent.text("list") in LISTS else "/users"


def _asked(sent: Form) -> dict[str, str]:
    return {name: sent.text(name) for name in ASKED}
