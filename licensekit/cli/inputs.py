"""What commands read: files or standard input, passphrases that are never arguments, who asks."""

import getpass
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import click

from licensekit import limits
from licensekit.errors import FileUnusable, LicenseError, PassphraseMissing, TooLarge
from licensekit.files import read_bytes, write_atomically

STANDARD: Final = "-"
"""Where a file is meant: standard input or output."""


@contextmanager
def located(where: str | None) -> Generator[None]:
    """Add where it happened to a `LicenseError` raised inside, unless it has a place already.

    `where` is a path, or `-`; None adds nothing.
    """
    try:
        yield
    except LicenseError as error:
        if error.where or where is None:
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


def write_output(path: str, data: bytes) -> None:
    """Write a whole file or none of it, or standard output for `-`.

    Raises:
        FileUnusable: it cannot be written.
    """
    if path != STANDARD:
        write_atomically(Path(path), data)
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def account() -> str:
    """Return the name of the account that runs the command; empty where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return ""


def is_terminal() -> bool:
    """Return whether there is somebody to ask."""
    return sys.stdin.isatty()


class PassphraseSource(NamedTuple):
    """Where a passphrase comes from; nothing given means a prompt."""

    file: str | None
    fd: int | None


def read_passphrase(source: PassphraseSource, prompt: str, *, confirm: bool = False) -> bytes:
    """Read a passphrase from its file, descriptor or a prompt on the terminal.

    Raises:
        PassphraseMissing: nothing given and no terminal to ask on, or an empty one.
        FileUnusable, TooLarge: the file cannot be read.
    """
    if source.file is not None and source.fd is not None:
        raise click.UsageError("give a passphrase by file or by descriptor, not by both.")
    if source.file is not None:
        data = read_input(source.file, what="a passphrase", limit=limits.PASSPHRASE_BYTES)
        return _first_line(data, source.file)
    if source.fd is not None:
        return _first_line(_read_descriptor(source.fd), f"descriptor {source.fd}")
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
            reason="other", wanted="a passphrase", detail=error.strerror or str(error), where=f"descriptor {descriptor}"
        ) from error


def _first_line(data: bytes, where: str) -> bytes:
    line = data.split(b"\n", 1)[0].removesuffix(b"\r")
    if len(line) > limits.PASSPHRASE_BYTES:
        raise TooLarge(
            reason="bytes", limit=limits.PASSPHRASE_BYTES, size=len(line), wanted="a passphrase", where=where
        )
    if not line:
        raise PassphraseMissing(reason="empty", where=where)
    return line
