"""Questions without state: one file, one moment, no installation.

A `Verifier` takes the pinned root and the pack once; each file then costs one signature. A file of
two bundles is an error here, since which of them counts is a matter of an installation's state.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from licensekit.dates import days_of, seconds_of
from licensekit.errors import IssuedAhead, NoBundle, SeveralBundles
from licensekit.limits import ISSUED_AHEAD_SECONDS, SECONDS
from licensekit.runtime.verified_bundle import VerifiedBundle
from licensekit.trust.pack import TrustStore, extend_trust_store, open_pack
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor

if TYPE_CHECKING:
    from licensekit.entitlements import Fingerprint


class Verifier:
    """Verifies files under one pinned root and pack. Immutable; safe to share among threads.

    `released` is the date of the product version that asks, held against maintenance.

    Raises:
        RootPinInvalid, RootMismatch: the pin is none, or the pack does not hold the pinned root.
        FormatError, TrustError: the pack is damaged or not to be believed.
    """

    __slots__ = ("_newest", "_released", "_trust_store")

    def __init__(self, *, root: str, pack: bytes | str, released: date | None = None) -> None:
        # The pack's own issue times are held against the `now` of each file.
        self._trust_store = open_pack(pack, root, SECONDS)
        self._newest = _newest_issue(self._trust_store)
        self._released = None if released is None else days_of(released)

    def verify(
        self, data: bytes | str, *, now: datetime, installation: Fingerprint | None = None
    ) -> VerifiedBundle:
        """Return the one bundle in `data`, verified by the steps of `docs/format.md`.

        `now` is an aware datetime. `installation` is what a bound bundle is held against; without
        it, a bound bundle grants nothing.

        Raises:
            FormatError: `data` is no license file, or is damaged; `NoBundle` and `SeveralBundles`
                where it does not hold exactly one.
            TrustError: it is not to be believed; the class says which rule.
            ValueError: `now` has no time zone.
        """
        seconds = seconds_of(now)
        if self._newest > seconds + ISSUED_AHEAD_SECONDS:
            raise IssuedAhead(reason="pack", issued=self._newest)
        tokens = armor.read(data)
        trust_store = self._trust_store
        if len(tokens) > 1:
            trust_store = extend_trust_store(trust_store, tokens, seconds)
        bundles = [token for token in tokens if token.type == "bundle"]
        if not bundles:
            raise NoBundle(reason="other", type=tokens[0].type)
        if len(bundles) > 1:
            raise SeveralBundles(count=len(bundles))
        verified = verify_bundle(bundles[0], trust_store.trust, seconds)
        return VerifiedBundle(verified, trust_store, seconds, installation, self._released)


def verify(
    data: bytes | str,
    *,
    root: str,
    pack: bytes | str,
    now: datetime,
    installation: Fingerprint | None = None,
) -> VerifiedBundle:
    """Verify one file in one call; see `Verifier`, which is quicker for more than one."""
    return Verifier(root=root, pack=pack).verify(data, now=now, installation=installation)


def _newest_issue(trust_store: TrustStore) -> int:
    state = trust_store.trust
    issued = [catalog.document.issued for catalog in trust_store.catalogs.values()]
    issued += [revocations.document.issued for revocations in state.lists.values()]
    if state.trust is not None:
        issued.append(state.trust.document.issued)
    return max(issued)
