"""What can be sold: the catalog that says what may be in bundles, and what it means."""

from collections.abc import Hashable, Iterable, Mapping
from enum import IntEnum
from functools import cached_property
from typing import Annotated, Final, TypeVar

from msgspec import Meta

from licensekit import errors, limits
from licensekit.wire.documents import fields
from licensekit.wire.documents.bundle import Counts, Kind, Settings

N = TypeVar("N", bound=Hashable)
UPDATE: Final = "update"
"""The purpose of the address under which the newest license files lie."""


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


class MeterPeriod(IntEnum):
    """The time after which a quantity that was used up is there again."""

    DAY = 0
    MONTH = 1
    YEAR = 2
    TERM = 3
    """The term of the bundle that grants it."""


class SettingType(IntEnum):
    """What a setting is."""

    TEXT = 0
    NUMBER = 1
    BOOLEAN = 2


class Combine(IntEnum):
    """What the values that several parts sell of one setting make together."""

    LATEST = 0
    """The value of the bundle that was issued last."""
    SUM = 1
    MOST = 2


class License(fields.Document, frozen=True):
    """One license that can be sold, and what it means."""

    kind: Kind
    name: fields.Name
    description: fields.Text
    plan: bool
    """A user holds at most one plan of each issuer."""
    hidden: bool
    """Not shown for assignment; still checked."""
    full_with: fields.QualifiedCode | None
    """Present alone, the license is read; with this user license it is full."""
    includes: Annotated[list[fields.Code], Meta(max_length=limits.INCLUDES)]
    requires: Annotated[list[fields.QualifiedCode], Meta(max_length=limits.INCLUDES)]
    seats: SeatKind
    limits_sites: bool
    """The count limits how many sites there are besides the central one."""
    quantity: fields.Name | None
    """The unit that a system license is sold in (`GB`), or nothing."""
    per: MeterPeriod | None
    """The time after which the quantity is there again; None: it is not used up."""
    replaced_by: fields.Code | None
    """The license that took its place: who holds this one has that one as well."""
    names: Annotated[dict[fields.Code, fields.Name], Meta(max_length=limits.LANGUAGES)]
    """Language (BCP 47, in lower case) to its name there."""

    def __post_init__(self) -> None:
        fields.require_codes([*self.includes, *self.names, *([] if self.replaced_by is None else [self.replaced_by])])
        fields.require_qualified([*self.requires, *([] if self.full_with is None else [self.full_with])])
        fields.require_ascending(self.includes, self.requires)
        fields.require_texts([self.name, self.description, self.quantity, *self.names.values()])
        if self.per is not None and self.quantity is None:
            raise fields.RefusedField(errors.RuleBroken(reason="meter-without-quantity"))

    @property
    def gives(self) -> list[str]:
        """The licenses that its holder has as well: what it includes, and what took its place."""
        return self.includes if self.replaced_by is None else [*self.includes, self.replaced_by]


class LoginRule(fields.Document, frozen=True):
    """Who may log in by one way."""

    all: Annotated[list[fields.QualifiedCode], Meta(min_length=1, max_length=limits.INCLUDES)]
    """The licenses that must all be there: system licenses present, user licenses held."""
    users: Annotated[list[UserKind], Meta(min_length=1, max_length=len(UserKind))]
    """The kinds of users that may come this way."""

    def __post_init__(self) -> None:
        fields.require_qualified(self.all)
        fields.require_ascending(self.all, self.users)


class Edition(fields.Document, frozen=True):
    """A template for orders: what a named edition contains."""

    name: fields.Name
    system: Counts
    sites: Counts
    users: Counts
    settings: Settings

    def __post_init__(self) -> None:
        fields.require_codes([*self.system, *self.sites, *self.users, *self.settings])
        fields.require_texts([self.name, *self.settings.values()])


class Setting(fields.Document, frozen=True):
    """A setting that can be sold: which values fit it, and what several parts make of theirs."""

    type: SettingType
    name: fields.Name
    lowest: fields.Integer | None
    highest: fields.Integer | None
    choices: Annotated[list[fields.Text], Meta(max_length=limits.CHOICES)]
    """The texts that fit; empty: any."""
    default: fields.Value | None
    """What counts where nothing was sold."""
    combine: Combine

    def __post_init__(self) -> None:
        fields.require_texts([self.name, *self.choices, self.default])
        fields.require_ascending(self.choices)
        is_plain = (self.lowest, self.highest, self.combine) == (None, None, Combine.LATEST)
        if self.type is not SettingType.NUMBER and not is_plain:
            raise fields.RefusedField(errors.RuleBroken(reason="setting-not-number"))
        if self.type is not SettingType.TEXT and self.choices:
            raise fields.RefusedField(errors.RuleBroken(reason="setting-not-text"))
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise fields.RefusedField(errors.RuleBroken(reason="setting-bounds"))
        if self.default is not None and not self.fits(self.default):
            raise fields.RefusedField(errors.RuleBroken(reason="setting-default"))

    def fits(self, value: str | int | bool) -> bool:  # noqa: FBT001  # a value that was sold
        """Return whether `value` is one that this setting can have."""
        if isinstance(value, bool):
            return self.type is SettingType.BOOLEAN
        if isinstance(value, str):
            return self.type is SettingType.TEXT and (not self.choices or value in self.choices)
        is_within = (self.lowest is None or self.lowest <= value) and (self.highest is None or value <= self.highest)
        return self.type is SettingType.NUMBER and is_within


class Catalog(fields.Document, frozen=True, dict=True):  # with a dict, which keeps what was worked out
    """Everything that an issuer can sell for a product."""

    issuer: fields.Code
    product: fields.Code
    root_version: fields.Version
    """The root in force when it was signed; catalogs are ordered by it, then by trust version, then by version."""
    trust_version: fields.Version
    version: fields.Version
    issued: fields.Seconds
    names: Annotated[dict[fields.Code, fields.Name], Meta(max_length=limits.URLS)]
    """`issuer` and `product` to the names that people read."""
    urls: Annotated[dict[fields.Code, fields.Text], Meta(max_length=limits.URLS)]
    """Purpose to address: `buy`, `update`."""
    licenses: Annotated[dict[fields.Code, License], Meta(max_length=limits.LICENSES)]
    settings: Annotated[dict[fields.Code, Setting], Meta(max_length=limits.SETTINGS)]
    access: Annotated[dict[fields.Code, LoginRule], Meta(max_length=limits.URLS)]
    editions: Annotated[dict[fields.Code, Edition], Meta(max_length=limits.EDITIONS)]
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_codes([self.issuer, self.product, *self.names, *self.urls])
        fields.require_codes([*self.licenses, *self.settings, *self.access, *self.editions])
        fields.require_texts([*self.names.values(), *self.urls.values()])
        fields.require_extensions(self.extensions)
        self.closure()

    def closure(self) -> Mapping[str, frozenset[str]]:
        """Return, for each license, all that it gives its holder, directly or not; raises as `closure_of`."""
        return self._closure

    def reached(self, codes: Iterable[str]) -> set[str]:
        """Return those of `codes` that are licenses here, and all that they give, directly or not."""
        closure = self._closure
        found = closure.keys() & codes
        return found.union(*[closure[code] for code in found])

    @cached_property
    def _closure(self) -> Mapping[str, frozenset[str]]:
        return closure_of({code: license_.gives for code, license_ in self.licenses.items()})


def closure_of(gives: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Return, for each license, all that its holder has through it, directly or not; a license is never in its own set.

    `gives` is code to `License.gives`. A code that has no entry is left out: absent is not granted. A circle, which no
    sound catalog has, ends where it began. Raises `RefusedField` for more pairs than `limits.CLOSURE`.
    """
    direct = {code: frozenset(one for one in given if one in gives and one != code) for code, given in gives.items()}
    pairs = sum(map(len, direct.values()))
    found: dict[str, frozenset[str]] = {}
    for code, given in direct.items():
        if pairs > limits.CLOSURE:  # a catalog of a stranger must not cost more
            break
        found[code] = frozenset(spread(given, direct) - {code})
        pairs += len(found[code]) - len(given)
    if pairs > limits.CLOSURE:
        raise fields.RefusedField(errors.RuleBroken(reason="closure", most=limits.CLOSURE))
    return found


def spread(start: Iterable[N], edges: Mapping[N, frozenset[N]]) -> set[N]:
    """Return the nodes among `start`, and all nodes that they lead to; a node is what has an entry in `edges`."""
    found = set(start)
    waiting = list(found)
    while waiting:
        new = edges.get(waiting.pop(), frozenset[N]()) - found
        found |= new
        waiting += new
    return found & edges.keys()


def qualified(code: str, issuer: str, home: str) -> str:
    """Return how a code that `issuer` writes is called where the codes of `home` are bare."""
    owner, _, bare = code.rpartition(".")
    owner = owner or issuer
    return bare if owner == home else f"{owner}.{bare}"
