"""The calls by which SQLite changes files, each shown to a function first, which may let it fail.

The table of calls of its file system (https://sqlite.org/vfs.html) is changed in place, for all connections of this
process that are opened meanwhile.
"""

import ctypes
import errno
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from tests.disk_faults.calls import Call, Done, Fault, Kind, Strike

FULL: Final = 13
CANTOPEN: Final = 14
IOERR: Final[Mapping[Kind, int]] = {"write": 3, "sync": 4, "truncate": 6, "unlink": 10, "grow": 19}
"""What SQLite adds to its code of an I/O error, divided by 256 (https://sqlite.org/rescode.html)."""
CREATE: Final = 0x4  # SQLITE_OPEN_CREATE
_P, _I, _L = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64

_OPEN = ctypes.CFUNCTYPE(_I, _P, _P, _P, _I, _P)  # the name as an address: SQLite goes on to read there
_DELETE = ctypes.CFUNCTYPE(_I, _P, ctypes.c_char_p, _I)
_WRITE = ctypes.CFUNCTYPE(_I, _P, _P, _I, _L)
_TRUNCATE = ctypes.CFUNCTYPE(_I, _P, _L)
_SYNC = ctypes.CFUNCTYPE(_I, _P, _I)
_GROW = ctypes.CFUNCTYPE(_I, _P, _I, _I, _I, _P)


class _System(ctypes.Structure):
    _fields_ = (
        ("version", _I), ("file_size", _I), ("path_size", _I), ("next", _P), ("name", ctypes.c_char_p), ("data", _P),
        ("open", _P), ("delete", _P),
    )  # fmt: skip


class _Methods(ctypes.Structure):
    _fields_ = (
        ("version", _I), ("close", _P), ("read", _P), ("write", _P), ("truncate", _P), ("sync", _P), ("size", _P),
        ("lock", _P), ("unlock", _P), ("check_lock", _P), ("control", _P), ("sector", _P), ("device", _P),
        ("grow", _P), ("shm_lock", _P), ("shm_barrier", _P), ("shm_unmap", _P), ("fetch", _P), ("unfetch", _P),
    )  # fmt: skip


def library() -> Any:
    """Return the SQLite of this Python, or None where its functions cannot be reached."""
    try:
        found = ctypes.CDLL(str(import_module("_sqlite3").__file__))
        found.sqlite3_vfs_find.restype = ctypes.POINTER(_System)
        found.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    except (OSError, AttributeError, TypeError):
        return None
    return found


def _code(call: Call, fault: Fault) -> int:
    if call.kind == "create":
        return CANTOPEN
    if fault.errno in {errno.ENOSPC, errno.EDQUOT} and call.kind == "write":
        return FULL
    return 10 + 256 * IOERR[call.kind]


class _Calls:
    """Changed tables of calls: one for the file system, and one for each kind of file."""

    def __init__(self, system: _System, strike: Strike, done: Done) -> None:
        self.strike, self.done = strike, done
        self.names: dict[int, str] = {}
        self.new: set[int] = set()  # logs that were created: their first sync is of the folder too
        self.tables: dict[int, _Methods] = {}
        self.kept: list[Any] = []
        self.real_open, self.real_delete = _OPEN(system.open), _DELETE(system.delete)

    def around(self, call: Call, act: Callable[[], int], part: Callable[[], object] = lambda: None) -> int:
        fault = self.strike(call)
        if fault is not None:
            if fault.short:
                part()
            return _code(call, fault)
        code = act()
        if code == 0:
            self.done(call)
        return code

    def open(self, system: int, name: int | None, file: int, flags: int, out: int) -> int:
        path = "" if name is None else os.fsdecode(ctypes.string_at(name))
        is_new = bool(path) and bool(flags & CREATE) and not Path(path).exists()

        def act() -> int:
            code = int(self.real_open(system, name, file, flags, out))
            if code == 0 and path:
                self.watch(file, path)
                self.new.discard(file)
                if is_new:
                    self.new.add(file)
            return code

        return self.around(Call("create", path), act) if is_new else act()

    def delete(self, system: int, name: bytes, sync: int) -> int:
        path = os.fsdecode(name)
        code = self.around(Call("unlink", path), lambda: self.real_delete(system, name, sync))
        if code == 0 and sync:
            self.done(Call("sync", str(Path(path).parent)))
        return code

    def watch(self, file: int, path: str) -> None:
        """Let a file that was opened call the changed table of its kind."""
        self.names[file] = path
        place = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
        real = place[0]
        if real is None or real in {ctypes.addressof(one) for one in self.tables.values()}:
            return
        if real not in self.tables:
            self.tables[real] = self.changed(_Methods.from_address(real))
        place[0] = ctypes.addressof(self.tables[real])

    def changed(self, real: _Methods) -> _Methods:
        table = _Methods.from_buffer_copy(real)
        write, truncate, sync = _WRITE(real.write), _TRUNCATE(real.truncate), _SYNC(real.sync)

        def do_write(file: int, data: int, size: int, at: int) -> int:
            call = Call("write", self.names[file])
            return self.around(call, lambda: write(file, data, size, at), lambda: write(file, data, size // 2, at))

        def do_truncate(file: int, size: int) -> int:
            return self.around(Call("truncate", self.names[file]), lambda: truncate(file, size))

        def do_sync(file: int, flags: int) -> int:
            code = self.around(Call("sync", self.names[file]), lambda: sync(file, flags))
            if code == 0 and file in self.new:
                self.new.discard(file)
                self.done(Call("sync", str(Path(self.names[file]).parent)))
            return code

        made = [_WRITE(do_write), _TRUNCATE(do_truncate), _SYNC(do_sync)]
        table.write, table.truncate, table.sync = (ctypes.cast(one, _P).value for one in made)
        if real.version > 1 and real.grow:
            grow = _GROW(real.grow)

            def do_grow(file: int, region: int, size: int, extend: int, out: int) -> int:
                path = f"{self.names[file]}-shm"
                if extend and (not Path(path).exists() or Path(path).stat().st_size < (region + 1) * size):
                    return self.around(Call("grow", path), lambda: grow(file, region, size, extend, out))
                return int(grow(file, region, size, extend, out))

            made.append(_GROW(do_grow))
            table.grow = ctypes.cast(made[-1], _P).value
        self.kept += made
        return table


_KEPT: Final[list[_Calls]] = []
"""A connection that outlives its block goes on to call what it was given."""


@contextmanager
def watched(strike: Strike, done: Done) -> Generator[None]:
    """Show each call that changes a file to `strike` first, and to `done` afterwards."""
    system = library().sqlite3_vfs_find(None).contents
    calls = _Calls(system, strike, done)
    _KEPT.append(calls)
    before = system.open, system.delete
    opening, deleting = _OPEN(calls.open), _DELETE(calls.delete)
    calls.kept += [opening, deleting]
    system.open, system.delete = ctypes.cast(opening, _P).value, ctypes.cast(deleting, _P).value
    try:
        yield
    finally:
        system.open, system.delete = before
