"""What bundles change: dates, policies and counts of each, beside the last one of its part that was here before."""

from collections.abc import Iterable
from itertools import takewhile
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
    changes: tuple[Change, ...]
    """What differs, as plain JSON values: `expiry`, `after_grace`, `licenses.CODE`, `settings.CODE`."""


def changes_of(new: Iterable[Bundle], before: Iterable[Bundle], store: TrustStore) -> tuple[BundleChange, ...]:
    """Return what each of the `new` bundles changes; `before` are those that were here, the oldest first."""
    known = {(one.issuer, one.part): one for one in before}
    pairs = ((one, known.get((one.issuer, one.part))) for one in new)
    return tuple(BundleChange(one, old, changes_between(_said(old, store), _said(one, store))) for one, old in pairs)


def _said(bundle: Bundle | None, store: TrustStore) -> dict[str, Any]:
    if bundle is None:
        return {}
    sold = {code: count for kind in Kind for code, count in bundle.counts(kind).items()}
    counts = {code: "unrestricted" if count is None else count for code, count in sold.items()}
    said = plain_fields(bundle, _TERMS)
    for of, values in (("licenses", counts), ("settings", bundle.settings)):
        said |= {f"{of}.{store.qualify(bundle.issuer, code)}": value for code, value in values.items()}
    return said


class ActivationRecord(NamedTuple):
    """What an activation has changed, as the audit log and the bundles say."""

    entry: AuditEntry
    """Its entry in the audit log: by whom, and when."""
    new: tuple[BundleChange, ...]
    again: tuple[Bundle, ...]
    """Those that were signed again."""
    replaced: tuple[Bundle, ...]


def activation_of(read: ReadTransaction, number: int) -> ActivationRecord:
    """Return what the activation with a number in the audit log has changed; bundles that do not verify are left out.

    Raises:
        NotFound: there is no such entry, or it is not an activation.
    """
    found = [one for one in newest_of(read.connection, number + 1, 1) if one.number == number]
    if not found or found[0].facts.get("did") != "activate":
        raise NotFound(reason="activation", name=number)
    store = read.state().trust_store
    verified = verify_bundles(read.stored.every, store, read.now).verified
    documents = {one.identity.hex(): one.document for one in verified}
    new, again, replaced = (
        [document for identity, document in documents.items() if identity in found[0].facts[field]]
        for field in ("bundles", "again", "replaced")
    )
    before = takewhile(lambda one: one not in new, documents.values())
    return ActivationRecord(found[0], changes_of(new, before, store), tuple(again), tuple(replaced))
