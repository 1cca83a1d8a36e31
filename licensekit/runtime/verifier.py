"""Questions without state: one file, one moment, no installation.

A `Verifier` takes the pinned root and the pack once; each file then costs one signature. A file of
two bundles is an error here, since which of them counts is a matter of an installation's state.
"""

from datetime import date, datetime

from licensekit.dates import days_of, seconds_of
from licensekit.entitlements import (
    Access,
    Count,
    Entitlements,
    Explanation,
    Fingerprint,
    count,
    evaluate,
    explain,
    resolve,
    why_not,
)
from licensekit.errors import IssuedAhead, NoBundle, NotEntitled, SeveralBundles
from licensekit.limits import ISSUED_AHEAD_SECONDS, SECONDS
from licensekit.pack import Ground, extend_ground, open_pack
from licensekit.runtime.bundle_fields import BundleFields
from licensekit.signed import Verified
from licensekit.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Kind


class VerifiedBundle(BundleFields):
    """A bundle that was verified for one moment: its fields, and what it grants then."""

    __slots__ = ("_entitlements", "_fingerprint", "_ground", "_now", "_released", "verified")

    def __init__(
        self,
        verified: Verified[Bundle],
        ground: Ground,
        now: int,
        fingerprint: Fingerprint | None,
        released: int | None,
    ) -> None:
        super().__init__(verified.document)
        self.verified = verified
        self._ground = ground
        self._now = now
        self._fingerprint = fingerprint
        self._released = released
        self._entitlements: Entitlements | None = None

    @property
    def identity(self) -> str:
        """The identity of the bundle, 32 hex digits."""
        return self.verified.identity.hex()

    @property
    def state(self) -> str:
        """`pending`, `active`, `warning`, `grace`, `expired`, `foreign` or `unmaintained`.

        It compares equal to the members of `licensekit.State`.
        """
        granted = self.entitlements
        return (granted.parts or granted.waiting)[0].state

    @property
    def entitlements(self) -> Entitlements:
        """Everything that the bundle grants at its moment."""
        if self._entitlements is None:
            self._entitlements = evaluate(
                self._ground,
                [self.verified],
                self._now,
                fingerprint=self._fingerprint,
                released=self._released,
            )
        return self._entitlements

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Say whether the installation may use a system license to `at_least` this extent.

        Raises:
            UnknownLicense: no catalog has the code.
            WrongKind: it is no system license; ask `count` for site and user licenses.
        """
        return self.access(code) >= at_least

    def access(self, code: str) -> Access:
        """Say to what extent the installation may use a system license; raises as `allows` does."""
        granted = self.entitlements
        return granted.system[resolve(granted, code, (Kind.SYSTEM,))]

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Return if `allows`; raises as it does.

        Raises:
            NotEntitled: it does not; the message says why.
        """
        if not self.allows(code, at_least):
            reason = why_not(self.entitlements, resolve(self.entitlements, code))
            raise NotEntitled(f"`{code}` is not granted: {reason}", license=code)

    def count(self, code: str) -> Count:
        """Give how much of a license the bundle grants at its moment; nothing is in use.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        return count(self.entitlements, resolve(self.entitlements, code), 0)

    def explain(self, code: str) -> tuple[Explanation, ...]:
        """Give each way in which the bundle grants a license.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        return explain(self.entitlements, resolve(self.entitlements, code))


class Verifier:
    """Verifies files under one pinned root and pack. Immutable; safe to share among threads.

    `released` is the date of the product version that asks, held against maintenance.

    Raises:
        RootPinInvalid, RootMismatch: the pin is none, or the pack does not hold the pinned root.
        FormatError, TrustError: the pack is damaged or not to be believed.
    """

    __slots__ = ("_ground", "_newest", "_released")

    def __init__(self, *, root: str, pack: bytes | str, released: date | None = None) -> None:
        # The pack's own issue times are held against the `now` of each file.
        self._ground = open_pack(pack, root, SECONDS)
        self._newest = _newest_issue(self._ground)
        self._released = None if released is None else days_of(released)

    def verify(
        self, data: bytes | str, *, now: datetime, installation: Fingerprint | None = None
    ) -> VerifiedBundle:
        """Give the one bundle in `data`, verified by the steps of `docs/format.md`.

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
            raise IssuedAhead("the pack was issued on a day that is yet to come")
        tokens = armor.read(data)
        ground = self._ground
        if len(tokens) > 1:
            ground = extend_ground(ground, tokens, seconds)
        bundles = [token for token in tokens if token.type == "bundle"]
        if not bundles:
            raise NoBundle(f"the file holds no bundle but a {tokens[0].type}")
        if len(bundles) > 1:
            raise SeveralBundles(
                f"the file holds {len(bundles)} bundles",
                hint="verify them one by one, or activate them on an installation",
            )
        verified = verify_bundle(bundles[0], ground.trust, seconds)
        return VerifiedBundle(verified, ground, seconds, installation, self._released)


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


def _newest_issue(ground: Ground) -> int:
    state = ground.trust
    issued = [catalog.document.issued for catalog in ground.catalogs.values()]
    issued += [revocations.document.issued for revocations in state.lists.values()]
    if state.trust is not None:
        issued.append(state.trust.document.issued)
    return max(issued)
