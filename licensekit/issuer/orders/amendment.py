"""Changes of a bundle that was sold: renewals and amendments.

Changes use the keys of an order (`docs/reference/orders.md`). The bundle is converted back to an order, changed, and
checked against the catalog like any other order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from licensekit import database, dates, limits
from licensekit.catalog.tables import unsold
from licensekit.errors import AmendmentInvalid, NameUnknown, NotCurrent, NotIssued, OrderDatesInvalid, OrderInvalid
from licensekit.errors.coded import Located, plain_value
from licensekit.issuer import proposal, transaction
from licensekit.issuer.exchange.usage import shortfalls
from licensekit.issuer.ledger import bundles, lookup, states
from licensekit.issuer.orders import issue, order, order_file
from licensekit.issuer.orders.bundle import as_ordered, content_of, differences
from licensekit.text import values
from licensekit.wire import chain
from licensekit.wire.documents import Bundle, Catalog, Kind, Use, replace_fields
from licensekit.wire.plain import plain, plain_fields

_FIXED: Final = frozenset(
    {"serial", "part", "sequence", "replaces", "order", "installations", "facts", "customer", "purchase_order"}
)
"""The keys of an order that cannot be changed."""
_MOVED: Final = ("warning", "grace", "next_check")
"""The dates that keep their distance to the expiry when a bundle is renewed."""
_EDITION: Final = order_file.OrderKey("", "edition")
_EXCLUSIVE: Final = (("expiry", "days"), ("warning", "warning_days"), ("grace", "grace_days"))
"""Pairs of keys for the same date: setting one removes the other."""


class Amendment(NamedTuple):
    """A requested change. Create it with `renewal` or `amendment`."""

    action: str
    """`renew` or `amend`."""
    serial: str
    part: str
    sets: Mapping[str, object]
    """Key path to value, as in an order; None removes it."""
    days: int | None
    """For a renewal: how many days after the present end, or after today if it has passed."""
    number: str | None
    """The issuer's own number for it: a change with one number is made once."""
    purchase_order: str | None = None
    """The customer's own number for it."""
    sequence: int | None = None
    """The sequence of the bundle to change; default: the one in force."""

    @property
    def ordered(self) -> str:
        """The canonical text of the change."""
        asked = plain_fields(self, "action serial part days purchase_order")
        asked["set"] = {path: plain_value(value) for path, value in self.sets.items() if value is not None}
        asked["remove"] = sorted(path for path, value in self.sets.items() if value is None)
        return chain.canonical_json({key: value for key, value in asked.items() if value not in (None, {}, [])})


def renewal(
    serial: str,
    *,
    part: str = "base",
    expires: object = None,
    days: int | None = None,
    maintenance: object = None,
    number: str | None = None,
    purchase_order: str | None = None,
) -> Amendment:
    """Return a renewal until a date (`expires`) or by this many `days`; raise `OrderInvalid` for both or neither.

    `maintenance` is the date until which new versions are covered. By default, `days` move it too, unless it has
    passed; for a perpetual license, `days` move only maintenance.
    """
    sets = {"expiry": expires, "maintenance": maintenance}
    given = {path: value for path, value in sets.items() if value is not None}
    if (days is not None and expires is not None) or (days is None and not given):
        raise _no_renewal("both")
    return Amendment("renew", serial, part, given, days, number, purchase_order)


def amendment(
    serial: str,
    sets: Mapping[str, object],
    *,
    part: str = "base",
    number: str | None = None,
    purchase_order: str | None = None,
) -> Amendment:
    """Return a change of values: key path (`users.sales-pro`, `expiry`) to value; None removes it."""
    return Amendment("amend", serial, part, sets, None, number, purchase_order)


def amended(asked: Amendment, bundle: Bundle, catalog: Catalog, today: int) -> order.OrderDraft:
    """Return the changed order of `bundle`, with its faults; `today` is in days since 1970."""
    content = content_of(bundle)
    given = asked.sets if asked.action == "amend" else _renewing(asked, bundle, content, today)
    sets = {order_file.parse_key(path, catalog): value for path, value in given.items()}
    _unfold_edition(content, sets, catalog)
    faults = {where: fault for where, value in sets.items() if (fault := _fault(where, value, content))}
    edition, gone = given.get("edition"), unsold(catalog, "editions")
    if isinstance(edition, str) and edition in gone:
        faults[_EDITION] = NameUnknown(reason="unsold", name=edition, guess=gone[edition], where="edition")
    _give_way(content, sets, bundle)
    for where, value in sets.items():
        if where not in faults:
            where.put(content, value)
    draft = order_file.draft_from(content)
    return order.OrderDraft(draft.order, (*faults.values(), *draft.faults))


def _renewing(asked: Amendment, bundle: Bundle, content: Mapping[str, Any], today: int) -> dict[str, object]:
    """Return the values that a renewal sets: the new ends, and the dates that keep their distance to the expiry."""
    if asked.days is not None and "expiry" in asked.sets:
        raise _no_renewal("both")
    ends = {} if asked.days is None else later_ends(bundle, asked.days, today)
    for key in asked.sets.keys() & {"expiry", "maintenance"}:
        try:
            ends[key] = values.day(asked.sets[key])
        except values.FaultyValue as error:
            raise OrderInvalid(faults=(error.fault.at(key),)) from error
    if bundle.expiry is None and ("expiry" in ends or (asked.days and not ends)):
        raise _no_renewal("perpetual")
    for key, day in ends.items():
        present: int | None = getattr(bundle, key)
        if present is not None and day < present:
            raise OrderInvalid(faults=(OrderDatesInvalid(reason="earlier", expiry=day, present=present, where=key),))
    if bundle.expiry is not None and "expiry" in ends:
        ends |= {key: getattr(bundle, key) + ends["expiry"] - bundle.expiry for key in _MOVED if key in content}
    if max(ends.values(), default=0) > limits.DAYS:
        raise _no_renewal("years")
    return {**asked.sets, **{key: dates.format_days(day) for key, day in ends.items()}}


def later_ends(bundle: Bundle, days: int, today: int) -> dict[str, int]:
    """Return new expiry and maintenance, in days since 1970, `days` after the present ones or after today."""
    ends = {} if bundle.expiry is None else {"expiry": max(bundle.expiry, today) + days}
    maintenance = bundle.maintenance
    # Maintenance that has lapsed is not renewed together with a term.
    if maintenance is None or (ends and maintenance < today):
        return ends
    return {**ends, "maintenance": max(maintenance, today) + days}


def _no_renewal(reason: str) -> OrderInvalid:
    return OrderInvalid(faults=(OrderDatesInvalid(reason=reason, where="expiry"),))


def _fault(where: order_file.OrderKey, value: object, content: Mapping[str, Any]) -> Located | None:
    """Return why a key cannot be set or removed, if so."""
    if not where.table and where.key in _FIXED:
        return AmendmentInvalid(reason=where.key, key=where.key, where=where.path)
    uses = [use.word for use in Use]
    if where.path == "use" and value in uses[uses.index(content["use"]) + 1 :]:
        return AmendmentInvalid(reason="lower-use", key=where.key, to=str(value), where=where.path)
    if not where.table and where.key in order.TABLES:
        return AmendmentInvalid(reason="table", key=where.key, where=where.path)
    held = content.get(where.table, {}) if where.table else content
    is_usual = where.path == "warning" and "expiry" in content and "warning_days" not in content
    if value is None and where.key not in held and not is_usual:
        return AmendmentInvalid(reason="absent", key=where.key, where=where.path)
    return None


def _unfold_edition(content: dict[str, Any], sets: dict[order_file.OrderKey, object], catalog: Catalog) -> None:
    """Move the contents of an edition from `sets` into `content`, so that other keys can change or remove them."""
    code = sets.get(_EDITION)
    edition = catalog.editions.get(code) if isinstance(code, str) else None
    if edition is None:
        return
    del sets[_EDITION]
    for table, named in plain(edition).items():
        if table in order.TABLES:
            content[table] = {**content.get(table, {}), **as_ordered(table, named)}


def _give_way(content: dict[str, Any], sets: Mapping[order_file.OrderKey, object], bundle: Bundle) -> None:
    """Remove dates that would contradict a date that is set, or mean nothing without a removed one."""
    given = {where.key: value for where, value in sets.items() if not where.table}
    if "days" in given:  # warning and grace become distances from the expiry
        content.pop("expiry", None)
        for key, day, sign in (("warning", bundle.warning, -1), ("grace", bundle.grace, 1)):
            if key in content and day is not None and bundle.expiry is not None:
                content.pop(key)
                content[f"{key}_days"] = sign * (day - bundle.expiry)
    for pair in _EXCLUSIVE:
        if not given.keys().isdisjoint(pair):
            for key in pair:
                content.pop(key, None)
    if given.get("warning", "") is None:
        content["warning_days"] = 0  # without it there would be the usual warning
    if given.get("expiry", "") is None:
        for key in ("expiry", "warning", "warning_days", "grace"):
            content.pop(key, None)


@dataclass(frozen=True, kw_only=True, repr=False)
class ChangeProposal(issue.IssueProposal):
    """The changed bundle. Without `changes`, it is the bundle in force."""

    before: bundles.Issued
    """The bundle in force; or the one signed for the same order number before."""

    def as_json(self) -> dict[str, Any]:
        """Return the preview as plain JSON values, with serial, part, uses and sequences."""
        old, new = self.before.bundle, self.bundle
        named = {"serial": new.serial, "part": new.part, "use": old.use.word, "new_use": new.use.word}
        return {**named, "sequence": old.sequence, "new_sequence": new.sequence, **super().as_json()}


def propose_change(tx: transaction.LedgerTransaction, asked: Amendment, signing: issue.Signing) -> ChangeProposal:
    """Return the proposal of a change; as `Workspace.propose_change`."""
    done = issue.ordered_before(tx, asked.number, asked.ordered)
    before, after, note = (done, done.bundle, "") if done is not None else changed(tx, asked)
    changes = differences(before.bundle, after)
    result, there = (after, None) if changes else (before.bundle, before)
    issuance = issue.Issuance(asked.action, result, there, asked.number, asked.ordered, note=note)
    short = shortfalls(tx, before.bundle, after) if changes else ()
    offers = _offers(after, tx.state.signed_catalog) if changes and asked.action == "amend" else ()
    proposed = issue.proposal_of(tx, issuance, signing, (*short, *offers))
    agreed = (proposal.SoldIsChanged(bundle=after.label),) if changes else ()
    shown: dict[str, Any] = {**vars(proposed), "changes": changes, "needs_confirmation": agreed}
    return ChangeProposal(**shown, before=before)


def _offers(bundle: Bundle, catalog: Catalog) -> Iterator[proposal.LicenseReplaced]:
    """Yield the licenses of a bundle that others have replaced, so that it could be moved to these."""
    heirs = {code: one.replaced_by for code, one in catalog.licenses.items() if one.replaced_by}
    for kind in Kind:
        counts = as_ordered(kind.plural, bundle.counts(kind))
        for code in counts.keys() & heirs.keys():
            if heirs[code] not in counts:
                yield proposal.LicenseReplaced(license=code, instead=heirs[code], table=kind.plural, count=counts[code])


def changed(tx: transaction.LedgerTransaction, asked: Amendment) -> tuple[bundles.Issued, Bundle, str]:
    """Return the bundle in force, the changed bundle, and the note for the ledger; raises as `propose_change`."""
    lookup.require_serial(tx.ledger, asked.serial)
    before = in_force(tx.ledger, asked.serial, asked.part)
    if asked.sequence not in {None, before.bundle.sequence}:
        raise NotCurrent(reason="changed", bundle=before.label)
    draft = amended(asked, before.bundle, tx.state.signed_catalog, dates.day_at(tx.now))
    # A new company name is shown among the changes; in bulk, where nothing is shown, it stays a doubt.
    made, note = issue.prepare_bundle(tx, draft, {"other-company"} if asked.sequence is None else ())
    extensions = {**before.bundle.extensions, **made.extensions}
    return before, replace_fields(made, binding=before.bundle.binding, extensions=extensions), note


def in_force(ledger: database.Connection, serial: str, part: str) -> bundles.Issued:
    """Return the active bundle of a part; raises as `Workspace.propose_change`."""
    issued = bundles.of_serial(ledger, serial)
    found = [one for one in issued if one.bundle.part == part]
    active = [one for one in found if one.state == states.ACTIVE]
    if active:
        return active[-1]
    if not found:
        raise NotIssued(reason="part", name=serial, part=part, parts=tuple(sorted({one.bundle.part for one in issued})))
    last = found[-1]
    raise NotCurrent(reason=last.state, bundle=last.label)
