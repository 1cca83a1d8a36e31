"""Rules for which bundles and resets of a file an installation accepts (`docs/installation.md`, "Activation").

A1  A bundle that was returned never works here again.
A2  The same bundle again changes nothing. A bundle that another key has signed again is the same bundle: the new
    signature replaces the old one, and nothing else changes.
A3  A bundle for another serial is refused, unless it replaces the present serial. Only the vendor's bundles may change
    the serial, or any issuer's if the installation has none of the vendor's.
A4  Within issuer, serial, part and use, a different bundle with a known sequence is a conflict, and a sequence lower
    than a known one is refused, unless a reset allows it once. A bundle keeps others out only while its key may still
    sign it, and a bundle of a limited key only those that its scope admits.
A5  A bundle bound to another installation is refused.
A6  A bundle whose maintenance ended before the product version was released is refused.
A8  A bundle with a value that does not fit a setting of its issuer's newest catalog is refused.

A reset must be the vendor's, must name the key of this installation, and counts once (`docs/installation.md`,
"Resets").
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from licensekit import errors
from licensekit.entitlements import BundleState, Entitlements, Fingerprint, evaluate, judge, unfit_in
from licensekit.entitlements.timeline import Timeline, holds_back, may_replace, serial_of, takes_place_of
from licensekit.state.journal import JournalState
from licensekit.state.journal_entries import KEPT, REPLACED, RETURNED, VENDOR, BundleTaken, ResetSpent, ResetUsed
from licensekit.state.loading import ReadTransaction
from licensekit.state.stored import StoredBundle
from licensekit.state.time import TimeSeen, observe, reset_clock
from licensekit.state.transactions import WriteTransaction
from licensekit.state.trust_store import VerifiedBundles, still_holds
from licensekit.trust.pack import TrustStore
from licensekit.trust.signed import Verified
from licensekit.wire.documents import BASE, Bundle, Reset, ResetWhat, naming
from licensekit.wire.plain import word

Bundles = tuple[Verified[Bundle], ...]
Several = Iterable[Verified[Bundle]]


class AdmissionFacts(NamedTuple):
    """The facts of an installation and a file by which bundles are admitted."""

    before: TrustStore  # without the file
    trust_store: TrustStore  # with the file
    resets: tuple[Verified[Reset], ...]  # in the file
    stored: Mapping[bytes, StoredBundle]  # identity to each bundle ever activated, in the order of activation
    journal: JournalState
    verified: VerifiedBundles  # the stored bundles under `trust_store`
    fingerprint: Fingerprint
    released: int | None
    lower_allowed: int  # the number of unused resets that allow a lower sequence
    now: int

    def active(self, kept: Several) -> list[Verified[Bundle]]:
        """Return those of the `kept` bundles that are in force or waiting for their start."""
        in_force, waiting = Timeline.of(kept, self.trust_store.trust).governing(self.now)
        return [*in_force, *waiting]

    def evaluated(self, kept: Several, moment: int) -> Entitlements:
        """Return what the `kept` bundles would grant at a `moment` in seconds since 1970."""
        return evaluate(self.trust_store, kept, moment, fingerprint=self.fingerprint, released=self.released)


class Admission(NamedTuple):
    """The bundles of a file, sorted by what happens to them."""

    new: Bundles
    again: Bundles  # known bundles with the signature of another key
    same: Bundles  # known bundles that change nothing
    refused: Bundles
    reasons: tuple[errors.RefusedError, ...]  # every reason against the refused ones
    kept: Bundles  # all that may be in force afterwards, in the order of activation
    put_away: Bundles  # bundles that may not any more, because a reset admits one of a lower sequence
    lowered: int  # how many resets this uses up


def admit(bundles: Several, facts: AdmissionFacts) -> Admission:
    """Decide about all `bundles` together, base bundles first."""
    bundles = list(bundles)
    again = [one for one in bundles if _is_signed_again(one, facts)]
    kept, floors = _kept_with(again, facts), [*facts.verified.verified, *again]
    new, same, refused = list[Verified[Bundle]](), list[Verified[Bundle]](), list[Verified[Bundle]]()
    put_away, reasons, lowered = list[Verified[Bundle]](), list[errors.RefusedError](), 0
    coming = (one for one in bundles if one not in again)
    for verified in sorted(coming, key=lambda one: (one.document.part != BASE, one.document.sequence)):
        active = facts.active(kept)
        older, faults = _faults(verified, active, floors, facts)
        is_lowered = older is not None and lowered < facts.lower_allowed
        ahead = [one for one in kept if is_lowered and _is_ahead(one, verified.document, facts)]
        higher = [one for one in ahead if one.document.sequence > verified.document.sequence]
        left = [*(one for one in kept if one not in (verified, *higher)), verified]
        if verified in active or (not faults and verified in kept and facts.active(left) == active):
            same.append(verified)
        elif faults and not (is_lowered and faults == [older]):
            refused.append(verified)
            reasons += faults
        else:
            new.append(verified)
            put_away += higher
            lowered += is_lowered
            kept, floors = left, [*floors, verified]
    return Admission(
        tuple(new), tuple(again), tuple(same), tuple(refused), tuple(reasons), tuple(kept), tuple(put_away), lowered
    )


def _faults(
    verified: Verified[Bundle], active: Several, floors: Several, facts: AdmissionFacts
) -> tuple[errors.RefusedError | None, list[errors.RefusedError]]:
    """Return the fault that a reset would allow, if any, and every fault of a bundle."""
    # A returned bundle is refused for that alone, whatever its sequence.
    if verified.identity in facts.journal.returned:
        of_sequence: errors.RefusedError | None = errors.BundleRefused(reason="returned", **naming(verified.document))
    else:
        of_sequence = _of_sequence(verified, floors, facts)
    found = [*_of_serial(verified, active, facts), of_sequence, *_of_part(verified, facts)]
    older = of_sequence if of_sequence is not None and of_sequence.reason == "older" else None
    return older, [one for one in found if one is not None]


def _is_signed_again(verified: Verified[Bundle], facts: AdmissionFacts) -> bool:
    known = facts.stored.get(verified.identity)
    return known is not None and known.record.state != RETURNED and known.token != verified.token


def _kept_with(again: Several, facts: AdmissionFacts) -> list[Verified[Bundle]]:
    """Return the kept bundles that verify, with their new signatures, in the order of activation."""
    sound = {one.identity: one for one in (*facts.verified.kept, *again)}
    places = [i for i, one in facts.stored.items() if one.record.state == KEPT]
    return [sound[identity] for identity in places if identity in sound]


def _line(bundle: Bundle | BundleTaken) -> tuple[object, ...]:
    return bundle.issuer, bundle.serial, bundle.part, bundle.use


def _of_serial(verified: Verified[Bundle], active: Several, facts: AdmissionFacts) -> Iterator[errors.RefusedError]:
    bundle, vendor = verified.document, facts.trust_store.issuer
    present = [one.document for one in active]
    of_vendor = [one for one in present if one.issuer == vendor]
    deciding = of_vendor or present
    serial = serial_of(deciding, vendor)
    if serial is None or any(one.serial == bundle.serial for one in deciding):
        return
    may_move = bundle.issuer == vendor or not of_vendor
    if not (may_move and _takes_place(verified, serial, deciding, facts)):
        yield errors.BundleRefused(reason="other-serial", **naming(bundle), present=serial)


def _takes_place(verified: Verified[Bundle], serial: str, present: Iterable[Bundle], facts: AdmissionFacts) -> bool:
    """Return whether a bundle replaces everything that its issuer has here for `serial`."""
    bundle = verified.document
    own = [one for one in present if (one.issuer, one.serial) == (bundle.issuer, serial)]
    own = [one for one in own if one.part == BASE] or own
    takes_all = (serial in bundle.replaces or bool(own)) and all(takes_place_of(bundle, serial, o.use) for o in own)
    return takes_all and may_replace(verified, facts.trust_store.trust)


def _of_sequence(verified: Verified[Bundle], floors: Several, facts: AdmissionFacts) -> errors.RefusedError | None:
    bundle, known = verified.document, facts.stored.get(verified.identity)
    there = {one.identity for one in floors}
    line = {one.identity: one.document.sequence for one in floors if _is_ahead(one, bundle, facts)}
    for identity, lost in facts.journal.taken.items():  # a lost bundle is only in the journal
        is_of_line = identity not in there and _line(lost) == _line(bundle)
        if is_of_line and still_holds(lost, bundle, facts.trust_store.trust):
            line[identity] = lost.sequence
    if any(one == bundle.sequence and i != verified.identity for i, one in line.items()):
        return errors.BundleRefused(reason="other-here", **naming(bundle))
    highest = max(line.values(), default=0)
    if bundle.sequence < highest or (known is not None and known.record.state == REPLACED):
        return errors.BundleRefused(reason="older", **naming(bundle), highest=highest)
    return None


def _is_ahead(one: Verified[Bundle], bundle: Bundle, facts: AdmissionFacts) -> bool:
    """Return whether `one` keeps `bundle` out if its sequence is higher."""
    return _line(one.document) == _line(bundle) and holds_back(one, bundle, facts.trust_store.trust)


def _of_part(verified: Verified[Bundle], facts: AdmissionFacts) -> Iterator[errors.RefusedError]:
    bundle = verified.document
    part = judge(verified, 0, fingerprint=facts.fingerprint, released=facts.released)
    if part.state is BundleState.FOREIGN and part.match is not None:
        yield errors.BundleRefused(reason="foreign", **naming(bundle), difference=part.match)
    if part.state is BundleState.UNMAINTAINED and bundle.maintenance is not None:
        yield errors.BundleRefused(reason="unmaintained", **naming(bundle), maintenance=bundle.maintenance)
    for code, value in unfit_in(facts.trust_store, bundle).items():
        yield errors.BundleRefused(reason="setting", **naming(bundle), setting=code, value=str(value))


def reset_faults(facts: AdmissionFacts) -> Iterator[errors.RefusedError]:
    """Yield a fault for each reset that is not valid here."""
    journal, in_file = facts.journal, set[bytes]()
    for verified in facts.resets:
        reset = verified.document
        against = {
            "elsewhere": reset.installation != facts.fingerprint.key,
            "not-vendor": reset.issuer != facts.trust_store.issuer,
            "used": reset.nonce in in_file or reset.nonce in journal.resets,
            "before": reset.issued < journal.resets_after,
        }
        reason = next((reason for reason, holds in against.items() if holds), None)
        if reason is not None:
            yield errors.ResetRefused(reason=reason, effect=word(reset.what), issuer=reset.issuer)
        in_file.add(reset.nonce)


def time_after(read: ReadTransaction, resets: Iterable[Verified[Reset]]) -> TimeSeen:
    """Return the observations of time after `resets` are applied."""
    issued = [v.document.issued for v in resets if v.document.what is ResetWhat.CLOCK]
    seen = observe(read.stored.time, read.reading)
    return reset_clock(seen, max(issued), read.reading.clock) if issued else seen


def apply_resets(change: WriteTransaction, resets: Iterable[Verified[Reset]], lowered: int) -> None:
    """Apply resets, and use up those that admitted `lowered` bundles."""
    for verified in resets:
        reset = verified.document
        change.enter(ResetUsed(reset.nonce, reset.what, reset.issuer, reset.issued, change.time.elapsed))
        if reset.what is ResetWhat.RESTORE:
            change.accept_restored(reset.issued, VENDOR)
        change.record("reset", effect=word(reset.what), nonce=reset.nonce.hex())
    for nonce in change.journal.state.waiting[:lowered]:
        change.enter(ResetSpent(nonce))
