"""Bundles: the licenses that one company bought."""

from enum import IntEnum
from itertools import pairwise
from typing import Annotated, Any, Final

from msgspec import Meta

from licensekit import errors, limits
from licensekit.wire.documents import fields

BASE: Final = "base"  # the part that every serial has; the others are add-ons
PICKUP: Final = "pickup"
"""The extension that names the place of the newest file: 16 random bytes in hex, kept by renewals."""
PICKUP_BYTES: Final = 16
Counts = Annotated[dict[fields.Code, fields.Count | None], Meta(max_length=limits.LICENSES)]
"""License code to count; None is unrestricted."""
Settings = Annotated[dict[fields.Code, fields.Value], Meta(max_length=limits.SETTINGS)]  # setting code to value


class Kind(IntEnum):
    """Whom a license is for: the installation, a site or a user."""

    SYSTEM = 0
    SITE = 1
    USER = 2

    @property
    def plural(self) -> str:
        """The table of this kind in orders and bundles: `system`, `sites`, `users`."""
        return ("system", "sites", "users")[self]


class Use(IntEnum):
    """What a bundle is for."""

    PRODUCTION = 0
    TRIAL = 1
    DEMO = 2

    @property
    def word(self) -> str:
        """The plain name: `production`, `trial`, `demo`."""
        return self.name.lower()


class AfterGrace(IntEnum):
    """What happens after grace."""

    READ_ONLY = 0
    BLOCK = 1
    ADVISORY = 2


class Binding(fields.Document, frozen=True):
    """The installation that a bundle is for: its key, or k of n machine facts, or both."""

    installation: fields.Digest | None  # SHA-256 of the installation's public key
    needed: Annotated[int, Meta(ge=0, le=limits.FACTS)]  # how many of `facts` must match
    facts: Annotated[dict[fields.Code, fields.FactHash], Meta(max_length=limits.FACTS)]  # fact name to its keyed hash

    def __post_init__(self) -> None:
        fields.require_codes(self.facts)
        if self.needed > len(self.facts) or (self.facts and not self.needed):
            raise fields.RefusedField(errors.RuleBroken(reason="binding-facts"))
        if self.installation is None and not self.facts:
            raise fields.RefusedField(errors.RuleBroken(reason="binding-nobody"))


class Bundle(fields.Document, frozen=True):
    """The licenses of one company, which one file grants."""

    issuer: fields.Code
    product: fields.Code
    serial: fields.Serial
    part: fields.Code  # `base`, or the name of an add-on
    sequence: fields.Version  # a higher one of the same issuer, serial, part and use replaces this one
    replaces: Annotated[list[fields.Serial], Meta(max_length=limits.REPLACED)]  # other serials, as after a trial
    company: fields.Name
    use: Use
    issued: fields.Seconds
    starts: fields.Days | None
    warning: fields.Days | None
    expiry: fields.Days | None
    grace: fields.Days | None
    maintenance: fields.Days | None
    next_check: fields.Days | None
    system: Counts  # count 1, or the quantity in the license's unit
    sites: Counts
    users: Counts
    settings: Settings
    binding: Binding | None
    after_grace: AfterGrace
    offline_hours: fields.Hours  # how long licenses keep working without the database
    borrow_hours: fields.Hours  # the longest time for which a concurrent seat may be borrowed
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        counted = *self.system, *self.sites, *self.users
        fields.require_codes([self.issuer, self.product, self.part, *counted, *self.settings])
        fields.require_serials([self.serial, *self.replaces])
        fields.require_texts([self.company, *self.settings.values()])
        fields.require_extensions(self.extensions)
        if self.replaces:
            fields.require_ascending(self.replaces)
            if self.serial in self.replaces:
                raise fields.RefusedField(errors.RuleBroken(reason="replaces-itself"))
            if self.part != BASE:
                raise fields.RefusedField(errors.RuleBroken(reason="part-replaces"))
        if fault := dates_fault(self.starts, self.warning, self.expiry, self.grace):
            raise fields.RefusedField(fault)

    def counts(self, kind: Kind) -> dict[str, int | None]:
        """Return license code to count for one kind; None is unrestricted."""
        return (self.system, self.sites, self.users)[kind]

    @property
    def label(self) -> str:
        """Its name for people, unique for its issuer; as `label_of`."""
        return label_of(self.serial, self.part, self.use.word, self.sequence)

    @property
    def name(self) -> str:
        """Its name in commands and file names: `1010000014-base-2`."""
        return self.label.replace(" ", "-")

    @property
    def term_end(self) -> int | None:
        """The last day of its term, including grace; None is perpetual."""
        return self.expiry if self.grace is None else self.grace

    @property
    def last_day(self) -> int | None:
        """The last day on which it works: `term_end`, or None if it is only advisory after grace."""
        return None if self.after_grace is AfterGrace.ADVISORY else self.term_end


def label_of(serial: str, part: str, use: str, sequence: int) -> str:
    """Return the name of a bundle for people, with its use unless that is production: `1010000014 base trial 1`."""
    words = (serial, part) if use == Use.PRODUCTION.word else (serial, part, use)
    return " ".join((*words, str(sequence)))


def naming(bundle: Bundle) -> dict[str, Any]:
    """Return the fields by which errors name a bundle, unique for its issuer."""
    return {"serial": bundle.serial, "part": bundle.part, "use": bundle.use.word, "sequence": bundle.sequence}


def dates_fault(
    starts: int | None, warning: int | None, expiry: int | None, grace: int | None
) -> "errors.RuleBroken | None":
    """Return how these dates, in days since 1970, contradict each other, or None."""
    if expiry is None:
        return errors.RuleBroken(reason="no-expiry") if warning is not None or grace is not None else None
    dates = (("starts", starts), ("warning", warning), ("expiry", expiry), ("grace", grace))
    for (earlier, before), (later, after) in pairwise([(name, day) for name, day in dates if day is not None]):
        if before > after:
            return errors.RuleBroken(reason="dates", earlier=earlier, later=later)
    return None
