"""Files, standard streams and secrets of commands. A secret is never an argument."""

import getpass
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import click

from licensekit import errors, limits
from licensekit.cli.output import remark_left_out
from licensekit.files import explained, read_bytes, write_atomically
from licensekit.text.tokens import find_tokens

STANDARD: Final = "-"  # in place of a file: standard input or output
_WHAT: Final = "a passphrase or a PIN"
_MOST_BYTES: Final = 2 * limits.PASSPHRASE_BYTES + 64  # the longest secret in UTF-16, its byte order mark and line end


@contextmanager
def located(where: str | None) -> Generator[None]:
    """Add the place `where` to a `LicenseError` raised inside that has none: a path or `-`; None adds nothing."""
    try:
        yield
    except errors.LicenseError as error:
        if error.where or where is None:
            raise
        raise error.at("standard input" if where == STANDARD else where) from error


def read_input(path: str, *, what: str, limit: int = limits.FILE_BYTES) -> bytes:
    """Read at most `limit` bytes of a file, or of standard input for `-`; raise `TooLarge` if there are more."""
    if path != STANDARD:
        return read_bytes(Path(path), limit=limit, what=what)
    with explained(Path("standard input"), what):
        data = standard_input().read(limit + 1)
    if len(data) > limit:
        raise errors.TooLarge(reason="bytes", limit=limit, wanted=what, where="standard input")
    return data


def standard_input() -> BinaryIO:
    """Return standard input; raise `FileUnusable` if it is closed."""
    if sys.stdin is None:
        raise errors.FileUnusable(reason="other", detail="it is closed", where="standard input")
    return sys.stdin.buffer


def read_tokens(path: str, *, what: str) -> bytes:
    """Find the tokens in a file, which may be a mail, a page or other text; print what was left out."""
    with located(path):
        found = find_tokens(read_input(path, what=what))
    if found.left_out:
        remark_left_out(found.left_out, "standard input" if path == STANDARD else path)
    return found.data


def write_output(path: str, data: bytes) -> None:
    """Write a file, whole or not at all, or standard output for `-`; raise `FileUnusable` or `OutputFailed`."""
    if path != STANDARD:
        try:
            write_atomically(Path(path), data)
        except errors.FileUnusable as error:
            if error.reason not in {"disk-full", "quota", "disk-error"}:
                raise
            raise errors.OutputFailed(reason="file", detail=error.message, where=path) from error
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def account() -> str:
    """Return the name of the account that runs the command; empty if it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers and Windows services
        return ""


def is_terminal() -> bool:
    """Return whether standard input is a terminal, where somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


class SecretSource(NamedTuple):
    """Where a passphrase or a PIN is read from; without a file or descriptor, from a prompt."""

    option: str  # the name of its options without `-file` or `-fd`: `passphrase`, `root-passphrase`, `pin`
    files: tuple[str, ...] = ()
    fds: tuple[int, ...] = ()

    @property
    def is_given(self) -> bool:
        """Whether it comes from a file or a descriptor."""
        return bool(self.files or self.fds)

    def of(self, place: int, count: int) -> "SecretSource":
        """Return the source for the key at `place` of `count`: its own, or the one given for all."""
        given = len(self.files or self.fds)
        if given not in {0, 1, count}:
            raise click.UsageError(f"--{self.option}-… is given {given} times: give it once or {count} times.")
        return self._replace(files=self.files[place:][:1], fds=self.fds[place:][:1]) if given > 1 else self


def read_secret(source: SecretSource, prompt: str, *, confirm: bool = False) -> bytes:
    """Read a passphrase or a PIN from its file, descriptor or a prompt; raise `PassphraseMissing` if there is none."""
    if source.files and source.fds:
        raise click.UsageError(f"--{source.option}-file and --{source.option}-fd exclude each other.")
    if source.is_given:
        where = source.files[0] if source.files else f"descriptor {source.fds[0]}"
        with located(where):
            data = _read_descriptor(source.fds[0]) if source.fds else read_input(where, what=_WHAT, limit=_MOST_BYTES)
            return _secret_in(data, source.option)
    if not is_terminal():
        raise errors.PassphraseMissing(reason="not-given", option=source.option, where=prompt)
    typed: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return typed.encode()


def _read_descriptor(descriptor: int) -> bytes:
    try:
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            return stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise errors.FileUnusable(reason="other", wanted=_WHAT, detail=error.strerror or str(error)) from error


def _secret_in(data: bytes, option: str) -> bytes:
    from licensekit.text.names import first_line  # noqa: PLC0415  # few commands ask for a secret

    line = first_line(data)
    if len(line) > limits.PASSPHRASE_BYTES:
        raise errors.TooLarge(reason="bytes", limit=limits.PASSPHRASE_BYTES, size=len(line), wanted=_WHAT)
    if not line:
        raise errors.PassphraseMissing(reason="empty", option=option)
    return line
