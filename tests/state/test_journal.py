"""The journal: what its entries say together, and what of it holds after an edit."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.keys.signing import SigningKey
from licensekit.state.journal import (
    EMPTY,
    NOTHING_KNOWN,
    Journal,
    JournalFault,
    JournalState,
    Row,
    SignedHead,
    entry_message,
    head_message,
    replay,
    verify,
)
from licensekit.state.journal_entries import (
    ADMINISTRATOR,
    KEPT,
    REPLACED,
    RETURNED,
    VENDOR,
    BundleEnded,
    BundleSignedAgain,
    BundleTaken,
    Created,
    DocumentSeen,
    Entry,
    Pinned,
    Relocated,
    ResetSpent,
    ResetUsed,
    TimeFloor,
    TroubleAccepted,
    TroubleFound,
    decode,
    encode,
)
from licensekit.wire import frame
from licensekit.wire.chain import GENESIS, Head, link
from tests import makers

KEY = makers.key("installation", frame.INSTALLATION)
OBSERVED = bytes(32)

few = st.sampled_from([b"\1" * 16, b"\2" * 16, b"\3" * 16])
times = st.integers(0, 2**40)
words = st.text(max_size=8)
entries = st.one_of(
    st.builds(Created, st.just(KEY.verifying_key.public)),
    st.builds(Pinned, words, few),
    st.builds(
        BundleTaken,
        few,
        words,
        words,
        st.sampled_from(["base", "more"]),
        st.integers(0, 2),
        times,
        times,
        times,
        st.just(1),
        few,
        st.none() | times,
        st.none() | times,
    ),
    st.builds(BundleSignedAgain, few, st.just(2), few),
    st.builds(BundleEnded, few, st.sampled_from([REPLACED, RETURNED])),
    st.builds(ResetUsed, few, st.integers(0, 2), words, times),
    st.builds(ResetSpent, few),
    st.builds(
        DocumentSeen,
        st.sampled_from(["root", "trust", "revocations", "catalog"]),
        st.sampled_from(["", "demo"]),
        st.tuples(times, times),
        few,
        st.none() | times,
        st.just(1),
        few,
    ),
    st.builds(TimeFloor, times, times, words, few | st.just(b"")),
    st.builds(TroubleFound, times, st.none() | st.integers(1, 9)),
    st.builds(TroubleAccepted, times, st.sampled_from([VENDOR, ADMINISTRATOR]), few | st.just(b"")),
    st.builds(Relocated, times, words, words),
)
journals = st.lists(entries, min_size=1, max_size=12)


class Model:
    """What entries mean, each looked up in the whole list."""

    def __init__(self, said: Sequence[Entry]) -> None:
        self.said = said

    def newest(self, kind: type[Any], **named: object) -> tuple[int, Any]:
        """Return number and entry of the newest of a kind with these values; 0 and None if none."""
        found = [
            (number, one)
            for number, one in enumerate(self.said, 1)
            if isinstance(one, kind) and all(getattr(one, name) == value for name, value in named.items())
        ]
        return found[-1] if found else (0, None)

    def state_of(self, identity: bytes) -> str | None:
        """Return what became of a bundle."""
        taken, _ = self.newest(BundleTaken, identity=identity)
        if not taken:
            return None
        after = [one for one in self.said[taken:] if isinstance(one, BundleEnded)]
        states = [one.state for one in after if one.identity == identity]
        return RETURNED if RETURNED in states else (states or [KEPT])[-1]

    def check(self, state: JournalState) -> None:
        """Compare everything that a state says."""
        taken = {one.identity: n for n, one in enumerate(self.said, 1) if type(one) is BundleTaken}
        assert list(state.bundles) == sorted(taken, key=lambda one: taken[one])
        for identity, record in state.bundles.items():
            assert record.state == self.state_of(identity)
            again, signed = self.newest(BundleSignedAgain, identity=identity)
            _, first = self.newest(BundleTaken, identity=identity)
            signer = signed if again > taken[identity] else first
            assert state.taken[identity][8:10] == (signer.scheme, signer.key)
        ended = [one for one in self.said if isinstance(one, BundleEnded)]
        assert state.returned == {one.identity for one in ended if one.state == RETURNED}
        used = {one.nonce: one for one in self.said if isinstance(one, ResetUsed)}
        spent_resets = {one.nonce for one in self.said if isinstance(one, ResetSpent)}
        assert state.resets == used.keys() | spent_resets
        waiting = {
            nonce
            for nonce in used
            if self.newest(ResetUsed, nonce=nonce, what=1)[0] > self.newest(ResetSpent, nonce=nonce)[0]
        }
        assert set(state.waiting) == waiting
        for place, one in state.documents.items():
            assert one == self.newest(DocumentSeen, type=place[0], issuer=place[1])[1]
        assert state.pinned == self.newest(Pinned)[1]
        assert state.time == (self.newest(TimeFloor)[1] or NOTHING_KNOWN.time)
        accepted = [one for one in self.said if isinstance(one, TroubleAccepted)]
        assert state.resets_after == max((one.at for one in accepted), default=0)
        spent = {one.base for one in self.said if isinstance(one, TimeFloor | TroubleAccepted)}
        assert state.dropped == spent - {b""}
        found, acceptance = self.newest(TroubleFound)[0], self.newest(TroubleAccepted)[0]
        assert (state.is_accepted, state.acceptance) == (acceptance >= found, acceptance)
        settled = self.newest(TroubleAccepted, by=VENDOR)[0]
        assert state.restored == (self.newest(TroubleFound, number=None)[0] > settled)
        damaged = [one for one in self.said[settled:] if isinstance(one, TroubleFound)]
        numbers = [one.number for one in damaged if one.number is not None]
        assert state.damaged == (numbers[-1] if numbers else None)


def written(said: Sequence[Entry], key: SigningKey = KEY) -> tuple[list[Row], SignedHead]:
    """Return the rows of a journal, and its signed head."""
    rows: list[Row] = []
    previous = GENESIS
    for number, entry in enumerate(said, 1):
        data = encode(entry)
        head = Head(number, link(previous, data))
        rows.append(Row(number, data, head.hash, key.sign(entry_message(head))))
        previous = head.hash + rows[-1].signature
    newest = Head(len(rows), rows[-1].hash)
    signature = key.sign(head_message(newest, rows[-1].signature, OBSERVED))
    return rows, SignedHead(len(rows), OBSERVED, signature)


def read(rows: Sequence[Row], head: SignedHead) -> Journal:
    return verify(rows, head, KEY.verifying_key)


@given(journals)
def test_a_replay_says_what_a_plain_model_says(said: list[Entry]) -> None:
    Model(said).check(replay(said))


@given(journals, st.integers(0, 12))
def test_a_replay_may_be_interrupted_anywhere(said: list[Entry], where: int) -> None:
    first = replay(said[:where])
    assert replay(said[where:], first, len(said[:where]) + 1) == replay(said)


@given(entries)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


@given(st.binary() | st.none())
def test_other_bytes_are_not_an_entry(data: bytes | None) -> None:
    found = decode(data)
    assert found is None or decode(encode(found)) == found


NO_ENTRIES = {
    "a name too many": b'{"did":"reset-spent","nonce":"00","x":1}',
    "a name missing": b'{"did":"reset-spent"}',
    "another type": b'{"did":"reset-spent","nonce":1}',
    "a truth for a number": b'{"did":"trouble","at":true,"number":null}',
    "text for a number": b'{"did":"trouble","at":"1","number":null}',
    "a number for text": b'{"did":"moved","at":1,"origin":1,"target":""}',
    "no name of a kind": b'{"did":[],"nonce":"00"}',
    "no object": b"[]",
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("data", NO_ENTRIES.values(), ids=NO_ENTRIES)
def test_what_is_not_an_entry_is_refused(data: bytes) -> None:
    assert decode(data) is None


@given(journals)
def test_a_whole_journal_holds(said: list[Entry]) -> None:
    rows, head = written(said)
    journal = read(rows, head)
    assert (journal.state, journal.fault, journal.observed) == (replay(said), None, OBSERVED)
    assert journal.head == Head(len(rows), rows[-1].hash)
    assert all(journal.has(Head(row.number, row.hash)) for row in rows)
    assert not journal.has(Head(len(rows) + 1, rows[-1].hash))


@given(journals, st.integers(0, 12), entries)
def test_a_known_journal_goes_on_as_if_it_were_read_from_the_start(said: list[Entry], where: int, other: Entry) -> None:
    rows, head = written(said)
    known = read(*written(said[:where])) if said[:where] else EMPTY
    assert known.extended(rows[len(known.hashes) :], head, KEY.verifying_key) == read(rows, head)
    added = [*rows[len(known.hashes) :], rows[-1]._replace(number=len(rows) + 1, entry=encode(other))]
    assert known.extended(added, head, KEY.verifying_key) is None
    assert known.extended(rows[len(known.hashes) :], head._replace(observed=b"1" * 32), KEY.verifying_key) is None


@pytest.mark.attack("journal-edited")
@given(journals, st.data())
def test_an_edited_journal_holds_up_to_the_edit_and_says_so(said: list[Entry], data: st.DataObject) -> None:
    """Whatever an edit leaves grants nothing that the entries before it do not grant."""
    rows, head = written(said)
    at = data.draw(st.integers(0, len(rows) - 1))
    row = rows[at]
    other = data.draw(st.binary(max_size=70))
    edits: dict[str, list[Row]] = {
        "entry": [*rows[:at], row._replace(entry=other), *rows[at + 1 :]],
        "hash": [*rows[:at], row._replace(hash=other), *rows[at + 1 :]],
        "signature": [*rows[:at], row._replace(signature=other), *rows[at + 1 :]],
        "number": [*rows[:at], row._replace(number=99), *rows[at + 1 :]],
        "removed": rows[:at] + rows[at + 1 :],
        "doubled": [*rows[: at + 1], *rows[at:]],
        "cut": rows[:at],
    }
    edited = edits[data.draw(st.sampled_from(sorted(edits)))]
    journal = read(edited, head)
    assert journal.fault is not None
    kept = len(journal.hashes)
    assert kept in {at, at + 1, len(rows)}
    assert journal.fault.number == kept + 1
    before = replay(said[:kept])
    granting = {i for i, one in journal.state.bundles.items() if one.state == KEPT}
    assert granting <= {i for i, one in before.bundles.items() if one.state == KEPT}
    assert journal.state.returned >= before.returned
    assert len(journal.state.waiting) <= len(before.waiting)
    assert journal.state.seen == before.seen


@pytest.mark.attack("journal-edited")
@given(journals, entries | st.builds(BundleEnded, few, st.sampled_from([KEPT, "active"])))
def test_an_entry_that_somebody_adds_only_takes_away(said: list[Entry], added: Entry) -> None:
    """Whatever it says, it brings back no bundle, and lowers no floor of time."""
    rows, head = written([*said, added])
    state = read([*rows[:-1], rows[-1]._replace(signature=b"")], head).state
    before = replay(said)
    granting = {i for i, one in state.bundles.items() if one.state == KEPT}
    assert granting <= {i for i, one in before.bundles.items() if one.state == KEPT}
    assert (state.taken, state.time, state.time_seen) == (before.taken, before.time, before.time_seen)
    assert set(state.waiting) <= set(before.waiting)
    assert state.resets >= before.resets


@pytest.mark.attack("journal-edited")
@given(journals)
def test_a_journal_that_another_key_signed_says_nothing(said: list[Entry]) -> None:
    rows, head = written(said, makers.key("other", frame.INSTALLATION))
    journal = read(rows, head)
    assert (journal.hashes, journal.fault) == ((), JournalFault("altered", 1))
    assert not journal.state.bundles
    assert not journal.state.documents


@pytest.mark.attack("journal-edited")
@given(journals, st.binary(min_size=32, max_size=32).filter(lambda one: one != OBSERVED))
def test_observations_that_were_not_signed_do_not_count(said: list[Entry], other: bytes) -> None:
    rows, head = written(said)
    journal = read(rows, head._replace(observed=other))
    assert (journal.fault, journal.observed) == (JournalFault("head", len(rows) + 1), OBSERVED)
    assert journal.state == replay(said)


@given(journals.filter(lambda said: len(said) > 1))
def test_an_older_signed_head_makes_an_older_journal(said: list[Entry]) -> None:
    """As a backup has it: only the mark beside the database tells."""
    rows, head = written(said[:-1])
    journal = read(rows, head)
    assert (journal.state, journal.fault) == (replay(said[:-1]), None)


def test_an_empty_journal_is_one_that_was_cut() -> None:
    assert read([], SignedHead(3, OBSERVED, b"")).fault == JournalFault("cut", 1)
