"""`licensekit status`: what is licensed, in use and due."""

from collections.abc import Sequence
from typing import Final

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.customer.events import EVENT_COLUMNS
from licensekit.cli.options import now_option, option, refuse
from licensekit.cli.output import Columns, counted, emit, emit_json, facts, heading, json_option, show_below
from licensekit.cli.views import spelling
from licensekit.dates import day_at
from licensekit.installation import (
    BundleRecord,
    Coverage,
    Explanation,
    Installation,
    InstallationState,
    LicenseDetails,
    LicenseRow,
    NextDate,
    Notice,
    Part,
    SettingRow,
    Severity,
    metric_lines,
    rows,
)
from licensekit.wire.documents import SeatKind

_HOLDERS: Final = 20
"""How many holders of a license are named."""
_COLORS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: None}


@click.command()
@refuse(
    "give --prometheus alone: it is of the whole installation.",
    lambda given: given["as_metrics"] and (given["as_json"] or given["code"] is not None),
)
@click.argument("code", metavar="[LICENSE]", required=False)
@option("--prometheus as_metrics", "Print metrics in the text format.")
@in_installation
@now_option
@json_option
def status(*, code: str | None, installation: Installation, now: int | None, as_json: bool, as_metrics: bool) -> None:
    """Show what is licensed, what is in use, and what is due.

    With LICENSE: what it means, which files grant it, and who holds it.
    """
    if code is not None:
        details = installation.license(code, now=now)
        emit_json(details.plain()) if as_json else _show_license(details)
        return
    state = installation.state(now=now)
    if as_metrics:
        click.echo("\n".join(metric_lines(state)))
    elif as_json:
        emit_json(state.plain())
    else:
        _show_status(state)


@click.command("accept-clock")
@in_installation
def accept_clock(*, installation: Installation) -> None:
    """Accept the clock, in place of a later time that it has shown here.

    This can be done once for each base bundle, and the vendor sees it in every file that the installation signs.
    """
    installation.accept_clock()
    emit("the clock is accepted")


def _show_status(state: InstallationState) -> None:
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
    show_below(state.parts, _parts(state.now))
    granted = [row for row in rows(state.entitlements, state.used) if row.granted or row.in_use]
    show_below(sorted(granted, key=spelling.by_issuer_and_kind), _LICENSES)
    settings = [one for one in state.entitlements.settings.rows if one.value is not None]
    show_below(settings, _SETTINGS)
    show_below(state.events, EVENT_COLUMNS)
    _show_notices(state.notices)


def _show_notices(notices: Sequence[Notice]) -> None:
    """Print what administrators should know, the most urgent first."""
    if notices:
        emit()
        heading("notices")
    for notice in notices:
        label = click.style(spelling.name_of(notice.severity), fg=_COLORS[notice.severity], bold=True)
        click.echo(f"  {label}  ", nl=False)
        days = "" if notice.days is None else f" ({counted(notice.days, 'day')} left)"
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
        return f"{spelling.day(coverage.until)}; grace ends in {counted(days, 'day')}"
    followed = ", without a gap" if len(coverage.bundles) > 1 else ""
    return f"{spelling.day(coverage.until)}, in {counted(days, 'day')}{followed}"


def _date_text(date: NextDate, now: int) -> str:
    days = counted(date.day - day_at(now), "day")
    return f"{spelling.day(date.day)}, in {days}: {date.what} of {date.bundle}"


def _parts(now: int) -> Columns[Part]:
    today = day_at(now)
    return {
        "issuer": lambda part: part.bundle.issuer,
        "bundle": lambda part: part.label,
        "use": lambda part: spelling.name_of(part.bundle.use),
        "state": lambda part: spelling.name_of(part.state),
        "starts": lambda part: spelling.day(part.bundle.starts) if (part.bundle.starts or today) > today else None,
        "expiry": lambda part: spelling.expiry(part.bundle.expiry),
        "grace": lambda part: spelling.day(part.bundle.grace),
        "maintenance": lambda part: spelling.day(part.bundle.maintenance),
        ">days left": lambda part: part.days_left(now),
    }


_LICENSES: Final[Columns[LicenseRow]] = {
    "kind": lambda row: spelling.name_of(row.kind),
    "license": lambda row: row.code,
    "name": lambda row: row.name,
    ">in use": lambda row: row.in_use if row.is_counted else None,
    ">total": lambda row: spelling.amount_of(row.total, row),
    ">free": lambda row: spelling.amount(row.free) if row.is_counted else None,
    "period ends": lambda row: spelling.moment(row.period_ends),
    "access": lambda row: spelling.name_of(row.access),
}
_SETTINGS: Final[Columns[SettingRow]] = {
    "setting": lambda row: row.code,
    "name": lambda row: row.name,
    "value": lambda row: spelling.value(row.value),
    "remarks": lambda row: None if row.is_sold else "default",
}


def _show_license(details: LicenseDetails) -> None:
    row, license_ = details.row, details.license
    marks = [
        ("plan", row.plan),
        ("hidden", row.hidden),
        ("limits sites", license_.limits_sites),
        ("concurrent seats", license_.seats is SeatKind.CONCURRENT),
    ]
    facts(
        ("license", row.code),
        ("name", row.name),
        ("description", license_.description or None),
        ("kind", spelling.name_of(row.kind)),
        ("remarks", spelling.listed(mark for mark, applies in marks if applies)),
        ("issuer", row.issuer),
        ("access", spelling.name_of(row.access)),
        ("total", spelling.amount_of(row.total, row)),
        ("in use", row.in_use),
        ("period ends", spelling.moment(row.period_ends)),
        ("full with", details.full_with),
        ("includes", spelling.listed(details.includes)),
        ("replaced by", details.replaced_by),
        ("requires", spelling.listed(details.requires)),
        ("required by", spelling.listed(details.required_by)),
        ("buy more", details.buy),
    )
    show_below(details.explanations, _explanations(row))
    if details.holders:
        emit()
        shown = details.holders[:_HOLDERS]
        more = row.in_use - len(shown)
        emit(f"held by  {', '.join(shown)}{f' and {more} more' if more > 0 else ''}")
    show_below(details.history, _HISTORY)


def _explanations(row: LicenseRow) -> Columns[Explanation]:
    return {
        "granted by": lambda one: one.bundle,
        "state": lambda one: spelling.name_of(one.state),
        "access": lambda one: spelling.name_of(one.access),
        ">count": lambda one: None if one.via else spelling.amount_of(one.amount, row._replace(per=one.per)),
        "through": lambda one: f"{one.via}, whose place it took" if one.successor else one.via,
    }


_HISTORY: Final[Columns[BundleRecord]] = {
    "activated": lambda record: spelling.moment(record.activated),
    "bundle": lambda record: record.label,
    "now": lambda record: record.state,
}
