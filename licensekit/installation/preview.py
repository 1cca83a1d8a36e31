"""What a license file would change, shown before anything is changed; and what an earlier one has changed."""

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
    """A bundle, and what it changes."""

    bundle: Bundle
    before: Bundle | None
    """The last one of its issuer and part that was here; None: there was none, and all of it is new."""

    @property
    def terms(self) -> tuple[Change, ...]:
        """The dates and policies that differ, by field, as plain JSON values."""
        before = {} if self.before is None else plain_fields(self.before, _TERMS)
        return changes_between(before, plain_fields(self.bundle, _TERMS))

    @property
    def sold(self) -> tuple[Change, ...]:
        """What differs of `licenses.CODE` and `settings.CODE`, as the issuer writes its codes."""
        return changes_between(*({} if one is None else _sold(one) for one in (self.before, self.bundle)))


def changes_of(new: Iterable[Bundle], before: Iterable[Bundle]) -> tuple[BundleChange, ...]:
    """Return what each of the `new` bundles changes; `before` are those that were here, the oldest first."""
    known = {(one.issuer, one.part): one for one in before}
    return tuple(BundleChange(one, known.get((one.issuer, one.part))) for one in new)


def _sold(bundle: Bundle) -> dict[str, Any]:
    counts = {code: count for kind in Kind for code, count in bundle.counts(kind).items()}
    sold = {f"licenses.{code}": "unrestricted" if count is None else count for code, count in counts.items()}
    return {**sold, **{f"settings.{code}": value for code, value in bundle.settings.items()}}


def activation_of(read: ReadTransaction, number: int) -> tuple[AuditEntry, tuple[BundleChange, ...]]:
    """Return the entry of an activation in the audit log, and what its bundles changed, of those that still verify.

    Raises:
        NotFound: there is no such entry, or it is not an activation.
    """
    found = entry_of(read, number)
    if found is None or found.facts.get("did") != "activate":
        raise NotFound(reason="activation", name=number)
    verified = verify_bundles(read.stored.every, read.state().trust_store, read.now).verified
    new = [one.document for one in verified if one.identity.hex() in found.facts["bundles"]]
    before = takewhile(lambda one: one not in new, (one.document for one in verified))
    return found, changes_of(new, before)


class PreviewRow(NamedTuple):
    """One license before and after."""

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
    """Why it cannot be activated as it is."""
    due: str | None = None
    """What must be done before it starts; the file can be activated before."""
    quantity: str | None = None
    """The unit of a system license that is sold by quantity."""
    per: MeterPeriod | None = None
    """The time after which the quantity of a meter is there again."""

    @property
    def free_now(self) -> int | None:
        """How many can be assigned now; None is unrestricted."""
        return None if self.total_now is None else max(0, self.total_now - self.in_use)

    @property
    def free_new(self) -> int | None:
        """How many could be assigned afterwards."""
        return None if self.total_new is None else max(0, self.total_new - self.in_use)

    @property
    def added(self) -> int | None:
        """How many more there would be, or fewer; None where one of the two is unrestricted."""
        if self.total_now is None or self.total_new is None:
            return 0 if self.total_now == self.total_new else None
        return self.total_new - self.total_now

    @property
    def altered(self) -> bool:
        """Whether anything about it changes, or stands against the activation."""
        now, new = (self.total_now, self.access_now), (self.total_new, self.access_new)
        return now != new or (self.reason or self.due) is not None

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return plain_fields(self, _PLAIN)


class SettingChange(NamedTuple):
    """One setting before and after."""

    code: str
    name: str
    before: Value | None
    """None: nothing was sold, and it has no default."""
    after: Value | None

    @property
    def altered(self) -> bool:
        """Whether its value changes."""
        return self.before != self.after


class Void(NamedTuple):
    """A bundle that counts here and would not with the file: taken back, or its key revoked."""

    bundle: Bundle
    why: LicenseError


class Preview(NamedTuple):
    """What a file would change."""

    now: int
    """The time that counts, in seconds since 1970."""
    moment: int
    """The time for which the new totals are given: now, or the start of what is to come."""
    company: str
    serial_now: str | None
    """The serial that the installation has."""
    outcome: Activated
    """What activating it would do."""
    refused: tuple[Bundle, ...]
    """The bundles that this installation does not take."""
    void: tuple[Void, ...]
    """The bundles in force or waiting that would grant nothing, because of what the file brings."""
    bundles: tuple[BundleChange, ...]
    """Each new bundle, beside the last one of its part that is here."""
    rows: tuple[PreviewRow, ...]
    settings: tuple[SettingChange, ...]
    deficits: tuple[BelowUse, ...]
    covered_now: Coverage
    """Until when the product is licensed without the file."""
    covered_new: Coverage
    """And with it."""
    losses: tuple[Loss, ...]
    """What ends or turns read-only: with the file, and later by the dates of bundles."""
    logins: tuple[Logins, ...]
    """How many people may log in: now, with the file, and at each later moment that differs; empty where deficits are
    settled."""
    reasons: tuple[RefusedError, ...]
    """Everything that stands against it."""

    @property
    def can_activate(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons

    @property
    def altered(self) -> tuple[PreviewRow, ...]:
        """The licenses that change."""
        return tuple(row for row in self.rows if row.altered)

    def settled(self) -> "Preview":
        """Return what is shown where the deficits are settled; who may log in then was not counted."""
        short = {one.license for one in self.deficits}
        rows_ = tuple(row._replace(reason=None, due=None) if row.code in short else row for row in self.rows)
        reasons = tuple(one for one in self.reasons if one not in self.deficits)
        return self._replace(rows=rows_, logins=(), reasons=reasons)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values; totals are those of `moment`."""
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
    """Return what a person looks at before a plan is carried out."""
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
        # The second is that of the file, which is shown even where it changes nothing.
        logins=(counted[0], *steps(counted[1:])),
        reasons=plan.reasons,
    )


def _compared(before: Entitlements, in_use: Mapping[str, int], plan: ActivationPlan) -> tuple[PreviewRow, ...]:
    """Return every license before and after a file is activated as planned."""
    old = {row.code: row for row in rows(before, in_use)}
    # What is yet to start leaves time to release.
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
