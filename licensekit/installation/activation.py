"""Activation of a license file, given or fetched, whole or not at all (`docs/installation.md`, "Activation")."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from licensekit.errors import BundleRefused, FetchFailed, FormatError, LicenseError, SignatureInvalid, UpdateNotOffered
from licensekit.errors.coded import Message
from licensekit.installation.admission import apply_resets, time_after
from licensekit.installation.plan import Activated, ActivationPlan, plan_activation
from licensekit.installation.preview import Preview, preview_of
from licensekit.installation.settlement import Settlement, SettlingProposal, settlement_of
from licensekit.languages import ENGLISH, use_language
from licensekit.proposals import Change
from licensekit.state.journal_entries import REPLACED, BundleEnded, BundleSignedAgain, Pinned
from licensekit.state.loading import OpenInstallation, ReadTransaction
from licensekit.state.logs import taken
from licensekit.state.notices import RootFromPack
from licensekit.state.stored import store_bundle
from licensekit.state.transactions import WriteTransaction, write_first
from licensekit.state.trust_store import keep_trust
from licensekit.trust.pack import open_pack
from licensekit.wire.documents import PICKUP, PICKUP_BYTES, UPDATE, Bundle, decode, hex_extension
from licensekit.wire.plain import plain_fields, word


class LicensesEnd(Message, reasons=True):
    """Licenses become read-only or are no longer granted."""

    licenses: tuple[str, ...]
    since: int | None = None  # in seconds since 1970; None: as soon as the file is active


class ShortLater(Message):
    """More of a license are in use than there will be once the file takes effect."""

    license: str
    in_use: int
    total: int
    remove: int
    since: int


@dataclass(frozen=True, kw_only=True, repr=False)
class ActivationProposal(SettlingProposal[Activated]):
    """What activating a file would do; nothing has changed yet."""

    preview: Preview
    """Each bundle and license before and after, and every reason against the activation."""
    data: bytes | str
    opened: OpenInstallation

    def apply(self, *, confirm: bool = False, settle: Settlement | None = None) -> Activated:
        """Activate the file as it was shown, whole or not at all.

        `settle` is the `settlement`, or one that `settlement.read` returned; its releases are part of the same change.

        Raises:
            ProposalStale: the bundles, their effects, or the assignments to be settled have changed since.
            RefusedError: it does not fit this installation; its `faults` are every reason.
            FormatError, TrustError: something in it cannot be trusted any more.
        """
        self.require_confirmed(confirm=confirm)
        return write_first(self.opened, lambda change: self._apply(change, settle))

    def _apply(self, change: WriteTransaction, settle: Settlement | None) -> Activated:
        plan = plan_activation(change.read, self.data)
        now = _proposal(change.read, self.data, plan)
        self._begin(change, now, settle)
        return apply(change, plan if settle is None else plan._replace(reasons=now.preview.settled().reasons))


def propose_activate(read: ReadTransaction, data: bytes | str) -> ActivationProposal:
    """Propose to activate a license file; raise `FormatError` or `TrustError` if it is damaged or cannot be trusted."""
    return _proposal(read, data, plan_activation(read, data))


def _proposal(read: ReadTransaction, data: bytes | str, plan: ActivationPlan) -> ActivationProposal:
    preview = preview_of(read, plan)
    return ActivationProposal(
        changes=tuple(_changes_of(preview)),
        consequences=tuple(_consequences_of(preview)),
        warnings=warnings_of(read),
        about=preview.outcome.serial or "this license file",
        preview=preview,
        settlement=settlement_of(read.connection, plan.after, read.stored.used_of(plan.after.licenses), plan.deficits),
        data=data,
        opened=read.opened,
    )


def apply(change: WriteTransaction, plan: ActivationPlan) -> Activated:
    """Carry out an activation; raise the first reason against it, whose `faults` are all reasons."""
    if plan.reasons:
        raise plan.reasons[0].replace(more=tuple(plan.reasons[1:]))
    if not plan.outcome.changed and change.read.stored.recorded is not None:
        return plan.outcome
    read, facts, admission = change.read, plan.facts, plan.admission
    _keep_documents(change, plan)
    apply_resets(change, facts.resets, admission.lowered)
    seen = time_after(read, facts.resets)
    seen = seen._replace(activated=seen.observations) if admission.new else seen
    proving = (*facts.verified.verified, *admission.new, *admission.again)
    change.set_time(change.journal.judge_time(seen, proving), "activation")
    told = {"bundles": admission.new, "again": admission.again, "replaced": plan.replaced}
    identities = {name: [one.identity.hex() for one in bundles] for name, bundles in told.items()}
    with use_language(ENGLISH):  # a log has one language
        brought = list(map(str, plan.outcome.trust))
    change.record("activate", **identities, trust=brought, serial=plan.outcome.serial)
    return plan.outcome._replace(changed=True, entry=change.head.number)


def warnings_of(read: ReadTransaction) -> tuple[Message, ...]:
    """Verify the given pack, and return a warning if it alone decides which root is trusted."""
    if read.opened.pack is None:
        return ()
    open_pack(read.pack, read.root)
    return () if read.opened.root is not None or read.stored.recorded else (RootFromPack(root=read.root),)


def _keep_documents(change: WriteTransaction, plan: ActivationPlan) -> None:
    read, admission = change.read, plan.admission
    change.note_findings()
    keep_trust(change.journal, read.stored, plan.facts.trust_store)
    pack = read.pack.encode() if isinstance(read.pack, str) else read.pack
    pinned = Pinned(read.root, sha256(pack).digest())
    change.connection.run("UPDATE installation SET pack = ?", pack)
    if change.journal.state.pinned != pinned:
        change.enter(pinned)
    for verified in admission.put_away:
        change.enter(BundleEnded(verified.identity, REPLACED))
    for verified in (*admission.again, *admission.new):
        store_bundle(change.connection, verified)
    for verified in admission.again:
        change.enter(BundleSignedAgain(verified.identity, verified.keys[0].scheme, verified.keys[0].key_id))
    for verified in admission.new:
        change.enter(taken(verified, change.now, change.time.elapsed))


def _changes_of(preview: Preview) -> Iterator[Change]:
    outcome = preview.outcome
    if outcome.serial != preview.serial_now:
        yield Change("serial", preview.serial_now, outcome.serial)
    for bundle in outcome.replaced:
        yield Change(_path(bundle), "active", "replaced")
    for one in preview.void:
        yield Change(_path(one.bundle), "active", "void")
    for bundle in outcome.new:
        yield Change(_path(bundle), None, "without effect" if bundle in outcome.without_effect else "active")
    for bundle in outcome.again:
        yield Change(_path(bundle), "here", "signed again")
    for what in outcome.trust:
        yield Change(what.path, what.before, what.version)
    yield from _values_of(preview)


def _values_of(preview: Preview) -> Iterator[Change]:
    for row in preview.rows:
        if row.total_now != row.total_new:
            totals = ("unrestricted" if total is None else total for total in (row.total_now, row.total_new))
            yield Change(f"licenses.{row.code}.total", *totals)
        if row.access_now != row.access_new:
            yield Change(f"licenses.{row.code}.access", word(row.access_now), word(row.access_new))
    for setting in preview.settings:
        if setting.altered:
            yield Change(f"settings.{setting.code}", setting.before, setting.after)


def _consequences_of(preview: Preview) -> Iterator[Message]:
    for one in preview.deficits if preview.moment > preview.now else ():
        yield ShortLater(**plain_fields(one, "license in_use total remove"), since=preview.moment)
    for loss in preview.losses:
        since = loss.at if loss.at > preview.now else None
        reason = f"{word(loss.access)}-{'later' if since else 'now'}"
        yield LicensesEnd(reason=reason, licenses=loss.licenses, since=since)


def _path(bundle: Bundle) -> str:
    return f"bundles.{bundle.issuer}.{bundle.label.replace(' ', '.')}"


Fetch = Callable[[str], bytes]
"""Fetches the file at an address; raises a `LicenseError` if it cannot."""


def update_address(read: ReadTransaction, issuer: str | None) -> str:
    """Return the address of an issuer's newest file, by default the vendor's (`docs/format.md`, "Extensions").

    Expired and revoked bundles name it as well, so that their renewal can be found.
    """
    trust_store = read.state().trust_store
    owner = issuer or trust_store.issuer
    payloads = [one.token.payload for one in read.stored.bundles if one.record.issuer == owner and one.token.frame]
    said = [hex_extension(decode(Bundle, one).extensions, PICKUP, PICKUP_BYTES) for one in payloads]
    pickups = [pickup.hex() for pickup in said if pickup is not None]
    catalog = trust_store.catalogs.get(owner)
    folder = None if catalog is None else catalog.document.urls.get(UPDATE)
    if not payloads or folder is None or not pickups:
        reason = ("pickup" if folder else "catalog") if payloads else "nothing"
        raise UpdateNotOffered(reason=reason, issuer=owner)
    # The issuer updates the bundle that was activated last.
    return f"{folder.removesuffix('/')}/{pickups[-1]}.lic"


def propose_fetched(address: str, fetch: Fetch, propose: Callable[[bytes], ActivationProposal]) -> ActivationProposal:
    """Fetch the file at an address and propose its activation.

    Errors name the folder instead of the whole address, because anyone who knows that can fetch the file. A damaged
    file is reported as `FetchFailed`: it should be fetched again.
    """
    data = b""
    try:
        data = fetch(address)
        if data.lstrip().startswith(b"<"):
            raise FetchFailed(reason="page")
        return propose(data)
    except LicenseError as error:
        # Files end with a newline; without it, a file was cut off and not forged.
        is_cut_off = isinstance(error, SignatureInvalid) and not data.endswith(b"\n")
        is_damaged = is_cut_off or isinstance(error, FormatError)
        shown = FetchFailed(reason="damaged", detail=error.message) if is_damaged else error
        raise (shown if shown.where else shown.at(address.rpartition("/")[0])) from error


def is_news(preview: Preview) -> bool:
    """Return whether a file has anything besides known and older bundles."""
    is_older = [isinstance(one, BundleRefused) and one.reason == "older" for one in preview.reasons]
    return preview.outcome.changed or not all(is_older)
