"""The overview of an installation, and its health: what is wrong with the installation itself, and what helps."""

import math
from contextlib import ExitStack
from itertools import groupby
from typing import Final, NamedTuple

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from licensekit.console.rendering import moved, page
from licensekit.console.views import is_new
from licensekit.console.visit import Visit
from licensekit.dates import day_at
from licensekit.errors import LicenseError
from licensekit.files import scratch_folder
from licensekit.installation import NO_LOGIN, EventScope, InstallationState, LicenseRow, Part, Severity

_TICKS: Final = (7, 30, 91, 182, 365, 730, 1826, 3652)  # the days from now that the time line may label
_APART: Final = 22  # how many percent of the line a label needs


class Headline(NamedTuple):
    """The most urgent fact about an installation: the key of a text, and its values."""

    text: str
    tone: str
    day: int | None = None


class ComingDate(NamedTuple):
    """A coming date, the bundles that share it, and its position on the time line in percent."""

    day: int
    name: str
    parts: tuple[Part, ...]
    place: float


def overview(visit: Visit) -> Response:
    """Show the overview; redirect to Activate if nothing was activated yet."""
    state = visit.state
    if is_new(state):
        return moved(visit, "/activate")
    (dates, ticks), first, used, today = outlook(state), headline(state), fullest(state), day_at(state.now)
    return page(visit, "overview.html", headline=first, dates=dates, ticks=ticks, fullest=used, today=today)


def headline(state: InstallationState) -> Headline:
    """Return the most urgent fact."""
    summary, today = state.summary, day_at(state.now)
    if any(one.kind == NO_LOGIN and one.scope is EventScope.INSTALLATION for one in state.events):
        return Headline("stopped", "bad")
    if not summary.is_licensed:
        return Headline(summary.reason, "bad", summary.until)
    if urgent := [one for one in state.notices if one.severity is not Severity.INFO]:
        first = min((one.date for one in urgent if one.date is not None and one.date >= today), default=None)
        tone = "bad" if urgent[0].severity is Severity.ERROR else "warn"
        return Headline("due" if first is None else "due_before", tone, first)
    ends = [one.until for one in state.entitlements.coverage if one.until is not None]
    return Headline("until" if ends else "perpetual", "good", min(ends, default=None))


def outlook(state: InstallationState) -> tuple[list[ComingDate], list[tuple[int, float]]]:
    """Return the coming dates, and the labels of the time line as days and positions; near dates get more room."""
    coming, today = state.coming_dates, day_at(state.now)
    last = max((one.day - today for one in coming), default=1)

    def place(days: int) -> float:
        return round(100 * math.sqrt(days / last), 2)

    alike = groupby(sorted(coming, key=lambda one: (one.day, one.name)), key=lambda one: (one.day, one.name))
    dates = [ComingDate(*key, tuple(one.part for one in same), place(key[0] - today)) for key, same in alike]
    ticks = [(0, 0.0)]
    for days in _TICKS:
        if ticks[-1][1] + _APART <= place(days) <= 100 - _APART / 2:
            ticks.append((days, place(days)))
    return dates, ticks


def fullest(state: InstallationState) -> list[LicenseRow]:
    """Return the licenses in use, the fullest first, without those that lapsed entirely: a notice reports them."""
    used = [row for row in state.licenses if row.is_counted and row.total and row.in_use]
    return sorted(used, key=lambda row: (-row.in_use / (row.total or 1), row.name))


def health(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show the quick checks or, with the parameter `check`, all of them; after a refusal, with the error."""
    is_thorough = bool(visit.asked("check"))
    found = visit.installation.diagnose(thorough=is_thorough)
    return page(visit, "health.html", error=error, found=found, is_thorough=is_thorough)


def accept_clock(visit: Visit) -> Response:
    """Accept the clock that the machine shows."""
    visit.installation.accept_clock()
    return moved(visit, "/health", saved="clock")


def accept_restored(visit: Visit) -> Response:
    """Accept a restored backup, or a damaged journal, as the present state."""
    visit.installation.restore_accept()
    return moved(visit, "/health", saved="accepted")


def back_up(visit: Visit) -> Response:
    """Return a backup to download; its folder is deleted after the response."""
    with ExitStack() as stack:
        copy = stack.enter_context(scratch_folder()) / "licensing-backup.db"
        visit.installation.back_up(copy)
        sent = stack.pop_all()
    return FileResponse(copy, filename=copy.name, background=BackgroundTask(sent.close))
