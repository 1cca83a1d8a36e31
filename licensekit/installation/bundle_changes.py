"""What bundles change: dates, policies and counts of each, beside the last one of its part that was here before."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from licensekit.errors import NotFound
from licensekit.installation.audit import AuditEntry, newest_of
from licensekit.proposals import Change, changes_between
from licensekit.state.loading import ReadTransaction
from licensekit.state.trust_store import verify_bundles
from licensekit.trust.pack import TrustStore
from licensekit.wire.documents import Bundle, Kind
from licensekit.wire.plain import plain_fields

_TERMS: Final = "company use starts warning expiry grace maintenance next_check after_grace offline_hours borrow_hours"


class BundleChange(NamedTuple):
    """A bundle, and what it changes."""

    bundle: Bundle
    before: Bundle | None
    """The last one of its issuer and part that was here; None: there was none, and all of it is new."""
    counts: tuple[Change, ...]
    """How many of each license it sells, and its settings, by qualified code: `licenses.sales`, `settings.rows`."""

    @property
    def terms(self) -> tuple[Change, ...]:
        """Its dates, in days since 1970, and its policies, by the names of fields, where they are not as before."""
        names = _TERMS.split()
        said = [{name: getattr(one, name) for name in names} if one else {} for one in (self.before, self.bundle)]
        return tuple(change for change in changes_between(*said) if (change.before, change.after) != (None, None))

    @property
    def plain_terms(self) -> tuple[Change, ...]:
        """The same as plain JSON values."""
        before, after = ({} if one is None else plain_fields(one, _TERMS) for one in (self.before, self.bundle))
        return tuple(Change(one.path, before.get(one.path), after[one.path]) for one in self.terms)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        named = plain_fields(self.bundle, "issuer serial part use sequence")
        return {**named, "terms": [change._asdict() for change in self.plain_terms]}


def changes_of(new: Iterable[Bundle], before: Iterable[Bundle], store: TrustStore) -> tuple[BundleChange, ...]:
    """Return what each of the `new` bundles changes; `before` are those that were here, the oldest first."""
    known = {(one.issuer, one.part): one for one in before}
    found: list[BundleChange] = []
    for one in new:
        last = known.get((one.issuer, one.part))
        found.append(BundleChange(one, last, changes_between(_counts(last, store), _counts(one, store))))
    return tuple(found)


def _counts(bundle: Bundle | None, store: TrustStore) -> dict[str, object]:
    if bundle is None:
        return {}
    sold = {code: count for kind in Kind for code, count in bundle.counts(kind).items()}
    counts = {code: "unrestricted" if count is None else count for code, count in sold.items()}
    said = (("licenses", counts), ("settings", bundle.settings))
    return {f"{of}.{store.qualify(bundle.issuer, code)}": one for of, each in said for code, one in each.items()}


class ActivationRecord(NamedTuple):
    """What an activation has changed, as the audit log and the bundles say."""

    entry: AuditEntry
    """Its entry in the audit log: by whom, and when."""
    new: tuple[BundleChange, ...]
    again: tuple[Bundle, ...]
    """Those that were signed again."""
    replaced: tuple[Bundle, ...]


def activation_of(read: ReadTransaction, number: int) -> ActivationRecord:
    """Return what the activation with a number in the audit log has changed; bundles that no longer verify are missing.

    Raises:
        NotFound: that entry is not an activation, or there is none.
    """
    found = newest_of(read.connection, number + 1, 1)
    entry = found[0] if found and found[0].number == number else None
    if entry is None or entry.facts.get("did") != "activate":
        raise NotFound(reason="activation", name=str(number))
    store = read.state().trust_store
    every = verify_bundles(read.stored.every, store, read.now).verified
    documents = {one.identity.hex(): one.document for one in every}

    def named(field: str) -> tuple[Bundle, ...]:
        return tuple(documents[one] for one in entry.facts[field] if one in documents)

    new = named("bundles")
    first = min((at for at, one in enumerate(documents.values()) if one in new), default=0)
    before = list(documents.values())[:first]
    return ActivationRecord(entry, changes_of(new, before, store), named("again"), named("replaced"))
