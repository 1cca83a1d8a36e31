"""What bundles change: dates, policies and counts of each, beside the last one of its part that was here before."""

from collections.abc import Iterable
from itertools import takewhile
from typing import Any, Final, NamedTuple

from licensekit.errors import NotFound
from licensekit.installation.audit import AuditEntry, entry_of
from licensekit.proposals import Change, changes_between
from licensekit.state.loading import ReadTransaction
from licensekit.state.trust_store import verify_bundles
from licensekit.wire.documents import Bundle, Kind
from licensekit.wire.plain import plain_fields

_TERMS: Final = "company use starts warning expiry grace maintenance next_check after_grace offline_hours borrow_hours"


class BundleChange(NamedTuple):
    """A bundle, and what it changes."""

    bundle: Bundle
    before: Bundle | None
    """The last one of its issuer and part that was here; None: there was none, and all of it is new."""

    @property
    def terms(self) -> tuple[Change, ...]:
        """The dates and policies that differ, by field, as plain JSON values."""
        return changes_between(
            *({} if one is None else plain_fields(one, _TERMS) for one in (self.before, self.bundle))
        )

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
