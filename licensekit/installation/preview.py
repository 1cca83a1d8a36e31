"""The preview of what a license file would change, and a look back at what an earlier one has changed."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import takewhile
from typing import Any, Final, NamedTuple

from licensekit.access import Access
from licensekit.dates import day_at, format_seconds
from licensekit.entitlements import Coverage, Entitlements, evaluate, rows
from licensekit.entitlements.consequences import Logins, Loss, deciding, later, logins, losses, steps
from licensekit.errors import BelowUse, LicenseError, NotFound, RefusedError
from licensekit.errors.coded import Message
from licensekit.installation.audit import AuditEntry, entry_of
from licensekit.installation.plan import Activated, ActivationPlan, documents_of
from licensekit.proposals import Change, changes_between
from licensekit.state.loading import ReadTransaction
from licensekit.state.trust_store import verify_bundles
from licensekit.state.users import groups_of
from licensekit.wire.documents import Bundle, Kind, MeterPeriod, Value
from licensekit.wire.plain import plain_fields

_TERMS: Final = "company use starts warning expiry grace maintenance next_check after_grace offline_hours borrow_hours"
_PLAIN: Final = (
    "license=code issuer kind name quantity per in_use free=free_now total=total_now added new_total=total_new"
    " new_free=free_new access=access_now new_access=access_new altered reason due"
)


class ReleasedFirst(Message, reasons=True):
    """How many have to release a license of which a file brings too few."""

    in_use: int
    remove: int
    start: int  # when the file starts, in days since 1970


class NotKnownHere(Message):
    """A license that a bundle names and the catalog does not."""


class BundleChange(NamedTuple):
    """A bundle, compared with the one before."""

    bundle: Bundle
    before: Bundle | None
    """The last bundle of the same issuer and part; None if there was none."""

    @property
    def terms(self) -> tuple[Change, ...]:
        """The dates and policies that differ, by field, as plain JSON values."""
        before = {} if self.before is None else plain_fields(self.before, _TERMS)
        return changes_between(before, plain_fields(self.bundle, _TERMS))

    @property
    def sold(self) -> tuple[Change, ...]:
        """The differences of `licenses.CODE` and `settings.CODE`, with the issuer's own codes."""
        return changes_between(*({} if one is None else _sold(one) for one in (self.before, self.bundle)))


def changes_of(new: Iterable[Bundle], before: Iterable[Bundle]) -> tuple[BundleChange, ...]:
    """Compare each of the `new` bundles with the last one of its part in `before`, which are oldest first."""
    known = {(one.issuer, one.part): one for one in before}
    return tuple(BundleChange(one, known.get((one.issuer, one.part))) for one in new)


def _sold(bundle: Bundle) -> dict[str, Any]:
    counts = {code: count for kind in Kind for code, count in bundle.counts(kind).items()}
    sold = {f"licenses.{code}": "unrestricted" if count is None else count for code, count in counts.items()}
    return {**sold, **{f"settings.{code}": value for code, value in bundle.settings.items()}}


def activation_of(read: ReadTransaction, number: int) -> tuple[AuditEntry, tuple[BundleChange, ...]]:
    """Return the audit entry of an activation, and what its verified bundles changed; may raise `NotFound`."""
    found = entry_of(read, number)
    if found is None or found.facts.get("did") != "activate":
        raise NotFound(reason="activation", name=number)
    verified = verify_bundles(read.stored.every, read.state().trust_store, read.now).verified
    new = [one.document for one in verified if one.identity.hex() in found.facts["bundles"]]
    before = takewhile(lambda one: one not in new, (one.document for one in verified))
    return found, changes_of(new, before)


class PreviewRow(NamedTuple):
    """A license before and after."""

    code: str
    issuer: str
    kind: Kind
    name: str
    in_use: int
    total_now: int | None
    """None is unrestricted."""
    access_now: Access
    total_new: int | None
    access_new: Access
    reason: str | None
    """Why the license prevents the activation."""
    due: str | None = None
    """What must be done before the file takes effect; it can be activated earlier."""
    quantity: str | None = None
    """The unit of a system license that is sold by quantity."""
    per: MeterPeriod | None = None
    """The period after which the units of a meter are renewed."""

    @property
    def free_now(self) -> int | None:
        """How many can be assigned now; None is unrestricted."""
        return None if self.total_now is None else max(0, self.total_now - self.in_use)

    @property
    def free_new(self) -> int | None:
        """How many could be assigned afterwards; None is unrestricted."""
        return None if self.total_new is None else max(0, self.total_new - self.in_use)

    @property
    def added(self) -> int | None:
        """The difference of the totals; None if only one of them is unrestricted."""
        if self.total_now is None or self.total_new is None:
            return 0 if self.total_now == self.total_new else None
        return self.total_new - self.total_now

    @property
    def altered(self) -> bool:
        """Whether the license changes, or prevents the activation."""
        now, new = (self.total_now, self.access_now), (self.total_new, self.access_new)
        return now != new or (self.reason or self.due) is not None

    def plain(self) -> dict[str, Any]:
        """Return the row as plain JSON values."""
        return plain_fields(self, _PLAIN)


class SettingChange(NamedTuple):
    """A setting before and after."""

    code: str
    name: str
    before: Value | None
    """None if nothing was sold and there is no default."""
    after: Value | None

    @property
    def altered(self) -> bool:
        """Whether its value changes."""
        return self.before != self.after


class Void(NamedTuple):
    """A bundle that the file would make void: revoked, or signed by a revoked key."""

    bundle: Bundle
    why: LicenseError


class Preview(NamedTuple):
    """What a file would change."""

    now: int
    """The effective time, in seconds since 1970."""
    moment: int
    """The time of the new totals: now, or when the first bundle of the file starts."""
    company: str
    serial_now: str | None
    """The present serial of the installation."""
    outcome: Activated
    """The result of activating the file."""
    refused: tuple[Bundle, ...]
    """The bundles that this installation refuses."""
    void: tuple[Void, ...]
    """The bundles in force or waiting that the file would make void."""
    bundles: tuple[BundleChange, ...]
    """Each new bundle, compared with the last one of its part."""
    rows: tuple[PreviewRow, ...]
    settings: tuple[SettingChange, ...]
    deficits: tuple[BelowUse, ...]
    covered_now: Coverage
    """Until when the product is licensed without the file."""
    covered_new: Coverage
    """Until when the product is licensed with the file."""
    losses: tuple[Loss, ...]
    """The licenses that end or become read-only: with the file, and later by the dates of bundles."""
    logins: tuple[Logins, ...]
    """How many people may log in: now, with the file, and at each later moment that differs; empty once deficits are
    settled."""
    reasons: tuple[RefusedError, ...]
    """Every reason against the activation."""

    @property
    def can_activate(self) -> bool:
        """Whether there is no reason against the activation."""
        return not self.reasons

    @property
    def altered(self) -> tuple[PreviewRow, ...]:
        """The licenses that change."""
        return tuple(row for row in self.rows if row.altered)

    def settled(self) -> "Preview":
        """Return the preview with all deficits settled; `logins` is empty, because it was not counted for that."""
        short = {one.license for one in self.deficits}
        rows_ = tuple(row._replace(reason=None, due=None) if row.code in short else row for row in self.rows)
        reasons = tuple(one for one in self.reasons if one not in self.deficits)
        return self._replace(rows=rows_, logins=(), reasons=reasons)

    def plain(self) -> dict[str, Any]:
        """Return the preview as plain JSON values; totals are those of `moment`."""
        outcome = self.outcome
        came = {"new": outcome.new, "without_effect": outcome.without_effect, "signed_again": outcome.again}
        came |= {"same": outcome.same, "replaced": outcome.replaced, "refused": self.refused}
        return {
            "can_activate": self.can_activate,
            "company": self.company,
            "serial": outcome.serial,
            "effective": format_seconds(self.moment),
            **{name: list(map(_named, bundles)) for name, bundles in came.items()},
            "void": [{**_named(one.bundle), "why": one.why.as_json()} for one in self.void],
            "brings": [str(what) for what in outcome.trust],
            "bundles": [
                {**_named(one.bundle), "terms": [term._asdict() for term in one.terms]} for one in self.bundles
            ],
            "licenses": [row.plain() for row in self.rows],
            "settings": [one._asdict() for one in self.settings],
            "deficits": [plain_fields(one, "license in_use total remove newest") for one in self.deficits],
            "covered_until": {"now": self.covered_now.shown_until, "new": self.covered_new.shown_until},
            **plain_fields(self, "losses may_log_in=logins"),
            "reasons": [{**one.as_json(), "where": one.where or None} for one in self.reasons],
        }


def _named(bundle: Bundle) -> dict[str, Any]:
    return plain_fields(bundle, "issuer serial part use sequence starts expiry")


def preview_of(read: ReadTransaction, plan: ActivationPlan) -> Preview:
    """Return the preview of a plan."""
    admission, facts, after = plan.admission, plan.facts, plan.after
    kept = verify_bundles(read.stored.bundles, facts.before, read.now).kept
    before = evaluate(facts.before, kept, read.now, fingerprint=facts.fingerprint, released=facts.released)
    present = after if plan.moment == read.now else plan.evaluated(read.now)
    in_use = read.stored.used_of(after.licenses)
    states = (before, after, *later(after, plan.evaluated))
    groups = groups_of(read.connection, deciding(states, in_use))
    counted = [logins(state, groups) for state in states]
    named = [*admission.new, *admission.again, *admission.same]
    values, settings = before.settings.values, after.settings
    unusable = dict(facts.verified.unusable)
    for one in admission.again:
        unusable.pop(one.identity, None)
    return Preview(
        now=read.now,
        moment=plan.moment,
        company=named[0].document.company if named else "",
        serial_now=before.serial,
        outcome=plan.outcome,
        refused=documents_of(admission.refused),
        void=tuple(Void(one.document, unusable[one.identity]) for one in before.bundles if one.identity in unusable),
        bundles=changes_of(plan.outcome.new, documents_of(before.bundles)),
        rows=_compared(before, in_use, plan),
        settings=tuple(SettingChange(row.code, row.name, values.get(row.code), row.value) for row in settings.rows),
        deficits=plan.deficits,
        covered_now=before.product_coverage,
        covered_new=present.product_coverage,
        losses=losses(states),
        # The second is the state with the file, which is shown even if nothing differs.
        logins=(counted[0], *steps(counted[1:])),
        reasons=plan.reasons,
    )


def _compared(before: Entitlements, in_use: Mapping[str, int], plan: ActivationPlan) -> tuple[PreviewRow, ...]:
    """Return every license before and after a file is activated as planned."""
    old = {row.code: row for row in rows(before, in_use)}
    # If the file only starts later, there is time to release assignments until then.
    is_later = plan.moment > plan.facts.now
    first = partial(ReleasedFirst, reason="later" if is_later else "now", start=day_at(plan.moment))
    short = {d.license: first(in_use=d.in_use, remove=d.remove).message for d in plan.deficits}
    found: list[PreviewRow] = []
    for row in rows(plan.after, in_use):
        one, remedy = old.get(row.code), short.get(row.code)
        total_now, access_now = (0, Access.NONE) if one is None else (one.total, one.access)
        reason, due = (None, remedy) if is_later else (remedy, None)
        sold = (total_now, access_now, row.total, row.access, reason, due, row.quantity, row.per)
        found.append(PreviewRow(row.code, row.issuer, row.kind, row.name, row.in_use, *sold))
    return (*found, *_unknown(plan.after))


def _unknown(after: Entitlements) -> Iterator[PreviewRow]:
    nothing, why = (0, Access.NONE), NotKnownHere().message
    for part, code in after.unknown:
        bundle, bare = part.bundle, code.rpartition(".")[2]
        kind = next(k for k in Kind if bare in bundle.counts(k))
        yield PreviewRow(code, bundle.issuer, kind, "", 0, *nothing, *nothing, why)
