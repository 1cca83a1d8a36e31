"""Catalogs: the licenses and settings that can be sold, and what they mean."""

from collections.abc import Hashable, Iterable, Mapping
from enum import IntEnum
from functools import cached_property
from typing import Annotated, Final, TypeVar

from msgspec import Meta

from licensekit import errors, limits
from licensekit.wire.documents import fields
from licensekit.wire.documents.bundle import Counts, Kind, Settings

N = TypeVar("N", bound=Hashable)
UPDATE: Final = "update"  # the purpose of the address of the newest license files


class SeatKind(IntEnum):
    """How a user license is counted: by assigned users, or by users who work at the same time."""

    NAMED = 0
    CONCURRENT = 1


class UserKind(IntEnum):
    """The kind of a user; an associate is internal."""

    ASSOCIATE = 0
    EXTERNAL = 1
    SYSTEM = 2
    ANONYMOUS = 3


class MeterPeriod(IntEnum):
    """The time after which a meter's quantity is renewed."""

    DAY = 0
    MONTH = 1
    YEAR = 2
    TERM = 3  # the term of the bundle that grants it


class SettingType(IntEnum):
    """The type of a setting."""

    TEXT = 0
    NUMBER = 1
    BOOLEAN = 2


class Combine(IntEnum):
    """How the values that several parts sell for one setting are combined."""

    LATEST = 0  # the value of the bundle issued last
    SUM = 1
    MOST = 2


class License(fields.Document, frozen=True):
    """A license that can be sold, and what it means."""

    kind: Kind
    name: fields.Name
    description: fields.Text
    plan: bool  # a user holds at most one plan of each issuer
    hidden: bool  # whether it is not offered for assignment; it is still checked
    full_with: fields.QualifiedCode | None  # the user license that gives full access; without it, this one is read-only
    includes: Annotated[list[fields.Code], Meta(max_length=limits.INCLUDES)]
    requires: Annotated[list[fields.QualifiedCode], Meta(max_length=limits.INCLUDES)]
    seats: SeatKind
    limits_sites: bool  # whether its count limits the number of sites besides the central one
    quantity: fields.Name | None  # the unit in which a system license is sold (`GB`), or None
    per: MeterPeriod | None  # when the quantity is renewed; None if it is not used up
    replaced_by: fields.Code | None  # the license that replaced it: its holders have that one as well
    names: Annotated[dict[fields.Code, fields.Name], Meta(max_length=limits.LANGUAGES)]
    """Language (BCP 47, in lower case) to its name in that language."""

    def __post_init__(self) -> None:
        fields.require_codes([*self.includes, *self.names, *([] if self.replaced_by is None else [self.replaced_by])])
        fields.require_qualified([*self.requires, *([] if self.full_with is None else [self.full_with])])
        fields.require_ascending(self.includes, self.requires)
        fields.require_texts([self.name, self.description, self.quantity, *self.names.values()])
        if self.per is not None and self.quantity is None:
            raise fields.RefusedField(errors.RuleBroken(reason="meter-without-quantity"))

    @property
    def gives(self) -> list[str]:
        """The licenses that its holder has as well: those that it includes, and the one that replaced it."""
        return self.includes if self.replaced_by is None else [*self.includes, self.replaced_by]


class LoginRule(fields.Document, frozen=True):
    """Who may log in, in one way."""

    all: Annotated[list[fields.QualifiedCode], Meta(min_length=1, max_length=limits.INCLUDES)]
    """The required licenses: the installation must have the system licenses, and the user must hold the others."""
    users: Annotated[list[UserKind], Meta(min_length=1, max_length=len(UserKind))]  # who may log in this way

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
    """A setting that can be sold: its valid values, and how those of several parts are combined."""

    type: SettingType
    name: fields.Name
    lowest: fields.Integer | None
    highest: fields.Integer | None
    choices: Annotated[list[fields.Text], Meta(max_length=limits.CHOICES)]  # the valid texts; empty for any
    default: fields.Value | None  # the value if none was sold
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
        """Return whether this setting can have `value`."""
        if isinstance(value, bool):
            return self.type is SettingType.BOOLEAN
        if isinstance(value, str):
            return self.type is SettingType.TEXT and (not self.choices or value in self.choices)
        is_within = (self.lowest is None or self.lowest <= value) and (self.highest is None or value <= self.highest)
        return self.type is SettingType.NUMBER and is_within


class Catalog(fields.Document, frozen=True, dict=True):  # with a dict for the cached property
    """Everything that an issuer can sell for a product."""

    issuer: fields.Code
    product: fields.Code
    root_version: fields.Version  # of the root in force; catalogs are ordered by this and the next two
    trust_version: fields.Version
    version: fields.Version
    issued: fields.Seconds
    names: Annotated[dict[fields.Code, fields.Name], Meta(max_length=limits.URLS)]  # of `issuer` and `product`
    urls: Annotated[dict[fields.Code, fields.Text], Meta(max_length=limits.URLS)]  # purpose to address: `buy`, `update`
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
        _ = self.closure  # raises if it is too large

    @cached_property
    def closure(self) -> Mapping[str, frozenset[str]]:
        """All that each license gives its holder, directly or indirectly."""
        return closure_of({code: license_.gives for code, license_ in self.licenses.items()})

    def reached(self, codes: Iterable[str]) -> set[str]:
        """Return those of `codes` that are licenses here, and all that they give, directly or indirectly."""
        found = self.closure.keys() & codes
        return found.union(*[self.closure[code] for code in found])


def closure_of(gives: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Return all that each license gives its holder, directly or indirectly, without the license itself.

    `gives` is code to `License.gives`. Codes without an entry are left out. Circles are tolerated, though no valid
    catalog has one. Raises `RefusedField` for more pairs than `limits.CLOSURE`.
    """
    direct = {code: frozenset(one for one in given if one in gives and one != code) for code, given in gives.items()}
    pairs = sum(map(len, direct.values()))
    found: dict[str, frozenset[str]] = {}
    for code, given in direct.items():
        if pairs > limits.CLOSURE:  # bounds the cost of an untrusted catalog
            break
        found[code] = frozenset(spread(given, direct) - {code})
        pairs += len(found[code]) - len(given)
    if pairs > limits.CLOSURE:
        raise fields.RefusedField(errors.RuleBroken(reason="closure", most=limits.CLOSURE))
    return found


def spread(start: Iterable[N], edges: Mapping[N, frozenset[N]]) -> set[N]:
    """Return the nodes of `start` and all that they lead to; only keys of `edges` are nodes."""
    found = set(start)
    waiting = list(found)
    while waiting:
        new = edges.get(waiting.pop(), frozenset[N]()) - found
        found |= new
        waiting += new
    return found & edges.keys()


def qualified(code: str, issuer: str, home: str) -> str:
    """Qualify a code that `issuer` writes with its issuer, unless that is `home`."""
    owner, _, bare = code.rpartition(".")
    owner = owner or issuer
    return bare if owner == home else f"{owner}.{bare}"
