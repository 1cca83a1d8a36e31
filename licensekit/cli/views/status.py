"""The state of an installation as people and programs read it."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import click

from licensekit.cli.output import emit, facts, heading, table
from licensekit.cli.views import spelling
from licensekit.cli.views.events import event_json, show_events
from licensekit.dates import day_at, format_days, format_seconds
from licensekit.installation import (
    Coverage,
    InstallationState,
    LicenseRow,
    Notice,
    Part,
    PreviewRow,
    Severity,
    rows,
)
from licensekit.wire.documents import Kind
from licensekit.wire.plain import plain, word

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: None}


def show_status(state: InstallationState) -> None:
    """Print what is licensed, in use and due."""
    parts = (*state.entitlements.parts, *state.entitlements.waiting)
    facts(
        [
            ("company", _companies(parts)),
            ("serial", state.serial or "no bundle is active here"),
            ("product", _product(state)),
            ("time", spelling.moment(state.now)),
            ("licensed until", _covered_text(state.entitlements.product_coverage, state.now)),
            ("next date", _date_text(_next_date(state, parts), state.now)),
            ("installation", state.fingerprint.key and state.fingerprint.key.hex()),
        ]
    )
    if parts:
        emit()
        _show_parts(parts, state.now)
    granted = [row for row in rows(state.entitlements, state.in_use) if row.granted or row.in_use]
    if granted:
        emit()
        _show_licenses(granted)
    if state.events:
        emit()
        show_events(state.events)
    show_notices(state.notices)


def show_notices(notices: Iterable[Notice]) -> None:
    """Print what administrators should know, the most urgent first."""
    listed = list(notices)
    if listed:
        emit()
        heading("notices")
    for notice in listed:
        label = click.style(
            spelling.name_of(notice.severity), fg=_COLORS[notice.severity], bold=True
        )
        click.echo(f"  {label}  ", nl=False)
        days = "" if notice.days is None else f" ({spelling.days(notice.days)} left)"
        hint = f"; {notice.hint}" if notice.hint else ""
        emit(f"{notice.message}{days}{hint}")


def status_json(state: InstallationState) -> dict[str, Any]:
    """Return the state as `--json` prints it."""
    entitlements = state.entitlements
    parts = (*entitlements.parts, *entitlements.waiting)
    return {
        "product": state.trust_store.product,
        "company": _companies(parts),
        "serial": state.serial,
        "now": format_seconds(state.now),
        "covered_until": covered_json(entitlements.product_coverage),
        "parts": [part_json(one, state.now) for one in entitlements.coverage],
        "next_date": _date_json(_next_date(state, parts), state.now),
        "bundles": [_part_json(part, state.now) for part in parts],
        "licenses": [
            {**row_json(row), "free": row.free, "granted": row.granted}
            for row in rows(entitlements, state.in_use)
        ],
        "settings": dict(entitlements.settings.values),
        "events": [event_json(event) for event in state.events],
        "notices": [notice.as_json() for notice in state.notices],
        "installation": {
            "key": state.fingerprint.key and state.fingerprint.key.hex(),
            "audit_entries": state.stored.head.number,
            "audit_head": state.stored.head.hash.hex(),
            "restored": state.restored,
        },
    }


def _product(state: InstallationState) -> str:
    trust_store = state.trust_store
    catalog = trust_store.catalogs.get(trust_store.issuer)
    name = None if catalog is None else catalog.document.names.get("product")
    return trust_store.product if name is None else f"{name} ({trust_store.product})"


def _companies(parts: Iterable[Part]) -> str | None:
    return ", ".join(dict.fromkeys(part.bundle.company for part in parts)) or None


_DATES: Final = {
    "starts": "start",
    "warning": "warning",
    "expiry": "expiry",
    "grace": "end of grace",
    "next_check": "next check",
}
_ENDS: Final = frozenset({"warning", "expiry", "grace"})
"""Dates that do not matter where another bundle takes over before."""


class _NextDate(NamedTuple):
    """The next day on which a bundle comes, warns or ends."""

    day: int
    bundle: str
    what: str


def _next_date(state: InstallationState, parts: Iterable[Part]) -> _NextDate | None:
    """Return the next day on which something comes or ends: not the end of what is followed."""
    to_come = [
        _NextDate(day, part.label, what)
        for part in parts
        for name, what in _DATES.items()
        if name not in _ENDS or not state.entitlements.is_followed(part)
        if (day := getattr(part.bundle, name)) is not None and day > day_at(state.now)
    ]
    return min(to_come, default=None)


def _covered_text(coverage: Coverage, now: int) -> str | None:
    """Return until when the product is licensed, in words; None: it is not."""
    if not coverage.is_licensed:
        return None
    days = coverage.days_left(now)
    if coverage.until is None or days is None:
        return spelling.PERPETUAL
    if coverage.until < day_at(now):
        return f"{spelling.day(coverage.until)}; grace ends in {spelling.days(days)}"
    followed = ", without a gap" if len(coverage.bundles) > 1 else ""
    return f"{spelling.day(coverage.until)}, in {spelling.days(days)}{followed}"


def covered_json(coverage: Coverage) -> str | None:
    """Return until when a part is licensed as `--json` prints it; None: it is not."""
    return spelling.expiry(coverage.until) if coverage.is_licensed else None


def part_json(coverage: Coverage, now: int) -> dict[str, Any]:
    """Return one issuer's part as `--json` prints it."""
    return {
        "issuer": coverage.issuer,
        "part": coverage.part,
        "covered_until": covered_json(coverage),
        "works_until": spelling.day(coverage.works_until),
        "days_left": coverage.days_left(now),
    }


def _date_text(date: _NextDate | None, now: int) -> str | None:
    if date is None:
        return None
    days = date.day - day_at(now)
    return f"{spelling.day(date.day)}, in {spelling.days(days)}: {date.what} of {date.bundle}"


def _date_json(date: _NextDate | None, now: int) -> dict[str, Any] | None:
    if date is None:
        return None
    days = date.day - day_at(now)
    return {"date": format_days(date.day), "days": days, "what": date.what, "bundle": date.bundle}


_PART_DATES: Final = ("starts", "expiry", "grace", "maintenance")


def _show_parts(parts: Iterable[Part], now: int) -> None:
    columns = ["issuer", "bundle", "use", "state", *_PART_DATES, ">days left"]
    table(columns, [_part(part, now) for part in parts])


def _part(part: Part, now: int) -> tuple[object, ...]:
    bundle = part.bundle
    is_to_come = bundle.starts is not None and bundle.starts > day_at(now)
    return (
        bundle.issuer,
        part.label,
        spelling.name_of(bundle.use),
        spelling.name_of(part.state),
        spelling.day(bundle.starts) if is_to_come else None,
        spelling.expiry(bundle.expiry),
        spelling.day(bundle.grace),
        spelling.day(bundle.maintenance),
        part.days_left(now),
    )


def _part_json(part: Part, now: int) -> dict[str, Any]:
    return {
        "identity": part.verified.identity.hex(),
        "state": part.state.value,
        "days_left": part.days_left(now),
        "document": plain(part.bundle),
    }


def by_issuer_and_kind(row: LicenseRow | PreviewRow) -> tuple[str, Kind]:
    """Return the sort key of a license in lists: the vendor's first, then system, site, user."""
    return row.code.rpartition(".")[0], row.kind


def _show_licenses(rows_: Iterable[LicenseRow]) -> None:
    table(
        ["kind", "license", "name", ">in use", ">total", ">free", "access"],
        [_row(row) for row in sorted(rows_, key=by_issuer_and_kind)],
    )


def _row(row: LicenseRow) -> tuple[object, ...]:
    is_counted = row.kind is not Kind.SYSTEM
    return (
        spelling.name_of(row.kind),
        row.code,
        row.name,
        row.in_use if is_counted else None,
        spelling.amount_per(row.total, row.quantity, row.per),
        spelling.amount(row.free) if is_counted else None,
        spelling.name_of(row.access),
    )


def row_json(row: LicenseRow) -> dict[str, Any]:
    """Return what every list of licenses has of one, as `--json` prints it."""
    return {
        "license": row.code,
        "issuer": row.issuer,
        "kind": word(row.kind),
        "name": row.name,
        "access": word(row.access),
        "total": row.total,
        "quantity": row.quantity,
        "per": None if row.per is None else word(row.per),
        "in_use": row.in_use,
        "hidden": row.hidden,
        "plan": row.plan,
    }
