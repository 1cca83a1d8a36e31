"""Which licenses would be left with fewer than are assigned, and who holds them."""

from collections.abc import Iterable, Mapping
from typing import Final, LiteralString

from licensekit.database import Connection
from licensekit.entitlements import Entitlements
from licensekit.errors import BelowUse
from licensekit.installation.preview import Deficit
from licensekit.wire.documents import Kind, SeatKind

HOLDERS: Final = 1000
"""How many holders a deficit names at most."""

_HOLDERS: Final[Mapping[Kind, LiteralString]] = {
    Kind.USER: "SELECT user_id FROM user_licenses WHERE license = ? ORDER BY number DESC LIMIT ?",
    Kind.SITE: "SELECT site_id FROM site_licenses WHERE license = ? ORDER BY number DESC LIMIT ?",
}
_SATELLITES: Final = "SELECT id FROM sites WHERE central = 0 ORDER BY id LIMIT ?"


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
    return [
        BelowUse(
            f"{one.license}: {one.in_use} in use and {one.total} in the new license set",
            hint=f"release {one.remove} of those who hold it first: {_named(one)}",
            license=one.license,
            in_use=one.in_use,
            total=one.total,
            remove=one.remove,
            holders=one.holders,
        )
        for one in deficits
    ]


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


def _named(deficit: Deficit) -> str:
    shown = deficit.holders[:5]
    more = deficit.in_use - len(shown)
    if more <= 0:
        return ", ".join(shown)
    rest = f"users list --license {deficit.license}" if deficit.kind is Kind.USER else "sites list"
    return f"{', '.join(shown)} and {more} more: look at `{rest}`"
