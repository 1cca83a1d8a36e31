"""What lists do to the states of bundles, and that every way to the same entries gives the same."""

from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from licensekit.database import Connection, Database
from licensekit.issuer.ledger import bundles as sold
from licensekit.issuer.ledger import documents
from licensekit.issuer.ledger.entries import append, open_ledger, stream
from licensekit.issuer.ledger.projection import Record, project
from licensekit.issuer.ledger.states import Named, settled, stored
from licensekit.trust.sign import sign
from licensekit.wire.documents import Bundle, Document, Revocations, Use
from tests import makers

SERIALS: Final = ("A", "B", "C")
DAY: Final = makers.ISSUED_DAY


def record(document: Document, action: str = "issue", named: Named | None = None, **more: Any) -> Record:
    """Return the record of a document signed by the TEST KEY `vendor`."""
    token = sign(document, makers.key("vendor"))
    order = None if named is None else named.text()
    return Record(action, makers.NOW, "anna", token, document, order=order)._replace(**more)


def identity(one: Record) -> bytes:
    """Return the identity of a record's document."""
    return makers.identity_of(one.token)


def listed(number: int, action: str, named: Named, identities: Collection[bytes] = (), **more: Any) -> Record:
    """Return the record of a list, and what it was made for."""
    taken = makers.revocations(number=number, identities=sorted(identities), **more)
    return record(taken, action, named, note="because")


@pytest.fixture
def database(location: str) -> Any:
    """An empty ledger, on each engine."""
    database = open_ledger(location, create=True)
    yield database
    database.close()


def states(ledger: Connection) -> dict[str, str]:
    """Return the state of every bundle by its name."""
    return {one.label: one.state for serial in SERIALS for one in sold.of_serial(ledger, serial)}


def enter(database: Database, *records: Record) -> dict[str, str]:
    """Append one after the other; return the states."""
    with database.write() as ledger:
        for one in records:
            append(ledger, [one])
        return states(ledger)


@pytest.mark.parametrize(
    ("actions", "state"),
    [
        (["suspend"], "suspended"),
        (["revoke"], "revoked"),
        (["suspend", "revoke"], "revoked"),
        (["revoke", "suspend"], "revoked"),
        (["suspend", "void"], "void"),
        (["void", "revoke"], "void"),
        (["void", "reinstate"], "void"),
        (["suspend", "reinstate"], "active"),
        (["suspend", "revoke", "reinstate"], "active"),
        (["pack"], "revoked"),
    ],
)
def test_a_bundle_gets_no_milder_state_but_by_being_reinstated(
    database: Database, actions: list[str], state: str
) -> None:
    """A list that no command of ours made, as one that was absorbed, revokes."""
    one = record(makers.bundle(serial="A"))
    found = enter(database, one)
    for number, action in enumerate(actions, 1):
        named = Named([identity(one)])
        found = enter(database, listed(number, action, named, () if action == "reinstate" else named.identities))
    assert found == {"A base 1": state}
    with database.read() as ledger:
        [issued] = sold.of_serial(ledger, "A")
    assert issued.change is not None
    assert (issued.change.who, issued.change.reason) == ("anna", "because")
    assert issued.change.action in actions


def test_a_suspended_serial_keeps_what_was_taken_back_before_it(database: Database) -> None:
    """It is still there once the serial is reinstated."""
    gone, kept = (record(makers.bundle(serial="A", part=part)) for part in ("base", "more"))
    taken = listed(1, "revoke", Named([identity(gone)]), [identity(gone)])
    whole = Named(serials=["A"])
    found = enter(database, gone, kept, taken, listed(2, "suspend", whole, [identity(gone)], serials=["A"]))
    assert found == {"A base 1": "revoked", "A more 1": "suspended"}
    found = enter(database, listed(3, "reinstate", whole, [identity(gone)]))
    assert found == {"A base 1": "revoked", "A more 1": "active"}


def test_the_one_before_counts_again_if_its_renewal_is_void_and_not_if_it_is_suspended(database: Database) -> None:
    """An installation that has the suspended renewal uses it; one that never got it uses the bundle before it."""
    first, second = (record(makers.bundle(serial="A", sequence=n)) for n in (1, 2))
    named = Named([identity(second)])
    found = enter(database, first, second, listed(1, "suspend", named, named.identities))
    assert found == {"A base 1": "replaced", "A base 2": "suspended"}
    found = enter(database, listed(2, "void", named, named.identities))
    assert found == {"A base 1": "active", "A base 2": "void"}
    found = enter(database, record(makers.bundle(serial="A", sequence=3)))
    assert list(found.values()) == ["replaced", "void", "active"]


def test_what_replaced_a_reinstated_bundle_meanwhile_stays(database: Database) -> None:
    trial = record(makers.bundle(serial="A", use=Use.TRIAL))
    named = Named([identity(trial)])
    enter(database, trial, listed(1, "suspend", named, named.identities), record(makers.bundle(serial="A")))
    found = enter(database, listed(2, "reinstate", named))
    assert found == {"A base trial 1": "replaced", "A base 1": "active"}


def test_the_list_of_another_issuer_says_nothing_of_ours(database: Database) -> None:
    with database.write() as ledger:
        documents.put_fact(ledger, documents.ISSUER, makers.ISSUER)
    theirs = makers.revocations(issuer=makers.PARTNER, serials=["A"])
    assert enter(database, record(makers.bundle(serial="A")), record(theirs, "pack")) == {"A base 1": "active"}


def one(
    serial: str, use: Use, dates: tuple[int | None, int], replaces: list[str], part: str = "base"
) -> dict[str, Any]:
    """Return what a bundle says otherwise than others."""
    starts, expiry = dates
    others = {"serial": serial, "part": part, "use": use, "replaces": replaces}
    return {**others, "starts": starts, "expiry": expiry, "warning": None, "grace": None}


SHORT, LONG, LATER = (None, DAY + 20), (None, DAY + 365), (DAY + 40, DAY + 365)
ISSUED = st.builds(
    one,
    st.sampled_from(SERIALS),
    st.sampled_from(Use),
    st.sampled_from((SHORT, LONG, LATER)),
    st.lists(st.sampled_from(SERIALS), max_size=1),
    st.sampled_from(("base", "more")),
)
STEPS = st.lists(ISSUED | st.tuples(st.sampled_from(("suspend", "revoke", "void", "reinstate")), st.integers(0, 9)))


def played(ledger: Connection, steps: Sequence[dict[str, Any] | tuple[str, int]]) -> list[Record]:
    """Enter bundles with their next sequence, and lists about one of those before; return the records."""
    entered: list[Record] = []
    taken: set[bytes] = set()
    for step in steps:
        if isinstance(step, dict):
            serial, part = step["serial"], step["part"]
            last = sold.last_sequence(ledger, serial, part, step["use"])
            replaces = [one for one in step["replaces"] if one != serial and part == "base"]
            made = record(makers.bundle(**{**step, "sequence": last + 1, "replaces": replaces}))
        elif issued := [one for one in entered if isinstance(one.document, Bundle)]:
            action, place = step
            one = identity(issued[place % len(issued)])
            taken = taken - {one} if action == "reinstate" else taken | {one}
            made = listed(len(entered) + 1, action, Named([one]), taken)
        else:
            continue
        append(ledger, [made])
        entered.append(made)
    return entered


class _NothingKept(Exception):
    """Rolls a transaction back."""


@contextmanager
def scratch(place: Path) -> Generator[Connection]:
    """Open a transaction on a ledger of which nothing stays, so that one ledger does for all examples."""
    with suppress(_NothingKept), cached_ledger(place).write() as ledger:
        yield ledger
        raise _NothingKept


@cache
def cached_ledger(place: Path) -> Database:
    """Open a ledger once."""
    return open_ledger(place, create=True)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Where two ledgers are."""
    folder = tmp_path_factory.mktemp("ledgers")
    return folder / "one.db", folder / "other.db"


@given(STEPS)
@example([one("A", Use.PRODUCTION, SHORT, []), one("A", Use.TRIAL, SHORT, []), one("A", Use.TRIAL, LATER, [])])
@example([one("A", Use.PRODUCTION, SHORT, []), one("B", Use.PRODUCTION, SHORT, ["A"]), one("A", Use.TRIAL, SHORT, [])])
def test_drawn_together_or_one_after_the_other_the_tables_are_the_same(
    places: tuple[Path, Path], steps: list[Any]
) -> None:
    with scratch(places[0]) as ledger, scratch(places[1]) as again:
        played(ledger, steps)
        project(again, [(entry.number, entry.record()) for entry in stream(ledger)])
        for table in ("bundles", "replacements", "terms", "sold", "sold_settings", "movements", "sales"):
            rows = "SELECT * FROM " + table + " ORDER BY 1, 2"  # noqa: S608  # a name of ours
            assert again.rows(rows) == ledger.rows(rows)


@given(STEPS)
def test_what_is_active_follows_from_what_was_taken_back_alone(places: tuple[Path, Path], steps: list[Any]) -> None:
    """However it came about: entering keeps the states that `settled` works out of nothing."""
    with scratch(places[0]) as ledger:
        played(ledger, steps)
        for one, (state, _) in settled(ledger, SERIALS).items():
            assert one.state == state, one


@given(STEPS, st.integers(0, 9))
def test_reinstating_what_was_suspended_gives_every_state_back(
    places: tuple[Path, Path], steps: list[Any], place: int
) -> None:
    with scratch(places[0]) as ledger:
        entered = played(ledger, steps)
        lapses = "SELECT number, lapses, state FROM bundles ORDER BY number"
        before = ledger.rows(lapses)
        able = [one for serial in SERIALS for one in stored(ledger, "serial = ?", serial)]
        named = Named([one.identity for one in able if one.state in {"active", "replaced"}][place:][:2])
        lists = [one.document for one in entered if isinstance(one.document, Revocations)]
        taken = lists[-1].identities if lists else []
        append(ledger, [listed(90, "suspend", named, [*taken, *named.identities])])
        append(ledger, [listed(91, "reinstate", named, taken)])
        assert ledger.rows(lapses) == before
