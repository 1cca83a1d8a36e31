"""`licensekit status` and `explain`: what is licensed, in use and due, and why something is not."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import click

from licensekit import installation as customer
from licensekit.cli import inspect, output
from licensekit.cli.customer import commands, events
from licensekit.cli.inputs import STANDARD, read_tokens
from licensekit.cli.options import now_option, option, refuse
from licensekit.cli.views import spelling
from licensekit.dates import day_at
from licensekit.errors.coded import Coded
from licensekit.wire.documents import SeatKind

_COLORS: Final = {customer.Severity.ERROR: "red", customer.Severity.WARNING: "yellow", customer.Severity.INFO: None}
_HOLDERS: Final = 20  # how many holders of a license are named


@click.command()
@refuse("give --prometheus alone: metrics are never JSON.", lambda given: given["as_metrics"] and given["as_json"])
@option("--prometheus as_metrics", "Print metrics for Prometheus, as OpenMetrics.")
@commands.in_installation
@now_option
@output.json_option
def status(*, installation: customer.Installation, now: int | None, as_json: bool, as_metrics: bool) -> None:
    """Show what needs attention, what is licensed, what is in use, and what is due."""
    if as_metrics:
        output.emit_utf8(f"{line}\n" for line in installation.metric_lines(now=now))
        return
    state = installation.state(now=now)
    output.emit_json(state.plain()) if as_json else show_status(state)


@click.command("accept-clock")
@commands.in_installation
def accept_clock(*, installation: customer.Installation) -> None:
    """Accept the clock, in place of a later time that was seen here."""
    installation.accept_clock()
    output.emit("the clock is accepted")


def show_status(state: customer.InstallationState) -> None:
    """Print what needs attention, then what is licensed, in use and due."""
    coming, summary = next(iter(state.coming_dates), None), state.summary
    product, name = state.trust_store.product, state.product_name
    color = ("yellow" if summary.due else "green") if summary.is_licensed else "red"
    click.secho(output.harmless(f"{summary.message}; {summary.hint}"), fg=color, bold=True)
    for notice in state.notices:
        if notice.severity is not customer.Severity.INFO:
            _show_coded(notice, notice.remedy)
    output.emit()
    days = coming and output.counted(coming.day - day_at(state.now), "day")
    output.facts(
        ("company", spelling.listed(state.companies)),
        ("serial", state.serial or "no bundle is active here"),
        ("product", name if name == product else f"{name} ({product})"),
        ("time", spelling.moment(state.now)),
        ("next date", coming and f"{spelling.day(coming.day)}, in {days}: {coming.what} of {coming.bundle}"),
        ("installation", state.fingerprint.key and state.fingerprint.key.hex()),
    )
    output.show_below(state.parts, _parts(state.now))
    granted = [row for row in state.licenses if row.granted or row.in_use]
    heirs = {code: one.replaced_by for code, one in state.entitlements.licenses.items()}
    columns: output.Columns[customer.LicenseRow] = {**LICENSE_COLUMNS, "replaced by": lambda row: heirs.get(row.code)}
    output.show_below(sorted(granted, key=spelling.by_issuer_and_kind), columns)
    output.show_below([one for one in state.entitlements.settings.rows if one.value is not None], _SETTINGS)
    output.show_below(state.events, events.EVENT_COLUMNS)
    output.show_below([notice for notice in state.notices if notice.severity is customer.Severity.INFO], _KNOWN)


def _parts(now: int) -> output.Columns[customer.Part]:
    today = day_at(now)
    return {
        **spelling.columns("issuer=bundle.issuer bundle=label use=bundle.use state"),
        "starts": lambda part: spelling.day(part.bundle.starts) if (part.bundle.starts or today) > today else None,
        "expiry": lambda part: spelling.expiry(part.bundle.expiry),
        "grace": lambda part: spelling.day(part.bundle.grace),
        "maintenance": lambda part: spelling.day(part.bundle.maintenance),
        ">days left": lambda part: part.days_left(now),
    }


def _show_coded(what: Coded, remedy: str, about: str = "") -> None:
    """Print a notice, or a reason `about` something: its consequence, what to do, and the command that helps."""
    label, then, color = about, "", None
    if isinstance(what, customer.Notice):
        label, then, color = spelling.name_of(what.severity), what.consequence, _COLORS[what.severity]
    output.emit()
    told = (label, _message_of(what)), ("then", then or None), ("do", what.hint or None)
    output.facts(*told, ("run", output.command_line(remedy)), fg=color)


def _message_of(what: Coded) -> str:
    days = what.days if isinstance(what, customer.Notice) else None
    return what.message if days is None else f"{what.message} ({output.counted(days, 'day')} left)"


LICENSE_COLUMNS: Final[output.Columns[customer.LicenseRow]] = {
    **spelling.columns("name license=code kind"),
    ">in use": lambda row: row.in_use if row.is_counted else None,
    ">total": lambda row: spelling.amount_of(row.total, row),
    ">free": lambda row: spelling.amount(row.free) if row.is_counted else None,
    **spelling.columns("period_ends access"),
}
_SETTINGS: Final = spelling.columns(
    "name setting=code value remarks",
    value=lambda row: spelling.value(row.value),
    remarks=lambda row: None if row.is_sold else "default",
)
_KNOWN: Final[output.Columns[customer.Notice]] = {"good to know": _message_of}


def _show(found: Sequence[customer.Explained]) -> None:
    if len(found) > 1:
        output.remark(f"`{found[0].name}` names several things: {', '.join(f'a {one.kind}' for one in found)}.")
    for one in output.separated(found):
        if len(found) > 1:
            output.heading(f"{one.kind} {one.name}")
        _VIEWS[one.kind](one.details)
        if one.kind != "installation":
            for row in one.rows:
                _show_coded(row.what, row.remedy, row.about or one.kind)


@click.command()
@click.argument("name", metavar="[USER|LICENSE|FILE]", default="")
@commands.in_installation
@now_option
@output.printing(_show, lambda found: {"explained": [one.plain() for one in found]})
def explain(*, name: str, installation: customer.Installation, now: int | None) -> Sequence[customer.Explained]:
    """Explain what is wrong, and how to fix it."""
    is_file = name == STANDARD or os.path.isfile(name)  # noqa: PTH113  # False, not an error, if it cannot be a path
    return installation.explain(name, data=read_tokens(name, what="a license file") if is_file else None, now=now)


def _show_user(details: customer.UserDetails) -> None:
    user, names = details.user, details.names
    output.facts(
        *spelling.facts_of(user, "id=written name kind groups"),
        ("remarks", spelling.remarks(user)),
        ("last seen", spelling.day(user.last_seen)),
        ("logs in by", spelling.listed(way for way, may in details.logins.items() if may) or spelling.EMPTY),
    )
    output.show_below(details.given, {"name": lambda given: names[given.license], **_GIVEN})
    output.show_below(details.events, events.EVENT_COLUMNS)


def _show_license(details: customer.LicenseDetails) -> None:
    row, license_ = details.row, details.license
    marks = [
        ("plan", row.plan),
        ("hidden", row.hidden),
        ("limits sites", license_.limits_sites),
        ("concurrent seats", license_.seats is SeatKind.CONCURRENT),
    ]
    output.facts(
        *((title.removeprefix(">"), cell(row)) for title, cell in LICENSE_COLUMNS.items()),
        ("description", license_.description or None),
        ("remarks", spelling.listed(mark for mark, applies in marks if applies)),
        *spelling.facts_of(details, "issuer=row.issuer full_with includes replaced_by requires required_by"),
        ("held by", _named(details.holders, row.in_use)),
        ("beyond what is sold", _named(details.surplus, len(details.surplus))),
        ("buy more", details.buy),
    )
    output.show_below(details.explanations, _explanations(row))
    output.show_below(details.history, _HISTORY)


def _named(holders: Sequence[str], count: int) -> str | None:
    shown = holders[:_HOLDERS]
    more = count - len(shown)
    return f"{', '.join(shown)}{f' and {more} more' if more > 0 else ''}" if shown else None


def _explanations(row: customer.LicenseRow) -> output.Columns[customer.Explanation]:
    return {
        **spelling.columns("granted_by=bundle state"),
        "starts": lambda one: spelling.day(one.starts),
        "expiry": lambda one: spelling.expiry(one.expiry),
        "access": lambda one: spelling.name_of(one.access),
        ">count": lambda one: None if one.via else spelling.amount_of(one.amount, row._replace(per=one.per)),
        "through": lambda one: f"{one.via}, which it replaced" if one.successor else one.via,
    }


_VIEWS: Final[Mapping[str, Callable[[Any], None]]] = {
    "installation": show_status,
    "user": _show_user,
    "license": _show_license,
    "file": lambda details: inspect.show_findings(details.findings, details.trust_store),
}
_GIVEN: Final = spelling.columns("license access through=origins")
_HISTORY: Final = spelling.columns(
    "activated bundle=label now=state", activated=lambda record: spelling.moment(record.activated)
)
