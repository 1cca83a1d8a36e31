"""Exchange files that an installation signs. They contain the head of its audit log, so a rewritten history shows."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any, Final

from licensekit.database import Connection
from licensekit.dates import format_seconds
from licensekit.entitlements import evaluate
from licensekit.errors import Message, NotActivated, NotFound
from licensekit.installation.plan import deficits_of
from licensekit.installation.settlement import Settlement, SettlingProposal, settlement_of
from licensekit.limits import COUNT, LICENSES, NOTICES, TEXT_LENGTH
from licensekit.proposals import Change
from licensekit.state.journal import BundleRecord, JournalState
from licensekit.state.journal_entries import ACTIVE, REPLACED, RETURNED, BundleEnded
from licensekit.state.loading import InstallationState, OpenInstallation, ReadTransaction
from licensekit.state.machine import hashed, machine_facts
from licensekit.state.transactions import WriteTransaction, write_installation
from licensekit.text.names import check_name
from licensekit.trust.pack import HOLDS, held_in
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import BASE, Receipt, Request, Statement, Usage, Value, hex_extension
from licensekit.wire.documents.exchange import ANSWERS, FOLLOWS, JOURNAL, NAME, PURPOSE

NONCE_BYTES: Final = 16
_EXCHANGE_FILES: Final = tuple(f'"did":"{did}"'.encode() for did in ("request", "return", "statement"))


class ReturnIsFinal(Message):
    """Returned bundles can never work here again."""

    part: str
    bundles: tuple[str, ...]  # serial, part and sequence of each


def make_request(
    change: WriteTransaction, *, with_facts: bool = True, name: str | None = None, purpose: str | None = None
) -> tuple[str, Request]:
    """Sign a request for a bundle bound to this installation; return its text and document.

    It contains machine facts as keyed hashes, or none without `with_facts`. `name` and `purpose`, one of `PURPOSES`,
    tell the vendor about the installation. Raises `EntryInvalid` if the name is not valid.
    """
    called = {key: text for key, text in ((NAME, check_name(name or "")), (PURPOSE, purpose)) if text}
    state = change.read.state()
    facts = machine_facts(given=change.read.opened.facts) if with_facts else {}
    nonce = token_bytes(NONCE_BYTES)
    extensions = _recorded(change, "request", nonce=nonce.hex(), facts=sorted(facts))
    product, summary = state.trust_store.product, _summary(state, facts, change.now) | called
    hashes, extensions = hashed(facts, state.stored.secret), {**extensions, **called}
    request = Request(product, state.serial, nonce, change.now, hashes, change.head.hash, summary, extensions)
    return armor.write_file([sign(request, state.stored.key)]), request


@dataclass(frozen=True, kw_only=True, repr=False)
class ReturnProposal(SettlingProposal[str]):
    """What returning the bundles of a part would do; nothing has changed yet."""

    part: str
    issuer: str
    opened: OpenInstallation

    def apply(self, *, confirm: bool = False, settle: Settlement | None = None) -> str:
        """Return the bundles to the issuer; the result is the signed receipts.

        The releases of `settle` are part of the same change. Without it nothing is released, and assignments beyond
        what is left grant nothing.

        Raises:
            ConfirmationNeeded: a bundle is active, and `confirm` is false.
            ProposalStale: other bundles of the part are active by now, or assignments have changed.
        """
        self.require_confirmed(confirm=confirm)
        with write_installation(self.opened) as change:
            self._begin(change, propose_return(change.read, self.part, issuer=self.issuer), settle)
            records = change.read.bundles()
            active = _active(records, self.part, self.issuer)
            for record in active:
                _return(change, record)
            for identity in _counting_again(records, self.part, self.issuer) if active else ():
                change.enter(BundleEnded(identity, REPLACED))
            return armor.write_file(_receipts(change.connection, change.journal.state, self.part, self.issuer))


def propose_return(
    read: ReadTransaction, part: str = BASE, *, issuer: str | None = None, most: int | None = None
) -> ReturnProposal:
    """Propose to return the active bundles of a part; `issuer` is the vendor by default.

    If more than `most` assignments would have to go, the settlement has only their numbers and no holders. Raises
    `NotFound` if no bundle of that part is active, and none was returned.
    """
    state = read.state()
    owner, records = issuer or state.trust_store.issuer, read.bundles()
    active = _active(records, part, owner)
    if not active and not _receipts(read.connection, read.stored.journal.state, part, owner):
        raise NotFound(reason="active", name=part, issuer=owner)
    names = tuple(one.label for one in active)
    changes = tuple(Change(f"bundles.{owner}.{name}", "active", "returned") for name in names)
    final, opened = (ReturnIsFinal(part=part, bundles=names),) if active else (), read.opened
    settle = _settlement(read, state, {*_counting_again(records, part, owner), *(one.identity for one in active)}, most)
    return ReturnProposal(
        changes=changes, needs_confirmation=final, settlement=settle, about=part, part=part, issuer=owner, opened=opened
    )


def _settlement(
    read: ReadTransaction, state: InstallationState, returned: Container[bytes], most: int | None
) -> Settlement:
    kept = (one for one in state.kept if one.identity not in returned)
    after = evaluate(state.trust_store, kept, state.now, fingerprint=state.fingerprint, released=state.released)
    deficits = deficits_of(read.connection, state.entitlements, after, state.in_use)
    return settlement_of(read.connection, after, state.in_use, deficits, most)


def _active(records: Iterable[BundleRecord], part: str, issuer: str) -> list[BundleRecord]:
    return [one for one in records if (one.issuer, one.part, one.state) == (issuer, part, ACTIVE)]


def _counting_again(records: Iterable[BundleRecord], part: str, issuer: str) -> list[bytes]:
    """Return the identities of replaced bundles that would count again once a part is returned."""
    own = [one for one in records if one.issuer == issuer]
    serials = {one.serial for one in own if one.state == ACTIVE}
    return [one.identity for one in own if one.state == REPLACED and (one.part == part or one.serial not in serials)]


def receipts_of(read: ReadTransaction, part: str = BASE, *, issuer: str | None = None) -> str:
    """Return the signed receipts of returned bundles of a part; raise `NotFound` if none was returned."""
    owner = issuer or read.state().trust_store.issuer
    found = _receipts(read.connection, read.stored.journal.state, part, owner)
    if not found:
        raise NotFound(reason="returned", name=part, issuer=owner)
    return armor.write_file(found)


def make_statement(change: WriteTransaction) -> tuple[str, Statement]:
    """Sign a statement of what is in use; return its text and document, or raise `NotActivated` without a serial."""
    state = change.read.state()
    if state.serial is None:
        raise NotActivated(reason="no-serial")
    used = [row for row in state.licenses if row.granted or row.in_use]
    # Whether a customer uses what is assigned does not concern the vendor.
    told = [notice for notice in state.notices if notice not in state.unused]
    extensions = _recorded(change, "statement")
    usage = {row.code: Usage(min(row.in_use, COUNT), row.total) for row in used[:LICENSES]}
    notices = [f"{n.code}: {n.message}"[:TEXT_LENGTH] for n in told[:NOTICES]]
    statement = Statement(state.serial, change.now, usage, change.head.hash, notices, extensions)
    return armor.write_file([sign(statement, state.stored.key)]), statement


def _return(change: WriteTransaction, record: BundleRecord) -> None:
    extensions = _recorded(change, "return", bundle=record.identity.hex())
    answered = [verified.document for verified in change.read.state().bundles if verified.identity == record.identity]
    nonce = hex_extension(answered[0].extensions, ANSWERS, NONCE_BYTES) if answered else None
    receipt = Receipt(record.identity, nonce, change.now, audit_head=change.head.hash, extensions=extensions)
    change.enter(BundleEnded(record.identity, RETURNED))
    frame = sign(receipt, change.read.stored.key).frame
    change.connection.run("UPDATE bundles SET receipt = ? WHERE identity = ?", frame, record.identity)


def _recorded(change: WriteTransaction, did: str, **data: Any) -> dict[str, Value]:
    """Record an exchange file; return its extensions: the file before, documents held, and incidents in the journal."""
    change.note_findings()
    follows, state = _follows(change), change.journal.state
    change.record(did, **data)
    is_damaged = state.damaged is not None
    is_accepted = (is_damaged or state.restored) and state.is_accepted
    went = {"clock": state.clock_accepted, "damaged": is_damaged, "restored": state.restored, "accepted": is_accepted}
    words = " ".join(word for word, is_so in went.items() if is_so)
    trust_store = change.read.state().trust_store
    return {**follows, HOLDS: held_in(trust_store, trust_store.issuer).text, **({JOURNAL: words} if words else {})}


def _follows(change: WriteTransaction) -> dict[str, Value]:
    """Return the extension that names the audit head of the exchange file before, if any."""
    entries = change.connection.stream("SELECT entry, hash FROM audit ORDER BY number DESC")
    # Quotes within texts are escaped, so this never matches inside one.
    head = next((head for entry, head in entries if any(did in entry for did in _EXCHANGE_FILES)), None)
    return {} if head is None else {FOLLOWS: head.hex()}


def _receipts(connection: Connection, state: JournalState, part: str, issuer: str) -> list[armor.Token]:
    """Return the stored receipts of bundles that the journal has as returned, by serial and sequence."""
    kept: dict[bytes, bytes] = dict(connection.rows("SELECT identity, receipt FROM bundles WHERE receipt IS NOT NULL"))
    returned = [r for r in state.bundles.values() if (r.issuer, r.part, r.state) == (issuer, part, RETURNED)]
    returned.sort(key=lambda record: (record.serial, record.sequence))
    return [armor.Token("receipt", kept[r.identity]) for r in returned if r.identity in kept]


def _summary(state: InstallationState, facts: Mapping[str, str], now: int) -> dict[str, str]:
    return {
        "product": state.trust_store.product,
        "serial": state.serial or "none yet",
        "made on": format_seconds(now),
        "installation key": (state.fingerprint.key or b"").hex(),
        "machine facts": f"{', '.join(sorted(facts)) or 'none'} (as keyed hashes, from which they cannot be read)",
    }
