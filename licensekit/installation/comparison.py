"""Licenses and settings before and after a license file, each as one row."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from licensekit.access import Access
from licensekit.dates import format_seconds
from licensekit.entitlements import Entitlements, rows
from licensekit.entitlements.settings import Value
from licensekit.installation.plan import ActivationPlan
from licensekit.wire.documents import Kind, MeterPeriod
from licensekit.wire.plain import plain_fields


class PreviewRow(NamedTuple):
    """One license before and after."""

    code: str
    issuer: str
    kind: Kind
    name: str
    in_use: int
    total_now: int | None
    """None is unrestricted."""
    access_now: Access
    total_new: int | None
    access_new: Access
    reason: str | None
    """Why it cannot be activated as it is."""
    due: str | None = None
    """What must be done before it starts; the file can be activated before."""
    quantity: str | None = None
    """The unit of a system license that is sold by quantity."""
    per: MeterPeriod | None = None
    """The time after which the quantity of a meter is there again."""

    @property
    def free_now(self) -> int | None:
        """How many can be assigned now; None is unrestricted."""
        return None if self.total_now is None else max(0, self.total_now - self.in_use)

    @property
    def free_new(self) -> int | None:
        """How many could be assigned afterwards."""
        return None if self.total_new is None else max(0, self.total_new - self.in_use)

    @property
    def added(self) -> int | None:
        """How many more there would be, or fewer; None where one of the two is unrestricted."""
        if self.total_now is None or self.total_new is None:
            return 0 if self.total_now == self.total_new else None
        return self.total_new - self.total_now

    @property
    def altered(self) -> bool:
        """Whether anything about it changes, or stands against the activation."""
        now, new = (self.total_now, self.access_now), (self.total_new, self.access_new)
        return now != new or (self.reason or self.due) is not None

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return plain_fields(self, _PLAIN)


_PLAIN: Final = (
    "license=code issuer kind name quantity per in_use free=free_now total=total_now added new_total=total_new"
    " new_free=free_new access=access_now new_access=access_new altered reason due"
)


class SettingChange(NamedTuple):
    """One setting before and after."""

    code: str
    name: str
    before: Value | None
    """None: nothing was sold, and it has no default."""
    after: Value | None

    @property
    def altered(self) -> bool:
        """Whether its value changes."""
        return self.before != self.after


def compare(
    before: Entitlements, after: Entitlements, in_use: Mapping[str, int], plan: ActivationPlan
) -> tuple[PreviewRow, ...]:
    """Return every license before and after a file is activated as planned."""
    old = {row.code: row for row in rows(before, in_use)}
    # What is yet to start leaves time to release.
    is_later = plan.moment > plan.facts.now
    until = f"before {format_seconds(plan.moment)[:10]}" if is_later else "first"
    short = {d.license: f"{d.in_use} in use: release {d.remove} {until}" for d in plan.deficits}
    found: list[PreviewRow] = []
    for row in rows(after, in_use):
        one, remedy = old.get(row.code), short.get(row.code)
        total_now, access_now = (0, Access.NONE) if one is None else (one.total, one.access)
        reason, due = (None, remedy) if is_later else (remedy, None)
        sold = PreviewRow(
            row.code, row.issuer, row.kind, row.name, row.in_use, total_now, access_now, row.total, row.access, reason
        )
        found.append(sold._replace(due=due, quantity=row.quantity, per=row.per))
    return (*found, *_unknown(after))


def compare_settings(before: Entitlements, after: Entitlements) -> tuple[SettingChange, ...]:
    """Return every setting before and after."""
    old = before.settings.values
    return tuple(SettingChange(row.code, row.name, old.get(row.code), row.value) for row in after.settings.rows)


def _unknown(after: Entitlements) -> Iterator[PreviewRow]:
    nothing, why = (0, Access.NONE), "this version of the product does not know it"
    for part, code in after.unknown:
        bundle, bare = part.bundle, code.rpartition(".")[2]
        kind = next(k for k in Kind if bare in bundle.counts(k))
        yield PreviewRow(code, bundle.issuer, kind, "", 0, *nothing, *nothing, why)
