"""What `ledger list` finds: every filter and order, a page at a time, by an index."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any, Final, LiteralString, cast

import pytest

from licensekit.database import Connection, Database, Row, Value
from licensekit.dates import DAY_SECONDS, day_at
from licensekit.errors import NotIssued
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.entries import append, open_ledger
from licensekit.issuer.ledger.lookup import EXPIRED, LISTED_STATES, Filters, page
from licensekit.issuer.ledger.lookup import listed as all_listed
from licensekit.issuer.ledger.projection import PERPETUAL, Record
from licensekit.issuer.ledger.states import ACTIVE
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from licensekit.wire.documents import Bundle, Document, Use
from tests import makers
from tests.workspaces import NOW, issue

TODAY: Final = day_at(makers.NOW)
COMPANIES: Final = ("Acme", "acme north", "Ækon", "Ac\ufffd", "Ac", "a%_me", "Straße")

ASKED: Final[dict[str, tuple[Any, ...]]] = {
    "company": (None, "AC", "a%", "ÆKON", "strasse", "none"),
    "serial": (None, "S1", "S99"),
    "order": (None, "N7", "N99"),
    "state": (None, *LISTED_STATES),
    "expiring_within": (None, 0, 2),
    "since": (None, makers.NOW - 2 * DAY_SECONDS, makers.NOW + 1),
}
MOST_AT_ONCE: Final = 3
FILTERS: Final = [
    Filters(**dict(zip(ASKED, values, strict=True)))
    for values in product(*ASKED.values())
    if sum(value is not None for value in values) <= MOST_AT_ONCE
]


def record(document: Document, order: str | None = None) -> Record:
    """Return the record of a document signed by the TEST KEY `vendor`."""
    token = sign(document, makers.key("vendor"))
    return Record("issue", makers.NOW, "anna", token, document, order)


def bundle(place: int, **changes: Any) -> Bundle:
    """Return one of many bundles, which differ in serial, company, time of issue and dates."""
    expiry = None if place % 4 == 0 else TODAY - 3 + place % 7
    one = makers.bundle(
        serial=f"S{place}",
        company=COMPANIES[place % len(COMPANIES)],
        issued=makers.NOW - place % 5 * DAY_SECONDS,
        starts=None,
        warning=None,
        expiry=expiry,
        grace=expiry + 2 if expiry is not None and place % 3 == 0 else None,
    )
    return makers.changed(one, **changes)


BUNDLES: Final = (
    *(bundle(place) for place in range(40)),
    bundle(1, sequence=2, company="Acme"),
    bundle(2, part="more"),
)
REVOKED: Final = frozenset({"S3", "S10"})


def enter_all(database: Database) -> None:
    """Enter every bundle, and then a list that takes some of them back."""
    taken = makers.revocations(serials=sorted(REVOKED))
    with database.write() as ledger:
        append(ledger, [record(one, f"N{place}") for place, one in enumerate(BUNDLES)])
        append(ledger, [record(taken)])


def last_day(one: Bundle) -> int:
    return PERPETUAL if one.term_end is None else one.term_end


def state_of(one: Bundle) -> str:
    """Return the state of a bundle today, from the documents alone."""
    if one.serial in REVOKED:
        return "revoked"
    if any((o.serial, o.part) == (one.serial, one.part) and o.sequence > one.sequence for o in BUNDLES):
        return "replaced"
    return ACTIVE if last_day(one) >= TODAY else EXPIRED


def wanted(filters: Filters) -> list[int]:
    """Return the numbers of the bundles that `filters` ask for, in order."""
    asked = filters
    chosen = [
        (number, one)
        for number, one in enumerate(BUNDLES, start=1)
        if (asked.company is None or one.company.casefold().startswith(asked.company.casefold()))
        and asked.serial in {None, one.serial}
        and asked.order in {None, f"N{number - 1}"}
        and asked.state in {None, state_of(one)}
        and (asked.since is None or one.issued >= asked.since)
        and (asked.expiring_within is None or expires_within(one, asked.expiring_within))
    ]
    return [number for number, _ in sorted(chosen, key=lambda pair: place_of(asked, *pair))]


def expires_within(one: Bundle, days: int) -> bool:
    """Return whether the term of a current bundle ends in this many days."""
    stands = state_of(one) in {ACTIVE, EXPIRED}
    return stands and one.expiry is not None and TODAY <= one.expiry <= TODAY + days


def place_of(asked: Filters, number: int, one: Bundle) -> tuple[int, int]:
    """Return what the answer is sorted by."""
    if asked.expiring_within is not None:
        return one.expiry or 0, number
    if asked.state == ACTIVE:
        return last_day(one), number
    return (-last_day(one), -number) if asked.state == EXPIRED else (-one.issued, -number)


@pytest.fixture
def database(location: str) -> Iterator[Database]:
    """A ledger with every bundle, on each engine."""
    database = open_ledger(location, create=True)
    enter_all(database)
    yield database
    database.close()


def numbers(listed: Iterator[Issued]) -> list[int]:
    """Return the entries that were listed."""
    return [one.number for one in listed]


def test_every_filter_finds_what_the_documents_say_in_its_order(database: Database) -> None:
    with database.read() as ledger:
        for filters in FILTERS:
            assert numbers(all_listed(ledger, filters, today=TODAY)) == wanted(filters), filters


def test_consecutive_pages_are_the_whole_answer(database: Database) -> None:
    with database.read() as ledger:
        for filters in FILTERS[:: len(FILTERS) // 50]:
            pages: list[int] = []
            while more := page(ledger, filters, today=TODAY, limit=7, after=pages[-1] if pages else None):
                pages += [one.number for one in more]
            assert pages == wanted(filters), filters


def test_all_are_found_over_several_pages(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licensekit.issuer.ledger.lookup._PAGE", 5)
    everything = wanted(Filters())
    with database.read() as ledger:
        assert numbers(all_listed(ledger, Filters(), today=TODAY)) == everything


def test_a_listed_bundle_says_what_its_document_and_entry_say(database: Database) -> None:
    with database.read() as ledger:
        [one] = all_listed(ledger, Filters(order="N7"), today=TODAY)
    document = BUNDLES[7]
    token = record(document).token
    key_id = makers.key("vendor").verifying_key.key_id
    identity = makers.identity_of(token)
    assert one == Issued(8, identity, key_id, "expired", document, token, makers.NOW, "anna", "N7", None, None)
    assert one.label == "S7 base 1"


def test_a_list_continues_only_after_a_bundle(database: Database) -> None:
    with database.read() as ledger, pytest.raises(NotIssued, match=r"entry 43 is not about a bundle"):
        page(ledger, Filters(), today=TODAY, limit=1, after=len(BUNDLES) + 1)


class Explaining:
    """A connection that asks SQLite how it would answer, instead of what the answer is."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.plan: list[str] = []

    def one(self, sql: LiteralString, *params: Value) -> Row | None:
        """Return the row."""
        row: Row | None = self.raw.execute(sql, params).fetchone()
        return row

    def rows(self, sql: LiteralString, *params: Value) -> list[Row]:
        """Keep the plan."""
        self.plan = [row[3] for row in self.raw.execute("EXPLAIN QUERY PLAN " + sql, params)]
        return []


def index_of(filters: Filters) -> str:
    """Return how SQLite says that it uses the index of the leading filter.

    A covering one holds what the other filters compare: no bundle is read that is passed over.
    """
    leading = (
        (filters.order, "SEARCH bundles USING INTEGER PRIMARY KEY"),
        (filters.serial, "SEARCH bundles USING INDEX bundles_place (serial=?)"),
        (filters.company, "SEARCH bundles USING COVERING INDEX bundles_company (company_key>? AND"),
        (filters.expiring_within, "SEARCH b USING COVERING INDEX bundles_expiry (lapses=? AND expiry>?"),
        (filters.state, f"SEARCH b USING COVERING INDEX {BY_STATE.get(str(filters.state), '')}"),
    )
    return next((said for asked, said in leading if asked is not None), "b USING COVERING INDEX bundles_is")


BY_STATE: Final = {
    "active": "bundles_ends (state=? AND ",
    "expired": "bundles_ends (state=? AND ",
    "replaced": "bundles_state (state=?",
    "revoked": "bundles_state (state=?",
    "returned": "bundles_state (state=?",
    "suspended": "bundles_state (state=?",
    "void": "bundles_state (state=?",
}


@pytest.mark.parametrize("after", [None, 5], ids=["first page", "later page"])
def test_the_leading_filter_is_answered_by_its_index_in_order(tmp_path: Path, after: int | None) -> None:
    path = tmp_path / "ledger.db"
    database = open_ledger(path, create=True)
    enter_all(database)
    database.close()
    with closing(sqlite3.connect(path)) as raw:
        for filters in FILTERS:
            ledger = Explaining(raw)
            page(cast("Connection", ledger), filters, today=TODAY, limit=5, after=after)
            plan = "\n".join(ledger.plan)
            is_narrow = (filters.order, filters.serial, filters.company) != (None, None, None)
            assert index_of(filters) in plan, (filters, plan)
            assert "SEARCH e USING INTEGER PRIMARY KEY" in plan, (filters, plan)
            assert "SCAN entries" not in plan, (filters, plan)
            # The page itself is sorted once more, behind the entries that are looked up.
            assert is_narrow or plan.count("TEMP B-TREE") <= 1, (filters, plan)


@pytest.mark.parametrize("more", [{}, {"since": makers.NOW}], ids=["alone", "a time"])
@pytest.mark.parametrize("after", [None, 5], ids=["first page", "later page"])
def test_maintenance_that_ends_is_found_by_its_index(tmp_path: Path, more: dict[str, Any], after: int | None) -> None:
    path = tmp_path / "ledger.db"
    database = open_ledger(path, create=True)
    enter_all(database)
    database.close()
    with closing(sqlite3.connect(path)) as raw:
        ledger = Explaining(raw)
        asked = Filters(maintenance_within=30, **more)
        page(cast("Connection", ledger), asked, today=TODAY, limit=5, after=after)
    plan = "\n".join(ledger.plan)
    assert "SEARCH b USING COVERING INDEX bundles_maintenance (state=? AND maintenance>?" in plan
    assert plan.count("TEMP B-TREE") <= 1


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_of_a_workspace_hold_every_bundle_once(workspace: Workspace, limit: int) -> None:
    """Each page says after which entry the next one begins; the last says that there is none."""
    for company in ("A", "B", "C"):
        issue(workspace, company=company)
    every = [one.number for one in workspace.ledger.bundles(Filters(), now=NOW)]
    seen: list[int] = []
    after: int | None = None
    while True:
        found, after = workspace.ledger.page(Filters(), now=NOW, limit=limit, after=after)
        assert 0 < len(found) <= limit
        seen += [one.number for one in found]
        if after is None:
            break
        assert after == seen[-1]
    assert seen == every


@pytest.mark.parametrize("name", ["\u00d8DEG\u00c5RD", "\u00f8dega\u030ard", "\u00d8de"])
def test_a_company_is_found_whatever_the_case_and_the_form_of_its_name(workspace: Workspace, name: str) -> None:
    issue(workspace, company="\u00d8deg\u00e5rd AS")
    [found] = workspace.ledger.bundles(Filters(company=name), now=NOW)
    assert found.bundle.company == "\u00d8deg\u00e5rd AS"


SOLD: Final = bundle(5, expiry=TODAY + 2, grace=TODAY + 4)


@pytest.mark.parametrize(
    ("later", "lists"),
    [
        pytest.param([], [1], id="nothing"),
        pytest.param([{"starts": TODAY + 3}], [], id="a renewal at its expiry"),
        pytest.param([{"starts": TODAY + 5}], [], id="a renewal at the end of its grace"),
        pytest.param([{"starts": None}], [], id="a renewal that has started"),
        pytest.param([{"starts": TODAY + 6}], [1], id="a renewal after a gap"),
        pytest.param([{"starts": TODAY + 6}, {"starts": TODAY + 4}], [], id="one that closes the gap"),
        pytest.param([{"starts": TODAY + 6}, {"starts": TODAY + 9}], [1], id="two after the same gap"),
        pytest.param([{"starts": TODAY + 6, "use": Use.TRIAL}], [1], id="a trial changes nothing"),
    ],
)
def test_what_a_renewal_follows_without_a_gap_does_not_expire_soon(
    tmp_path: Path, later: list[dict[str, Any]], lists: list[int]
) -> None:
    far = {"expiry": TODAY + 400, "grace": None}
    renewals = [makers.changed(SOLD, **{"sequence": number, **far, **one}) for number, one in enumerate(later, start=2)]
    with closing(open_ledger(tmp_path / "ledger.db", create=True)) as database:
        with database.write() as ledger:
            append(ledger, [record(one) for one in (SOLD, *renewals)])
        with database.read() as ledger:
            asked = Filters(expiring_within=30)
            assert numbers(all_listed(ledger, asked, today=TODAY)) == lists


def test_what_was_taken_back_does_not_expire_soon(tmp_path: Path) -> None:
    gap = makers.changed(SOLD, sequence=2, starts=TODAY + 6, expiry=TODAY + 400, grace=None)
    taken = makers.revocations(serials=[SOLD.serial])
    with closing(open_ledger(tmp_path / "ledger.db", create=True)) as database:
        with database.write() as ledger:
            append(ledger, [record(SOLD), record(gap)])
            append(ledger, [record(taken)])
        with database.read() as ledger:
            asked = Filters(expiring_within=30)
            assert numbers(all_listed(ledger, asked, today=TODAY)) == []
