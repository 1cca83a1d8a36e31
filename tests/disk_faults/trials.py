"""Commands whose calls fail, one after the other, and what is left of their worlds."""

import errno
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import click

from licensekit.cli import groups
from licensekit.errors import LicenseError
from tests.cli.invoking import Ran
from tests.disk_faults import worlds
from tests.disk_faults.calls import Call, Fault, Kind, watched
from tests.disk_faults.worlds import View

NEEDS_ROOM: Final[frozenset[Kind]] = frozenset({"create", "write", "grow", "mkdir", "link", "replace"})
NAMES: Final[frozenset[Kind]] = frozenset({"create", "mkdir", "link", "replace", "unlink", "rmdir", "change"})
MOVES_DATA: Final[frozenset[Kind]] = frozenset({"write", "sync", "truncate", "replace"})


class Trouble(NamedTuple):
    """How a disk fails: with which error, in which calls, and whether all later ones of these fail as well."""

    errno: int
    kinds: frozenset[Kind]
    stays: bool
    short: bool = False
    """Whether the first write that fails is made in part."""


TROUBLES: Final[Mapping[str, Trouble]] = {
    "full": Trouble(errno.ENOSPC, NEEDS_ROOM, stays=True),
    "short": Trouble(errno.ENOSPC, frozenset({"write"}), stays=True, short=True),
    "quota": Trouble(errno.EDQUOT, NEEDS_ROOM, stays=False),
    "error": Trouble(errno.EIO, MOVES_DATA, stays=False),
    "read-only": Trouble(errno.EROFS, NAMES | NEEDS_ROOM | MOVES_DATA, stays=True),
    "permission": Trouble(errno.EACCES, NAMES, stays=True),
}


class Case(NamedTuple):
    """A command in its world, and what it makes of it."""

    name: str
    line: str
    template: Path
    before: View
    after: View
    again: int
    """How the same command ends a second time."""
    calls: tuple[Call, ...]
    sites: tuple[str, ...]
    """For each call, what it does to which file, and the functions that lead to it."""


class Outcome(NamedTuple):
    """How a command ended whose calls failed, and what was wrong with that."""

    code: int
    errors: tuple[LicenseError, ...]
    said: str
    wrong: tuple[str, ...]


def make_case(name: str, base: Path, folder: Path) -> Case:
    """Prepare a command in `folder`, and run it once as it should be."""
    *before, line = worlds.COMMANDS[name]
    template, work = folder / "template", folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    worlds.copy_world(base, work)
    with worlds.still(work):
        for one in before:
            worlds.prepare(one)
        line = worlds.filled(line)
    shutil.rmtree(template, ignore_errors=True)
    work.rename(template)
    worlds.copy_world(template, work)
    calls: list[Call] = []
    sites: list[str] = []

    def note(call: Call) -> None:
        calls.append(call)
        sites.append(f"{call.kind} {Path(call.path).suffix} {' '.join(callers())}")

    with worlds.still(work), watched(work, note):
        ran = worlds.run(line)
    if ran.code:
        raise RuntimeError(f"{line}: {ran.err}")
    after = worlds.view(work)
    with worlds.still(work):
        again = worlds.run(line).code
    return Case(name, line, template, worlds.view(template), after, again, tuple(calls), tuple(sites))


def callers(most: int = 3) -> Iterator[str]:
    """Yield the functions of the package that lead to this call, the innermost first."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]  # no other way
    while frame is not None and most:
        if frame.f_globals.get("__name__", "").startswith("licensekit."):
            yield frame.f_code.co_qualname
            most -= 1
        frame = frame.f_back


def points(case: Case, trouble: Trouble) -> list[int]:
    """Return the numbers of the calls that such a trouble may let fail first."""
    found = [number for number, call in enumerate(case.calls) if call.kind in trouble.kinds]
    return found if trouble.errno != errno.EACCES else found[:1]  # nobody loses a right in the middle


def new_sites(case: Case, numbers: Iterable[int], known: set[str]) -> list[int]:
    """Return the first call of each site that is not known yet, which it is afterwards."""
    found: dict[str, int] = {}
    for number in numbers:
        if case.sites[number] not in known:
            found.setdefault(case.sites[number], number)
    known.update(found)
    return sorted(found.values())


def strike(case: Case, trouble: Trouble, point: int) -> Outcome:
    """Run a command on a disk that fails from a call on, then again on a sound one; return what is wrong."""
    work = case.template.with_name("work")
    fresh(case, work)
    number, struck, caught = -1, False, list[LicenseError]()

    def fail(call: Call) -> Fault | None:
        nonlocal number, struck
        number += 1
        if call.kind not in trouble.kinds or number < point or (struck and not trouble.stays):
            return None
        is_first, struck = not struck, True
        return Fault(trouble.errno, trouble.short and is_first)

    with worlds.still(work), watched(work, fail), catching(caught):
        ran = worlds.run(case.line)
    done = None if NOT_WRITTEN in ran.err else ran.code
    wrong = [*wrong_ends(ran, caught, work), *wrong_state(case, worlds.view(work), done)]
    if not struck:
        wrong.append("nothing was struck")
    can_remove = trouble.errno not in {errno.EROFS, errno.EACCES, errno.EIO}
    if can_remove and (litter := litter_in(case, work)):
        wrong.append(f"left behind: {litter}")
    wrong += [one for one in wrong_repetition(case, work) if can_remove or TAKEN not in one]
    return Outcome(ran.code, tuple(caught), ran.err, tuple(wrong))


def fresh(case: Case, work: Path) -> None:
    """Put the world of a command in place as it was before."""
    shutil.rmtree(work, ignore_errors=True)
    worlds.copy_world(case.template, work)


def catching(caught: list[LicenseError]) -> Any:
    """Note the errors that commands report."""
    real: Callable[[LicenseError, click.Context], click.exceptions.Exit] = groups.report

    def report(error: LicenseError, ctx: click.Context) -> click.exceptions.Exit:
        caught.append(error)
        return real(error, ctx)

    return patch.object(groups, "report", report)


def wrong_ends(ran: Ran, caught: list[LicenseError], work: Path) -> Iterator[str]:
    """Yield what is wrong with how a command said that it failed."""
    if ran.code in {0, groups.NO} and not caught:  # of a doctor, what it has found is the answer
        return
    if ran.code == groups.DEFECT or "Traceback" in ran.err or not caught:
        yield f"no error of the tree: {ran.err[-600:]}"
    for error in caught:
        if not error.where:
            yield f"no place: {error!r}"
        elif ".partial" in error.where or (work / "tmp") in Path(error.where).parents:
            yield f"a place that is gone by now: {error!r}"
        if not error.hint:
            yield f"nothing to do: {error!r}"
        if error.code in BLAMES:
            yield f"taken for damage: {error!r}"


SERVED: Final = {"publish": "site/"}
"""What a command writes in many files, which are synced together at its end, and again by the next one."""
TAKEN: Final = "a file of this name already exists"  # what a disk that fails for good has not let be removed
REFUSED: Final = 6  # the command was understood, but the present state does not allow it
NOT_WRITTEN: Final = " was not written: "
"""What a command says that did what was asked, and could not write a file that another command makes as well."""
BLAMES: Final = frozenset({"database-damaged", "audit-damaged", "ledger-damaged", "key-file-invalid"})
"""Errors that report a damaged file."""


def wrong_state(case: Case, left: View, code: int | None) -> Iterator[str]:
    """Yield each file that is neither as before nor as after, or was said to be written and is not."""
    for name in case.before.keys() | case.after.keys():
        was, becomes, now = (one.get(name) for one in (case.before, case.after, left))
        is_on_its_way = case.name in worlds.REPAIRS or name.startswith(SERVED.get(case.name, " "))
        if (
            now not in {was, becomes}
            and not is_on_its_way
            and not (was is None and name.endswith(".db") and now in worlds.NO_DATABASE)
        ):
            yield f"between: {name} {now}"
    if code == 0:
        yield from (f"not done: {name}" for name in case.after if left.get(name) != case.after[name])


def litter_in(case: Case, work: Path) -> list[str]:
    """Return what is in a world that belongs neither to what was nor to what becomes."""
    known = case.before.keys() | case.after.keys()
    files = {str(one.relative_to(work)) for one in work.rglob("*") if one.is_file()}
    folders = {str(one.relative_to(work)) for one in work.rglob("*") if one.is_dir() and not any(one.iterdir())}
    known_folders = {str(one.relative_to(case.template)) for one in case.template.rglob("*") if one.is_dir()}
    known_folders |= {str(parent) for name in known for parent in Path(name).parents}
    beside = {f"{name}{suffix}" for name in known for suffix in ("-wal", "-shm")}
    beside |= {str(Path(name).with_suffix(".mark")) for name in known if name.endswith(".db")}
    return sorted((files - known - beside) | (folders - known_folders - {"tmp"}))


def wrong_repetition(case: Case, work: Path) -> tuple[str, ...]:
    """Run the command again, on a disk that is sound; return what is wrong with what it makes."""
    left = worlds.view(work)
    logs = {str(one.relative_to(work)): one.stat().st_size for one in work.rglob("*-wal")}
    key = case.name, repr(sorted(left.items())), repr(sorted(logs.items()))
    if key not in _KNOWN:
        _KNOWN[key] = tuple(_repeat(case, work, left))
    return _KNOWN[key]


_KNOWN: Final[dict[tuple[str, str, str], tuple[str, ...]]] = {}
"""What came of the same command in a world that was left like this."""
DOCTORS: Final = {
    "home/licensing.db": "doctor {h} --json",
    "fresh/licensing.db": "doctor --home fresh --json",
    "acme/ledger.db": "ledger verify {w} --json",
}
MOVED: Final = {"move": {"home/licensing.db"}}
"""What no doctor calls sound afterwards, and what draws other random numbers when it continues."""


def _repeat(case: Case, work: Path, left: View) -> Iterator[str]:
    changed = [name for name in case.after if case.after[name] != case.before.get(name)]
    databases = [name for name in changed if name.endswith(".db")]
    gone = case.before.keys() - case.after.keys()
    is_done = bool(changed) and all(left.get(name) == case.after[name] for name in databases or changed)
    is_done = is_done and (bool(databases) or gone.isdisjoint(left))
    caught: list[LicenseError] = []
    with worlds.still(work), catching(caught):
        ran = worlds.run(case.line)
    if ran.code != 0 and case.name in worlds.REPAIRS:
        with worlds.still(work):
            ran = worlds.run(worlds.REPAIRS[case.name])
    if ran.code != 0 and not (is_done and case.again and ran.code in {REFUSED, case.again}):
        yield f"the next run fails: {ran.code} {ran.err[-300:]}"
        return
    then = worlds.view(work)
    if ran.code == 0 and not is_done:
        free = MOVED.get(case.name, set())
        late = [name for name in case.after.keys() - free if then.get(name) != case.after[name]]
        yield from (f"the next run does not arrive: {name}" for name in late)
    if is_done and ran.code == 0 and case.again != 0:
        yield "the next run was to be refused"
    for name in DOCTORS.keys() & set(databases) - MOVED.get(case.name, set()):
        with worlds.still(work):
            found = worlds.run(DOCTORS[name])
        if found.code != 0:
            yield f"{name}: {found.out[-300:]} {found.err[-300:]}"


def sweep(case: Case, known: set[str] | None = None) -> Iterator[tuple[str, Call, Outcome]]:
    """Strike a command in every way: at every call, or at the first of each site that is not `known`."""
    for name, trouble in TROUBLES.items():
        chosen = points(case, trouble)
        if known is not None:
            named = {site.removeprefix(f"{name} ") for site in known if site.startswith(f"{name} ")}
            chosen = new_sites(case, chosen, named)
            known |= {f"{name} {site}" for site in named}
        for point in chosen:
            yield name, case.calls[point], strike(case, trouble, point)
