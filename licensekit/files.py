"""Files: bounded reads, and writes that happen completely or not at all."""

import errno
import os
import stat
import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Literal

from licensekit import errors

PRIVATE: Final = 0o600  # mode: only the owner may read the file
PRIVATE_FOLDER: Final = 0o700  # mode: only the owner may enter the folder
_Kind = Literal["folder", "pipe", "socket", "symbolic link", "device"]


def _flags(*names: str) -> int:
    """Combine the flags of `os.open` among `names` that this system has."""
    return sum(getattr(os, name, 0) for name in names)


_READ: Final = os.O_RDONLY | _flags("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _flags("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY")
_KINDS: Final[Mapping[str, _Kind]] = {"d": "folder", "p": "pipe", "s": "socket", "l": "symbolic link"}
"""First letter of `stat.filemode` to kind; any other letter is a device."""
_REASONS: Final[Mapping[int, str]] = {
    errno.ENOENT: "missing",
    errno.ENOTDIR: "not-in-folder",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.ELOOP: "link-loop",
    errno.ENAMETOOLONG: "name-too-long",
    errno.ENOSPC: "disk-full",
    errno.EDQUOT: "quota",
    errno.EROFS: "read-only",
    errno.EIO: "disk-error",
    errno.EMFILE: "too-many-files",
    errno.ENFILE: "too-many-files",
}

_NO_SYNC: Final = {errno.EACCES, errno.EPERM, errno.EINVAL, errno.ENOTSUP, errno.EMFILE, errno.ENFILE}
"""Errors of syncing a folder that are ignored: the system may not support it, or the folder may be unreadable; and even
when no file handle is free, the data has been written."""


def read_bytes(path: Path, *, limit: int, what: str) -> bytes:
    """Read a plain file; errors call it `what`.

    A symbolic link is followed. Raises `TooLarge` for more than `limit` bytes, and `FileUnusable`, also for a FIFO or
    a device, without waiting for it.
    """
    file, size = open_plain(path, what=what)
    with file, explained(path, what):
        data = file.read(limit + 1) if size <= limit else None
    if data is None or len(data) > limit:
        raise errors.TooLarge(reason="bytes", limit=limit, wanted=what, where=str(path))
    return data


def read_start(path: Path, *, limit: int, what: str) -> bytes:
    """Read at most the first `limit` bytes of a plain file; raises as `open_plain`."""
    file, _ = open_plain(path, what=what)
    with file, explained(path, what):
        return file.read(limit)


def open_plain(path: Path, *, what: str) -> tuple[BinaryIO, int]:
    """Open a plain file and return it with its size in bytes; raise `FileUnusable` for anything else."""
    with explained(path, what):
        try:
            handle = os.open(path, _READ)
        except PermissionError:  # what Windows raises for a folder
            require_plain_file(path, path.stat().st_mode, what)
            raise
        try:
            found = os.fstat(handle)
            require_plain_file(path, found.st_mode, what)
        except BaseException:  # an interrupt too must not leave the file open
            os.close(handle)
            raise
        return os.fdopen(handle, "rb"), found.st_size


def write_atomically(path: Path, data: bytes, *, mode: int = 0o644, replace: bool = True) -> None:
    """Write `data` to `path` completely or not at all; options and errors are those of `replacing`."""
    with replacing(path, mode=mode, replace=replace) as file:
        file.write(data)


@contextmanager
def replacing(path: Path, *, mode: int = 0o644, replace: bool = True) -> Generator[BinaryIO]:
    """Yield a file to write, which replaces `path` when the block ends and is deleted if the block raises.

    It is written beside `path`, with `mode` less the umask, and synced before it is renamed, so `path` has the old
    content or all of the new. Raises `PlaceTaken` if `path` exists and `replace` is false, and `FileUnusable`, also if
    it is a link or a device.
    """
    try:
        before = _check_place(path, replace=replace)
        partial = path.with_name(f".{os.urandom(8).hex()}.partial")
        handle = os.open(partial, _CREATE, mode)
        try:
            with os.fdopen(handle, "wb") as file:
                hand_over(handle, path.parent, before)
                yield file
                file.flush()
                os.fsync(handle)
            _put(partial, path, replace=replace)
        finally:
            partial.unlink(missing_ok=True)
        try:
            sync_folder(path.parent)
        except OSError as error:
            if before is not None:
                raise errors.FileUnusable(reason="unsynced", where=str(path)) from error
            path.unlink(missing_ok=True)
            raise
    except FileExistsError as error:
        raise errors.PlaceTaken(reason="file", where=str(path)) from error
    except FileNotFoundError as error:
        raise errors.FileUnusable(reason="no-folder", where=str(path)) from error
    except (OSError, ValueError) as error:
        raise unusable(path, "a file", error) from error


def make_folder(path: Path, mode: int = 0o755) -> None:
    """Create a folder in an existing one, unless it exists; raise `FileUnusable` if that fails."""
    with explained(path, "made a folder"):
        path.mkdir(mode, exist_ok=True)


def write_many(folder: Path, files: Iterable[tuple[str, bytes]], *, mode: int | None = None, sync: bool = True) -> None:
    """Write or replace files in `folder`, each completely or not at all.

    With `sync`, all of them are on the disk before the first is renamed to its name. Raises `FileUnusable` if one
    cannot be written; others may have been.
    """
    place, path, partials = f"{folder}{os.sep}", str(folder), list[tuple[str, str]]()
    try:
        for name, data in files:
            path, partial = place + name, f"{place}.{os.urandom(8).hex()}.partial"
            handle = os.open(partial, _CREATE, 0o644)
            partials.append((partial, path))
            try:
                written = os.write(handle, data)
                while written < len(data):
                    written += os.write(handle, data[written:])
            finally:
                os.close(handle)
            if mode is not None:
                os.chmod(partial, mode)  # noqa: PTH101  # a path object costs more than the call
        if sync and sys.platform != "win32":
            os.sync()  # far faster than syncing each
        for partial, path in partials:
            os.replace(partial, path)  # noqa: PTH105  # likewise
        if sync:
            sync_folder(folder)
    except (OSError, ValueError) as error:
        raise unusable(Path(path), "a file", error) from error
    finally:  # an interrupt too must not leave partial files
        for partial, _ in partials:
            with suppress(OSError):
                os.unlink(partial)  # noqa: PTH108  # likewise


@contextmanager
def scratch_folder(beside: Path | None = None) -> Generator[Path]:
    """Yield a folder that is deleted when the block ends: `beside` a file, or where the system keeps temporary files.

    Raises `FileUnusable` if it cannot be created. An error about a file in it names `beside` or the parent folder.
    """
    import shutil  # noqa: PLC0415  # costs, and few programs need it
    import tempfile  # noqa: PLC0415  # likewise

    place = beside.parent if beside else Path(tempfile.tempdir or "")
    with explained(place, "a folder for files"):
        place = beside.parent if beside else Path(tempfile.gettempdir())
        folder = Path(tempfile.mkdtemp(dir=place, prefix=".", suffix=".partial"))
    try:
        yield folder
    except errors.StateError as error:
        raise (error.replace(where=str(beside or place)) if folder.name in error.where else error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def names_in(folder: Path) -> frozenset[str]:
    """Return the names in `folder`; raise `FileUnusable` if it cannot be listed."""
    with explained(folder, "a folder for files"):
        return frozenset(os.listdir(folder))  # noqa: PTH208  # paths are not needed


def require_writable(folder: Path) -> None:
    """Raise `FileUnusable` if no files can be created in `folder`; nothing is left in it."""
    probe = folder / f".{os.urandom(8).hex()}.partial"
    with explained(folder, "a folder for files"):
        os.close(os.open(probe, _CREATE, 0o600))
        probe.unlink()


def is_exposed(path: Path) -> bool:
    """Return whether the mode of a file lets others than its owner use it; raises `FileUnusable`."""
    with explained(path, "a file"):
        mode = path.stat().st_mode
    # On Windows, the mode does not show who has access.
    return os.name == "posix" and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def hand_over(made: int | Path, folder: Path, before: os.stat_result | None = None) -> None:
    """As root, give a new file to the owner of `before` or else of `folder`, so that the application can use it."""
    if sys.platform != "win32" and os.geteuid() == 0:
        owner = before or folder.stat()
        # Some file systems have no owners, or do not obey root.
        with suppress(OSError):
            os.chown(made, owner.st_uid, owner.st_gid)


def sync_folder(folder: Path) -> None:
    """Sync the directory entries of `folder` to the disk, if the system supports it."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def unusable(path: Path, what: str, error: OSError | ValueError) -> "errors.FileUnusable":
    """Return the error that says why `path` cannot be used as `what`."""
    reason = _REASONS.get(error.errno or 0) if isinstance(error, OSError) else None
    return errors.FileUnusable(reason=reason or "other", wanted=what, detail=str(error), where=str(path))


def require_plain_file(path: Path, mode: int, what: str) -> None:
    """Raise `FileUnusable` unless `mode`, as `stat` returns it, is that of a plain file."""
    if not stat.S_ISREG(mode):
        kind: _Kind = _KINDS.get(stat.filemode(mode)[0], "device")
        raise errors.FileUnusable(reason="not-plain", kind=kind, wanted=what, where=str(path))


@contextmanager
def explained(path: Path, what: str) -> Generator[None]:
    """Turn an error of the system, or of an invalid path, into `FileUnusable`, which calls the file `what`."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise unusable(path, what, error) from error


def _check_place(path: Path, *, replace: bool) -> os.stat_result | None:
    """Return the status of the file to be replaced, or None if there is none."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if not replace:
        raise FileExistsError
    require_plain_file(path, found.st_mode, "a file to be replaced")
    return found


def _put(partial: Path, path: Path, *, replace: bool) -> None:
    if replace:
        partial.replace(path)
        return
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        raise
    except OSError:
        # The file system has no hard links (a USB stick): create the name first, then replace it.
        os.close(os.open(path, _CREATE, 0o600))
        try:
            partial.replace(path)
        except BaseException:  # an interrupt too must not leave an empty file
            path.unlink(missing_ok=True)
            raise
