"""What administrators should know: one line about all of it, then each thing with what helps."""

from collections.abc import Iterable
from typing import Final

import click

from licensekit.cli.output import command_line, counted, emit, facts, harmless
from licensekit.cli.views import spelling
from licensekit.entitlements.messages import Summary
from licensekit.installation import Notice, Severity

_COLORS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: None}


def show_summary(summary: Summary) -> None:
    """Print until when the product is licensed, and how much needs somebody."""
    color = "yellow" if summary.due else "green"
    said = f"{summary.message}; {summary.hint}"
    click.secho(harmless(said), fg=color if summary.is_licensed else "red", bold=True)


def show_notices(notices: Iterable[Notice]) -> None:
    """Print notices, each with what follows, what to do and the command that helps."""
    for notice in notices:
        emit()
        facts(
            (spelling.name_of(notice.severity), message_of(notice)),
            ("then", notice.consequence or None),
            ("do", notice.hint or None),
            ("run", command_line(notice.remedy) if notice.remedy else None),
            fg=_COLORS[notice.severity],
        )


def message_of(notice: Notice) -> str:
    """Return what is so, with the days that are left."""
    return notice.message if notice.days is None else f"{notice.message} ({counted(notice.days, 'day')} left)"
