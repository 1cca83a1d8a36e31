"""Which bundles and resets of a file an installation takes (`docs/installation.md`, "Activation").

A1  A bundle that was returned never works here again.
A2  The same bundle again changes nothing.
A3  A bundle for another serial is refused, unless it replaces the present one. Only the vendor's
    bundles, or those of an installation that has none of the vendor's, move the serial.
A4  Within issuer, serial and part, another bundle of a sequence that was here is a conflict, and a
    lower sequence than one that was here is refused, unless a reset allows it once.
A5  A bundle bound to another installation is refused.
A6  A bundle whose maintenance ended before the product version was released is refused.
A8  A bundle with a value that does not fit a setting of its issuer's newest catalog is refused.

A reset is the vendor's, for the key of this installation, and counts once (`docs/installation.md`,
"Resets").
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from licensekit.entitlements import BundleState, Fingerprint, governing
from licensekit.entitlements.parts import judge
from licensekit.entitlements.settings import unfit_in
from licensekit.errors import (
    BindingMismatch,
    BundleReturned,
    MaintenanceEnded,
    RefusedError,
    ResetRefused,
    SequenceConflict,
    SequenceOlder,
    SerialMismatch,
    SettingRefused,
)
from licensekit.state.audit_events import ResetApplied
from licensekit.state.stored import ACTIVE, RETURNED, BundleRecord
from licensekit.state.time import TimeSeen
from licensekit.state.transactions import ReadTransaction, WriteTransaction
from licensekit.trust.pack import TrustStore
from licensekit.trust.signed import Verified
from licensekit.wire.documents import Bundle, Reset, ResetWhat


class AdmissionFacts(NamedTuple):
    """What of an installation decides about new bundles."""

    serial: str | None
    records: tuple[BundleRecord, ...]
    vendor: str
    """The issuer whose bundles move the serial."""
    fingerprint: Fingerprint
    released: int | None
    lower_allowed: int
    """How many resets that allow a lower sequence were not used yet."""
    trust_store: TrustStore | None = None
    """Whose catalogs say which settings fit."""


class Admission(NamedTuple):
    """What becomes of the bundles of a file."""

    serial: str | None
    new: tuple[Verified[Bundle], ...]
    same: tuple[Verified[Bundle], ...]
    """Active already."""
    refused: tuple[Verified[Bundle], ...]
    reasons: tuple[RefusedError, ...]
    """Everything that stands against those."""
    lowered: int
    """How many resets this uses up."""


def admit(bundles: Iterable[Verified[Bundle]], facts: AdmissionFacts) -> Admission:
    """Return what becomes of `bundles`, taken together: those that replace a serial come first."""
    serial = facts.serial
    records = list(facts.records)
    new: list[Verified[Bundle]] = []
    same: list[Verified[Bundle]] = []
    refused: list[Verified[Bundle]] = []
    reasons: list[RefusedError] = []
    lowered = 0
    for verified in sorted(bundles, key=_order):
        bundle = verified.document
        if any(r.identity == verified.identity and r.state == ACTIVE for r in records):
            same.append(verified)
            continue
        returned = list(_of_return(verified, records))
        faults = [*_of_serial(bundle, serial, records, facts.vendor), *returned]
        # What was returned stays away for that alone, whatever its sequence.
        lower = None if returned else _of_sequence(verified, records)
        if isinstance(lower, SequenceOlder) and lowered < facts.lower_allowed:
            lowered += 1
        elif lower is not None:
            faults.append(lower)
        faults += _of_part(verified, facts)
        reasons += faults
        if faults:
            refused.append(verified)
        else:
            serial = bundle.serial
            new.append(verified)
            records.append(_record(verified))
    return Admission(serial, tuple(new), tuple(same), tuple(refused), tuple(reasons), lowered)


def superseded(
    active: Sequence[Verified[Bundle]], new: Sequence[Verified[Bundle]]
) -> list[Verified[Bundle]]:
    """Return those of the `active` bundles that are not needed beside the `new` ones any more.

    Whether a new one has started is held against the issue times that the vendor signed, not
    against a clock: one that was wrong must not have taken anything away.
    """
    together = [*active, *new]
    proven = max((v.document.issued for v in together), default=0)
    in_force, waiting = governing(together, proven)
    needed = {v.identity for v in (*in_force, *waiting)}
    lines = {_line(v.document): v.document.sequence for v in new}
    return [
        v
        for v in active
        if v.identity not in needed
        or v.document.sequence > lines.get(_line(v.document), v.document.sequence)
    ]


def succeeded(
    records: Iterable[BundleRecord],
    active: Iterable[Verified[Bundle]],
    new: Iterable[Verified[Bundle]],
) -> list[BundleRecord]:
    """Return the active bundles that do not verify any more and that a `new` one comes after."""
    sound = {v.identity for v in active}
    lines = {_line(v.document): v.document.sequence for v in new}
    return [
        r
        for r in records
        if r.state == ACTIVE and r.identity not in sound and r.sequence < lines.get(r.line, 0)
    ]


def _named(bundle: Bundle) -> dict[str, Any]:
    """Return how errors name a bundle."""
    return {"serial": bundle.serial, "part": bundle.part, "sequence": bundle.sequence}


def _order(verified: Verified[Bundle]) -> tuple[bool, int]:
    return not verified.document.replaces, verified.document.sequence


def _line(bundle: Bundle) -> tuple[str, str, str]:
    return bundle.issuer, bundle.serial, bundle.part


def _record(verified: Verified[Bundle]) -> BundleRecord:
    bundle = verified.document
    return BundleRecord(verified.identity, *_line(bundle), bundle.sequence, 0, ACTIVE)


def _of_serial(
    bundle: Bundle, serial: str | None, records: Iterable[BundleRecord], vendor: str
) -> Iterator[RefusedError]:
    if serial in (None, bundle.serial):
        return
    may_move = bundle.issuer == vendor or not any(
        r.issuer == vendor and r.state == ACTIVE for r in records
    )
    if serial not in bundle.replaces or not may_move:
        yield SerialMismatch(**_named(bundle), present=serial or "")


def _of_return(
    verified: Verified[Bundle], records: Iterable[BundleRecord]
) -> Iterator[RefusedError]:
    if any(r.identity == verified.identity and r.state == RETURNED for r in records):
        yield BundleReturned(**_named(verified.document))


def _of_sequence(
    verified: Verified[Bundle], records: Iterable[BundleRecord]
) -> RefusedError | None:
    bundle = verified.document
    line = [r for r in records if r.line == _line(bundle)]
    if any(r.sequence == bundle.sequence and r.identity != verified.identity for r in line):
        return SequenceConflict(**_named(bundle))
    highest = max((r.sequence for r in line), default=0)
    if bundle.sequence < highest or any(r.identity == verified.identity for r in line):
        return SequenceOlder(**_named(bundle), highest=highest)
    return None


def _of_part(verified: Verified[Bundle], facts: AdmissionFacts) -> Iterator[RefusedError]:
    bundle = verified.document
    part = judge(verified, 0, fingerprint=facts.fingerprint, released=facts.released)
    if part.state is BundleState.FOREIGN and part.match is not None:
        yield BindingMismatch(**_named(bundle), difference=part.match.difference)
    if part.state is BundleState.UNMAINTAINED and bundle.maintenance is not None:
        yield MaintenanceEnded(**_named(bundle), maintenance=bundle.maintenance)
    if facts.trust_store is not None:
        for code, value in unfit_in(facts.trust_store, bundle).items():
            yield SettingRefused(**_named(bundle), setting=code, value=str(value))


def reset_faults(
    read: ReadTransaction, resets: Iterable[Verified[Reset]], *, key: bytes | None, vendor: str
) -> Iterator[RefusedError]:
    """Yield which resets do not count here; `key` is the digest of the installation's key."""
    in_file: set[bytes] = set()
    for verified in resets:
        reset = verified.document
        effect, issuer = word(reset), reset.issuer
        if reset.installation != key:
            yield ResetRefused(reason="elsewhere", effect=effect, issuer=issuer)
        elif reset.issuer != vendor:
            yield ResetRefused(reason="not-vendor", effect=effect, issuer=issuer)
        elif reset.nonce in in_file or _is_known(read, reset):
            yield ResetRefused(reason="used", effect=effect, issuer=issuer)
        in_file.add(reset.nonce)


def lower_allowed(read: ReadTransaction, resets: Iterable[Verified[Reset]]) -> int:
    """Return how many bundles of a lower sequence may be activated."""
    [(waiting,)] = read.connection.rows(
        "SELECT count(*) FROM resets WHERE what = ? AND used = 0", ResetWhat.SEQUENCE
    )
    return int(waiting) + sum(v.document.what is ResetWhat.SEQUENCE for v in resets)


def time_after(read: ReadTransaction, resets: Iterable[Verified[Reset]]) -> TimeSeen:
    """Return what is remembered of time once `resets` were applied."""
    issued = [v.document.issued for v in resets if v.document.what is ResetWhat.CLOCK]
    return TimeSeen(max(issued)) if issued else read.stored.time


def apply_resets(change: WriteTransaction, resets: Iterable[Verified[Reset]], lowered: int) -> None:
    """Carry resets out, and use up those that let `lowered` bundles in."""
    connection = change.connection
    for verified in resets:
        reset = verified.document
        connection.run(
            "INSERT INTO resets (nonce, what, issuer, used) VALUES (?, ?, ?, ?)",
            reset.nonce,
            reset.what,
            reset.issuer,
            int(reset.what is not ResetWhat.SEQUENCE),
        )
        if reset.what is ResetWhat.RESTORE:
            change.accept_restored()
        change.record(ResetApplied(effect=word(reset), nonce=reset.nonce.hex()))
    waiting = connection.rows(
        "SELECT nonce FROM resets WHERE what = ? AND used = 0 ORDER BY nonce", ResetWhat.SEQUENCE
    )
    used = [row for row, _ in zip(waiting, range(lowered), strict=False)]
    connection.run_many("UPDATE resets SET used = 1 WHERE nonce = ?", used)


def word(reset: Reset) -> str:
    """Return what a reset puts right, in a word."""
    return reset.what.name.lower()


def _is_known(read: ReadTransaction, reset: Reset) -> bool:
    return read.connection.one("SELECT 1 FROM resets WHERE nonce = ?", reset.nonce) is not None
