"""A plugin of pytest that shows Windows to the package, and to nothing else: `-p tests.shipping.acted_windows`.

What the package imports of the standard library lacks what Windows lacks (as typeshed says), says that it runs on
Windows, and has a registry. Files behave as there: one that is open is neither renamed nor removed, and a folder is not
opened. Tests, pytest and third parties go on seeing the system that they run on.
"""

import builtins
import ctypes
import errno
import importlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import pytest

ABSENT: Final = {"curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
"""Modules that Windows does not have."""
_OS: Final = """
    chflags chown chroot confstr copy_file_range ctermid environb eventfd fchdir fchmod fchown fdatasync fork forkpty
    fpathconf fstatvfs fwalk getegid getenvb geteuid getgid getgrouplist getgroups getloadavg getpgid getpgrp
    getpriority getrandom getresgid getresuid getsid getuid getxattr initgroups killpg lchflags lchmod lchown listxattr
    lockf major makedev memfd_create minor mkfifo mknod nice openpty pathconf pipe2 posix_fadvise posix_fallocate
    posix_spawn posix_spawnp pread preadv pwrite pwritev readv register_at_fork removexattr sched_getaffinity
    sched_setaffinity sched_yield sendfile setegid seteuid setgid setgroups setpgid setpgrp setpriority setregid
    setresgid setresuid setreuid setsid setuid setxattr splice statvfs sync sysconf tcgetpgrp tcsetpgrp ttyname uname
    wait wait3 wait4 waitid writev EX_IOERR EX_OK EX_SOFTWARE EX_TEMPFAIL EX_USAGE O_ASYNC O_CLOEXEC O_DIRECT
    O_DIRECTORY O_DSYNC O_NDELAY O_NOATIME O_NOCTTY O_NOFOLLOW O_NONBLOCK O_PATH O_RSYNC O_SYNC O_TMPFILE WNOHANG
"""
_TIME: Final = """
    CLOCK_BOOTTIME CLOCK_MONOTONIC CLOCK_MONOTONIC_RAW CLOCK_PROCESS_CPUTIME_ID CLOCK_REALTIME CLOCK_TAI
    CLOCK_THREAD_CPUTIME_ID clock_getres clock_gettime clock_gettime_ns clock_settime tzset
"""
_SIGNAL: Final = """
    SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 SIGWINCH SIG_BLOCK
    SIG_SETMASK SIG_UNBLOCK alarm getitimer pause pthread_kill pthread_sigmask setitimer siginterrupt sigpending sigwait
"""
_STREAMS: Final = {"stdin", "stdout", "stderr"}
REGISTRY: Final[Mapping[str, object]] = {
    "MachineGuid": "0d9e5b4c-7f0a-4c1d-9f3e-2b6a8c5d4e3f",
    "BootId": 7,
    "ProcessorNameString": "Example CPU 3000",
}


class Shown(ModuleType):
    """A module as Windows has it."""

    def __init__(self, real: ModuleType, hidden: str = "", **given: object) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(given)
        self._real, self._hidden = real, frozenset(hidden.split())

    def __getattr__(self, name: str) -> Any:
        if name in self._hidden:
            raise AttributeError(f"Windows has no {self.__name__}.{name}")
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        """Put a standard stream where third parties find it as well."""
        if name in _STREAMS:
            setattr(self._real, name, value)
        else:
            super().__setattr__(name, value)


def _open_key(_: object, path: str, *__: object) -> nullcontext[str]:
    return nullcontext(path)


def _query(_: str, name: str) -> tuple[object, int]:
    if name not in REGISTRY:
        raise FileNotFoundError(errno.ENOENT, name)
    return REGISTRY[name], 1


def _firmware(*_: object) -> int:
    return 0  # no table of this provider


class _Ticks:
    """`GetTickCount64`, whose type of result is set by whoever calls it."""

    restype: object = None

    def __call__(self) -> int:
        return int(time.monotonic() * 1000)


def _open(path: Any, flags: int, *more: Any, **named: Any) -> int:
    """Open a file, and refuse a folder."""
    if Path(path).is_dir():
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return os.open(path, flags, *more, **named)


def _load(name: str) -> Any:
    return MODULES.get(name) or importlib.import_module(name)


_KERNEL: Final = SimpleNamespace(GetTickCount64=_Ticks(), GetSystemFirmwareTable=_firmware)
MODULES: Final[Mapping[str, Any]] = {
    "os": Shown(os, _OS, name="nt", open=_open, O_BINARY=0, O_NOINHERIT=0),
    "sys": Shown(sys, "abiflags getdlopenflags setdlopenflags", platform="win32"),
    "time": Shown(time, _TIME),
    "signal": Shown(signal, _SIGNAL),
    "select": Shown(select, "epoll poll kqueue kevent devpoll PIPE_BUF"),
    "ctypes": Shown(ctypes, windll=SimpleNamespace(kernel32=_KERNEL)),
    "importlib": Shown(importlib, import_module=_load),
    "winreg": SimpleNamespace(HKEY_LOCAL_MACHINE=0, OpenKey=_open_key, QueryValueEx=_query),
}


def _import(name: str, *more: Any, **named: Any) -> Any:
    """Import as the package does on Windows."""
    if name.partition(".")[0] in ABSENT:
        raise ModuleNotFoundError(f"Windows has no module {name!r}", name=name)
    module = builtins.__import__(name, *more, **named)
    return MODULES.get(module.__name__, module)


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _import}
        super().exec_module(module)


class Finder(MetaPathFinder):
    """Finds the modules of the package, and shows them Windows."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module as it is found elsewhere, with a loader of ours."""
        if fullname.partition(".")[0] != "licensekit":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.origin)
        return spec


def _is_open(place: Path) -> bool:
    """Return whether this process has the file open, or one in the folder."""
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the handle that lists them
            found = handle.readlink()
            if found == place or place in found.parents:
                return True
    return False


def _in_use(call: Callable[..., None]) -> Callable[..., None]:
    """Refuse to rename or remove what is open, as Windows does."""

    def refusing(*places: Any, dir_fd: int | None = None, **named: Any) -> None:
        for place in places:
            folder = Path.cwd() if dir_fd is None else Path(f"/proc/self/fd/{dir_fd}").readlink()
            path = folder / os.fsdecode(place)
            if not path.is_symlink() and _is_open(path.resolve()):
                raise PermissionError(errno.EACCES, "the process cannot access the file: it is open", str(place))
        call(*places, **named, **({} if dir_fd is None else {"dir_fd": dir_fd}))

    return refusing


def _skipped(*_: object, **__: object) -> None:
    pytest.skip("Windows has none")


def act() -> None:
    """Show the package Windows, before anything of it is loaded."""
    sys.meta_path.insert(0, Finder())
    for name in ("rename", "replace", "remove", "unlink"):
        setattr(os, name, _in_use(getattr(os, name)))
    os.mkfifo = _skipped


def run_as_ours(path: str) -> None:
    """Run a file as a module of the package."""
    module = ModuleType("licensekit.line")
    module.__spec__ = ModuleSpec(module.__name__, None, origin=path)
    _Loader(module.__name__, path).exec_module(module)


@pytest.fixture(autouse=True)
def _data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what a test leaves in the data folder of the account."""
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path_factory.mktemp("data")))


def pytest_load_initial_conftests() -> None:
    """Show the package Windows before the first test loads it."""
    assert [name for name in sys.modules if name.partition(".")[0] == "licensekit"] == []
    act()


def pytest_configure(config: pytest.Config) -> None:
    """Refuse text in the encoding of the machine, which is another one on Windows; tests may use it."""
    config.addinivalue_line("filterwarnings", "ignore::EncodingWarning")
    config.addinivalue_line("filterwarnings", r"error::EncodingWarning:licensekit(\..*)?")
