"""A plain model of which bundles govern, written from `docs/evaluation.md`, "Parts"."""

from typing import NamedTuple

from licensekit.dates import start_of_day
from licensekit.wire.documents import Bundle, Kind, Use
from tests.signers import MOST

LIMITED = {"trials", "shop"}


class Item(NamedTuple):
    """A bundle that was activated."""

    bundle: Bundle
    key: str
    """The name of the key that signed it."""
    is_revoked: bool = False


def admits(key: str, bundle: Bundle) -> bool:
    """Return whether a limited key may sign a bundle of the machine's, by hand."""
    if bundle.replaces:
        return False
    if key == "trials":
        return bundle.use is Use.TRIAL and bundle.expiry is not None
    counts = [count for kind in Kind for count in bundle.counts(kind).values()]
    return bundle.part in ("base", "extra") and all(n is not None and n <= MOST for n in counts)


def begin(item: Item) -> int:
    """Return the second at which a bundle starts."""
    return 0 if item.bundle.starts is None else start_of_day(item.bundle.starts)


def in_force(items: list[Item], now: int) -> set[int]:
    """Return the numbers of the bundles in force."""
    started = [n for n, item in enumerate(items) if begin(item) <= now]
    heads = [n for n in started if head(items, line(items, started, n)) == n]
    sound = [n for n in heads if not items[n].is_revoked]
    standing = [n for n in started if not items[n].is_revoked and head(items, line(items, started, n)) in sound]
    left = [n for n in sound if not is_replaced(items, standing, n)]
    return {n for n in left if n == best(items, [m for m in left if same_part(items, n, m)])}


def waiting(items: list[Item], now: int) -> set[int]:
    """Return the numbers of those that are in force once they have started."""
    later = [n for n, item in enumerate(items) if begin(item) > now]
    return {n for n in later if n in in_force(items, begin(items[n]))}


def line(items: list[Item], started: list[int], number: int) -> list[int]:
    """Return the started bundles of one serial, part and use, the highest sequence last."""
    one = items[number].bundle
    mates = [
        n
        for n in started
        if (items[n].bundle.serial, items[n].bundle.part, items[n].bundle.use) == (one.serial, one.part, one.use)
    ]
    return sorted(mates, key=lambda n: (items[n].bundle.sequence, n))


def head(items: list[Item], mates: list[int]) -> int:
    """Return the highest, or what is below it where its key may not sign that."""
    *below, top = mates
    if not below:
        return top
    before = head(items, below)
    key = items[top].key
    may = key not in LIMITED or admits(key, items[before].bundle)
    return top if may else before


def same_part(items: list[Item], one: int, other: int) -> bool:
    """Return whether two are of one part."""
    return items[one].bundle.part == items[other].bundle.part


def best(items: list[Item], numbers: list[int]) -> int:
    """Return the number of the bundle with the highest use; of several, the one activated last."""
    use = min(items[n].bundle.use for n in numbers)
    return max(n for n in numbers if items[n].bundle.use == use)


def is_replaced(items: list[Item], standing: list[int], number: int) -> bool:
    """Return whether another serial has the place of this one's."""
    mine = serial(items, number)
    for other in {serial(items, n) for n in standing} - {mine}:
        if leads(items, standing, other, mine, frozenset()):
            comes_back = leads(items, standing, mine, other, frozenset())
            if not comes_back or last(items, standing, other) > last(items, standing, mine):
                return True
    return False


def serial(items: list[Item], number: int) -> tuple[str, Use]:
    """Return serial and use of a bundle."""
    return items[number].bundle.serial, items[number].bundle.use


def last(items: list[Item], standing: list[int], which: tuple[str, Use]) -> int:
    """Return when a serial was activated last."""
    return max(n for n in standing if serial(items, n) == which)


def leads(
    items: list[Item],
    standing: list[int],
    start: tuple[str, Use],
    end: tuple[str, Use],
    seen: frozenset[tuple[str, Use]],
) -> bool:
    """Return whether one serial replaces another, directly or through others."""
    for n in standing:
        bundle, key = items[n].bundle, items[n].key
        if serial(items, n) != start or bundle.part != "base" or key in LIMITED:
            continue
        for name, use in {serial(items, m) for m in standing}:
            if name == bundle.serial or use < bundle.use:
                continue
            bought = bundle.use is Use.PRODUCTION and use is not Use.PRODUCTION
            if not bought and name not in bundle.replaces:
                continue
            if (name, use) == end:
                return True
            if (name, use) not in seen and leads(items, standing, (name, use), end, seen | {start}):
                return True
    return False
