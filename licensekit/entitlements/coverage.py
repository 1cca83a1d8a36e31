"""Until when it is licensed without a gap: a pure function on bundles (`docs/evaluation.md`).

The bundles of one issuer and part follow one another. What counts for people is the day on which
that ends, not the day on which one of them does: a renewal that waits takes over.
"""

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from licensekit.dates import day_at, end_of_day, start_of_day
from licensekit.entitlements.parts import governing
from licensekit.trust.signed import Verified
from licensekit.wire.documents import Bundle


class Step(NamedTuple):
    """From a second on, this bundle governs its issuer's part."""

    since: int
    """Seconds since 1970."""
    bundle: Bundle | None
    """None: nothing does any more."""
    usable: bool = True
    """Whether it grants anything here: a bundle of another installation does not."""


class Coverage(NamedTuple):
    """For how long one part of one issuer is licensed without a gap."""

    issuer: str
    part: str
    bundles: tuple[Bundle, ...]
    """Those that follow one another from now on; empty: it is not licensed now."""
    until: int | None
    """The last day of the term, in days since 1970; None: perpetual, or not licensed.

    Where it is past, grace runs.
    """
    works_until: int | None
    """The last day on which everything works: that of grace, where there is one."""

    @property
    def is_licensed(self) -> bool:
        """Whether everything that the part grants works now."""
        return bool(self.bundles)

    @property
    def is_perpetual(self) -> bool:
        """Whether it is licensed and does not end."""
        return self.is_licensed and self.until is None

    @property
    def last(self) -> Bundle | None:
        """The bundle with which it ends, if it is licensed."""
        return self.bundles[-1] if self.bundles else None

    def is_followed(self, bundle: Bundle) -> bool:
        """Return whether another one takes over from this one without a gap."""
        return bundle in self.bundles[:-1]

    def days_left(self, now: int) -> int | None:
        """Return the days until the term ends, or once it has ended, until grace does.

        None: it is perpetual. Of what is not licensed none are left.
        """
        if self.is_perpetual:
            return None
        today = day_at(now)
        is_past = self.until is None or today > self.until
        end = self.works_until if is_past else self.until
        return 0 if end is None else max(0, end - today)


def list_coverage(
    bundles: Iterable[Verified[Bundle]], now: int, useless: Container[bytes] = frozenset()
) -> tuple[Coverage, ...]:
    """Return the coverage of every issuer's part that a bundle in force or waiting is for.

    `now` is in seconds since 1970. `useless` are the identities of bundles that grant nothing
    here whatever their dates are. Which bundle governs at a moment is the rule of `parts`.
    """
    of_line: dict[tuple[str, str], list[Step]] = {}
    governed = dict(_governed(tuple(bundles), now))
    for since, in_force in governed.items():
        for line in in_force:
            of_line.setdefault(line, [])
        for line, steps in of_line.items():
            verified = in_force.get(line)
            document = None if verified is None else verified.document
            if not steps or steps[-1].bundle is not document:
                usable = verified is None or verified.identity not in useless
                steps.append(Step(since, document, usable))
    return tuple(cover(*line, steps, now) for line, steps in sorted(of_line.items()))


def cover(issuer: str, part: str, steps: Iterable[Step], now: int) -> Coverage:
    """Return the coverage from `now` on that steps in the order of time make.

    The first step holds at `now`, or nothing does yet.
    """
    covering: list[Bundle] = []
    end: int | None = now
    for step in steps:
        if end is not None and step.since > end:
            break
        bundle = step.bundle
        if bundle is None or not step.usable or not _works(bundle, max(step.since, now)):
            # Whatever it takes over from ends here all the same.
            end = step.since if covering else end
            break
        covering.append(bundle)
        end = _end_of(bundle.expiry if bundle.grace is None else bundle.grace)
    if not covering:
        return Coverage(issuer, part, (), None, None)
    works_until = None if end is None else day_at(end - 1)
    days = [day for day in (covering[-1].expiry, works_until) if day is not None]
    return Coverage(issuer, part, tuple(covering), min(days, default=None), works_until)


def _governed(
    bundles: tuple[Verified[Bundle], ...], now: int
) -> Iterator[tuple[int, dict[tuple[str, str], Verified[Bundle]]]]:
    """Yield from when which bundles govern: now, and at each start that is still to come."""
    in_force, waiting = governing(bundles, now)
    together = (*in_force, *waiting)
    starts = {start_of_day(verified.document.starts or 0) for verified in waiting}
    for moment in (now, *sorted(starts)):
        chosen = in_force if moment == now else governing(together, moment)[0]
        yield moment, {(v.document.issuer, v.document.part): v for v in chosen}


def _works(bundle: Bundle, moment: int) -> bool:
    end = _end_of(bundle.expiry if bundle.grace is None else bundle.grace)
    return end is None or moment < end


def _end_of(day: int | None) -> int | None:
    return None if day is None else end_of_day(day)
