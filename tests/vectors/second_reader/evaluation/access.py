"""What a license is to whom ("Access", "Your own users")."""

from dataclasses import dataclass

from tests.vectors.second_reader.evaluation.catalogs import Code, License
from tests.vectors.second_reader.evaluation.grants import best, everybody, highest, present
from tests.vectors.second_reader.evaluation.slots import Served, served
from tests.vectors.second_reader.evaluation.states import Access
from tests.vectors.second_reader.evaluation.world import World


@dataclass(frozen=True)
class Holder:
    """Whom a question is about, with what each of its assignments is served with."""

    kind: str
    """`installation`, `user` or `site`; `application` where it passes what its own user holds."""
    unknown: str | None = None
    """`unknown-user`, `unknown-site` or `retired`, if it has nothing for that."""
    own: tuple[Served, ...] = ()
    of_site: tuple[Served, ...] = ()
    """Those of the site at which a user works."""


INSTALLATION = Holder("installation")


def user_holder(world: World, user: str, site: str | None) -> Holder:
    """Return a user, who may work at a site."""
    if user not in world.users:
        return Holder("user", "unknown-user")
    if world.users[user].is_retired:
        return Holder("user", "retired")
    of_site = served(world, world.sites[site]) if site in world.sites else ()
    return Holder("user", None, tuple(served(world, world.users[user])), tuple(of_site))


def site_holder(world: World, site: str) -> Holder:
    """Return a site."""
    if site not in world.sites:
        return Holder("site", "unknown-site")
    return Holder("site", None, tuple(served(world, world.sites[site])))


def passed_holder(world: World, licenses: list[Code]) -> Holder:
    """Return a user of the application's own: each license that it passes is served like slot 1."""
    return Holder("application", None, tuple(Served(code, best(world, code)) for code in dict.fromkeys(licenses)))


def access(world: World, one: License, holder: Holder) -> Access:
    """Return what a license is to a holder."""
    if holder.unknown:
        return Access.NONE
    if one.kind != "system":
        return held(world, holder).get(one.code, Access.NONE)
    most = present(world).get(one.code, Access.NONE)
    return most if _is_whole(world, one, holder) else min(most, Access.READ)


def _is_whole(world: World, one: License, holder: Holder) -> bool:
    """Access 1 and 2: return whether a system license has no `full_with`, or the holder has that in full."""
    if one.full_with is None:
        return True
    if holder.kind == "installation":
        return False
    has = {**held(world, holder), **present(world)}
    return has.get(one.full_with) == Access.FULL


def held(world: World, holder: Holder) -> dict[Code, Access]:
    """Access 3: return the site and user licenses that a holder has."""
    found = dict(everybody(world))
    for code, access in highest(world, (*holder.own, *holder.of_site)).items():
        found[code] = max(access, found.get(code, Access.NONE))
    return found
