"""Questions without state: one file, one moment, no installation; and the bundle that it holds.

A `Verifier` takes the pinned root and the pack once; each file then costs one signature. A file of two bundles is an
error here, since which of them counts is a matter of an installation's state.
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
    """A field of a bundle in the type that programs use; read-only, for want of a `__dict__`."""

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
    """A bundle that was verified for one moment; nothing of it is in use.

    `docs/format.md`, "Bundle", says what each field means.
    """

    __slots__ = ("_entitlements", "_evaluate", "bundle", "verified")

    issuer = Field(lambda b: b.issuer, "The issuer's code.")
    product = Field(lambda b: b.product, "The product's code.")
    serial = Field(lambda b: b.serial, "The serial that the bundle was issued to.")
    part = Field(lambda b: b.part, "`base`, or the name of an add-on.")
    sequence = Field(lambda b: b.sequence, "The number within serial, part and use; a higher one replaces it.")
    replaces = Field(lambda b: b.replaces, "The serials that this one takes the place of.")
    company = Field(lambda b: b.company, "The company that it was issued to.")
    use = Field(lambda b: b.use, "Production, trial or demo.")
    is_trial = Field(lambda b: b.use is Use.TRIAL, "Whether it is a trial.")
    issued = Field(lambda b: moment_of(b.issued), "When it was signed, UTC.")
    starts = Field(lambda b: _date(b.starts), "The first day on which it grants anything.")
    warning = Field(lambda b: _date(b.warning), "The day from which administrators are reminded.")
    expiry = Field(lambda b: _date(b.expiry), "The last day of its term; None is perpetual.")
    grace = Field(lambda b: _date(b.grace), "The last day on which everything works.")
    maintenance = Field(
        lambda b: _date(b.maintenance), "The day after which a product version must not be released to be used with it."
    )
    next_check = Field(lambda b: _date(b.next_check), "The day on which to look for a newer file.")
    system = Field(lambda b: b.system, "System license to 1 or quantity; None is unrestricted.")
    sites = Field(lambda b: b.sites, "Site license to count; None is unrestricted.")
    users = Field(lambda b: b.users, "User license to count; None is unrestricted.")
    settings = Field(lambda b: b.settings, "Settings that are sold: text, integer or boolean.")
    binding = Field(lambda b: b.binding, "The installation that it is for; None is any.")
    after_grace = Field(lambda b: b.after_grace, "What happens when grace has passed.")
    offline_hours = Field(lambda b: b.offline_hours, "How many hours it works without a database.")
    borrow_hours = Field(lambda b: b.borrow_hours, "For how many hours a concurrent seat may be borrowed.")
    extensions = Field(lambda b: b.extensions, "Signed entries that this version does not know.")

    def __init__(self, verified: Verified[Bundle], evaluate: Callable[[], engine.Entitlements]) -> None:
        self.verified = verified
        self.bundle = verified.document
        """The document itself, in the units of the wire."""
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
        """Everything that the bundle grants at its moment, evaluated at the first question."""
        if self._entitlements is None:
            self._entitlements = self._evaluate()
        return self._entitlements


class Verifier:
    """Verifies files under one pinned root and pack. Immutable; safe to share among threads.

    `released` is the date of the product version that asks, which maintenance must cover.

    Raises:
        RootPinInvalid, RootMismatch: the pin is none, or the pack does not hold the pinned root.
        FormatError, TrustError: the pack is damaged or not to be believed.
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
        """Return the one bundle in `data`, verified by the steps of `docs/format.md`.

        `now` is an aware datetime; a time before the newest trust document, which a threshold of root keys has signed,
        counts as that document's. `installation` is what a bound bundle is compared with; without it, a bound bundle
        grants nothing.

        Raises:
            FormatError: `data` is no license file, or is damaged; `UnexpectedType` where it does not
                hold exactly one.
            TrustError: it is not to be believed; the class says which rule.
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
    """Verify one file in one call; see `Verifier`, which is quicker for more than one."""
    return Verifier(root=root, pack=pack).verify(data, now=now, installation=installation)


def _not_before(trust_store: TrustStore, seconds: int) -> int:
    trust = trust_store.trust.trust
    return seconds if trust is None else max(seconds, trust.document.issued)
