"""`licensekit status`: what is licensed, in use and due."""

from typing import Final

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.customer.events import EVENT_COLUMNS
from licensekit.cli.options import now_option, option, refuse
from licensekit.cli.output import Columns, counted, emit, emit_json, facts, json_option, show_below
from licensekit.cli.views import spelling
from licensekit.cli.views.notices import message_of, show_coded, show_summary
from licensekit.dates import day_at
from licensekit.installation import (
    Installation,
    InstallationState,
    LicenseRow,
    NextDate,
    Notice,
    Part,
    SettingRow,
    Severity,
    metric_lines,
)


@click.command()
@refuse("give --prometheus alone: metrics are no JSON.", lambda given: given["as_metrics"] and given["as_json"])
@option("--prometheus as_metrics", "Print metrics in the text format.")
@in_installation
@now_option
@json_option
def status(*, installation: Installation, now: int | None, as_json: bool, as_metrics: bool) -> None:
    """Show what needs somebody, what is licensed, what is in use, and what is due."""
    state = installation.state(now=now)
    if as_metrics:
        click.echo("\n".join(metric_lines(state)))
    elif as_json:
        emit_json(state.plain())
    else:
        show_status(state)


@click.command("accept-clock")
@in_installation
def accept_clock(*, installation: Installation) -> None:
    """Accept the clock, in place of a later time that it has shown here.

    This can be done once for each base bundle, and the vendor sees it in every file that the installation signs.
    """
    installation.accept_clock()
    emit("the clock is accepted")


def show_status(state: InstallationState) -> None:
    """Print what needs somebody, then what is licensed, in use and due."""
    coming = state.next_date
    show_summary(state.summary)
    for notice in state.notices:
        if notice.severity is not Severity.INFO:
            show_coded(notice, notice.remedy)
    emit()
    facts(
        ("company", spelling.listed(state.companies)),
        ("serial", state.serial or "no bundle is active here"),
        ("product", _product(state)),
        ("time", spelling.moment(state.now)),
        ("next date", coming and _date_text(coming, state.now)),
        ("installation", state.fingerprint.key and state.fingerprint.key.hex()),
    )
    show_below(state.parts, _parts(state.now))
    granted = [row for row in state.licenses if row.granted or row.in_use]
    show_below(sorted(granted, key=spelling.by_issuer_and_kind), LICENSE_COLUMNS)
    settings = [one for one in state.entitlements.settings.rows if one.value is not None]
    show_below(settings, _SETTINGS)
    show_below(state.events, EVENT_COLUMNS)
    show_below([notice for notice in state.notices if notice.severity is Severity.INFO], _KNOWN)


def _product(state: InstallationState) -> str:
    code, name = state.trust_store.product, state.product_name
    return code if name == code else f"{name} ({code})"


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


LICENSE_COLUMNS: Final[Columns[LicenseRow]] = {
    "name": lambda row: row.name,
    "license": lambda row: row.code,
    "kind": lambda row: spelling.name_of(row.kind),
    ">in use": lambda row: row.in_use if row.is_counted else None,
    ">total": lambda row: spelling.amount_of(row.total, row),
    ">free": lambda row: spelling.amount(row.free) if row.is_counted else None,
    "period ends": lambda row: spelling.moment(row.period_ends),
    "access": lambda row: spelling.name_of(row.access),
}
_SETTINGS: Final[Columns[SettingRow]] = {
    "name": lambda row: row.name,
    "setting": lambda row: row.code,
    "value": lambda row: spelling.value(row.value),
    "remarks": lambda row: None if row.is_sold else "default",
}
_KNOWN: Final[Columns[Notice]] = {"good to know": message_of}
