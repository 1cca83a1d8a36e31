"""Until when it is licensed without a gap: a pure function on bundles (`docs/evaluation.md`).

The bundles of one issuer and part follow one another. What counts for people is the day on which that ends, not the day
on which one of them does: a renewal that waits takes over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from licensekit.dates import day_at, end_of_day, format_days, start_of_day
from licensekit.entitlements.parts import USELESS, Part, days_left, is_here
from licensekit.entitlements.timeline import Timeline
from licensekit.wire.documents import Bundle


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
    def last(self) -> Bundle | None:
        """The bundle with which it ends, if it is licensed."""
        return self.bundles[-1] if self.bundles else None

    @property
    def shown_until(self) -> str | None:
        """`until` as plain JSON values have it: a date or `perpetual`; None: it is not licensed."""
        if not self.is_licensed:
            return None
        return "perpetual" if self.until is None else format_days(self.until)

    def is_followed(self, bundle: Bundle) -> bool:
        """Return whether another one takes over from this one without a gap."""
        return bundle in self.bundles[:-1]

    def days_left(self, now: int) -> int | None:
        """Return the days until the term ends; see `parts.days_left`. Of what is not licensed none are left."""
        return days_left(self.until, self.works_until, now) if self.is_licensed else 0

    def plain(self, now: int) -> dict[str, Any]:
        """Return it as plain JSON values, with the days that are left at `now`."""
        works_until = self.works_until
        return {
            "issuer": self.issuer,
            "part": self.part,
            "covered_until": self.shown_until,
            "works_until": None if works_until is None else format_days(works_until),
            "days_left": self.days_left(now),
        }


@dataclass(frozen=True)
class Covered:
    """What coverage follows from; it is worked out when it is asked for, and once."""

    timeline: Timeline
    judged: tuple[Part, ...]
    """All bundles: one that is not in force at its start may be so later."""
    now: int
    away_hours: float | None

    @cached_property
    def parts(self) -> tuple[Coverage, ...]:
        """The coverage of every issuer's part that a bundle in force or waiting is for.

        What cannot grant anything here covers nothing, whatever its dates are.
        """
        useless = [part.bundle for part in self.judged if part.state in USELESS]
        starts = {start_of_day(one.bundle.starts or 0) for one in self.timeline.candidates}
        of_line: dict[tuple[str, str], list[tuple[int, Bundle | None]]] = {}
        for since in sorted({self.now, *(start for start in starts if start > self.now)}):
            governing = [verified.document for verified in self.timeline.in_force(since)]
            usable = [one for one in governing if one not in useless and is_here(one, self.away_hours)]
            in_force = {(one.issuer, one.part): one if one in usable else None for one in governing}
            for line in {**of_line, **in_force}:
                of_line.setdefault(line, []).append((since, in_force.get(line)))
        return tuple(cover(*line, steps, self.now) for line, steps in sorted(of_line.items()))


def cover(issuer: str, part: str, steps: Iterable[tuple[int, Bundle | None]], now: int) -> Coverage:
    """Return the coverage from `now` on; a step is the second from which a bundle that grants something governs."""
    covering: list[Bundle] = []
    end: int | None = now
    for since, bundle in steps:
        if end is not None and since > end:
            break
        over = None if bundle is None or bundle.term_end is None else end_of_day(bundle.term_end)
        if bundle is None or (over is not None and since >= over):
            # Whatever it takes over from ends here all the same.
            end = since if covering else end
            break
        if bundle not in covering[-1:]:
            covering.append(bundle)
        end = over
    if not covering:
        return Coverage(issuer, part, (), None, None)
    works_until = None if end is None else day_at(end - 1)
    days = [day for day in (covering[-1].expiry, works_until) if day is not None]
    return Coverage(issuer, part, tuple(covering), min(days, default=None), works_until)
