"""Who has a license, a page at a time: the users or sites, since when, and through what."""

from collections.abc import Sequence
from typing import NamedTuple

from licensekit.entitlements import lapsed, resolve
from licensekit.entitlements.login import UserFacts
from licensekit.installation.user_list import UserFilter, page_of_users
from licensekit.state import slots
from licensekit.state.loading import ReadTransaction
from licensekit.state.users import SiteFacts, all_sites
from licensekit.wire.documents import Kind


class LicenseHolder(NamedTuple):
    """A user or site that has a license."""

    facts: UserFacts | SiteFacts
    since: int | None
    """The day of the assignment that gives it, in days since 1970; None: it is not known."""
    through: tuple[str, ...]
    """What is assigned and includes it; empty where it is assigned itself."""
    lapsed: bool
    """Whether no assignment of it gives all that it could."""


def page_of_holders(
    read: ReadTransaction, code: str, *, after: str = "", limit: int = 25
) -> tuple[tuple[LicenseHolder, ...], str]:
    """Look up who has a license by assignment, of itself or of what includes it; of one that limits sites, satellites.

    Of a license that everybody has: who is assigned it. Returns some of them, by id, and the `after` of the next page,
    if there is one. A page costs the same however many users there are, as that of `Users.page` does.

    Raises:
        UnknownCode: no catalog has it.
        WrongKind: it is a system license, which nobody holds.
    """
    granted = read.state().entitlements
    license_ = granted.licenses[name := resolve(granted, code, (Kind.USER, Kind.SITE))]
    kind, held = license_.kind, slots.SATELLITE if license_.limits_sites else name
    found: Sequence[UserFacts | SiteFacts]
    givers = (held, *(one for one, inner in granted.closure.items() if name in inner))
    if kind is Kind.USER:
        wanted = UserFilter(license=name) if granted.everyone.get(name) else UserFilter(holding=name)
        users = page_of_users(read, wanted, after=after, limit=limit)
        found, following = [user for user, _ in users.users], users.after
    else:
        satellites, sites = license_.limits_sites, sorted(all_sites(read.connection), key=lambda site: site.id)
        has = (one for one in sites if (not one.central if satellites else set(givers) & set(one.licenses)))
        rest = [one for one in has if one.id > after]
        found, following = rest[:limit], rest[limit - 1].id if len(rest) > limit else ""
    days = slots.days_since(read.connection, kind, givers, [one.id for one in found])

    def holder(facts: UserFacts | SiteFacts) -> LicenseHolder:
        through = () if name in facts.licenses else tuple(one for one in facts.licenses if one in givers)
        giving = {*(through or (name,))}
        return LicenseHolder(facts, days.get(facts.id), through, giving <= {*lapsed(granted, kind, facts.holdings)})

    return tuple(map(holder, found)), following
