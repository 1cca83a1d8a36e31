"""A vendor's books, kept in plain Python for tests of the ledger: what was sold to whom, and what became of it.

It knows nothing of the program. Days are counted from 1970, and everything is found by going through all of it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

FOREVER = 10**9
NEAR = 90
"""How many days after a period count as near."""
UNSTATED = frozenset({"server", "reports"})
"""Licenses whose use no statement reports: system licenses that are not meters."""
Row = tuple[str, str, str, bool]
"""A row of a report: group, use, license or nothing for the sales themselves, and whether it is unrestricted."""
USES = ("production", "trial", "demo")
"""Each use takes precedence over those after it."""


@dataclass(eq=False)
class Sale:
    """One bundle: what was sold, and how it came about."""

    number: int
    """In the order of sales."""
    serial: str
    part: str
    use: str
    sequence: int
    company: str
    """As it was signed."""
    action: str
    """`issue`, `renew` or `amend`."""
    issued: int
    expiry: int | None
    grace: int | None
    counts: Mapping[tuple[str, str], int | None]
    """Kind and license to a count; None is unrestricted."""
    maintenance: int | None = None
    order: str | None = None
    replaces: tuple[str, ...] = ()
    taken: str | None = None
    """`suspended`, `revoked`, `returned` or `void`."""
    seller: str = "vendor"
    """Whose ledger it was entered in first."""
    key: str = ""
    """The name of the key whose signature is the newest."""

    @property
    def line(self) -> tuple[str, str, str]:
        """What a later sequence takes over."""
        return self.serial, self.part, self.use

    @property
    def label(self) -> str:
        """How the ledger names it."""
        use = "" if self.use == "production" else f" {self.use}"
        return f"{self.serial} {self.part}{use} {self.sequence}"

    @property
    def end(self) -> int:
        """The last day, grace included."""
        return next((day for day in (self.grace, self.expiry) if day is not None), FOREVER)


@dataclass
class Customer:
    """A company that buys."""

    name: str
    external: str
    serials: list[str] = field(default_factory=list[str])
    installations: dict[str, str] = field(default_factory=dict[str, str])
    """Name to purpose."""
    is_gone: bool = False
    """Whether it is a part of another."""


@dataclass
class Books:
    """Everything that was sold, and to whom."""

    sales: list[Sale] = field(default_factory=list[Sale])
    customers: dict[str, Customer] = field(default_factory=dict[str, Customer])
    """By external id."""
    stated: dict[str, list[tuple[int, dict[str, int]]]] = field(
        default_factory=dict[str, list[tuple[int, dict[str, int]]]]
    )
    """Serial to the day of each statement, and what is in use."""
    moved: list[tuple[int, str, Sale, int]] = field(default_factory=list[tuple[int, str, Sale, int]])
    """On which day a figure of the report rose or fell, for which sale."""
    by_serial: dict[str, list[Sale]] = field(default_factory=dict[str, list[Sale]])
    replacing: dict[str, list[Sale]] = field(default_factory=dict[str, list[Sale]])
    """Serial to the sales that take its place."""

    def add(self, one: Sale) -> None:
        """Enter a sale."""
        before = self._kept_beside(one)
        self.sales.append(one)
        self.by_serial.setdefault(one.serial, []).append(one)
        for serial in one.replaces:
            self.replacing.setdefault(serial, []).append(one)
        after = self._kept_beside(one)
        gone, came = before - after, after - before
        followed = {other for other in gone if other.use == one.use}
        if not followed and one in came:
            self.moved.append((one.issued, "new", one, 1))
        self.moved += [(one.issued, "changed", other, 1) for other in came if other is not one or followed]
        self.moved += [(one.issued, "changed", other, -1) for other in gone]
        self.moved += [(one.issued, "renewed", other, 1) for other in followed if is_put_off(other, one)]

    def judge(self, one: Sale, taken: str | None, day: int) -> None:
        """Take a sale back, or reinstate it."""
        before = self._kept_beside(one)
        one.taken = taken
        after = self._kept_beside(one)
        self.moved += [(day, "taken_back", other, 1) for other in before - after]
        self.moved += [(day, "taken_back", other, -1) for other in after - before]

    def newest(self, serial: str, part: str = "base") -> Sale:
        """Return what is in force of a part, or was last."""
        found = [one for one in self.by_serial[serial] if one.part == part]
        return ([one for one in found if self.is_kept(one)] or found)[-1]

    @property
    def next_number(self) -> int:
        """The number of the next sale."""
        return len(self.sales)

    def next_sequence(self, serial: str, part: str, use: str) -> int:
        """Return the sequence that is due in a line."""
        line = (one.sequence for one in self.by_serial.get(serial, ()) if (one.part, one.use) == (part, use))
        return max(line, default=0) + 1

    def is_kept(self, one: Sale) -> bool:
        """Return whether nothing has taken a sale back, or its place."""
        return one.taken is None and not self._later(one) and not self._is_beaten(one)

    def state(self, one: Sale, today: int) -> str:
        """Return the state of a sale on a day."""
        if one.taken is not None:
            return one.taken
        if not self.is_kept(one):
            return "replaced"
        return "active" if one.end >= today else "expired"

    def states(self, today: int) -> dict[str, set[str]]:
        """Return the labels of all sales by their state."""
        found: dict[str, set[str]] = {}
        for one in self.sales:
            found.setdefault(self.state(one, today), set()).add(one.label)
        return found

    def lapsing(self, first: int, last: int) -> list[Sale]:
        """Return what ends within some days, and nothing takes over."""
        return [
            one for one in self.sales if one.expiry is not None and first <= one.expiry <= last and self.is_kept(one)
        ]

    def ending(self, first: int, last: int) -> list[Sale]:
        """Return what of production ends within some days, by its term or by its maintenance."""
        whole = (one for one in self.sales if one.use == "production" and self.is_kept(one))
        found = [one for one in whole if one.expiry is None or one.expiry >= first]
        return [one for one in found if any(day and first <= day <= last for day in (one.expiry, one.maintenance))]

    def verdict(self, one: Sale, today: int, lost: Collection[str]) -> str:
        """Return why a sale works or does not; `lost` are the names of keys that nobody believes any more."""
        if one.taken is not None:
            return one.taken
        if one.key in lost:
            return "key-revoked"
        # What a key signed that nobody believes takes nobody's place.
        later = [other for other in self._later(one) if other.key not in lost]
        if not later and not self._is_beaten(one):
            is_in_grace = one.expiry is not None and one.expiry < today <= one.end
            return "grace" if is_in_grace else "works" if one.end >= today else "expired"
        return "replaced" if self._has_heir(one.serial, {one.part}) else "gone"

    def in_force(self, today: int) -> Iterator[Sale]:
        """Yield what is in force on a day: of each line the newest that was not taken back or replaced."""
        return (one for one in self.sales if self.state(one, today) == "active")

    def counts_kept(self, serial: str) -> dict[tuple[str, str], int | None]:
        """Return how many of each license a serial has, its parts together, although they may have ended."""
        return _added(filter(self.is_kept, self.by_serial[serial]))

    def report(self, first: int, last: int, by: Callable[[Sale], str]) -> dict[Row, Counter[str]]:
        """Return the figures of a period that are not all zero: each with its sales, or with what they count."""
        found: defaultdict[Row, Counter[str]] = defaultdict(Counter)

        def count(figure: str, one: Sale, times: int = 1) -> None:
            for code, number in [("", 1), *((code, number) for (_, code), number in one.counts.items())]:
                found[by(one), one.use, code, number is None][figure] += times * (1 if number is None else number)

        for day, figure, one, times in self.moved:
            if first <= day <= last:
                count(figure, one, times)
        for one in filter(self.is_kept, self.sales):
            for figure, holds in _at_end(one, first, last).items():
                if holds:
                    count(figure, one)
        for serial, stated in self.stated.items():
            in_period = [used for day, used in stated if first <= day <= last]
            if in_period:
                self._true_up(found, in_period, serial, last, by)
        return {row: figures for row, figures in found.items() if any(figures.values())}

    def _true_up(
        self,
        found: dict[Row, Counter[str]],
        stated: list[dict[str, int]],
        serial: str,
        last: int,
        by: Callable[[Sale], str],
    ) -> None:
        kept = (one for one in self.by_serial[serial] if one.use == "production" and self.is_kept(one))
        counting = [one for one in kept if one.end >= last]
        if not counting:
            return
        base, sold = counting[0], _added(counting)
        for code in {*(code for (_, code) in sold), *(code for used in stated for code in used)} - UNSTATED:
            total = next((number for (_, sold_code), number in sold.items() if sold_code == code), 0)
            peak = max(used.get(code, 0) for used in stated)
            figures = found[by(base), "production", code, total is None]
            figures.update(in_use=stated[-1].get(code, 0), peak=peak)
            if total is not None:
                figures.update(stated_for=total, over=max(0, peak - total), free=max(0, total - peak))

    def _kept_beside(self, one: Sale) -> set[Sale]:
        """Return what is kept of the serials that a sale has to do with."""
        line = (*self.by_serial.get(one.serial, ()), one)
        serials = {one.serial, *(serial for other in line for serial in other.replaces)}
        return {other for serial in serials for other in self.by_serial.get(serial, ()) if self.is_kept(other)}

    def owner(self, serial: str) -> Customer:
        """Return the customer that a serial belongs to."""
        return next(one for one in self.customers.values() if serial in one.serials)

    def merge(self, one: Customer, into: Customer) -> None:
        """Let a customer take over what another has."""
        into.serials += one.serials
        into.installations |= one.installations
        one.serials, one.is_gone = [], True

    def absorb(self, others: "Books") -> None:
        """Enter what somebody else has sold since the last time."""
        known = {one.label for one in self.sales}
        for one in others.sales:
            if one.label not in known:
                self.add(replace(one, number=self.next_number))

    def give_back(self, one: Sale, day: int) -> None:
        """Let a customer return a sale: what came before it in its line no longer counts either."""
        self.judge(one, "returned", day)
        for earlier in self.by_serial[one.serial]:
            if earlier.line == one.line and earlier.sequence < one.sequence and earlier.taken is None:
                earlier.taken = "revoked"

    def _has_heir(self, serial: str, parts: set[str]) -> bool:
        """Return whether something in force has the place of what was sold under a serial."""
        if any(one.part in parts and self.is_kept(one) for one in self.by_serial[serial]):
            return True
        return any(self._has_heir(one.serial, {*parts, "base"}) for one in self.replacing.get(serial, ()))

    def _later(self, one: Sale) -> list[Sale]:
        return [other for other in self._line(one) if other.sequence > one.sequence]

    def _line(self, one: Sale) -> list[Sale]:
        return [other for other in self.by_serial[one.serial] if other.line == one.line and other.taken != "void"]

    def _is_beaten(self, one: Sale) -> bool:
        """Return whether another use or serial takes the place of a sale."""
        if self._is_replaced(one):
            return True
        better = USES[: USES.index(one.use)]
        others = (other for other in self.by_serial[one.serial] if other.part == one.part and other.use in better)
        return any(self._grants(other) and not self._is_replaced(other) for other in others)

    def _is_replaced(self, one: Sale) -> bool:
        others = (other for other in self.replacing.get(one.serial, ()) if other.number > one.number)
        return any(self._grants(other) for other in others)

    def _grants(self, one: Sale) -> bool:
        """Return whether a sale may take the place of others: neither it nor the newest of its line was taken back."""
        line = self._line(one)
        return one.taken is None and bool(line) and max(line, key=lambda other: other.sequence).taken is None


def is_put_off(before: Sale, after: Sale) -> bool:
    """Return whether a later sale ends later, by its term or by its maintenance."""
    dates = (before.expiry, after.expiry), (before.maintenance, after.maintenance)
    return any(old is not None and (new is None or new > old) for old, new in dates)


def _at_end(one: Sale, first: int, last: int) -> dict[str, bool]:
    """Return which figures at the end of a period a sale is in that is kept."""
    expiry, maintenance = one.expiry, one.maintenance
    return {
        "in_force": one.end >= last,
        "lapsed": expiry is not None and first <= expiry <= last,
        "expiring": expiry is not None and last < expiry <= last + NEAR,
        "maintenance_due": maintenance is not None and first <= maintenance <= last + NEAR,
    }


def _added(sales: Iterable[Sale]) -> dict[tuple[str, str], int | None]:
    """Return how many of each license some sales have together; None is unrestricted."""
    found: dict[tuple[str, str], int | None] = {}
    for one in sales:
        for which, count in one.counts.items():
            before = found.get(which, 0)
            found[which] = None if count is None or before is None else before + count
    return found
