"""Pure functions from the state of an installation to what templates show."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from licensekit.access import Access
from licensekit.installation import BundleState, InstallationState, LicenseRow, Part, Severity, order_address
from licensekit.languages import local_name
from licensekit.wire.documents import Kind

_TONES: Final = {"active": "good", "pending": "calm", "warning": "warn", "grace": "warn"}
"""The tone of a state; any other is bad."""
_FOLLOWED: Final = "followed"  # the state of a bundle that ends and is followed by another one without a gap
NEARLY_FULL: Final = 90  # percent in use from which a license is shown as nearly used up


class PartView(NamedTuple):
    """A bundle that is in force or pending."""

    part: Part
    tone: str
    state: str  # its state, as texts name it
    days_left: int | None  # days until the part is first not licensed; None is perpetual


def is_new(state: InstallationState) -> bool:
    """Return whether nothing was activated yet."""
    return not state.bundles and state.stored.recorded is None


def issuer_tabs(state: InstallationState) -> dict[str, PartView | None]:
    """Return the issuers with a catalog or a bundle here, the vendor first, each with its bundle in the worst state."""
    views = sorted(part_views(state), key=lambda one: ("good", "calm", "warn", "bad").index(one.tone))
    worst = {one.part.bundle.issuer: one for one in views}
    granting = (part.bundle.issuer for part in state.parts)
    every = (state.trust_store.issuer, *sorted(state.trust_store.catalogs), *granting)
    return {issuer: worst.get(issuer) for issuer in every}


def issuer_facts(state: InstallationState, issuer: str, find: str) -> dict[str, Any]:
    """Return what the tab of an issuer shows; licenses only if their name or code contains `find`."""
    listed = (row for row in state.licenses if row.issuer == issuer and (not row.hidden or row.in_use))
    every = sorted(listed, key=_by_plan_and_name)
    shown = [row for row in every if find.casefold() in f"{row.name}\n{row.code}".casefold()]
    there = [row for row in shown if _is_there(row)]

    def of(kind: Kind, *, plan: bool = False) -> list[LicenseRow]:
        return [row for row in there if row.kind is kind and row.plan is plan]

    unknown, settings = state.entitlements.unknown, state.entitlements.settings.rows
    return {
        "buy": order_address(state.entitlements, issuer),
        "parts": list(part_views(state, issuer)),
        "count": len(every),
        "system": of(Kind.SYSTEM),
        "counted": {"plans": of(Kind.USER, plan=True), "users": of(Kind.USER), "sites": of(Kind.SITE)},
        "settings": [one for one in settings if one.issuer == issuer and one.value is not None],
        "absent": [row for row in shown if not _is_there(row)],  # no bundle grants it
        "unknown": [code for part, code in unknown if part.bundle.issuer == issuer],
    }


def user_licenses(state: InstallationState) -> list[LicenseRow]:
    """Return the user licenses that are granted or assigned, plans first."""
    return sorted((row for row in state.licenses if row.kind is Kind.USER and _is_there(row)), key=_by_plan_and_name)


def _by_plan_and_name(row: LicenseRow) -> tuple[bool, str]:
    return not row.plan, row.name.casefold()


def _is_there(row: LicenseRow) -> bool:
    """Return whether a bundle grants a license, or somebody is still assigned it."""
    return row.granted or bool(row.in_use) or (row.kind is Kind.SYSTEM and row.access > Access.NONE)


def part_views(state: InstallationState, issuer: str | None = None) -> Iterator[PartView]:
    """Yield the bundles in force and the pending ones, of one issuer or of all."""
    entitlements = state.entitlements
    for part in state.parts:
        bundle = part.bundle
        if issuer in (None, bundle.issuer):
            covered = entitlements.coverage_of(bundle.issuer, bundle.part)
            is_calm = part.works and part.state is not BundleState.ACTIVE and covered.is_followed(bundle)
            shown = ("good", _FOLLOWED) if is_calm else (_TONES.get(part.state, "bad"), part.state.value)
            yield PartView(part, *shown, covered.days_left(state.now) if part.works else part.days_left(state.now))


def due(state: InstallationState) -> int:
    """Return how many notices need attention: the warnings and errors."""
    return sum(notice.severity is not Severity.INFO for notice in state.notices)


def license_names(part: Part, state: InstallationState) -> list[str]:
    """Return the names of the licenses in a bundle, plans first, without hidden ones."""
    licenses, bundle = state.entitlements.licenses, part.bundle
    codes = (state.trust_store.qualify(bundle.issuer, code) for kind in Kind for code in bundle.counts(kind))
    known = [licenses[code] for code in codes if code in licenses]
    return [local_name(one.names, one.name) for one in sorted(known, key=lambda one: not one.plan) if not one.hidden]


def over(row: LicenseRow) -> int:
    """Return how many more of a license are in use than there are."""
    return 0 if row.total is None else max(0, row.in_use - row.total)


def percent(row: LicenseRow) -> int:
    """Return how much of a license is in use, from 0 to 100; 0 if it is unrestricted."""
    if row.total is None:
        return 0
    return min(100, round(100 * row.in_use / row.total)) if row.total else 100 * bool(row.in_use)


def tone(row: LicenseRow) -> str:
    """Return the tone in which the use of a license is shown."""
    return "bad" if over(row) else "warn" if percent(row) >= NEARLY_FULL else "good"
