"""A license file, taken whole or not at all (`docs/installation.md`, "Activation")."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from licensekit.customer.admission import Admission, Here, admit, succeeded, superseded
from licensekit.customer.deficits import below_use, deficits_of
from licensekit.customer.opened import Look, Writing
from licensekit.customer.preview import Deficit, Preview, compare, news_of
from licensekit.customer.records import add_bundle, bundle_records, replace_bundles
from licensekit.customer.resets import apply_resets, lower_allowed, reset_faults, time_after, word
from licensekit.dates import start_of_day
from licensekit.entitlements import Entitlements, Fingerprint, evaluate
from licensekit.errors import UnexpectedType
from licensekit.installation.clock import effective, observe, prove
from licensekit.installation.grounding import ground_without_floor, verify_bundles
from licensekit.installation.keeping import keep_trust
from licensekit.installation.state import fingerprint_of, in_use_of
from licensekit.pack import Ground, extend_ground
from licensekit.signed import Verified
from licensekit.verify import verify_bundle, verify_reset
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Reset

_ACTIVATED = frozenset({"root", "trust", "revocations", "catalog", "bundle", "reset"})

Bundles = tuple[Verified[Bundle], ...]
Resets = tuple[Verified[Reset], ...]


class Proposal(NamedTuple):
    """What a file would make of an installation; nothing is changed yet."""

    ground: Ground
    admission: Admission
    replaced: Bundles
    """Active bundles that the new ones put out of force."""
    spent: tuple[bytes, ...]
    """Identities of those that were revoked, and have a successor in the new ones."""
    resets: Resets
    preview: Preview


class _File(NamedTuple):
    """What a file holds, verified."""

    before: Ground
    """Whom the installation believes without the file."""
    ground: Ground
    """And with it."""
    bundles: Bundles
    resets: Resets


class _Outcome(NamedTuple):
    """What a file would change."""

    file: _File
    admission: Admission
    active: Bundles
    """What is active, as far as it verifies with what the file brings."""
    replaced: Bundles
    fingerprint: Fingerprint


def propose(look: Look, data: bytes | str) -> Proposal:
    """Verify a file and work out what it would change.

    Raises:
        FormatError: it is no license file, or is damaged.
        TrustError: something in it is not to be believed.
        HomeInvalid, NotActivated: see `Look`.
    """
    file = _verify(look, data)
    active, _ = verify_bundles(look.stored.bundles, file.ground, look.now)
    fingerprint = fingerprint_of(look.stored, (*active, *file.bundles))
    records = bundle_records(look.connection)
    here = Here(
        serial=look.stored.serial,
        records=records,
        vendor=file.ground.issuer,
        fingerprint=fingerprint,
        released=look.opened.released,
        lower_allowed=lower_allowed(look, file.resets),
    )
    admission = admit(file.bundles, here)
    replaced = tuple(superseded(active, admission.new))
    outcome = _Outcome(file, admission, active, replaced, fingerprint)
    spent = tuple(r.identity for r in succeeded(records, active, admission.new))
    return Proposal(file.ground, admission, replaced, spent, file.resets, _preview(look, outcome))


def apply(change: Writing, proposal: Proposal) -> bool:
    """Make a proposal the state; say whether that changed anything.

    Raises:
        RefusedError: what stands against it; its `faults` are all.
    """
    preview = proposal.preview
    if preview.reasons:
        raise preview.reasons[0].with_more(preview.reasons[1:])
    if not preview.changes and change.look.stored.recorded is not None:
        return False
    look = change.look
    keep_trust(change.connection, look.stored, proposal.ground)
    _keep_pack(change)
    gone = [*(v.identity for v in proposal.replaced), *proposal.spent]
    replace_bundles(change.connection, gone)
    for verified in proposal.admission.new:
        add_bundle(change.connection, verified, change.now)
    issued = max((v.document.issued for v in proposal.admission.new), default=0)
    change.set_time(observe(prove(time_after(look, proposal.resets), issued), look.clock))
    apply_resets(change, proposal.resets, proposal.admission.lowered)
    change.record(
        "activate",
        bundles=[v.identity.hex() for v in proposal.admission.new],
        replaced=[identity.hex() for identity in gone],
        trust=list(preview.trust),
        serial=proposal.admission.serial,
    )
    change.connection.run("UPDATE installation SET serial = ?", proposal.admission.serial)
    return True


def _verify(look: Look, data: bytes | str) -> _File:
    tokens = armor.read(data)
    for token in tokens:
        if token.type not in _ACTIVATED:
            raise UnexpectedType(
                f"a {token.type} is for the vendor, and is not activated", type=token.type
            )
    now = look.now
    before = ground_without_floor(look.stored, look.root, look.pack, now).ground
    ground = extend_ground(before, tokens, now, look.stored.seen)
    bundles = [verify_bundle(t, ground.trust, now) for t in tokens if t.type == "bundle"]
    resets = [verify_reset(t, ground.trust, now) for t in tokens if t.type == "reset"]
    return _File(before, ground, tuple(bundles), tuple(resets))


def _preview(look: Look, outcome: _Outcome) -> Preview:
    file, admission, active, replaced, fingerprint = outcome
    gone = {v.identity for v in replaced}
    moment = _moment(look, outcome)

    def evaluated(ground: Ground, bundles: Iterable[Verified[Bundle]], now: int) -> Entitlements:
        released = look.opened.released
        return evaluate(ground, bundles, now, fingerprint=fingerprint, released=released)

    was_active, _ = verify_bundles(look.stored.bundles, file.before, look.now)
    before = evaluated(file.before, was_active, look.now)
    kept = evaluated(file.ground, active, moment)
    after_bundles = [*(v for v in active if v.identity not in gone), *admission.new]
    after = evaluated(file.ground, after_bundles, moment)
    in_use = in_use_of(look.stored, after)
    deficits = deficits_of(look.connection, kept, after, in_use)
    named = [*admission.new, *admission.same]
    return Preview(
        now=look.now,
        moment=moment,
        company=named[0].document.company if named else "",
        serial=admission.serial,
        new=tuple(v.document for v in admission.new),
        same=tuple(v.document for v in admission.same),
        refused=tuple(v.document for v in admission.refused),
        replaced=tuple(v.document for v in replaced),
        trust=tuple(_news(file)),
        rows=compare(before, after, in_use, {d.license: _remove(d) for d in deficits}),
        deficits=deficits,
        reasons=(
            *admission.reasons,
            *reset_faults(look, file.resets, key=fingerprint.key, vendor=file.ground.issuer),
            # What is yet to start leaves time to release.
            *(below_use(deficits) if moment <= look.now else ()),
        ),
    )


def _moment(look: Look, outcome: _Outcome) -> int:
    """Give the time at which the file has its effect: now, unless all of it is yet to start."""
    now = effective(time_after(look, outcome.file.resets), look.clock)
    starts = [start_of_day(v.document.starts or 0) for v in outcome.admission.new]
    return max(now, min(starts, default=now))


def _news(file: _File) -> Iterator[str]:
    yield from news_of(file.before, file.ground)
    for verified in file.resets:
        yield f"reset of the {word(verified.document)}"


def _remove(deficit: Deficit) -> str:
    return f"{deficit.in_use} in use: release {deficit.remove} first"


def _keep_pack(change: Writing) -> None:
    look = change.look
    pack = look.pack.encode() if isinstance(look.pack, str) else look.pack
    change.connection.run("UPDATE installation SET root = ?, pack = ?", look.root, pack)
