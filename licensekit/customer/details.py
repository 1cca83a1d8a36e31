"""Everything about one license: what it means, who granted it, who holds it, its history."""

from collections.abc import Iterator
from typing import NamedTuple

from licensekit.customer.deficits import HOLDERS, holders_of
from licensekit.customer.opened import Look
from licensekit.customer.records import BundleRecord, bundle_records
from licensekit.entitlements import (
    Entitlements,
    Explanation,
    LicenseRow,
    explain,
    resolve,
    rows,
    where_to_buy,
)
from licensekit.entitlements.evaluate import qualify
from licensekit.installation import leases
from licensekit.installation.grounding import verify_bundles
from licensekit.installation.state import at
from licensekit.pack import Ground
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, License, Seats


class LicenseDetails(NamedTuple):
    """Everything about one license."""

    row: LicenseRow
    license: License
    includes: tuple[str, ...]
    """All that it includes, directly or not."""
    required_by: tuple[str, ...]
    buy: str | None
    """The address at which its issuer sells more."""
    explanations: tuple[Explanation, ...]
    """Every bundle that grants it, in force or waiting."""
    holders: tuple[str, ...]
    """The users or sites that are assigned it, or who holds its seats; the newest first."""
    history: tuple[BundleRecord, ...]
    """Every bundle that was ever activated here and names it, the oldest first."""


def details_of(look: Look, code: str, now: int | None) -> LicenseDetails:
    """Give everything about a license, as it is or as it would be at `now`.

    Raises:
        UnknownLicense: no catalog has it.
    """
    state = look.state()
    if now is not None:
        state = at(state, now, clock=look.now)
    entitlements = state.entitlements
    name = resolve(entitlements, code)
    [row] = [row for row in rows(entitlements, state.in_use) if row.code == name]
    ground = entitlements.ground
    required_by = [
        other
        for other, license_ in entitlements.licenses.items()
        for required in license_.requires
        if qualify(ground, _issuer(ground.issuer, other), required) == name
    ]
    return LicenseDetails(
        row=row,
        license=entitlements.licenses[name],
        includes=tuple(sorted(entitlements.closure[name])),
        required_by=tuple(sorted(required_by)),
        buy=where_to_buy(entitlements, name),
        explanations=explain(entitlements, name),
        holders=_holders(look, entitlements, name),
        history=tuple(_history(look, ground, row.issuer, name.rpartition(".")[2])),
    )


def _holders(look: Look, entitlements: Entitlements, name: str) -> tuple[str, ...]:
    if entitlements.licenses[name].seats is Seats.CONCURRENT:
        now = leases.time_of(look.connection, look.now)
        return leases.holders(look.connection, name, now, HOLDERS)
    return holders_of(look.connection, entitlements, name)


def _issuer(vendor: str, code: str) -> str:
    return code.rpartition(".")[0] or vendor


def _history(look: Look, ground: Ground, issuer: str, bare: str) -> Iterator[BundleRecord]:
    """Look into every bundle that still verifies, whether or not it is active."""
    rows_ = look.connection.rows("SELECT frame FROM bundles WHERE issuer = ?", issuer)
    tokens = [armor.Token("bundle", data) for (data,) in rows_]
    verified, _ = verify_bundles(tokens, ground, look.now)
    naming = {one.identity for one in verified if _names(one.document, bare)}
    return (record for record in bundle_records(look.connection) if record.identity in naming)


def _names(bundle: Bundle, bare: str) -> bool:
    return any(bare in sold for sold in (bundle.system, bundle.sites, bundle.users))
