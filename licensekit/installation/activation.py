"""A license file, taken whole or not at all (`docs/installation.md`, "Activation")."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from licensekit.dates import start_of_day
from licensekit.entitlements import Entitlements, Fingerprint, evaluate
from licensekit.entitlements.consequences import later
from licensekit.errors import UnexpectedType
from licensekit.errors.coded import Message
from licensekit.installation.admission import (
    Admission,
    AdmissionFacts,
    Bundles,
    admit,
    apply_resets,
    lower_allowed,
    reset_faults,
    time_after,
    word,
)
from licensekit.installation.messages import Brought
from licensekit.installation.preview import (
    Deficit,
    Preview,
    below_use,
    changes_of,
    compare,
    consequences_of,
    deficits_of,
    ends_of,
    news_of,
    short_later,
)
from licensekit.proposals import Proposal, require_same
from licensekit.state.audit_events import FileActivated
from licensekit.state.loading import fingerprint_of, in_use_of
from licensekit.state.messages import RootFromPack
from licensekit.state.stored import add_bundle, put_away, sign_bundle_again, stored_bundles
from licensekit.state.time import effective, observe, prove
from licensekit.state.transactions import (
    OpenInstallation,
    ReadTransaction,
    WriteTransaction,
    write_first,
)
from licensekit.state.trust_store import combine_trust, keep_trust, verify_bundles
from licensekit.trust.pack import TrustStore, extend_trust_store, open_pack
from licensekit.trust.signed import Verified
from licensekit.trust.verify import verify_bundle, verify_reset
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Reset

_ACTIVATED = frozenset({"root", "trust", "revocations", "catalog", "bundle", "reset"})

Resets = tuple[Verified[Reset], ...]


class Activated(NamedTuple):
    """The result of an activation."""

    preview: Preview
    changed: bool
    """False: everything in the file was here already."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ActivationProposal(Proposal[Activated]):
    """What activating a file would do; nothing is changed yet."""

    preview: Preview
    """Each bundle and license before and after, and every reason against the activation."""
    data: bytes | str
    opened: OpenInstallation

    @property
    def about(self) -> str:
        """The serial that the installation would have."""
        return self.preview.serial or "this license file"

    def apply(self, *, confirm: bool = False) -> Activated:
        """Activate the file as it was shown, whole or not at all.

        Raises:
            ProposalStale: its bundles, or what it would change, are not as they were shown.
            RefusedError: it does not fit this installation; its `faults` are every reason.
            FormatError, TrustError: something in it is not to be believed any more.
        """
        self.require_confirmed(confirm=confirm)
        return write_first(self.opened, self._apply)

    def _apply(self, change: WriteTransaction) -> Activated:
        plan = plan_activation(change.read, self.data)
        require_same(self, propose(change.read, self.data, plan))
        return apply(change, plan)


class ActivationPlan(NamedTuple):
    """Everything that an activation writes."""

    trust_store: TrustStore
    admission: Admission
    replaced: Bundles
    """Bundles that were active, and are not beside the new ones."""
    resets: Resets
    preview: Preview


class _File(NamedTuple):
    """What a file holds, verified."""

    before: TrustStore
    """Whom the installation believes without the file."""
    trust_store: TrustStore
    """And with it."""
    bundles: Bundles
    resets: Resets


class _Outcome(NamedTuple):
    """What a file would change."""

    file: _File
    admission: Admission
    kept: Bundles
    """What may be in force before, under the trust that the file brings."""
    replaced: Bundles
    without_effect: Bundles
    fingerprint: Fingerprint


def propose(
    read: ReadTransaction, data: bytes | str, plan: ActivationPlan | None = None
) -> ActivationProposal:
    """Return what a file would change; raises as `plan_activation` and `warnings_of` do."""
    preview = (plan or plan_activation(read, data)).preview
    short = short_later(preview) if preview.moment > preview.now else ()
    return ActivationProposal(
        changes=tuple(changes_of(preview)),
        consequences=(*short, *ends_of(preview)),
        warnings=warnings_of(read),
        preview=preview,
        data=data,
        opened=read.opened,
    )


def plan_activation(read: ReadTransaction, data: bytes | str) -> ActivationPlan:
    """Verify a file and work out what activating it writes.

    Raises:
        FormatError: it is no license file, or is damaged.
        TrustError: something in it is not to be believed.
        HomeInvalid, NotActivated: see `ReadTransaction`.
    """
    file = _verify(read, data)
    stored = stored_bundles(read.connection)
    verified = verify_bundles(stored, file.trust_store, read.now)
    fingerprint = fingerprint_of(read.stored, (*verified.kept, *file.bundles))
    facts = AdmissionFacts(
        trust_store=file.trust_store,
        stored={one.record.identity: one for one in stored},
        verified=verified,
        fingerprint=fingerprint,
        released=read.opened.released,
        lower_allowed=lower_allowed(read, file.resets),
        now=read.now,
    )
    admission = admit(file.bundles, facts)
    before, after = facts.active(verified.kept), facts.active(admission.kept)
    identities = {one.identity for one in after}
    replaced = tuple(one for one in before if one.identity not in identities)
    idle = tuple(one for one in admission.new if one not in after)
    outcome = _Outcome(file, admission, verified.kept, replaced, idle, fingerprint)
    preview = _preview(read, outcome)
    return ActivationPlan(file.trust_store, admission, replaced, file.resets, preview)


def apply(change: WriteTransaction, plan: ActivationPlan) -> Activated:
    """Write everything that an activation changes.

    Raises:
        RefusedError: the first reason against it; its `faults` are all.
    """
    preview = plan.preview
    if preview.reasons:
        raise preview.reasons[0].with_more(preview.reasons[1:])
    if not preview.changes and change.read.stored.recorded is not None:
        return Activated(preview, changed=False)
    read = change.read
    keep_trust(change.connection, read.stored, plan.trust_store)
    _keep_pack(change)
    put_away(change.connection, (v.identity for v in plan.admission.put_away))
    for verified in plan.admission.again:
        sign_bundle_again(change.connection, verified)
    for verified in plan.admission.new:
        add_bundle(change.connection, verified, change.now)
    issued = max((v.document.issued for v in plan.admission.new), default=0)
    change.set_time(observe(prove(time_after(read, plan.resets), issued), read.clock))
    apply_resets(change, plan.resets, plan.admission.lowered)
    event = FileActivated(
        bundles=[v.identity.hex() for v in plan.admission.new],
        again=[v.identity.hex() for v in plan.admission.again],
        replaced=[v.identity.hex() for v in plan.replaced],
        trust=[str(what) for what in preview.trust],
        serial=preview.serial,
    )
    change.record(event)
    return Activated(preview, changed=True)


def warnings_of(read: ReadTransaction) -> tuple[Message, ...]:
    """Check the pack that was given, and return what to know about whom it makes us believe.

    Raises:
        FormatError, TrustError: the pack is damaged, or not of the root that was given.
    """
    if read.opened.pack is None:
        return ()
    open_pack(read.pack, read.root)
    is_guess = read.opened.root is None and read.stored.recorded is None
    return (RootFromPack(root=read.root),) if is_guess else ()


def _verify(read: ReadTransaction, data: bytes | str) -> _File:
    tokens = armor.read(data)
    for token in tokens:
        if token.type not in _ACTIVATED:
            raise UnexpectedType(reason="for-vendor", type=token.type)
    now = read.now
    before = combine_trust(read.stored, read.root, read.pack).trust_store
    trust_store = extend_trust_store(before, tokens, now)
    bundles = [verify_bundle(t, trust_store.trust, now) for t in tokens if t.type == "bundle"]
    resets = [verify_reset(t, trust_store.trust, now) for t in tokens if t.type == "reset"]
    return _File(before, trust_store, tuple(bundles), tuple(resets))


def _preview(read: ReadTransaction, outcome: _Outcome) -> Preview:
    file, admission, fingerprint = outcome.file, outcome.admission, outcome.fingerprint
    moment = _moment(read, outcome)

    def evaluated(
        trust_store: TrustStore, bundles: Iterable[Verified[Bundle]], now: int
    ) -> Entitlements:
        released = read.opened.released
        return evaluate(trust_store, bundles, now, fingerprint=fingerprint, released=released)

    was_kept = verify_bundles(read.stored.bundles, file.before, read.now).kept
    before = evaluated(file.before, was_kept, read.now)
    without = evaluated(file.trust_store, outcome.kept, moment)

    def evaluated_after(moment: int) -> Entitlements:
        return evaluated(file.trust_store, admission.kept, moment)

    after = evaluated_after(moment)
    present = after if moment == read.now else evaluated_after(read.now)
    covered = before.product_coverage, present.product_coverage
    in_use = in_use_of(read.stored, after)
    deficits = deficits_of(read.connection, without, after, in_use)
    named = [*admission.new, *admission.again, *admission.same]
    return Preview(
        now=read.now,
        moment=moment,
        company=named[0].document.company if named else "",
        serial_now=before.serial,
        serial=after.serial,
        new=_documents(admission.new),
        again=_documents(admission.again),
        same=_documents(admission.same),
        refused=_documents(admission.refused),
        replaced=_documents(outcome.replaced),
        without_effect=_documents(outcome.without_effect),
        trust=tuple(_news(file)),
        rows=compare(before, after, in_use, {d.license: _remove(d) for d in deficits}),
        deficits=deficits,
        consequences=consequences_of(
            read.connection, covered, (before, after, *later(after, evaluated_after)), in_use
        ),
        reasons=(
            *admission.reasons,
            *reset_faults(read, file.resets, key=fingerprint.key, vendor=file.trust_store.issuer),
            # What is yet to start leaves time to release.
            *(below_use(deficits) if moment <= read.now else ()),
        ),
    )


def _documents(bundles: Bundles) -> tuple[Bundle, ...]:
    return tuple(one.document for one in bundles)


def _moment(read: ReadTransaction, outcome: _Outcome) -> int:
    """Return the time at which the file has its effect: now, unless all of it is yet to start."""
    now = effective(time_after(read, outcome.file.resets), read.clock)
    starts = [start_of_day(v.document.starts or 0) for v in outcome.admission.new]
    return max(now, min(starts, default=now))


def _news(file: _File) -> Iterator[Brought]:
    yield from news_of(file.before, file.trust_store)
    for verified in file.resets:
        yield Brought(reason="reset", effect=word(verified.document))


def _remove(deficit: Deficit) -> str:
    return f"{deficit.in_use} in use: release {deficit.remove} first"


def _keep_pack(change: WriteTransaction) -> None:
    read = change.read
    pack = read.pack.encode() if isinstance(read.pack, str) else read.pack
    change.connection.run("UPDATE installation SET root = ?, pack = ?", read.root, pack)
