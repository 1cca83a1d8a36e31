"""The two logs in the database: the audit log, which people read, and the journal, which decides.

An entry of the audit log is JSON with sorted names (`docs/installation.md`, "Audit log"), chained to the one before by
its hash. The chain contains pseudonyms instead of people; a separate table has their names. Pseudonyms are random, so
once a name is erased, nothing tells who it was ("People"). An entry has the fields that the sentence of its code,
`did`, names.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from secrets import token_hex
from string import Formatter
from typing import Any, Final, cast

from licensekit.database import Connection, read_queries, with_marks
from licensekit.dates import DAY_SECONDS, day_at
from licensekit.errors import HomeInvalid, KeyInvalid, messages_beside
from licensekit.errors.templates import as_word, fill_in
from licensekit.keys.signing import SigningKey
from licensekit.languages import translated
from licensekit.state import journal_entries as entries
from licensekit.state.journal import Journal, JournalState, Row, SignedHead, entry_message, head_message, replay, verify
from licensekit.state.journal_entries import RETURNED, Entry, encode
from licensekit.state.time import TimeSeen, judge, keep_time, prove
from licensekit.state.users import together
from licensekit.text import names
from licensekit.trust.order import Order, SeenDocument
from licensekit.trust.pack import TrustDocument, TrustStore
from licensekit.trust.signed import Verified
from licensekit.wire import armor, frame
from licensekit.wire.chain import GENESIS, Head, canonical_json, link
from licensekit.wire.documents import Bundle, Kind, Root

ERASED: Final = "(erased)"  # shown in place of an erased name
_LEFT_OUT: Final = {"request": ("nonce", "facts"), "reset": ("nonce",), "lease-borrow": ("lease",)}
"""Code to the fields that its sentence does not name."""
_OF_USERS: Final = frozenset({"user-add", "user-set", "user-assign"})
"""Codes that affect only the users whom the entry names, unless licenses are released, because then slots move."""
_MARK: Final = 200  # the longest mark, in characters
_FIELDS: Final = ("by", "user", "users", "holder", "subject")
"""The fields of an audit entry that name people; a subject does if the scope is `user`."""
_SQL: Final = read_queries(__file__)


def new_pseudonym() -> str:
    """Return a new pseudonym."""
    return token_hex(8)


def audit_head(connection: Connection) -> Head:
    """Return the newest entry of the audit log."""
    row = connection.one(_SQL["audit_head"])
    return Head(0, GENESIS) if row is None else Head(*row)


def changed_users(connection: Connection, known: Head) -> frozenset[str]:
    """Return the ids of the only users whom the entries after `known` affect; empty if others may be affected."""
    (first, _), *added = connection.rows(_SQL["audit_behind"], known.number) or [(b"", b"")]
    try:
        entries = [json.loads(entry) for _, entry in added]
        is_of_users = all(one["did"] in _OF_USERS and not one.get("released") for one in entries)
        named = with_names(connection, entries) if is_of_users and first == known.hash else ()
        return frozenset(names.folded(user) for one in named for user in one.get("users", [one.get("user")]))
    except (ValueError, TypeError, KeyError, AttributeError):  # somebody has edited it
        return frozenset()


def append_audit(connection: Connection, entries: Iterable[Mapping[str, Any]], known: Mapping[str, str] = {}) -> Head:
    """Add entries to the audit log and return the new head.

    `known` has the pseudonyms of users by their written ids; the caller adds the marks of these users itself.
    """
    head, rows, marks = audit_head(connection), list[tuple[int, bytes, bytes]](), list[tuple[str, int]]()
    for facts in entries:
        replaced = _replaced(facts, lambda written: known.get(written) or pseudonym_of(connection, written))
        entry = canonical_json(replaced).encode()
        head = Head(head.number + 1, link(head.hash, entry))
        rows.append((head.number, entry, head.hash))
        marks += ((mark, head.number) for mark in marks_of({**replaced, "users": ()} if known else replaced))
    connection.run_many(_SQL["append"], rows)
    connection.run_many(_SQL["append_marks"], sorted(marks))
    return head


def marks_of(facts: Mapping[str, Any]) -> frozenset[str]:
    """Return the search marks of an entry with pseudonyms; see `mark_of`."""
    at, by, did = (str(facts.get(name, "")) for name in ("at", "by", "did"))
    found = [mark_of("at", at[:10]), mark_of("by", by), mark_of("did", did), mark_of("did", did.partition("-")[0])]
    for name, value in facts.items():
        named = cast("Iterable[Any]", value if isinstance(value, list | tuple) else (value,))
        found += (mark_of("", one) for one in named if isinstance(one, str) and name not in {"at", "by", "did"})
    return frozenset(found)


def mark_of(field: str, text: str) -> str:
    """Return the search mark of a day (`at`), a pseudonym that acted (`by`), or a code or its first word (`did`).

    An empty field marks any other text that an entry names: a pseudonym, a site, a code, a serial.
    """
    return f"{field}\t{names.folded(text)}"[:_MARK]


@lru_cache(maxsize=4)
def key_of(seed: bytes) -> SigningKey:
    """Return the installation's own key; raise `HomeInvalid` if the seed is damaged."""
    try:
        return SigningKey.from_secret(frame.INSTALLATION, seed)
    except (KeyInvalid, TypeError) as error:
        raise HomeInvalid(reason="key-lost") from error


def read_journal(connection: Connection, key: SigningKey, head: SignedHead, known: Journal | None = None) -> Journal:
    """Read a journal and verify it; if it continues `known`, only the new entries."""
    head = SignedHead(head.number, _bytes(head.observed), _bytes(head.signature))
    if known is not None and (extended := _extended(connection, key, head, known)) is not None:
        return extended
    journal = verify(_rows(connection, -(2**63)), head, key.verifying_key)  # also forged rows with numbers below 1
    if journal.fault is None:
        return journal
    # A faulty journal may lack returns, but their receipts are stored.
    returned = tuple(entries.BundleEnded(identity, RETURNED) for (identity,) in connection.rows(_SQL["returned"]))
    return journal._replace(rest=(*journal.rest, *returned), state=replay(returned, journal.state))


def _extended(connection: Connection, key: SigningKey, head: SignedHead, known: Journal) -> Journal | None:
    """Return a known journal with its new entries; None if they do not continue it and all must be read."""
    newest = connection.one(_SQL["journal_head"])
    if known.fault is not None or newest is None or not 0 < known.head.number <= newest[0] == newest[-1]:
        return None
    if head == known.signed and newest[:2] == known.head:
        return known
    last, *added = _rows(connection, known.head.number)  # never empty, because the newest entry is not older
    is_there = (last.number, last.hash, last.signature) == (*known.head, known.signature)
    return known.extended(added, head, key.verifying_key) if is_there else None


def _rows(connection: Connection, first: int) -> list[Row]:
    return [Row(number, *map(_bytes, values)) for number, *values in connection.rows(_SQL["journal"], first)]


def _bytes(value: Any) -> bytes:
    """Return a blob as it is, and empty bytes for anything else that a table that is not strict may contain."""
    return value if isinstance(value, bytes) else b""


class JournalWriter:
    """Appends to the journal within one transaction."""

    def __init__(self, connection: Connection, key: SigningKey, journal: Journal) -> None:
        self.connection = connection
        self.journal = journal
        self._key = key

    @property
    def state(self) -> JournalState:
        """The state after the entries so far."""
        return self.journal.state

    def enter(self, entry: Entry) -> None:
        """Add an entry; `sign_head` must follow before the transaction ends."""
        data, before = encode(entry), self.journal
        head = Head(before.head.number + 1, link(before.end, data))
        signature = self._key.sign(entry_message(head))
        self.connection.run(_SQL["enter"], head.number, data, head.hash, signature)
        state = replay((entry,), before.state, head.number)
        self.journal = Journal(state, (*before.hashes, head.hash), signature, before.signed)

    def repair(self, now: int) -> None:
        """Delete the invalid entries, and enter the fault and what those entries take away."""
        fault, rest = self.journal.fault, self.journal.rest
        if fault is None:
            return
        self.connection.run(_SQL["cut"], fault.number - 1)
        for entry in (entries.TroubleFound(now, fault.number), *rest):
            self.enter(entry)

    def sign_head(self, observed: bytes | None = None) -> None:
        """Sign the newest entry and the digest `observed` (None: as before), unless neither has changed."""
        head, signed = self.journal.head, self.journal.signed
        digest = signed.observed if observed is None else observed
        if (head.number, digest) == (signed.number, signed.observed):
            return
        signature = self._key.sign(head_message(head, self.journal.signature, digest))
        self.connection.run(_SQL["sign_head"], head.number, digest, signature)
        self.journal = self.journal._replace(signed=SignedHead(head.number, digest, signature))

    def keep_time(self, seen: TimeSeen, reason: str, base: bytes = b"") -> None:
        """Store the observations of time; if a floor has fallen, or risen by a day, also enter that."""
        known = self.state.time
        low, high = sorted((seen.hard - known.hard, seen.soft - known.soft))
        if base or low < 0 or high >= DAY_SECONDS:
            self.enter(entries.TimeFloor(seen.hard, seen.soft, reason, base))
        self.sign_head(keep_time(self.connection, seen))

    def judge_time(self, seen: TimeSeen, bundles: Iterable[Verified[Bundle]]) -> TimeSeen:
        """Return the observations of time, with the hard floor that these verified bundles prove."""
        known = self.state.taken
        taken = [known[one.identity] for one in bundles if one.identity in known]
        return judge(seen, [prove(one.issued, one.at, one.elapsed) for one in taken])

    def keep_seen(self, trust_store: TrustStore) -> None:
        """Enter the highest documents seen that the journal does not have yet."""
        documents = {(one.token.type, one.identity): one for one in trust_store.documents}
        before, seen = self.state.seen, trust_store.trust.seen
        for order in sorted(seen, key=lambda order: (armor.TYPES.index(order[0]), order[1])):
            if (found := seen[order]) != before.get(order):
                self.enter(_document_seen(order, found, documents.get((order[0], found.identity))))


def taken(verified: Verified[Bundle], now: int, elapsed: int) -> entries.BundleTaken:
    """Return the entry of a bundle that is activated at `now`, after `elapsed` verified seconds."""
    bundle, key = verified.document, verified.keys[0]
    counts = [count for kind in Kind for count in bundle.counts(kind).values()]
    known = [count for count in counts if count is not None]
    is_limited = len(known) == len(counts) and not bundle.settings and not bundle.replaces
    most = max(known, default=0) if is_limited else None
    term = None if bundle.term_end is None else bundle.term_end - day_at(bundle.issued)
    named = verified.identity, bundle.issuer, bundle.serial, bundle.part, bundle.use, bundle.sequence
    return entries.BundleTaken(*named, now, bundle.issued, key.scheme, key.key_id, most, term, elapsed)


def _document_seen(order: Order, found: SeenDocument, verified: TrustDocument | None) -> entries.DocumentSeen:
    if verified is None:  # another document in the same file put it out of force
        return entries.DocumentSeen(*order, *found, None, 0, b"")
    document, key = verified.document, verified.keys[0]
    issued = None if isinstance(document, Root) else document.issued
    return entries.DocumentSeen(*order, *found, issued, key.scheme, key.key_id)


def with_names(connection: Connection, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return audit entries with names in place of pseudonyms."""
    written, said = dict[str, str](), list(entries)
    for facts in said:
        _replaced(facts, lambda pseudonym: written.setdefault(pseudonym, ERASED))
    for some in together(list(written), 250):
        written |= dict(connection.rows(with_marks(_SQL["names"], some), *some))
    return [_replaced(facts, written.__getitem__) for facts in said]


def find_pseudonym(connection: Connection, written: str) -> str | None:
    """Return the pseudonym of an id; None if there is none."""
    return connection.value(_SQL["pseudonym"], names.folded(written))


def pseudonym_of(connection: Connection, written: str) -> str:
    """Return the pseudonym of an id; if there is none, create and store one."""
    if (known := find_pseudonym(connection, written)) is not None:
        return known
    pseudonym = new_pseudonym()
    connection.run(_SQL["add_person"], pseudonym, names.folded(written), written)
    return pseudonym


def erase_person(connection: Connection, user_id: str) -> None:
    """Delete a person without assignments, under every spelling of the id that is stored."""
    key = names.folded(user_id)
    forms = {key, *(one for (one,) in connection.rows(_SQL["written"]) if names.folded(one) == key)}
    for name in _SQL:
        if name.startswith("erase"):
            connection.run_many(_SQL[name], [(form,) for form in sorted(forms)])


def _replaced(facts: Mapping[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    found = dict(facts)
    for field in _FIELDS:
        value: Any = facts.get(field)
        if field == "subject" and facts.get("scope") != "user":
            continue
        if isinstance(value, str):
            found[field] = name(value)
        elif type(value) in {list, tuple}:
            found[field] = [name(str(one)) for one in value]
    return found


@cache
def fields_of(did: str) -> frozenset[str]:
    """Return the names of the fields that an entry of a code has."""
    named = (name for _, name, _, _ in Formatter().parse(_sentences()[did]) if name)
    return frozenset(named).union(_LEFT_OUT.get(did, ()))


def sentence_of(facts: Mapping[str, Any]) -> str:
    """Return the sentence of an entry; the bare code if the entry was edited or is from another version."""
    did = str(facts.get("did", ""))
    try:
        shown = {name: as_word(value) if value == ERASED else value for name, value in facts.items()}
        return fill_in(translated(f"state/audit-entry.message.{did}", _sentences()[did]), shown)
    except LookupError:
        return fill_in("{did:line}", {"did": did})


def _sentences() -> Mapping[str, str]:
    """Return code to sentence, a message template (`licensekit.errors.coded`)."""
    return cast("Mapping[str, str]", messages_beside(__name__)["audit-entry"]["message"])
