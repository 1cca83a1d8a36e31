"""Health: whether anything is wrong with the installation itself, and what helps."""

from contextlib import ExitStack

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from licensekit.console.rendering import moved, page
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError
from licensekit.files import scratch_folder


def health(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show every check that takes no time, and with `check` those that read everything; after a refusal with why."""
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
    """Return a backup to download, made in a folder that is gone with the response."""
    with ExitStack() as stack:
        copy = stack.enter_context(scratch_folder()) / "licensing-backup.db"
        visit.installation.back_up(copy)
        sent = stack.pop_all()
    return FileResponse(copy, filename=copy.name, background=BackgroundTask(sent.close))
