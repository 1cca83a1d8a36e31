"""Changes of users: add, assign and release, set, retire, bring back."""

from starlette.responses import Response

from licensekit.console.pages.users import KINDS, user_card
from licensekit.console.rendering import moved, page
from licensekit.console.screens import faults_of, status_of
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError, UserUnknown
from licensekit.wire.documents import UserKind


def new(visit: Visit) -> Response:
    """Ask for a new user."""
    return _new(visit, None)


def add(visit: Visit) -> Response:
    """Add a user."""
    user_id = visit.form.text("id")
    try:
        visit.installation.users.add(
            user_id,
            name=visit.form.text("name"),
            kind=_kind(visit),
            can_log_in=visit.form.has("can_log_in"),
            administrator=visit.form.has("administrator"),
            groups=visit.form.text("groups").split(),
        )
    except LicenseError as error:
        return _new(visit, error)
    return moved(visit, "/user", id=user_id, saved="added")


def assign(visit: Visit) -> Response:
    """Save what was ticked: assign what is new and release what is gone, in one change.

    The form says what was held when it was shown: what somebody else changed meanwhile stays.
    """
    user_id = visit.form.raw("id")
    ticked = tuple(filter(None, (visit.form.text("plan"), *visit.form.texts("license"))))
    before = frozenset(visit.form.texts("held"))
    wanted = frozenset(ticked)
    try:
        visit.installation.users.assign(
            user_id, *sorted(wanted - before), release=sorted(before - wanted)
        )
    except UserUnknown:
        raise
    except LicenseError as error:
        return user_card(visit, user_id, ticked=ticked, errors=faults_of(error))
    return moved(visit, "/user", id=user_id, saved="licenses")


def set_facts(visit: Visit) -> Response:
    """Save what is known of a user."""
    user_id = visit.form.raw("id")
    try:
        visit.installation.users.set(
            user_id,
            name=visit.form.text("name"),
            kind=_kind(visit),
            can_log_in=visit.form.has("can_log_in"),
            administrator=visit.form.has("administrator"),
            groups=visit.form.text("groups").replace(",", " ").split(),
        )
    except UserUnknown:
        raise
    except LicenseError as error:
        return user_card(visit, user_id, errors=(error,))
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


def _new(visit: Visit, error: LicenseError | None) -> Response:
    state = visit.installation.state()
    status = 200 if error is None else status_of(error)
    return page(
        visit, "user_new.html", state, status=status, error=error, kinds=KINDS, form=visit.form
    )


def _kind(visit: Visit) -> UserKind:
    return KINDS.get(visit.form.text("kind"), UserKind.ASSOCIATE)
