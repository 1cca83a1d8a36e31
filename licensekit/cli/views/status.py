"""The state of an installation as people read it."""

from collections.abc import Iterable
from typing import Final

import click

from licensekit.cli.output import emit, facts, heading, table
from licensekit.cli.views import spelling
from licensekit.cli.views.events import show_events
from licensekit.dates import day_at
from licensekit.installation import (
    Coverage,
    InstallationState,
    LicenseRow,
    NextDate,
    Notice,
    Part,
    PreviewRow,
    Severity,
    rows,
)
from licensekit.wire.documents import Kind

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: None}


def show_status(state: InstallationState) -> None:
    """Print what is licensed, in use and due."""
    coming = state.next_date
    facts(
        ("company", spelling.listed(state.companies)),
        ("serial", state.serial or "no bundle is active here"),
        ("product", _product(state)),
        ("time", spelling.moment(state.now)),
        ("licensed until", _covered_text(state.entitlements.product_coverage, state.now)),
        ("next date", coming and _date_text(coming, state.now)),
        ("installation", state.fingerprint.key and state.fingerprint.key.hex()),
    )
    if state.parts:
        emit()
        _show_parts(state.parts, state.now)
    granted = [row for row in rows(state.entitlements, state.in_use) if row.granted or row.in_use]
    if granted:
        emit()
        _show_licenses(granted)
    settings = [one for one in state.entitlements.settings.rows if one.value is not None]
    if settings:
        emit()
        named = ((one, None if one.is_sold else "default") for one in settings)
        rows_ = [(one.code, one.name, spelling.value(one.value), why) for one, why in named]
        table(["setting", "name", "value", "remarks"], rows_)
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
        label = click.style(spelling.name_of(notice.severity), fg=_COLORS[notice.severity], bold=True)
        click.echo(f"  {label}  ", nl=False)
        days = "" if notice.days is None else f" ({spelling.days(notice.days)} left)"
        hint = f"; {notice.hint}" if notice.hint else ""
        emit(f"{notice.message}{days}{hint}")


def _product(state: InstallationState) -> str:
    code, name = state.trust_store.product, state.product_name
    return code if name == code else f"{name} ({code})"


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


def _date_text(date: NextDate, now: int) -> str:
    days = spelling.days(date.day - day_at(now))
    return f"{spelling.day(date.day)}, in {days}: {date.what} of {date.bundle}"


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
        spelling.amount_of(row.total, row),
        spelling.amount(row.free) if is_counted else None,
        spelling.name_of(row.access),
    )
