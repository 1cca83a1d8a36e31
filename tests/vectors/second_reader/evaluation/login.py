"""Who may log in, and every reason why not ("Login")."""

from typing import Final, NamedTuple

from tests.vectors.second_reader.evaluation import events
from tests.vectors.second_reader.evaluation.access import Holder, held, user_holder
from tests.vectors.second_reader.evaluation.catalogs import Code, Way
from tests.vectors.second_reader.evaluation.codes import written
from tests.vectors.second_reader.evaluation.grants import everybody, present
from tests.vectors.second_reader.evaluation.reasons import assignments_of, beyond_sold
from tests.vectors.second_reader.evaluation.states import Access
from tests.vectors.second_reader.evaluation.world import User, World


class Reason(NamedTuple):
    """A reason against a login."""

    code: str
    license: str | None = None
    event: int | None = None


ABSENT: Final = Reason("issuer-absent")
"""The only reason where the way is of a partner who is not installed."""


def reasons(world: World, name: str, way: Way, site: str | None) -> list[Reason]:
    """Return every reason against a login, by code, license and event."""
    if name not in world.users:
        return [Reason("unknown-user")]
    user = world.users[name]
    against = [*_of_user(user, way), *_of_licenses(world, name, way, site), *_of_events(world, user, site)]
    return sorted(set(against), key=lambda one: (one.code, one.license or "", one.event or 0))


def _of_user(user: User, way: Way) -> list[Reason]:
    faults = {"retired": user.is_retired, "login-off": not user.can_log_in, "kind": user.kind not in way.users}
    return [Reason(code) for code, applies in faults.items() if applies]


def _of_licenses(world: World, name: str, way: Way, site: str | None) -> list[Reason]:
    holder = user_holder(world, name, site)
    has = everybody(world) if holder.unknown else held(world, holder)
    found: list[Reason] = []
    for code in way.takes:
        if code in world.catalogs.licenses and world.catalogs.licenses[code].kind == "system":
            if present(world).get(code, Access.NONE) == Access.NONE:
                found.append(Reason("not-licensed", written(world, code)))
        elif has.get(code, Access.NONE) == Access.NONE:
            found.append(_not_held(world, code, holder))
    return found


def _not_held(world: World, code: Code, holder: Holder) -> Reason:
    surplus = beyond_sold(world, assignments_of(world, code, holder), holder)
    if surplus is not None:
        return Reason("beyond-sold", written(world, surplus))
    return Reason("not-held", written(world, code))


def _of_events(world: World, user: User, site: str | None) -> list[Reason]:
    """Administrators may log in whatever event is in force."""
    if user.is_administrator:
        return []
    return [
        Reason("event", event=event.number)
        for event in world.events
        if event.kind == "no-login" and events.concerns(world, event, user.id, site)
    ]
