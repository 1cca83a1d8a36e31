"""The access of users and sites by their assignments, and why (`docs/evaluation.md`: Access; Counts and surplus)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from licensekit.access import Access
from licensekit.entitlements import messages
from licensekit.entitlements.amounts import Grant, access_of, total_of
from licensekit.entitlements.evaluation import Entitlements, full_with, grants_of
from licensekit.entitlements.messages import About, BeyondSold
from licensekit.entitlements.questions import is_absent, where_to_buy
from licensekit.entitlements.states import BundleState
from licensekit.errors import Message, NotEntitled, denial_reason
from licensekit.wire.documents import Kind, MeterPeriod, spread
from licensekit.wire.plain import plain_fields

NO_SLOT: Final = 0  # no slot, which grants nothing
Served = tuple[tuple[str, Access], ...]  # assigned licenses, each with the access that its assignment gives


class Holding(NamedTuple):
    """A license that a user or site holds by assignment."""

    license: str
    slot: int  # its number among the assignments of the license, from 1, or `NO_SLOT`
    satellite: int | None = None  # the slot of the site among the satellites; None if it is not a satellite


def held_access(
    entitlements: Entitlements, holdings: Iterable[Holding], site_holdings: Iterable[Holding] = ()
) -> dict[str, Access]:
    """Return the access of a holder, at a site with `site_holdings`, to every license of every catalog."""
    return access_with(entitlements, served_with(entitlements, holdings, site_holdings))


def served_with(entitlements: Entitlements, holdings: Iterable[Holding], site_holdings: Iterable[Holding]) -> Served:
    """Return the access that each assignment of a user, and of a site, gives."""
    return (
        *((one.license, access_by(entitlements, Kind.USER, one)) for one in holdings),
        *((one.license, access_by(entitlements, Kind.SITE, one)) for one in site_holdings),
    )


def access_by(entitlements: Entitlements, kind: Kind, holding: Holding) -> Access:
    """Return the access that an assignment to a user or site gives, by its slot alone."""
    if (license_ := entitlements.licenses.get(holding.license)) is None or license_.kind is not kind:
        return Access.NONE
    cap = access_of(entitlements.tiers[holding.license], holding.slot - 1)
    if holding.satellite is None:
        return cap
    # Satellites beyond the licensed number of sites get nothing.
    limiting = (code for code, one in entitlements.licenses.items() if one.limits_sites and one.kind is Kind.SITE)
    caps = [access_of(entitlements.tiers[code], holding.satellite - 1) for code in limiting]
    return min(cap, max(caps, default=Access.FULL))


def lapsed(entitlements: Entitlements, kind: Kind, holdings: Iterable[Holding]) -> tuple[str, ...]:
    """Return the assigned licenses that give less than full access."""
    return tuple(one.license for one in holdings if access_by(entitlements, kind, one) < Access.FULL)


def access_with(entitlements: Entitlements, served: Served) -> dict[str, Access]:
    """Return the access to every license, as `held_access`, from what the assignments give."""
    access = dict.fromkeys(entitlements.licenses, Access.NONE)
    access.update(entitlements.every_site)
    access.update(entitlements.everyone)
    for assigned, cap in served:
        for code in (assigned, *entitlements.closure.get(assigned, ())):
            if cap > access.get(code, Access.NONE):
                access[code] = cap
    for code, level in entitlements.present.items():
        if (complete := full_with(entitlements, code)) is not None:
            held = entitlements.present.get(complete, access.get(complete))
            level = min(level, Access.FULL if held is Access.FULL else Access.READ)  # noqa: PLW2901  # narrows it
        access[code] = level
    return access


def beyond_sold(
    entitlements: Entitlements, holdings: Iterable[Holding], code: str, kind: Kind = Kind.USER
) -> BeyondSold | None:
    """Return why the assignment that should give a license gives nothing; None without one, or if none is sold."""
    for one in holdings:
        if (license_ := entitlements.licenses.get(one.license)) is None or license_.kind is not kind:
            continue
        gives = code in (one.license, *entitlements.closure[one.license])
        tiers = entitlements.tiers[one.license]
        total = total_of(tier.amount for tier in tiers)
        if not gives or total == 0 or access_by(entitlements, kind, one):
            continue
        slot = one.slot
        reason: Literal["slot", "no-slot", "satellite"] = "slot" if slot else "no-slot"
        if access_of(tiers, slot - 1) and one.satellite is not None:
            slot, reason = one.satellite, "satellite"
        return BeyondSold(reason=reason, license=one.license, slot=slot, total=total or 0)
    return None


class Explanation(NamedTuple):
    """A bundle that grants a license, or would grant it if it were in force."""

    bundle: str
    """Serial, part and sequence."""
    identity: str
    """The identity of the bundle, in hex."""
    issuer: str
    state: BundleState
    access: Access
    """The most access that it gives."""
    amount: int | None
    """The count in the bundle; None is unrestricted."""
    via: str | None
    """The license through which it is given; None if the bundle names it itself."""
    successor: bool = False
    """Whether it replaced `via` or a license that `via` gives, instead of being included."""
    per: MeterPeriod | None = None
    """When the count of a meter is renewed."""
    starts: int | None = None
    """The first day of the bundle, in days since 1970; None for the day of its issue."""
    expiry: int | None = None
    """The last day of its term; None if it is perpetual."""

    def plain(self) -> dict[str, Any]:
        """Return the explanation as plain JSON values."""
        return plain_fields(self, " ".join(self._fields))


class Given(NamedTuple):
    """A license that a user has, and how."""

    license: str
    access: Access
    assigned: bool
    through: tuple[str, ...]
    """The assigned licenses that include it; empty, if it is not assigned either, because everybody has it."""
    why: About | None = None
    """Why it gives less than full access."""

    @property
    def origins(self) -> tuple[str, ...]:
        """How the user has it: `assigned`, the licenses that include it, or `installation`."""
        return ("assigned",) if self.assigned else self.through or ("installation",)


def explain(entitlements: Entitlements, code: str) -> tuple[Explanation, ...]:
    """Return every bundle, in force or waiting, that grants a license, first those that name it."""
    licenses, beside = entitlements.licenses, entitlements.trust_store.beside
    included = {name: frozenset(beside(name, one.includes)) for name, one in licenses.items()}
    return tuple(
        Explanation(
            *(part.label, part.verified.identity.hex(), part.bundle.issuer, part.state, part.cap),
            amount=None if via else amount,
            via=via,
            successor=via is not None and code not in spread([via], included),
            per=licenses[code].per,
            starts=part.bundle.starts,
            expiry=part.bundle.expiry,
        )
        for (part, amount), via in _sources(entitlements, code)
    )


def _sources(entitlements: Entitlements, code: str) -> list[tuple[Grant, str | None]]:
    """Return the grants of a license, each with the license that includes it, if any; waiting bundles come last."""
    to_come, _ = grants_of(entitlements.trust_store, entitlements.waiting, entitlements.licenses)
    named = (None, *(other for other, inner in entitlements.closure.items() if code in inner))
    pairs = [(grants.get(via or code, ()), via) for grants in (entitlements.grants, to_come) for via in named]
    return [(grant, via) for every, via in pairs for grant in every]


def why_not(entitlements: Entitlements, code: str) -> messages.WhyNot:
    """Return why a license gives less than full access."""
    if is_absent(entitlements, code):
        return messages.IssuerAbsent(issuer=entitlements.trust_store.issuer_of(code))
    if code not in entitlements.licenses:
        return messages.NotInCatalog()
    if (complete := full_with(entitlements, code)) is not None and entitlements.present.get(code) is Access.FULL:
        return messages.FullWithAnother(license=complete)
    if (idle := _not_in_force(entitlements, code)) is not None:
        return idle
    givers = sorted({via for _, via in _sources(entitlements, code) if via is not None})
    return messages.OnlyIncluded(included_in=tuple(givers)) if givers else messages.NoBundleGrants()


def _not_in_force(entitlements: Entitlements, code: str) -> messages.BundleNotInForce | None:
    parts = (grant.part for grant, _ in _sources(entitlements, code))
    return next((messages.BundleNotInForce(reason=p.state.value, bundle=p.name) for p in parts if not p.works), None)


def not_entitled(entitlements: Entitlements, code: str, why: Message | None = None, holder: str = "") -> NotEntitled:
    """Return the error for a license that is not granted to the installation or to a `holder`; default: `why_not`."""
    if why is None:
        why = why_not(entitlements, entitlements.trust_store.qualify(entitlements.trust_store.issuer, code))
    buy = where_to_buy(entitlements, code)
    return NotEntitled(reason=denial_reason(why), license=code, why=why, holder=holder, buy_url=buy)


def why_not_held(entitlements: Entitlements, holdings: Sequence[Holding], code: str, kind: Kind, holder: str) -> About:
    """Return why a license gives less than full access to a known user or site."""
    if (license_ := entitlements.licenses.get(code)) is None or license_.kind is Kind.SYSTEM:
        return why_not(entitlements, code)
    givers = {code, *(one for one, inner in entitlements.closure.items() if code in inner)}
    held = next((one.license for one in holdings if one.license in givers), None)
    if held is None:
        is_sold = any(entitlements.tiers.get(one) for one in givers)
        return messages.NotGrantedTo(holder=holder) if is_sold else why_not(entitlements, code)
    if not entitlements.tiers.get(held):
        return why_not(entitlements, held)
    beyond = beyond_sold(entitlements, holdings, code, kind)
    return beyond or _not_in_force(entitlements, held) or messages.NotGrantedTo(holder=holder)


def given(
    entitlements: Entitlements, holdings: Sequence[Holding], access: Mapping[str, Access], user: str
) -> tuple[Given, ...]:
    """Return how a user has each license; `access` is what `held_access` returns."""
    own = {code for one in holdings for code in (one.license, *entitlements.closure.get(one.license, ()))}
    shown = [(code, level) for code, level in access.items() if level or code in own]
    found = (given_of(entitlements, holdings, *one, kind=Kind.USER, holder=user) for one in shown)
    return tuple(sorted(found, key=lambda one: (not one.assigned, not one.through, one.license)))


def given_of(
    entitlements: Entitlements, holdings: Sequence[Holding], code: str, access: Access, *, kind: Kind, holder: str
) -> Given:
    """Return how a user or a site has a license, or would have it."""
    codes = [holding.license for holding in holdings]
    through = tuple(one for one in codes if code in entitlements.closure.get(one, ()))
    why = None if access is Access.FULL else why_not_held(entitlements, holdings, code, kind, holder)
    return Given(code, access, code in codes, through, why)
