"""What the vendor's commands share: the workspace option, who runs them, opening keys."""

import getpass
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from licensekit.cli.inputs import PassphraseSource, passphrase_options, read_passphrase
from licensekit.cli.output import remark, warn
from licensekit.files import is_exposed
from licensekit.issuer.keys.keyring import KeyFile, open_key
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import Signer

workspace_option: Final[Callable[[Callable[..., Any]], Callable[..., Any]]] = click.option(
    "-C",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    show_default="the current folder",
    help="The workspace.",
)
"""`-C`, as the path `folder`."""


def passphrase(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say where the signing key's passphrase is; it comes as `passphrase`."""

    @passphrase_options()
    @wraps(command)
    def told(*, passphrase_file: str | None, passphrase_fd: int | None, **given: Any) -> None:
        command(passphrase=PassphraseSource(passphrase_file, passphrase_fd), **given)

    return told


def root_passphrase(command: Callable[..., None]) -> Callable[..., None]:
    """Add the same options for the root key; it comes as `root_passphrase`."""

    @passphrase_options(root=True)
    @wraps(command)
    def told(
        *, root_passphrase_file: str | None, root_passphrase_fd: int | None, **given: Any
    ) -> None:
        source = PassphraseSource(root_passphrase_file, root_passphrase_fd)
        command(root_passphrase=source, **given)

    return told


def clock() -> int:
    """Give the seconds since 1970."""
    return int(time.time())


def operator() -> str:
    """Give the name of the account that runs the command, for the ledger."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return "unknown"


def unlock(file: KeyFile, source: PassphraseSource) -> Signer:
    """Open a key, asking for its passphrase or its token's PIN if need be."""
    if is_exposed(file.path):
        warn(f"{file.path} can be read by other accounts of this machine: chmod 600 {file.path}")
    what = "Passphrase" if file.uri is None else "PIN of the token"
    return open_key(file, lambda: read_passphrase(source, f"{what} of {file.path}"))


def remind_of_root(workspace: Workspace) -> None:
    """Say that the root key should not stay where licenses are signed."""
    if workspace.has_root_keys:
        remark(
            f"Reminder: the root key is still in {workspace.layout.root}. Move this folder to a"
            " USB stick and keep it safe: signing licenses does not need it."
        )
