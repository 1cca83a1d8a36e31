"""Licenses of which fewer would be left than are assigned, and who holds them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, LiteralString, NamedTuple

from licensekit.database import Connection
from licensekit.entitlements import Entitlements
from licensekit.errors import BelowUse
from licensekit.wire.documents import Kind, SeatKind

HOLDERS: Final = 1000
"""How many holders a deficit names at most."""
_NAMED: Final = 5
"""How many of them a message names."""

_HOLDERS: Final[Mapping[Kind, LiteralString]] = {
    Kind.USER: "SELECT user_id FROM user_licenses WHERE license = ? ORDER BY number DESC LIMIT ?",
    Kind.SITE: "SELECT site_id FROM site_licenses WHERE license = ? ORDER BY number DESC LIMIT ?",
}
_SATELLITES: Final = "SELECT id FROM sites WHERE central = 0 ORDER BY id LIMIT ?"


class Deficit(NamedTuple):
    """A license of which fewer would be left than are assigned."""

    license: str
    kind: Kind
    in_use: int
    total: int
    holders: tuple[str, ...]
    """The users or sites that hold it, those who got it last first; at most `HOLDERS`."""

    @property
    def remove(self) -> int:
        """How many must be released before."""
        return self.in_use - self.total

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "license": self.license,
            "in_use": self.in_use,
            "total": self.total,
            "remove": self.remove,
            "holders": list(self.holders),
        }


def deficits_of(
    connection: Connection,
    before: Entitlements,
    after: Entitlements,
    in_use: Mapping[str, int],
) -> tuple[Deficit, ...]:
    """Return the licenses of which `after` has fewer than `before`, and fewer than are in use.

    Both are counted as sold, whatever has expired: what lapsed already is no reduction, and
    whoever buys again what lapsed must not find that it is refused. Concurrent seats stand in the
    way of nothing: what is held beyond the count is lost when it would be renewed.
    """
    found: list[Deficit] = []
    for code, used in sorted(in_use.items()):
        license_ = after.licenses.get(code)
        if license_ is not None and license_.seats is SeatKind.CONCURRENT:
            continue
        sold, was_sold = _sold(after, code), _sold(before, code)
        is_less = sold is not None and (was_sold is None or sold < was_sold)
        if sold is not None and is_less and used > sold:
            found.append(
                Deficit(
                    license=code,
                    kind=after.licenses[code].kind,
                    in_use=used,
                    total=sold,
                    holders=holders_of(connection, after, code),
                )
            )
    return tuple(found)


def below_use(deficits: Iterable[Deficit]) -> list[BelowUse]:
    """Return a reason against the activation for each deficit."""
    return [_below_use(one) for one in deficits]


def _below_use(deficit: Deficit) -> BelowUse:
    newest = deficit.holders[:_NAMED]
    others = max(0, deficit.in_use - len(newest))
    many: Literal["users", "sites"] = "users" if deficit.kind is Kind.USER else "sites"
    return BelowUse(
        reason=many if others else "few",
        license=deficit.license,
        in_use=deficit.in_use,
        total=deficit.total,
        remove=deficit.remove,
        holders=deficit.holders,
        newest=newest,
        others=others,
    )


def _sold(entitlements: Entitlements, code: str) -> int | None:
    amounts = [g.amount for g in entitlements.grants.get(code, ()) if g.via is None]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def holders_of(connection: Connection, entitlements: Entitlements, code: str) -> tuple[str, ...]:
    """Return who is assigned a license, users or sites, the newest first; at most `HOLDERS`."""
    license_ = entitlements.licenses[code]
    if license_.limits_sites:
        rows = connection.rows(_SATELLITES, HOLDERS)
    elif license_.kind is Kind.SYSTEM:
        rows = []
    else:
        rows = connection.rows(_HOLDERS[license_.kind], code, HOLDERS)
    return tuple(holder for (holder,) in rows)
