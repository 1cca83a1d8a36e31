"""The ledger keeps every document in one chain, and answers by serial, part, order and state."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from licensekit.database import Database
from licensekit.errors import ConstraintViolated, LedgerDamaged
from licensekit.issuer.ledger import bundles as sold
from licensekit.issuer.ledger import documents, exchange_files
from licensekit.issuer.ledger.entries import (
    answer_to,
    answers_of_order,
    append,
    entry,
    entry_of_order,
    head,
    open_ledger,
    stream,
)
from licensekit.issuer.ledger.lookup import bundle_named, look_up
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.output.license_file import file_name
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import sha256
from licensekit.trust.sign import sign
from licensekit.wire import frame
from licensekit.wire.chain import GENESIS, link
from licensekit.wire.documents import Document, LowestOfUses, Use
from tests import makers

AT = makers.NOW


@pytest.fixture
def database(location: str) -> Iterator[Database]:
    """An empty ledger, on each engine."""
    database = open_ledger(location, create=True)
    yield database
    database.close()


def record(document: Document, **changes: Any) -> Record:
    """Return the record of a document signed by the TEST KEY `vendor`."""
    token = sign(document, makers.key("vendor"))
    return Record("issue", AT, "anna", token, document)._replace(**changes)


KEY = makers.key("installation", frame.INSTALLATION)


def paper(document: Document, key: SigningKey = KEY) -> Record:
    """Return the record of what an installation has sent."""
    return Record("accept", AT, "anna", sign(document, key), document)


def installation(key: SigningKey) -> bytes:
    """Return how the ledger calls an installation."""
    return sha256(key.verifying_key.public)


def enter(database: Database, *records: Record) -> list[int]:
    """Append in one transaction."""
    with database.write() as ledger:
        return append(ledger, records)


def standings(database: Database, serial: str = makers.SERIAL) -> list[tuple[str, int, str]]:
    """Return part, sequence and state of a serial's bundles."""
    with database.read() as ledger:
        return [(s.bundle.part, s.bundle.sequence, s.state) for s in sold.of_serial(ledger, serial)]


def test_an_empty_ledger_has_the_genesis_at_its_head(database: Database) -> None:
    with database.read() as ledger:
        assert head(ledger) == (0, GENESIS)
        with pytest.raises(LedgerDamaged, match="entry 1 is missing"):
            entry(ledger, 1)
        assert entry_of_order(ledger, "1") is None


def test_entries_come_back_as_they_were_appended(database: Database) -> None:
    entered = record(makers.bundle(), order_number="A-1", order="{}", request=bytes(16), note="because")
    assert enter(database, entered, record(makers.catalog())) == [1, 2]
    with database.read() as ledger:
        found = entry(ledger, 1)
        assert found == entry_of_order(ledger, "A-1")
        assert found == answer_to(ledger, bytes(16))
        assert [found] == answers_of_order(ledger, "A-1")
        assert (found.token, found.order, found.note, found.who) == (entered.token, "{}", "because", "anna")


def test_every_entry_is_chained_to_the_one_before(database: Database) -> None:
    enter(database, record(makers.bundle()))
    enter(database, record(makers.bundle(sequence=2)), record(makers.catalog()))
    with database.read() as ledger:
        entries = list(stream(ledger))
        assert [one.number for one in entries] == [1, 2, 3]
        assert head(ledger) == (3, entries[-1].hash)
        for before, one in pairwise(entries):
            assert one.hash == link(before.hash, one.content())
        assert entries[0].hash == link(GENESIS, entries[0].content())


@pytest.mark.parametrize(
    "second",
    [
        record(makers.bundle(serial="B"), order_number="A-1"),
        record(makers.bundle(company="Other")),
        record(makers.bundle(serial="B"), request=bytes(16)),
        paper(makers.request()),
    ],
    ids=["an order number", "a sequence of a serial's part", "an answer", "a paper"],
)
def test_what_is_there_once_is_never_there_twice(database: Database, second: Record) -> None:
    first = record(makers.bundle(), order_number="A-1")
    answer = record(makers.bundle(serial="C"), order_number="A-2", request=bytes(16))
    enter(database, first, answer, paper(makers.request()))
    with pytest.raises(ConstraintViolated):
        enter(database, record(makers.catalog()), second)
    with database.read() as ledger:
        assert head(ledger)[0] == 3


def test_an_order_may_be_answered_several_times(database: Database) -> None:
    answers = [
        record(makers.bundle(serial=serial), order_number="A-1", request=serial.encode() * 16) for serial in "AB"
    ]
    enter(database, *answers)
    with database.read() as ledger:
        found = answers_of_order(ledger, "A-1")
        assert [one.token for one in found] == [one.token for one in answers]
        assert entry_of_order(ledger, "A-1") in found
        assert answer_to(ledger, b"C" * 16) is None


def test_what_installations_sent_is_found_by_installation_serial_and_bundle(database: Database) -> None:
    heads = [bytes([n] * 32) for n in range(4)]
    other = makers.key("other", frame.INSTALLATION)
    sent: list[Document] = [
        makers.request(audit_head=heads[0], extensions={"follows": "no head"}),
        makers.statement(audit_head=heads[1], extensions={"follows": heads[0].hex()}),
        makers.receipt(audit_head=heads[2], extensions={"follows": heads[1].hex()}),
    ]
    later = makers.statement(audit_head=heads[3], issued=makers.ISSUED + 1)
    enter(database, *map(paper, sent), paper(later, other))
    with database.read() as ledger:
        columns = "SELECT type, head, follows FROM exchange_files"
        mine = ledger.rows(columns + " WHERE installation = ? ORDER BY number", installation(KEY))
        assert mine == [("request", heads[0], None), ("statement", heads[1], heads[0]), ("receipt", heads[2], heads[1])]
        stated = exchange_files.latest_statement(ledger, makers.SERIAL)
        assert stated == (installation(other), later)
        assert exchange_files.latest_statement(ledger, "B") is None
        assert list(exchange_files.stating_serials(ledger)) == [makers.SERIAL]
        assert exchange_files.installations_of(ledger, makers.SERIAL) == 2
        assert exchange_files.receipt_of(ledger, bytes(16)) == 3
        assert exchange_files.receipt_of(ledger, bytes([1] * 16)) is None
        identity = makers.identity_of(paper(later, other).token)
        assert exchange_files.number_of(ledger, identity, installation(other)) == 4
        assert exchange_files.number_of(ledger, identity, installation(KEY)) is None


def test_a_later_sequence_replaces_the_earlier_ones_of_its_part(database: Database) -> None:
    enter(database, record(makers.bundle()), record(makers.bundle(part="extra")), record(makers.bundle(sequence=2)))
    enter(database, record(makers.bundle(sequence=3)))
    assert standings(database) == [
        ("base", 1, "replaced"),
        ("base", 2, "replaced"),
        ("base", 3, "active"),
        ("extra", 1, "active"),
    ]
    with database.read() as ledger:
        assert [one.label for one in sold.active(ledger, makers.SERIAL)] == [
            f"{makers.SERIAL} base 3",
            f"{makers.SERIAL} extra 1",
        ]
        assert sold.last_sequence(ledger, makers.SERIAL, "base", Use.PRODUCTION) == 3
        assert sold.last_sequence(ledger, makers.SERIAL, "base", Use.TRIAL) == 0
        assert sold.last_sequence(ledger, makers.SERIAL, "none", Use.PRODUCTION) == 0


PRODUCTION, TRIAL, DEMO = Use


@pytest.mark.parametrize(
    ("entered", "states"),
    [
        ([(TRIAL, 1), (PRODUCTION, 1)], ["replaced", "active"]),
        ([(PRODUCTION, 1), (TRIAL, 1)], ["replaced", "active"]),
        ([(DEMO, 1), (TRIAL, 1)], ["replaced", "active"]),
        ([(TRIAL, 1), (TRIAL, 2), (DEMO, 1)], ["replaced", "replaced", "active"]),
        ([(TRIAL, 7), (PRODUCTION, 1), (PRODUCTION, 2)], ["replaced", "replaced", "active"]),
    ],
)
def test_sequences_count_for_each_use_and_the_highest_use_is_active(
    database: Database, entered: list[tuple[Use, int]], states: list[str]
) -> None:
    """They come by use, the highest last, and then by sequence."""
    for use, sequence in entered:
        enter(database, record(makers.bundle(use=use, sequence=sequence)))
    assert [state for _, _, state in standings(database)] == states
    with database.read() as ledger:
        [active] = sold.active(ledger, makers.SERIAL)
    assert active.bundle.use == min(use for use, _ in entered)


def test_parts_of_different_uses_are_apart(database: Database) -> None:
    enter(database, record(makers.bundle()), record(makers.bundle(part="extra", use=TRIAL)))
    assert {state for _, _, state in standings(database)} == {"active"}


def test_a_bundle_that_is_signed_again_is_the_same_with_another_key(database: Database) -> None:
    """Its state stays, and what it replaced is not replaced a second time."""
    other = makers.key("other")
    old = makers.bundle(serial="OLD")
    new = makers.bundle(replaces=["OLD"])
    later = makers.bundle(serial="OLD", sequence=2)
    enter(database, record(old), record(new), record(later))
    [number] = enter(database, record(new, action="reissue", token=sign(new, other), order_number=None))
    with database.read() as ledger:
        [again] = sold.of_serial(ledger, makers.SERIAL)
        assert (again.number, again.state, again.bundle) == (2, "active", new)
        assert (again.key_id, again.token) == (other.verifying_key.key_id, sign(new, other))
        found = look_up(ledger, makers.SERIAL)
        assert [(one.entry.number, one.state) for one in found] == [(2, "active"), (number, "active")]
    assert standings(database, "OLD") == [("base", 1, "replaced"), ("base", 2, "active")]


@pytest.mark.parametrize(("use", "name"), [(PRODUCTION, ""), (TRIAL, "-trial"), (DEMO, "-demo")])
def test_a_bundle_is_found_by_the_name_of_its_file(database: Database, use: Use, name: str) -> None:
    for one in Use:
        enter(database, record(makers.bundle(serial="A-7", part="x-y", use=one, sequence=3)))
    with database.read() as ledger:
        found = bundle_named(ledger, f"A-7-x-y{name}-3.lic")
        file = f"{found.bundle.product}-A-7-x-y{name}-3.lic"
        assert (found.bundle.use, file_name(found.bundle)) == (use, file)
        assert bundle_named(ledger, file) == found


def test_a_bundle_that_takes_the_place_of_a_serial_replaces_all_its_parts(database: Database) -> None:
    enter(database, record(makers.bundle()), record(makers.bundle(part="extra")))
    enter(database, record(makers.bundle(serial="NEW", replaces=[makers.SERIAL])))
    assert {state for _, _, state in standings(database)} == {"replaced"}
    assert standings(database, "NEW") == [("base", 1, "active")]


def test_a_list_revokes_by_identity_serial_and_lowest_sequence(database: Database) -> None:
    first = record(makers.bundle())
    enter(
        database,
        first,
        record(makers.bundle(serial="A")),
        record(makers.bundle(serial="B")),
        record(makers.bundle(serial="B", sequence=2)),
    )
    taken = makers.revocations(
        identities=[makers.identity_of(first.token)], serials=["A"], lowest={"B": {"base": LowestOfUses(2, None, None)}}
    )
    enter(database, record(taken))
    assert standings(database) == [("base", 1, "revoked")]
    assert standings(database, "A") == [("base", 1, "revoked")]
    assert standings(database, "B") == [("base", 1, "revoked"), ("base", 2, "active")]


def test_what_a_revoked_bundle_displaced_is_active_again(database: Database) -> None:
    """As installations count it again: by use and by serial, but no lower sequence of its own."""
    trials = [record(makers.bundle(use=TRIAL, sequence=n)) for n in (1, 2)]
    demo = record(makers.bundle(use=DEMO, sequence=1))
    old = record(makers.bundle(serial="OLD"))
    bought = [record(makers.bundle(sequence=n, replaces=["OLD"])) for n in (1, 2)]
    enter(database, *trials, demo, old, *bought)
    shown = ["replaced", "replaced", "replaced", "replaced", "active"]
    assert [state for _, _, state in standings(database)] == shown
    enter(database, record(makers.revocations(identities=[makers.identity_of(bought[0].token)])))
    assert standings(database, "OLD") == [("base", 1, "replaced")]
    both = sorted(makers.identity_of(one.token) for one in bought)
    enter(database, record(makers.revocations(number=2, identities=both)))
    shown = ["replaced", "replaced", "active", "revoked", "revoked"]
    assert [state for _, _, state in standings(database)] == shown
    assert standings(database, "OLD") == [("base", 1, "active")]


def test_of_two_that_replace_a_serial_the_other_one_stays(database: Database) -> None:
    gone, kept = (record(makers.bundle(serial=s, replaces=["OLD"])) for s in ("A", "B"))
    renewed = record(makers.bundle(serial="B", sequence=2))
    enter(database, record(makers.bundle(serial="OLD")), gone, kept, renewed)
    enter(database, record(makers.revocations(serials=["A"])))
    assert standings(database, "OLD") == [("base", 1, "replaced")]
    enter(database, record(makers.revocations(number=2, serials=["A", "B"])))
    assert standings(database, "OLD") == [("base", 1, "active")]


def test_a_returned_bundle_stays_returned_when_the_list_names_it(database: Database) -> None:
    first = record(makers.bundle())
    identity = makers.identity_of(first.token)
    enter(database, first)
    enter(database, record(makers.receipt(identity=identity)), record(makers.revocations(identities=[identity])))
    assert standings(database) == [("base", 1, "returned")]


def test_bundles_are_found_by_entry_and_identity(database: Database) -> None:
    one = record(makers.bundle(), order_number="A-1")
    enter(database, record(makers.catalog()), one)
    with database.read() as ledger:
        found = sold.by_number(ledger, 2)
        assert found is not None
        assert found == sold.by_identity(ledger, makers.identity_of(one.token))
        assert (found.bundle, found.token, found.order_number) == (one.document, one.token, "A-1")
        assert found.key_id == makers.key("vendor").verifying_key.key_id
        assert sold.by_number(ledger, 1) is None
        assert sold.by_identity(ledger, bytes(16)) is None


def test_the_newest_of_every_type_and_issuer_is_given(database: Database) -> None:
    root, trust = makers.root(makers.key("root")), makers.trust()
    second = makers.changed(trust, version=2)
    theirs = makers.catalog(issuer="partner")
    ours = [makers.catalog(), makers.catalog(version=2)]
    lists = makers.revocations()
    entered = [record(one, action="init") for one in (root, trust, ours[0])]
    later = [record(one, action="pack") for one in (theirs, second, lists, ours[1])]
    enter(database, *entered, *later)
    with database.read() as ledger:
        assert documents.every(ledger, "root") == [entered[0].token]
        assert documents.newest(ledger) == [one.token for one in later]


def test_facts_are_set_and_replaced(database: Database) -> None:
    with database.write() as ledger:
        assert documents.fact(ledger, documents.PIN) is None
        documents.put_fact(ledger, documents.PIN, "one")
        documents.put_fact(ledger, documents.PIN, "two")
        assert documents.fact(ledger, documents.PIN) == "two"
