"""The calls of a process that change what is on the disk, each shown to a function first, which may let it fail."""

import builtins
import io
import os
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from unittest.mock import patch

Kind = Literal[
    "create", "write", "sync", "truncate", "grow", "replace", "link", "unlink", "mkdir", "rmdir", "change", "sync all"
]


class Call(NamedTuple):
    """A call that changes what is on the disk."""

    kind: Kind
    path: str


class Fault(NamedTuple):
    """How a call fails; `short`: half of what was to be written is."""

    errno: int
    short: bool = False

    def error(self, path: str) -> OSError:
        """Return it as an error of the system."""
        return OSError(self.errno, os.strerror(self.errno), path)


Strike = Callable[[Call], Fault | None]
Done = Callable[[Call], None]
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _named(path: Any, folder: int | None = None) -> str:
    """Return the absolute path of what a call names: a path, below a folder that is open, or an open file."""
    if isinstance(path, int):
        return str(Path(f"/proc/self/fd/{path}").readlink())
    below = Path.cwd() if folder is None else Path(f"/proc/self/fd/{folder}").readlink()
    return str(below / os.fsdecode(path))


@contextmanager
def watched(folder: Path, strike: Strike, done: Done = lambda _: None) -> Generator[None]:
    """Show each call of this process that changes something in `folder` to `strike` first, and to `done` afterwards."""
    from tests.disk_faults import sqlite_layer  # noqa: PLC0415  # it takes the types from here

    root, is_over = f"{folder}{os.sep}", False

    def ours(path: str) -> bool:  # a connection that stays open goes on to ask
        return not is_over and (path.startswith(root) or path == str(folder))

    def strike_ours(call: Call) -> Fault | None:
        return strike(call) if ours(call.path) else None

    def done_ours(call: Call) -> None:
        if ours(call.path):
            done(call)

    def around(call: Call, act: Callable[[], Any]) -> Any:
        if not ours(call.path):
            return act()
        if (fault := strike(call)) is not None:
            raise fault.error(call.path)
        result = act()
        done(call)
        return result

    with ExitStack() as stack:
        for module, name, changed in _replaced(around, strike_ours, done_ours):
            stack.enter_context(patch.object(module, name, changed))
        stack.enter_context(patch.object(os, "sync", lambda: around(Call("sync all", str(folder)), lambda: None)))
        stack.enter_context(sqlite_layer.watched(strike_ours, done_ours))
        try:
            yield
        finally:
            is_over = True


def _replaced(  # noqa: C901  # one function for each call of the system
    around: Callable[[Call, Callable[[], Any]], Any], strike: Strike, done: Done
) -> list[tuple[Any, str, Callable[..., Any]]]:
    real: dict[str, Any] = {name: getattr(os, name) for name in dir(os)}
    real_open = io.open

    def system_open(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        def act() -> int:
            return int(real["open"](path, flags, mode, dir_fd=dir_fd))

        if not flags & _WRITING:
            return act()
        named = _named(path, dir_fd)
        kind: Kind = "create" if flags & os.O_CREAT and not os.path.lexists(named) else "change"
        return int(around(Call(kind, named), act))

    def write(handle: int, data: Any) -> int:
        named = _named(handle)
        fault = strike(Call("write", named))
        if fault is None:
            written = int(real["write"](handle, data))
            done(Call("write", named))
            return written
        if fault.short and len(data) > 1:
            return int(real["write"](handle, bytes(data)[: len(data) // 2]))
        raise fault.error(named)

    def naming(name: str, kind: Kind) -> Callable[..., Any]:
        def call(path: Any, *more: Any, **named: Any) -> Any:
            return around(Call(kind, _named(path, named.get("dir_fd"))), lambda: real[name](path, *more, **named))

        return call

    def between(name: str, kind: Kind) -> Callable[..., Any]:
        def call(source: Any, target: Any, **named: Any) -> Any:
            return around(Call(kind, _named(target)), lambda: real[name](source, target, **named))

        return call

    class Raw(io.FileIO):
        """A file whose writes are calls too."""

        def write(self, data: Any) -> int:
            named = _named(self.fileno())
            fault = strike(Call("write", named))
            if fault is not None:
                if fault.short:
                    super().write(bytes(data)[: len(data) // 2])
                raise fault.error(named)
            written = super().write(data)
            done(Call("write", named))
            return written

    def open_file(  # noqa: PLR0917  # as `open` has it
        file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None,
        newline: Any = None, closefd: bool = True, opener: Any = None,  # noqa: FBT001, FBT002  # as `open` has it
    ) -> Any:  # fmt: skip
        if set(mode).isdisjoint("wax+"):
            return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        plain = mode.replace("b", "").replace("t", "")

        def act() -> Raw:
            return Raw(file, plain, closefd, opener)

        if isinstance(file, int):
            raw = act()
        else:
            kind: Kind = "change" if os.path.lexists(file) else "create"
            raw = around(Call(kind, _named(file)), act)
        if buffering == 0:
            return raw
        buffer = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffer if "b" in mode else io.TextIOWrapper(buffer, encoding, errors, newline)

    kinds: dict[str, Kind] = {
        "fsync": "sync", "unlink": "unlink", "remove": "unlink", "mkdir": "mkdir", "rmdir": "rmdir", "chmod": "change",
        "utime": "change", "truncate": "truncate", "ftruncate": "truncate",
    }  # fmt: skip
    pairs: dict[str, Kind] = {"replace": "replace", "rename": "replace", "link": "link", "symlink": "link"}
    return [
        (os, "open", system_open),
        (os, "write", write),
        (io, "open", open_file),
        (builtins, "open", open_file),
        *((os, name, naming(name, kind)) for name, kind in kinds.items()),
        *((os, name, between(name, kind)) for name, kind in pairs.items()),
    ]
