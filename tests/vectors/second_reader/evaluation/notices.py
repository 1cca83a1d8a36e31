"""What administrators should know, as far as documents and slots say it ("Notices")."""

from collections.abc import Iterator
from typing import Any, Final

from tests.vectors.second_reader.evaluation import settings
from tests.vectors.second_reader.evaluation.bundles import DAY, MAPS, Bundle
from tests.vectors.second_reader.evaluation.catalogs import Code, License
from tests.vectors.second_reader.evaluation.codes import written
from tests.vectors.second_reader.evaluation.coverage import coverage, covered_parts
from tests.vectors.second_reader.evaluation.governing import in_force, waiting
from tests.vectors.second_reader.evaluation.grants import granted, grants_of
from tests.vectors.second_reader.evaluation.slots import in_use, total
from tests.vectors.second_reader.evaluation.states import matching_facts, state
from tests.vectors.second_reader.evaluation.world import World
from tests.vectors.second_reader.trust import Held

Notice = dict[str, Any]
_SEVERITIES: Final = ("error", "warning", "info")
_MEMBERS: Final = ("code", "bundle", "license", "setting", "issuer")


def notices(world: World) -> list[Notice]:
    """Return the notices, the most urgent first."""
    found: list[Notice] = []
    for one in _all(world):
        if one not in found:
            found.append(one)
    return sorted(found, key=_order)


def _order(one: Notice) -> tuple[Any, ...]:
    return _SEVERITIES.index(one["severity"]), *(one.get(name, "") for name in _MEMBERS)


def _all(world: World) -> Iterator[Notice]:
    for bundle in in_force(world):
        yield from _of_bundle(world, bundle)
        yield from _unknown_licenses(world, bundle)
    for bundle in waiting(world):
        yield from _of_waiting(world, bundle)
    for part in covered_parts(world):
        yield from _of_coverage(world, part)
    for one in world.catalogs.licenses.values():
        yield from _of_license(world, one)
    yield from _of_settings(world)
    yield from _not_fresh(world)


def label(world: World, bundle: Bundle) -> str:
    """Return serial, part and sequence, the use where that is not production, and another issuer than the vendor."""
    says = bundle.says
    issuer = "" if bundle.issuer == world.vendor else f"{bundle.issuer} "
    use = "" if says["use"] == 0 else f"{bundle.held.plain['use']} "
    return f"{issuer}{says['serial']} {says['part']} {use}{says['sequence']}"


def _about(world: World, severity: str, code: str, bundle: Bundle, **more: Any) -> Notice:
    return {"severity": severity, "code": code, "bundle": label(world, bundle), **more}


def _has_come(world: World, day: int | None) -> bool:
    return day is not None and world.now >= day * DAY


def _has_passed(world: World, day: int | None) -> bool:
    return day is not None and world.now >= (day + 1) * DAY


def _days_to(world: World, day: int) -> int:
    return day - world.now // DAY


def _of_state(world: World, bundle: Bundle) -> Iterator[Notice]:
    present = state(world, bundle)
    if present in {"expired", "foreign", "unmaintained"}:
        yield _about(world, "error", present, bundle)


def _of_bundle(world: World, bundle: Bundle) -> Iterator[Notice]:
    yield from _of_state(world, bundle)
    if _has_come(world, bundle.says["next_check"]):
        yield _about(world, "info", "next-check", bundle)
    yield from _facts_changed(world, bundle)


def _facts_changed(world: World, bundle: Bundle) -> Iterator[Notice]:
    """Report a binding that matches although some facts do not."""
    binding = bundle.held.plain["binding"]
    if binding is None or world.installation is None or state(world, bundle) == "foreign":
        return
    matching = matching_facts(world.installation, bundle)
    if matching < len(binding["facts"]):
        yield _about(world, "warning" if matching == binding["needed"] else "info", "facts-changed", bundle)


def _of_waiting(world: World, bundle: Bundle) -> Iterator[Notice]:
    yield _about(world, "info", "pending", bundle, days=_days_to(world, bundle.says["starts"]))
    yield from _of_state(world, bundle)


def _of_coverage(world: World, part: tuple[str, str]) -> Iterator[Notice]:
    """Report that a coverage ends with a bundle whose warning has come, or that grace runs."""
    covered = coverage(world, part)
    if covered is None or covered.works_until is None:
        return
    says = covered.bundle.says
    if _has_passed(world, says["expiry"]):
        yield _about(world, "warning", "grace", covered.bundle, days=_days_to(world, covered.works_until))
    elif _has_come(world, says["warning"]):
        yield _about(world, "warning", "warning", covered.bundle, days=_days_to(world, says["expiry"]))


def _of_license(world: World, one: License) -> Iterator[Notice]:
    """Report that more are in use than there are, or as many, or nearly as many."""
    there, used = total(world, one), in_use(world, one)
    if there is None or one.kind == "system":
        return
    code = written(world, one.code)
    has_lapsed = there == 0 and any(grant.license is one for grant in granted(world))
    is_assigned = not one.is_concurrent and there > 0
    if used > there:
        if not has_lapsed:
            yield {"severity": "error", "code": "deficit", "license": code, "release": used - there}
    elif is_assigned and used == there:
        yield {"severity": "info", "code": "used-up", "license": code}
    elif is_assigned and used * 10 >= there * 9:
        yield {"severity": "info", "code": "nearly-used", "license": code}


def _unknown_licenses(world: World, bundle: Bundle) -> Iterator[Notice]:
    """Report the codes that a bundle names and does not grant."""
    known = {grant.license.code for grant in grants_of(world, bundle)}
    named = {Code(bundle.issuer, name) for field in MAPS.values() for name in bundle.says[field]}
    for code in named - known:
        yield _about(world, "info", "unknown-license", bundle, license=written(world, code))


def _of_settings(world: World) -> Iterator[Notice]:
    for one in settings.sold(world):
        code = written(world, one.code)
        if one.code not in world.catalogs.settings:
            yield _about(world, "info", "unknown-setting", one.bundle, setting=code)
        elif not settings.fits(world, one):
            yield _about(world, "warning", "setting-unfit", one.bundle, setting=code)


def _not_fresh(world: World) -> Iterator[Notice]:
    """Report each issuer whose revocation list is past its time, and the trust document if it is."""
    about: list[tuple[Held | None, Notice]] = [(world.believed.trust, {})]
    about += [(held, {"issuer": issuer}) for issuer, held in world.believed.lists.items()]
    for held, issuer in about:
        until = None if held is None else held.says["fresh_until"]
        if until is not None and world.now >= until:
            yield {"severity": "info", "code": "not-fresh"} | issuer
