"""The plan of an activation: what it writes, and the reasons against it. `preview` shows it to people."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from licensekit.database import Connection
from licensekit.dates import start_of_day
from licensekit.entitlements import Entitlements, total_of
from licensekit.errors import BelowUse, Message, RefusedError, UnexpectedType
from licensekit.installation.admission import Admission, AdmissionFacts, Bundles, admit, reset_faults, time_after
from licensekit.state import slots
from licensekit.state.loading import ReadTransaction
from licensekit.state.time import effective
from licensekit.state.trust_store import combine_trust, verify_bundles
from licensekit.trust.order import full_version, order_of
from licensekit.trust.pack import extend_trust_store
from licensekit.trust.signed import Verified
from licensekit.trust.state import verify_signed
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Kind, Reset, ResetWhat, SeatKind
from licensekit.wire.plain import word

_ACTIVATED: Final = frozenset({"root", "trust", "revocations", "catalog", "bundle", "reset"})
HOLDERS: Final = 1000  # how many holders of a license are listed at most
_NAMED: Final = 5  # how many of them a message about a deficit names


class Brought(Message, reasons=True):
    """A document other than a bundle that a license file brings."""

    before: int | None = None  # the present version; None: there is none
    version: int | None = None
    issuer: str = ""
    effect: str = ""

    @property
    def path(self) -> str:
        """Its key path in a proposal."""
        return ".".join(filter(None, (self.reason, self.issuer, self.effect)))


class Activated(NamedTuple):
    """The result of an activation, or of a proposed one."""

    changed: bool
    """False if everything in the file was known already."""
    serial: str | None
    """The serial of the installation afterwards."""
    new: tuple[Bundle, ...]
    again: tuple[Bundle, ...]
    """Known bundles with the signature of another key."""
    same: tuple[Bundle, ...]
    """Known bundles."""
    replaced: tuple[Bundle, ...]
    """Bundles that are no longer active."""
    without_effect: tuple[Bundle, ...]
    """New bundles that grant nothing while another one is in force, such as a trial beside a bought license."""
    trust: tuple[Brought, ...]
    """The new roots, trust documents, revocation lists, catalogs and resets in the file."""
    entry: int = 0
    """The number of its audit entry; 0 if nothing was changed."""


class ActivationPlan(NamedTuple):
    """The decision about an activation, and everything that it writes."""

    facts: AdmissionFacts
    admission: Admission
    replaced: Bundles  # bundles that are active now, but not beside the new ones
    outcome: Activated
    moment: int  # when the file takes effect: now, or when its first bundle starts
    after: Entitlements  # what is granted at that moment
    deficits: tuple[BelowUse, ...]  # licenses of which fewer would be left than are assigned
    reasons: tuple[RefusedError, ...]  # every reason against it

    def evaluated(self, moment: int) -> Entitlements:
        """Return what would be granted at a `moment` in seconds since 1970."""
        return self.facts.evaluated(self.admission.kept, moment)


def documents_of(bundles: Iterable[Verified[Bundle]]) -> tuple[Bundle, ...]:
    """Return the documents of verified bundles."""
    return tuple(one.document for one in bundles)


def plan_activation(read: ReadTransaction, data: bytes | str) -> ActivationPlan:
    """Verify a file and plan its activation; raises as `propose_activate` does."""
    bundles, facts = _verify(read, data)
    admission = admit(bundles, facts)
    was_active, active = facts.active(facts.verified.kept), facts.active(admission.kept)
    identities = {one.identity for one in active}
    moment = _moment(read, facts, admission)
    without, after = (facts.evaluated(kept, moment) for kept in (facts.verified.kept, admission.kept))
    deficits = deficits_of(read.connection, without, after, read.stored.used_of(after.licenses))
    replaced, trust = tuple(one for one in was_active if one.identity not in identities), tuple(_news(facts))
    idle = (one for one in admission.new if one not in active)
    new, again, same, gone, weak = map(documents_of, (admission.new, admission.again, admission.same, replaced, idle))
    outcome = Activated(bool(new or again or trust), after.serial, new, again, same, gone, weak, trust)
    # If the file only starts later, there is time to release assignments until then.
    reasons = (*admission.reasons, *reset_faults(facts), *(deficits if moment <= read.now else ()))
    return ActivationPlan(facts, admission, replaced, outcome, moment, after, deficits, reasons)


def _verify(read: ReadTransaction, data: bytes | str) -> tuple[Bundles, AdmissionFacts]:
    """Verify a file, and return its bundles and the facts by which they are admitted."""
    tokens = armor.read(data)
    for token in tokens:
        if token.type not in _ACTIVATED:
            raise UnexpectedType(reason="for-vendor", type=token.type)
    now, stored = read.now, read.stored
    before, _ = combine_trust(stored, read.root, read.pack)
    trust_store = extend_trust_store(before, tokens, now)
    bundles = tuple(verify_bundle(t, trust_store.trust, now) for t in tokens if t.type == "bundle")
    resets = tuple(verify_signed(t, Reset, trust_store.trust, now) for t in tokens if t.type == "reset")
    every, journal = {one.record.identity: one for one in stored.every}, stored.journal.state
    lower = len(journal.waiting) + sum(one.document.what is ResetWhat.SEQUENCE for one in resets)
    verified = verify_bundles(stored.every, trust_store, now)
    fingerprint = stored.fingerprint((*verified.kept, *bundles), read.opened.facts)
    here = fingerprint, read.opened.released
    return bundles, AdmissionFacts(before, trust_store, resets, every, journal, verified, *here, lower, now)


def _moment(read: ReadTransaction, facts: AdmissionFacts, admission: Admission) -> int:
    """Return when the file takes effect: now, or when its first bundle starts."""
    now = effective(time_after(read, facts.resets), read.reading)
    return max(now, min((start_of_day(one.document.starts or 0) for one in admission.new), default=now))


def _news(facts: AdmissionFacts) -> Iterator[Brought]:
    stores = facts.before, facts.trust_store
    before, after = ({order_of(one.document): one for one in store.documents} for store in stores)
    for (kind, issuer), one in after.items():
        known = before.get((kind, issuer))
        if one != known:
            was = None if known is None else full_version(known.document)[-1]
            yield Brought(reason=kind, before=was, version=full_version(one.document)[-1], issuer=issuer)
    for verified in facts.resets:
        yield Brought(reason="reset", effect=word(verified.document.what))


def deficits_of(
    connection: Connection, before: Entitlements, after: Entitlements, in_use: Mapping[str, int]
) -> tuple[BelowUse, ...]:
    """Return the licenses of which fewer are sold in `after` than in `before`, and fewer than are in use.

    A lapsed license does not count as a reduction, so that buying fewer of it again is not refused. Concurrent seats do
    not count either: seats beyond the number sold are lost at their next renewal.
    """
    found: list[BelowUse] = []
    for code, used in sorted(in_use.items()):
        license_ = after.licenses.get(code)
        if license_ is not None and license_.seats is SeatKind.CONCURRENT:
            continue
        sold, was_sold = (total_of(one.amount for one in each.grants.get(code, ())) for each in (after, before))
        if sold is not None and (was_sold is None or sold < was_sold) and used > sold:
            found.append(_below_use(connection, after, code, used, sold))
    return tuple(found)


def _below_use(connection: Connection, after: Entitlements, code: str, in_use: int, total: int) -> BelowUse:
    newest = holders_of(connection, after, code)[:_NAMED]
    others, remove = max(0, in_use - len(newest)), in_use - total
    how = "many" if others else "few"
    return BelowUse(reason=how, license=code, in_use=in_use, total=total, remove=remove, newest=newest, others=others)


def holders_of(connection: Connection, entitlements: Entitlements, code: str) -> tuple[str, ...]:
    """Return up to `HOLDERS` holders of a license, highest slots first."""
    license_ = entitlements.licenses[code]
    if license_.kind is Kind.SYSTEM:
        return ()
    held = slots.SATELLITE if license_.limits_sites else code
    return slots.last_holders(connection, license_.kind, held, HOLDERS)
