"""What administrators should know: one line about all of it, then each thing with what helps."""

from typing import Final

import click

from licensekit.cli.output import command_line, counted, emit, facts, harmless
from licensekit.cli.views import spelling
from licensekit.entitlements.messages import Summary
from licensekit.errors.coded import Coded
from licensekit.installation import Notice, Severity

_COLORS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: None}


def show_summary(summary: Summary) -> None:
    """Print until when the product is licensed, and how much needs somebody."""
    color = "yellow" if summary.due else "green"
    said = f"{summary.message}; {summary.hint}"
    click.secho(harmless(said), fg=color if summary.is_licensed else "red", bold=True)


def show_coded(what: Coded, remedy: str, about: str = "") -> None:
    """Print a notice, or a reason with what it is `about`: what follows, what to do and the command that helps."""
    label, then, color = about, "", None
    if isinstance(what, Notice):
        label, then, color = spelling.name_of(what.severity), what.consequence, _COLORS[what.severity]
    emit()
    facts(
        (label, message_of(what)),
        ("then", then or None),
        ("do", what.hint or None),
        ("run", command_line(remedy) if remedy else None),
        fg=color,
    )


def message_of(what: Coded) -> str:
    """Return what is so, of a notice with the days that are left."""
    days = what.days if isinstance(what, Notice) else None
    return what.message if days is None else f"{what.message} ({counted(days, 'day')} left)"
