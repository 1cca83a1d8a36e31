"""Checks of a database and its folder.

Nothing is changed. If one check fails, the others still run.
"""

import os
import shutil
import stat
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from licensekit.database import Migrating, Schema, connect
from licensekit.database.backup import find_damage
from licensekit.database.upgrades import found_in
from licensekit.errors import Coded, FileUnusable, LicenseError, Message
from licensekit.files import unusable

Health = Literal["ok", "notice", "error"]
Graded = tuple[Health, Coded]
Check = Callable[[], Iterator[Graded]]
_MIB: Final = 1024 * 1024
_LEAST_ROOM: Final = 8 * _MIB  # with less free space, the next change may fail
_ROOM: Final = 64 * _MIB  # besides room for two copies of the database; with less, a migration or backup may fail


class Diagnosis(NamedTuple):
    """A finding of a check."""

    check: str
    state: Health
    about: Coded
    """What was found, and what to do."""

    def plain(self) -> dict[str, Any]:
        """Return the finding as plain JSON values."""
        return {"check": self.check, "state": self.state, **self.about.as_json()}


class CheckPassed(Message, reasons=True):
    """A check that found nothing wrong."""

    count: int = 0
    head: bytes = b""
    version: str = ""
    python: str = ""
    cryptography: str = ""
    known: int = 0
    reader: int = 0
    writer: int = 0


class PlaceUnsafe(Message, reasons=True):
    """Something is wrong with the files or the disk of a database."""

    path: str = ""
    free: int = 0


class CheckNotMade(Message, reasons=True):
    """A check that could not run, or only in part."""

    check: str = ""
    detail: str = ""


def diagnose_database(
    location: str | Path,
    schema: Schema,
    own: Callable[[Migrating], Mapping[str, Check]],
    beside: tuple[str, ...] = (),
    *,
    opened: Migrating | None = None,
    without: Container[str] = (),
) -> tuple[Diagnosis, ...]:
    """Run the checks of every database and the `own` ones of its kind, except those named in `without`.

    `beside` names further files in its folder that belong to it. `opened` is the database if it is already open.
    """
    with ExitStack() as stack:
        checks, found = dict[str, Check](), list[Diagnosis]()
        try:
            database = opened or stack.enter_context(closing(connect(location, schema=None, create=False)))
            with database.read() as connection:
                version = str(connection.value(database.dialect.queries["version"]))
        except LicenseError as error:
            found.append(Diagnosis("database", "error", error))
            if isinstance(error, FileUnusable):
                return (*found, *run_checks({"versions": _versions}))
        else:
            checks["database"] = lambda: _database(database, version)
            checks["schema"] = lambda: _schema(database, schema)
            checks |= own(database)
        if isinstance(location, Path):
            checks["files"] = lambda: _files(location, beside)
            checks["space"] = lambda: _space(location)
        checks["versions"] = _versions
        return (*found, *run_checks({name: check for name, check in checks.items() if name not in without}))


def run_checks(checks: Mapping[str, Check]) -> tuple[Diagnosis, ...]:
    """Run every check in order and return the findings, at least one for each."""
    findings: list[Diagnosis] = []
    failed: dict[str, str] = {}
    for name, check in checks.items():
        graded: Graded
        try:
            for graded in check():
                findings.append(Diagnosis(name, *graded))
                failed.setdefault(str(graded[1]), name)
        except LicenseError as error:
            first = failed.setdefault(str(error), name)
            graded = ("error", error) if first == name else ("notice", CheckNotMade(reason="same", check=first))
            findings.append(Diagnosis(name, *graded))
        except Exception as error:  # noqa: BLE001  # an edited row may break a check, but not the others
            findings.append(Diagnosis(name, "error", CheckNotMade(reason="broken", detail=repr(error))))
    return tuple(findings)


def _files(path: Path, beside: tuple[str, ...]) -> Iterator[Graded]:
    """Check permissions and owners of a database, its folder, and the files `beside` it."""
    folder = path.parent
    try:
        found = {folder: folder.stat()}
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", *beside):
            with suppress(FileNotFoundError):
                found[folder / name] = (folder / name).stat()
    except OSError as error:
        raise unusable(folder, "a home", error) from error
    unsafe: list[Graded] = []
    for one, facts in found.items():
        others = stat.S_IWGRP | stat.S_IWOTH if one == folder else stat.S_IRWXG | stat.S_IRWXO
        wrong = {
            "exposed": os.name == "posix" and bool(facts.st_mode & others),
            "owner": facts.st_uid != found[folder].st_uid,
            "read-only": not os.access(one, os.W_OK),
        }
        reasons = [reason for reason, is_wrong in wrong.items() if is_wrong]
        unsafe.extend(("notice", PlaceUnsafe(reason=reason, path=str(one))) for reason in reasons)
    yield from unsafe or [("ok", CheckPassed(reason="files"))]


def _space(path: Path) -> Iterator[Graded]:
    try:
        size, left = path.stat().st_size, shutil.disk_usage(path.parent).free
    except OSError as error:
        raise unusable(path, "a database", error) from error
    if left < _LEAST_ROOM:
        yield "error", PlaceUnsafe(reason="full", free=left // _MIB)
    elif left < _ROOM + 2 * size:
        yield "notice", PlaceUnsafe(reason="little", free=left // _MIB)
    else:
        yield "ok", CheckPassed(reason="space", count=left // _MIB)


def _database(database: Migrating, version: str) -> Iterator[Graded]:
    damages: list[Graded] = [("error", damage) for damage in find_damage(database)]
    yield from damages or [("ok", CheckPassed(reason="database", version=version))]


def _schema(database: Migrating, schema: Schema) -> Iterator[Graded]:
    with database.read() as connection:
        found = found_in(connection, database, schema)
    if schema.number_of(found, database.location) > schema.number:
        schema.check(found, database.location)
    kind, number, reader, writer = found or (None, 0, 0, 0)
    reason = "schema" if number == schema.number else f"{kind}-older" if number < schema.number else "newer"
    passed = CheckPassed(reason=reason, count=number, known=schema.number, reader=reader, writer=writer)
    yield "ok" if reason == "schema" else "notice", passed


def _versions() -> Iterator[Graded]:
    import platform  # noqa: PLC0415  # costs, and only this check needs it
    from importlib.metadata import version  # noqa: PLC0415  # costs, and only this check needs it

    own, python, cryptography = version("licensekit-files"), platform.python_version(), version("cryptography")
    yield "ok", CheckPassed(reason="versions", version=own, python=python, cryptography=cryptography)
