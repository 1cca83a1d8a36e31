"""What is sold: bundles, and the catalog that says what can be in them.

`docs/format.md` gives every field with its type, unit and bound, in the order given here.
"""

from enum import IntEnum
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from licensekit import limits
from licensekit.errors.format import RuleBroken
from licensekit.wire.documents.fields import (
    Code,
    Count,
    Days,
    Digest,
    Document,
    Extensions,
    FactHash,
    Hours,
    Name,
    QualifiedCode,
    RefusedField,
    Seconds,
    Serial,
    Text,
    Value,
    Version,
    require_ascending,
    require_codes,
    require_extensions,
    require_qualified,
    require_serials,
    require_texts,
)


class Kind(IntEnum):
    """Whom a license is for: the installation, a site, a user."""

    SYSTEM = 0
    SITE = 1
    USER = 2

    @property
    def plural(self) -> str:
        """The word for this kind in orders and bundles: `system`, `sites`, `users`."""
        return ("system", "sites", "users")[self]


class Use(IntEnum):
    """What a bundle is for."""

    PRODUCTION = 0
    TRIAL = 1
    DEMO = 2


class AfterGrace(IntEnum):
    """What happens when grace has passed."""

    READ_ONLY = 0
    BLOCK = 1
    ADVISORY = 2


class SeatKind(IntEnum):
    """How a user license counts: assigned users, or users at work at one time."""

    NAMED = 0
    CONCURRENT = 1


class UserKind(IntEnum):
    """Who a user is: internal, or one of the others."""

    ASSOCIATE = 0
    EXTERNAL = 1
    SYSTEM = 2
    ANONYMOUS = 3


class Binding(Document, frozen=True):
    """The installation that a bundle is for: its key, and/or at least k of its machine facts."""

    installation: Digest | None
    """SHA-256 of the installation's public key."""
    needed: Annotated[int, Meta(ge=0, le=limits.FACTS)]
    """How many of `facts` must match (k of n)."""
    facts: Annotated[dict[Code, FactHash], Meta(max_length=limits.FACTS)]
    """Fact name to its keyed hash."""

    def __post_init__(self) -> None:
        require_codes(self.facts)
        if self.needed > len(self.facts) or (self.facts and not self.needed):
            raise RefusedField(RuleBroken(reason="binding-facts"))
        if self.installation is None and not self.facts:
            raise RefusedField(RuleBroken(reason="binding-nobody"))


Counts = Annotated[dict[Code, Count | None], Meta(max_length=limits.LICENSES)]
"""License code to count; None is unrestricted."""
Values = Annotated[dict[Code, Value], Meta(max_length=limits.VALUES)]
"""Setting code to what was sold."""


class Bundle(Document, frozen=True):
    """What one file grants to one company."""

    issuer: Code
    product: Code
    serial: Serial
    part: Code
    """`base`, or the name of an add-on."""
    sequence: Version
    replaces: Serial | None
    """The serial that this one takes the place of (trial to bought, a merger)."""
    company: Name
    use: Use
    issued: Seconds
    starts: Days | None
    warning: Days | None
    expiry: Days | None
    grace: Days | None
    maintenance: Days | None
    next_check: Days | None
    system: Counts
    """Count 1, or the quantity in the license's unit."""
    sites: Counts
    users: Counts
    values: Values
    binding: Binding | None
    after_grace: AfterGrace
    offline_hours: Hours
    """How long a lost database may be lived through."""
    borrow_hours: Hours
    """The longest time for which a concurrent seat may be taken along."""
    extensions: Extensions

    def __post_init__(self) -> None:
        require_codes(
            [
                self.issuer,
                self.product,
                self.part,
                *self.system,
                *self.sites,
                *self.users,
                *self.values,
            ]
        )
        require_serials([self.serial] if self.replaces is None else [self.serial, self.replaces])
        require_texts([self.company, *self.values.values()])
        require_extensions(self.extensions)
        if self.replaces == self.serial:
            raise RefusedField(RuleBroken(reason="replaces-itself"))
        if fault := order_of_dates_fault(self.starts, self.warning, self.expiry, self.grace):
            raise RefusedField(fault)

    def counts(self, kind: Kind) -> dict[str, int | None]:
        """Return license code to count of one kind; None is unrestricted."""
        return (self.system, self.sites, self.users)[kind]

    @property
    def last_day(self) -> int | None:
        """The last day on which it works, grace included; None: it never ends.

        A bundle that only advises after grace never ends.
        """
        if self.after_grace is AfterGrace.ADVISORY:
            return None
        return self.expiry if self.grace is None else self.grace


def order_of_dates_fault(
    starts: int | None, warning: int | None, expiry: int | None, grace: int | None
) -> RuleBroken | None:
    """Return why these dates contradict each other, or None. All are days since 1970 or nothing."""
    if expiry is None:
        needs_expiry = warning is not None or grace is not None
        return RuleBroken(reason="no-expiry") if needs_expiry else None
    if _ascend(starts, warning, expiry, grace):
        return None
    dates = [
        ("starts", starts),
        ("warning", warning),
        ("expiry", expiry),
        ("grace", grace),
    ]
    present = [(name, day) for name, day in dates if day is not None]
    for (earlier, first), (later, second) in pairwise(present):
        if first > second:
            return RuleBroken(reason="dates", earlier=earlier, later=later)
    return None


def _ascend(*days: int | None) -> bool:
    """Return whether no day is before an earlier one; those that are not there do not count."""
    last = 0
    for day in days:
        if day is not None:
            if day < last:
                return False
            last = day
    return True


class License(Document, frozen=True):
    """One license that can be sold, and what it means."""

    kind: Kind
    name: Name
    description: Text
    plan: bool
    """A user holds at most one plan."""
    hidden: bool
    """Not shown for assignment; still checked."""
    full_with: QualifiedCode | None
    """Present alone, the license is read; with this user license it is full."""
    includes: Annotated[list[Code], Meta(max_length=limits.INCLUDES)]
    requires: Annotated[list[QualifiedCode], Meta(max_length=limits.INCLUDES)]
    seats: SeatKind
    limits_sites: bool
    """The count limits how many sites there are besides the central one."""
    quantity: Name | None
    """The unit that a system license is sold in (`GB`), or nothing."""

    def __post_init__(self) -> None:
        require_codes(self.includes)
        require_qualified(self.requires)
        require_ascending(self.includes)
        require_ascending(self.requires)
        if self.full_with is not None:
            require_qualified([self.full_with])
        require_texts([self.name, self.description, self.quantity])


class LoginRule(Document, frozen=True):
    """Who may log in by one way."""

    all: Annotated[list[QualifiedCode], Meta(min_length=1, max_length=limits.INCLUDES)]
    """The licenses that must all be there: system licenses present, user licenses held."""
    users: Annotated[list[UserKind], Meta(min_length=1, max_length=len(UserKind))]
    """The kinds of users that may come this way."""

    def __post_init__(self) -> None:
        require_qualified(self.all)
        require_ascending(self.all)
        require_ascending(self.users)


class Edition(Document, frozen=True):
    """A template for orders: what a named edition contains."""

    name: Name
    system: Counts
    sites: Counts
    users: Counts
    values: Values

    def __post_init__(self) -> None:
        require_codes([*self.system, *self.sites, *self.users, *self.values])
        require_texts([self.name, *self.values.values()])


class Catalog(Document, frozen=True):
    """Everything that an issuer can sell for a product."""

    issuer: Code
    product: Code
    version: Version
    issued: Seconds
    names: Annotated[dict[Code, Name], Meta(max_length=limits.URLS)]
    """`issuer` and `product` to the names that people read."""
    urls: Annotated[dict[Code, Text], Meta(max_length=limits.URLS)]
    """Purpose to address: `buy`."""
    licenses: Annotated[dict[Code, License], Meta(max_length=limits.LICENSES)]
    access: Annotated[dict[Code, LoginRule], Meta(max_length=limits.URLS)]
    editions: Annotated[dict[Code, Edition], Meta(max_length=limits.EDITIONS)]
    extensions: Extensions

    def __post_init__(self) -> None:
        require_codes([self.issuer, self.product, *self.names, *self.urls])
        require_codes([*self.licenses, *self.access, *self.editions])
        require_texts([*self.names.values(), *self.urls.values()])
        require_extensions(self.extensions)
