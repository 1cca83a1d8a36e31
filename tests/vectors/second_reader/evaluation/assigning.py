"""Whether licenses may be assigned to a holder and released ("Assignments", S1 to S5)."""

from typing import NamedTuple

from tests.vectors.second_reader.evaluation.catalogs import Code, License, code_of
from tests.vectors.second_reader.evaluation.grants import everybody, present
from tests.vectors.second_reader.evaluation.slots import in_use, total
from tests.vectors.second_reader.evaluation.states import Access
from tests.vectors.second_reader.evaluation.world import Site, User, World
from tests.vectors.second_reader.forms import need


class Change(NamedTuple):
    """What a holder is assigned before a change and after it."""

    before: list[Code]
    after: list[Code]

    @property
    def new(self) -> list[Code]:
        """What is assigned newly."""
        return [code for code in self.after if code not in self.before]


def change(world: World, holder: User | Site | None, assign: list[str], release: list[str]) -> None:
    """Refuse a change with the code of its first fault."""
    need(holder is not None, "not-found")
    assert holder is not None
    is_retired = isinstance(holder, User) and holder.is_retired
    need(not (is_retired and assign), "user-retired")
    kind = "user" if isinstance(holder, User) else "site"
    wanted = [_assignable(world, text, kind) for text in assign]
    before = [] if is_retired else [one.license for one in holder.licenses]
    released = [code_of(text, world.vendor) for text in release]
    need(set(released) <= set(before), "not-assigned")
    kept = [code for code in before if code not in released]
    made = Change(before, list(dict.fromkeys([*kept, *wanted])))
    licenses = [world.catalogs.licenses[code] for code in made.new]
    need(not any(one.limits_sites or one.is_concurrent for one in licenses), "not-assigned")
    need(_has_one_plan(world, made), "plan-held")
    need(all(_has_required(world, one, made) for one in licenses), "requirement-missing")
    need(not _loses_required(world, made), "still-required")
    need(all(_is_free(world, one) for one in licenses), "none-free")


def _assignable(world: World, text: str, kind: str) -> Code:
    """S1: what is assigned is in a catalog, and of the holder's kind."""
    code = code_of(text, world.vendor)
    need(code in world.catalogs.licenses, "unknown-code")
    need(world.catalogs.licenses[code].kind == kind, "wrong-kind")
    return code


def _has_one_plan(world: World, made: Change) -> bool:
    """S3: a new plan is the only one of its issuer."""
    known = world.catalogs.licenses
    plans = [code for code in made.after if code in known and known[code].plan]
    return all(new == other or new.issuer != other.issuer for new in made.new if new in plans for other in plans)


def _has_required(world: World, one: License, made: Change) -> bool:
    """S4."""
    return set(one.requires) <= _has(world, made.after)


def _loses_required(world: World, made: Change) -> bool:
    """S5: return whether something that stays requires what the holder has before the change and not after it."""
    lost = _has(world, made.before) - _has(world, made.after)
    stays = [
        world.catalogs.licenses[code] for code in made.after if code in made.before and code in world.catalogs.licenses
    ]
    return any(lost & set(one.requires) for one in stays)


def _has(world: World, assigned: list[Code]) -> set[Code]:
    """Return what a holder has for S4 and S5: what it is assigned and what that gives, whatever has lapsed of it."""
    given = {code for one in assigned for code in world.catalogs.reached(one)}
    given.update(assigned)  # a license that no catalog has gives nothing, but is still assigned
    common = {**present(world), **everybody(world)}
    return given | {code for code, access in common.items() if access > Access.NONE}


def _is_free(world: World, one: License) -> bool:
    """S2."""
    there = total(world, one)
    return there is None or in_use(world, one) < there
