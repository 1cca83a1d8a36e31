"""What commands read: files or standard input, times, passphrases that are never arguments."""

import os
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import click

from licensekit import limits
from licensekit.dates import parse_seconds
from licensekit.errors import FileUnusable, LicenseError, PassphraseMissing, TooLarge
from licensekit.files import read_bytes, write_atomically

F = TypeVar("F", bound=Callable[..., Any])

STANDARD: Final = "-"
"""Where a file is meant: standard input or output."""


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Return the seconds since 1970 of a time that was typed; None if none was."""
    if value is None:
        return None
    try:
        seconds = parse_seconds(value)
    except (ValueError, OverflowError):
        seconds = -1
    if not 0 <= seconds <= limits.SECONDS:
        wanted = "a date like 2027-01-01 or a time like 2027-01-01T00:00:00Z"
        raise click.BadParameter(f"{value!r} is not {wanted}", ctx, param)
    return seconds


def _now(ctx: click.Context, param: click.Parameter, value: str | None) -> int:
    seconds = moment(ctx, param, value)
    return int(time.time()) if seconds is None else seconds


now_option: Final[Callable[[Callable[..., Any]], Callable[..., Any]]] = click.option(
    "--now",
    metavar="TIME",
    callback=_now,
    help="Answer as of this time: 2027-01-01T00:00:00Z.",
)
"""`--now`, as whole seconds since 1970; without it, the clock."""


@contextmanager
def located(where: str) -> Generator[None]:
    """Add where it happened to a `LicenseError` raised inside, unless it has a place already.

    `where` is a path, or `-`.
    """
    try:
        yield
    except LicenseError as error:
        if error.where:
            raise
        raise error.at("standard input" if where == STANDARD else where) from error


def read_input(path: str, *, what: str, limit: int = limits.FILE_BYTES) -> bytes:
    """Read the bytes of a file, or of standard input for `-`.

    Raises:
        FileUnusable: there is no such plain file, or it cannot be read.
        TooLarge: it has more than `limit` bytes.
    """
    if path != STANDARD:
        return read_bytes(Path(path), limit=limit, what=what)
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(reason="bytes", limit=limit, wanted=what, where="standard input")
    return data


def write_output(path: str, data: bytes, *, mode: int = 0o644) -> None:
    """Write a whole file or none of it, or standard output for `-`.

    Raises:
        FileUnusable: it cannot be written.
    """
    if path != STANDARD:
        write_atomically(Path(path), data, mode=mode)
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def is_terminal() -> bool:
    """Return whether there is somebody to ask."""
    return sys.stdin.isatty()


class PassphraseSource(NamedTuple):
    """Where a passphrase comes from; nothing given means a prompt."""

    file: str | None
    descriptor: int | None


def passphrase_options(*, root: bool = False) -> Callable[[F], F]:
    """Add `--passphrase-file` and `--passphrase-fd`; with `root`, `--root-passphrase-…` instead.

    The command gets them as `passphrase_file` and `passphrase_fd`, or as `root_passphrase_file`
    and `root_passphrase_fd`.
    """
    prefix, key = ("root-", "root key") if root else ("", "signing key")
    from_file = click.option(
        f"--{prefix}passphrase-file",
        metavar="FILE",
        help=f"Read the passphrase of the {key} from the first line of FILE.",
    )
    from_descriptor = click.option(
        f"--{prefix}passphrase-fd",
        type=click.IntRange(min=0),
        metavar="N",
        help=f"Read the passphrase of the {key} from this file descriptor.",
    )
    return lambda command: from_file(from_descriptor(command))


def read_passphrase(source: PassphraseSource, prompt: str, *, confirm: bool = False) -> bytes:
    """Read a passphrase from its file, descriptor or a prompt on the terminal.

    Raises:
        PassphraseMissing: nothing given and no terminal to ask on, or an empty one.
        FileUnusable, TooLarge: the file cannot be read.
    """
    if source.file is not None and source.descriptor is not None:
        raise click.UsageError("give a passphrase by file or by descriptor, not by both.")
    if source.file is not None:
        data = read_input(source.file, what="a passphrase", limit=limits.PASSPHRASE_BYTES)
        return _first_line(data, source.file)
    if source.descriptor is not None:
        return _first_line(_read_descriptor(source.descriptor), f"descriptor {source.descriptor}")
    if not is_terminal():
        raise PassphraseMissing(reason="not-given", where=prompt)
    typed: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return typed.encode()


def _read_descriptor(descriptor: int) -> bytes:
    try:
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            return stream.read(limits.PASSPHRASE_BYTES + 1)
    except OSError as error:
        raise FileUnusable(
            reason="other",
            wanted="a passphrase",
            detail=error.strerror or str(error),
            where=f"descriptor {descriptor}",
        ) from error


def _first_line(data: bytes, where: str) -> bytes:
    line = data.split(b"\n", 1)[0].removesuffix(b"\r")
    if len(line) > limits.PASSPHRASE_BYTES:
        raise TooLarge(
            reason="bytes",
            limit=limits.PASSPHRASE_BYTES,
            size=len(line),
            wanted="a passphrase",
            where=where,
        )
    if not line:
        raise PassphraseMissing(reason="empty", where=where)
    return line
