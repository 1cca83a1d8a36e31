"""Verification of a single file at one moment, without an installation.

A `Verifier` checks the pinned root and the pack once; then each file costs one signature check. A file with two bundles
is an error, because only the state of an installation decides which of them counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Generic, Self, TypeVar, overload

from licensekit import entitlements as engine
from licensekit import errors
from licensekit.dates import date_of, days_of, moment_of, seconds_of
from licensekit.runtime.questions import Questions
from licensekit.trust.pack import TrustStore, extend_trust_store, open_pack
from licensekit.trust.signed import Verified
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Use

T = TypeVar("T")


class Field(Generic[T]):
    """A read-only field of a bundle, converted to a Python type."""

    def __init__(self, read: Callable[[Bundle], T], doc: str) -> None:
        self._read = read
        self.__doc__ = doc

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: VerifiedBundle, owner: type) -> T: ...
    def __get__(self, instance: VerifiedBundle | None, owner: type) -> Self | T:
        return self if instance is None else self._read(instance.bundle)


def _date(days: int | None) -> date | None:
    return None if days is None else date_of(days)


class VerifiedBundle(Questions):
    """A bundle that was verified for one moment.

    The fields are described in `docs/format.md`, "Bundle".
    """

    __slots__ = ("_entitlements", "_evaluate", "bundle", "verified")

    issuer = Field(lambda b: b.issuer, "The issuer's code.")
    product = Field(lambda b: b.product, "The product's code.")
    serial = Field(lambda b: b.serial, "The serial that the bundle was issued to.")
    part = Field(lambda b: b.part, "`base`, or the name of an add-on.")
    sequence = Field(lambda b: b.sequence, "The number within serial, part and use; a higher one replaces it.")
    replaces = Field(lambda b: b.replaces, "The serials that this one replaces.")
    company = Field(lambda b: b.company, "The company that it was issued to.")
    use = Field(lambda b: b.use, "Production, trial or demo.")
    is_trial = Field(lambda b: b.use is Use.TRIAL, "Whether it is a trial.")
    issued = Field(lambda b: moment_of(b.issued), "When it was signed, UTC.")
    starts = Field(lambda b: _date(b.starts), "The first day on which it grants anything.")
    warning = Field(lambda b: _date(b.warning), "The day from which administrators are reminded.")
    expiry = Field(lambda b: _date(b.expiry), "The last day of its term; None is perpetual.")
    grace = Field(lambda b: _date(b.grace), "The last day on which everything works.")
    maintenance = Field(lambda b: _date(b.maintenance), "The last release date of product versions that may use it.")
    next_check = Field(lambda b: _date(b.next_check), "The day on which to look for a newer file.")
    system = Field(lambda b: b.system, "System license to quantity, or 1; None is unrestricted.")
    sites = Field(lambda b: b.sites, "Site license to count; None is unrestricted.")
    users = Field(lambda b: b.users, "User license to count; None is unrestricted.")
    settings = Field(lambda b: b.settings, "Setting to the value that was sold: text, integer or boolean.")
    binding = Field(lambda b: b.binding, "The installation that it is bound to; None is any.")
    after_grace = Field(lambda b: b.after_grace, "What happens when grace is over.")
    offline_hours = Field(lambda b: b.offline_hours, "For how many hours it works without a database.")
    borrow_hours = Field(lambda b: b.borrow_hours, "For how many hours a concurrent seat may be borrowed.")
    extensions = Field(lambda b: b.extensions, "Signed entries that this version does not know.")

    def __init__(self, verified: Verified[Bundle], evaluate: Callable[[], engine.Entitlements]) -> None:
        self.verified = verified
        self.bundle = verified.document
        """The document itself, in the units of the file."""
        self._evaluate = evaluate
        self._entitlements: engine.Entitlements | None = None

    def __repr__(self) -> str:
        until = "perpetual" if self.expiry is None else f"until {self.expiry}"
        return f"<VerifiedBundle {self.bundle.label}, {until}>"

    @property
    def identity(self) -> str:
        """The identity of the bundle, 32 hex digits."""
        return self.verified.identity.hex()

    @property
    def state(self) -> engine.BundleState:
        """`pending`, `active`, `warning`, `grace`, `expired`, `foreign` or `unmaintained`."""
        granted = self.entitlements
        return (granted.parts or granted.waiting)[0].state

    @property
    def entitlements(self) -> engine.Entitlements:
        """Everything that the bundle grants at its moment, evaluated on first use."""
        if self._entitlements is None:
            self._entitlements = self._evaluate()
        return self._entitlements


class Verifier:
    """Verifies files under one pinned root and pack. Immutable, so threads may share it.

    `released` is the date of the product version that asks, which maintenance must cover.

    Raises:
        RootPinInvalid, RootMismatch: the pin is not valid, or the pack does not contain the pinned root.
        FormatError, TrustError: the pack is damaged or cannot be trusted.
    """

    __slots__ = ("_earliest", "_released", "_trust_store")

    def __init__(self, *, root: str, pack: bytes | str, released: date | None = None) -> None:
        self._trust_store = open_pack(pack, root)
        self._earliest = _not_before(self._trust_store, 0)
        self._released = None if released is None else days_of(released)

    def __repr__(self) -> str:
        root = self._trust_store.trust.root
        return f"<Verifier of {root.product} by {root.issuer}, root {root.version}>"

    def verify(
        self, data: bytes | str, *, now: datetime, installation: engine.Fingerprint | None = None
    ) -> VerifiedBundle:
        """Verify the one bundle in `data` by the steps of `docs/format.md`, and return it.

        Args:
            data: The contents of a license file.
            now: An aware datetime; a time before the newest trust document counts as the time of that document, which
                a threshold of root keys has signed.
            installation: What a bound bundle is compared with; without it, a bound bundle grants nothing.

        Raises:
            FormatError: `data` is not a license file, or is damaged; `UnexpectedType` if it does not contain exactly
                one bundle.
            TrustError: the bundle cannot be trusted; the class says which rule is broken.
            ValueError: `now` has no time zone.
        """
        trust_store = self._trust_store
        seconds = max(seconds_of(now), self._earliest)
        tokens = armor.read(data)
        if len(tokens) > 1:
            trust_store = extend_trust_store(trust_store, tokens, seconds)
            seconds = _not_before(trust_store, seconds)
        if not (bundles := [token for token in tokens if token.type == "bundle"]):
            raise errors.UnexpectedType(reason="no-bundle", type=tokens[0].type)
        if len(bundles) > 1:
            raise errors.UnexpectedType(reason="bundles", count=len(bundles))
        verified = verify_bundle(bundles[0], trust_store.trust, seconds)

        def granted() -> engine.Entitlements:
            return engine.evaluate(trust_store, [verified], seconds, fingerprint=installation, released=self._released)

        return VerifiedBundle(verified, granted)


def verify(
    data: bytes | str, *, root: str, pack: bytes | str, now: datetime, installation: engine.Fingerprint | None = None
) -> VerifiedBundle:
    """Verify one file in one call; `Verifier` is quicker for several."""
    return Verifier(root=root, pack=pack).verify(data, now=now, installation=installation)


def _not_before(trust_store: TrustStore, seconds: int) -> int:
    trust = trust_store.trust.trust
    return seconds if trust is None else max(seconds, trust.document.issued)
