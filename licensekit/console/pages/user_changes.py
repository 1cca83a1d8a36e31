"""Changes of users: add, assign and release, set, retire, bring back."""

from typing import Any

from starlette.responses import Response

from licensekit.console.pages.users import KINDS, card
from licensekit.console.rendering import moved, page
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError
from licensekit.wire.documents import UserKind


def new(visit: Visit, error: LicenseError | None = None) -> Response:
    """Ask for a new user; after a refusal with why it was refused."""
    state = visit.installation.state()
    return page(visit, "user_new.html", state, error=error, kinds=KINDS)


def add(visit: Visit) -> Response:
    """Add a user."""
    user_id = visit.form.text("id")
    try:
        visit.installation.users.add(user_id, **_facts(visit))
    except LicenseError as error:
        return new(visit, error)
    return moved(visit, "/user", id=user_id, saved="added")


def assign(visit: Visit) -> Response:
    """Save what was ticked: assign what is new and release what is gone, in one change."""
    user_id = visit.form.raw("id")
    ticked = tuple(filter(None, (*visit.form.choices("plan"), *visit.form.texts("license"))))
    new, gone = visit.form.changes(ticked)
    try:
        visit.installation.users.assign(user_id, *new, release=gone)
    except LicenseError as error:
        return card(visit, user_id, ticked=ticked, error=error)
    return moved(visit, "/user", id=user_id, saved="licenses")


def set_facts(visit: Visit) -> Response:
    """Save what is known of a user."""
    user_id = visit.form.raw("id")
    try:
        visit.installation.users.set(user_id, **_facts(visit))
    except LicenseError as error:
        return card(visit, user_id, error=error)
    return moved(visit, "/user", id=user_id, saved="facts")


def retire(visit: Visit) -> Response:
    """Retire a user, which releases everything."""
    user_id = visit.form.raw("id")
    visit.installation.users.retire(user_id)
    return moved(visit, "/user", id=user_id, saved="retired")


def bring_back(visit: Visit) -> Response:
    """Bring a retired user back, without licenses."""
    user_id = visit.form.raw("id")
    visit.installation.users.set(user_id, retired=False)
    return moved(visit, "/user", id=user_id, saved="returned")


def _facts(visit: Visit) -> dict[str, Any]:
    return {
        "name": visit.form.text("name"),
        "kind": KINDS.get(visit.form.text("kind"), UserKind.ASSOCIATE),
        "can_log_in": visit.form.has("can_log_in"),
        "administrator": visit.form.has("administrator"),
        "groups": visit.form.text("groups").replace(",", " ").split(),
    }
