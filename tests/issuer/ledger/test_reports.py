"""Reports reconcile with a plain model of what was sold, whatever was done in whatever order."""

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.database import Connection
from licensekit.dates import DAY_SECONDS, date_of
from licensekit.errors import LedgerDamaged
from licensekit.issuer.ledger.entries import append, open_ledger
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.ledger.report import ReportRow, ReportScope, report
from licensekit.issuer.ledger.states import Named
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from licensekit.wire.documents import Document, Kind, Usage, Use
from tests import makers, workspaces
from tests.issuer.sales_model import FIGURES, USED, Judged, Key, SalesModel, Sold, Stated, states
from tests.profiles import examples

DAY: Final = makers.ISSUED_DAY
TODAY: Final = DAY + 400
SERIALS: Final = {"A": "Nordlys AS", "B": "Nordlys AS", "C": "Fjord AS"}
KINDS: Final = {"server": Kind.SYSTEM, "calls": Kind.SYSTEM, "branch": Kind.SITE, "standard": Kind.USER}


class Step(NamedTuple):
    """What is done some days after what was done before."""

    after: int
    what: str
    serial: str
    place: int
    """Which bundle is taken back."""
    use: Use
    part: str
    counts: dict[str, int | None]
    dates: tuple[int | None, int | None, int | None, int | None]
    """Days until it starts, and its terms, its grace and its maintenance end."""
    edition: str | None
    replaces: tuple[str, ...]


COUNTS: Final = st.dictionaries(
    st.sampled_from(("standard", "branch")), st.sampled_from((1, 5, 25, None)), max_size=2
).map(lambda counts: {"server": 1, **counts})
DATES: Final = st.sampled_from(
    (
        (None, 365, None, None),
        (None, 20, 30, 200),
        (None, 400, 414, None),
        (None, None, None, 365),
        (40, 365, None, 30),
        (90, None, None, None),
    )
)
STEPS: Final = st.lists(
    st.builds(
        Step,
        st.integers(0, 60),
        st.sampled_from(
            ("issue", "issue", "issue", "issue", "suspend", "revoke", "void", "reinstate", "return", "state")
        ),
        st.sampled_from(tuple(SERIALS)),
        st.integers(0, 9),
        st.sampled_from((Use.PRODUCTION, Use.PRODUCTION, Use.TRIAL)),
        st.sampled_from(("base", "base", "more")),
        COUNTS,
        DATES,
        st.sampled_from((None, None, "team", "business")),
        st.sampled_from(((), (), (), ("A",), ("B",))),
    ),
    max_size=12,
)


def record(document: Document, day: int, action: str, **more: Any) -> Record:
    """Return the record of a document signed by a TEST KEY."""
    signer = makers.installation_key() if action == "accept" else makers.key("vendor")
    return Record(action, day * DAY_SECONDS, "anna", sign(document, signer), document, **more)


class Player:
    """Does the same to a ledger and to the model."""

    def __init__(self, ledger: Connection) -> None:
        self.ledger = ledger
        self.model = SalesModel(unstated=frozenset({"server"}))
        self.day = DAY
        self.identities: dict[int, bytes] = {}
        self.taken: set[bytes] = set()
        self.lists = 0

    def play(self, steps: Iterable[Step]) -> None:
        """Do one step after the other."""
        for step in steps:
            self.day += step.after
            if step.what == "issue":
                self.issue(step)
            elif step.what == "state":
                self.state(step)
            elif self.model.sold:
                self.judge(step.what, self.model.sold[step.place % len(self.model.sold)])

    def issue(self, step: Step) -> None:
        """Issue a bundle as the next one of its line."""
        line = [one for one in self.model.sold if (one.serial, one.part, one.use) == (step.serial, step.part, step.use)]
        before = [one for one in self.model.sold if one.place == (step.serial, step.part)]
        replaces = tuple(one for one in step.replaces if one != step.serial and step.part == "base")
        starts, *ends = (None if days is None else self.day + days for days in step.dates)
        expiry, grace, maintenance = ends
        # What starts before something that was issued earlier and waits counts beside it: the guide says so.
        known = states(self.model.done)
        waits = max((one.begins for one in before if known[one.number] != "void"), default=0)
        if waits > self.day:
            starts = max(starts or 0, waits)
            expiry = expiry and max(expiry, starts)
            grace = grace and max(grace, starts)
        action = "renew" if before and step.edition is None else "issue"
        edition = before[-1].edition if action == "renew" else step.edition or ""
        number = len(self.model.done) + len(self.model.statements) + 1
        sold = Sold(
            number, step.serial, step.part, int(step.use), len(line) + 1, self.day, step.counts,
            SERIALS[step.serial], edition, starts, expiry, grace, maintenance, replaces,
        )  # fmt: skip
        tables = {kind: {c: n for c, n in step.counts.items() if KINDS[c] is kind} for kind in Kind}
        bundle = makers.bundle(
            issuer="acme", product="acme", serial=sold.serial, part=sold.part, use=step.use, sequence=sold.sequence,
            company=sold.customer, issued=self.day * DAY_SECONDS, starts=starts, warning=None, expiry=expiry,
            grace=grace, maintenance=maintenance, replaces=list(replaces), system=tables[Kind.SYSTEM],
            sites=tables[Kind.SITE], users=tables[Kind.USER], extensions={"n": number},
        )  # fmt: skip
        order = '{"action":"renew"}' if action == "renew" else f'{{"edition":"{edition}"}}' if edition else "{}"
        made = record(bundle, self.day, action, order=order)
        [entered] = append(self.ledger, [made])
        assert entered == number
        self.identities[number] = makers.identity_of(made.token)
        self.model.done.append(sold)

    def judge(self, what: str, one: Sold) -> None:
        """Take a bundle back, or reinstate it."""
        identity = self.identities[one.number]
        state = {"suspend": "suspended", "revoke": "revoked", "void": "void", "return": "returned"}.get(what, "active")
        if what == "return":
            self.enter(makers.receipt(identity=identity, issued=self.day, audit_head=self.head()), "accept")
        else:
            self.taken = self.taken - {identity} if what == "reinstate" else self.taken | {identity}
            self.lists += 1
            taken = makers.revocations(
                issuer="acme", product="acme", number=self.lists, identities=sorted(self.taken), serials=[]
            )
            self.enter(taken, what, order=Named([identity]).text())
        self.model.done.append(Judged(self.day, frozenset({one.number}), state))

    def state(self, step: Step) -> None:
        """Enter a statement."""
        used = {code: (step.place * 7) % 31 for code in step.counts if KINDS[code] is not Kind.SYSTEM}
        usage = {code: Usage(count, None) for code, count in used.items()} | {"other.thing": Usage(3, None)}
        issued = self.day * DAY_SECONDS + len(self.model.statements)
        self.enter(makers.statement(serial=step.serial, issued=issued, usage=usage, audit_head=self.head()), "accept")
        self.model.statements.append(Stated(self.day, step.serial, used))

    def head(self) -> bytes:
        """Return an audit head that nothing before had."""
        return (len(self.model.done) + len(self.model.statements)).to_bytes(32, "big")

    def enter(self, document: Document, action: str, **more: Any) -> None:
        """Append an entry."""
        append(self.ledger, [record(document, self.day, action, **more)])


class _NothingKept(Exception):
    """Rolls a transaction back."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workspace is."""
    return tmp_path_factory.mktemp("reports")


@cache
def workspace(folder: Path) -> Workspace:
    return workspaces.make(folder / "acme")


@contextmanager
def played(folder: Path, steps: Iterable[Step]) -> Generator[Player]:
    """Play steps into a ledger without entries, of which nothing stays."""
    with suppress(_NothingKept), workspace(folder).database.write() as ledger:
        for table in ("entries", "documents"):
            ledger.run("DELETE FROM " + table)  # noqa: S608  # a name of ours
        player = Player(ledger)
        player.play(steps)
        yield player
        raise _NothingKept


def rows(folder: Path, ledger: Connection, scope: ReportScope) -> list[ReportRow]:
    return list(report(ledger, workspace(folder).state(workspaces.NOW), scope, today=TODAY))


def figures(found: Iterable[ReportRow]) -> dict[Key, dict[str, int]]:
    """Return rows as the model says them."""
    return {
        (one.group, int(one.use), one.license, one.unrestricted): {
            name: getattr(one, name) or 0 for name in (*FIGURES, *USED)
        }
        for one in found
    }


def scope(by: str, first: int, last: int, **more: Any) -> ReportScope:
    return ReportScope(by, date_of(first), date_of(last), **more)


GROUPS: Final[dict[str, Callable[[Sold], str]]] = {
    "license": lambda _: "",
    "issuer": lambda _: "acme",
    "edition": lambda one: one.edition,
    "customer": lambda one: one.customer,
}


@pytest.mark.parametrize("by", GROUPS)
@settings(max_examples=examples(400))
@given(STEPS, st.integers(0, 500), st.integers(0, 500))
def test_every_figure_is_that_of_the_model(folder: Path, by: str, steps: list[Step], first: int, days: int) -> None:
    with played(folder, steps) as player:
        begin, end = DAY + first - 30, DAY + first - 30 + days
        wanted = player.model.report(begin, end, by=GROUPS[by], true_up=by != "edition")
        assert figures(rows(folder, player.ledger, scope(by, begin, end))) == wanted


@settings(max_examples=examples(400))
@given(STEPS)
def test_of_one_customer_are_the_rows_that_the_report_by_customer_has_of_it(folder: Path, steps: list[Step]) -> None:
    with played(folder, steps) as player:
        whole = rows(folder, player.ledger, scope("customer", DAY, TODAY))
        for name in {one.group for one in whole}:
            alone = rows(folder, player.ledger, scope("license", DAY, TODAY, customer=name))
            assert alone == [one._replace(group="") for one in whole if one.group == name]


@settings(max_examples=examples(400))
@given(STEPS, st.sampled_from(("month", "quarter")), st.integers(-40, 200), st.integers(0, 700))
def test_what_is_sold_in_months_and_quarters_is_what_is_sold_in_all_of_them(
    folder: Path, steps: list[Step], by: str, first: int, days: int
) -> None:
    """And what is in force at the end of the last one is what is in force."""
    begin, end = DAY + first, DAY + first + days
    with played(folder, steps) as player:
        parts = rows(folder, player.ledger, scope(by, begin, end))
        whole = figures(rows(folder, player.ledger, scope("license", begin, end)))
        for name in ("new", "renewed", "changed", "taken_back", "lapsed"):
            sums = Counter[tuple[int, str, bool]]()
            for one in parts:
                sums[int(one.use), one.license, one.unrestricted] += getattr(one, name)
            assert {key: n for key, n in sums.items() if n} == {
                key[1:]: one[name] for key, one in whole.items() if one[name]
            }
        ends = date_of(end)
        last = f"{ends:%Y-%m}" if by == "month" else f"{ends:%Y}-Q{(ends.month + 2) // 3}"
        at_end = {key[1:]: one["in_force"] for key, one in figures(parts).items() if key[0] == last}
        assert {k: n for k, n in at_end.items() if n} == {
            k[1:]: v["in_force"] for k, v in whole.items() if v["in_force"]
        }


def step(what: str, serial: str = "A", after: int = 20, **changes: Any) -> Step:
    """Return a step of a history; a bundle of a year of 25 users unless it says otherwise."""
    one = Step(
        after, what, serial, 0, Use.PRODUCTION, "base", {"server": 1, "standard": 25}, (None, 365, 379, None), None, ()
    )
    return one._replace(**changes)


HISTORY: Final = (
    step("issue", edition="team"),
    step("issue", "B", use=Use.TRIAL, dates=(None, 30, None, None)),
    step("issue", "B", counts={"server": 1, "standard": None}, dates=(None, None, None, 100)),
    step("state", place=5),
    step("issue", "A", counts={"server": 1, "standard": 40}, dates=(90, 400, None, None)),
    step("void", place=3),
    step("issue", "A", counts={"server": 1, "standard": 30, "branch": 2}, dates=(None, 500, None, 500)),
    step("suspend", place=4),
    step("reinstate", place=4),
    step("state", "A", place=4),
    step("issue", "C", counts={"server": 1, "branch": 5}),
    step("issue", "C", part="more", dates=(None, 60, None, None)),
    step("issue", "A", counts={"server": 1, "standard": 20, "branch": 7}, replaces=("C",)),
    step("return", place=7),
    step("state", "A", after=0, place=2),
)


def test_on_each_engine_a_long_history_adds_up(folder: Path, location: str) -> None:
    database = open_ledger(location, create=True)
    with database.write() as ledger:
        player = Player(ledger)
        player.play(HISTORY)
        for by, group in GROUPS.items():
            for first, days in ((0, 100), (0, 400), (100, 60), (250, 1), (250, 0), (260, 300)):
                begin, end = DAY + first, DAY + first + days
                wanted = player.model.report(begin, end, by=group, true_up=by != "edition")
                assert figures(rows(folder, ledger, scope(by, begin, end))) == wanted, (by, first, days)
    database.close()


def test_quarters_and_years_begin_where_the_calendar_has_them(folder: Path) -> None:
    with played(folder, HISTORY) as player:
        found = {
            by: sorted({one.group for one in rows(folder, player.ledger, scope(by, DAY + 40, DAY + 200))})
            for by in ("quarter", "year")
        }
        assert found == {"quarter": ["2027-Q1", "2027-Q2", "2027-Q3"], "year": ["2027"]}


def test_the_tables_behind_a_report_are_verified(tmp_path: Path) -> None:
    with workspaces.make(tmp_path / "acme") as one:
        workspaces.issue(one)
        with one.database.write() as ledger:
            ledger.run("UPDATE sales SET new = new + 1")
        with pytest.raises(LedgerDamaged) as caught:
            one.ledger.verify()
        assert (caught.value.reason, caught.value.table) == ("table", "sales")
