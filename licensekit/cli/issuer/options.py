"""What the vendor's commands share: the workspace, who runs them, and opening keys."""

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
from licensekit.issuer import KeyFile, Workspace, open_key
from licensekit.keys.signing import Signer

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

workspace_option: Final[Decorator] = click.option(
    "-C",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    show_default="the current folder",
    help="The workspace.",
)
"""`-C`, as the path `folder`."""

reason_option: Final[Decorator] = click.option(
    "--reason", default="", metavar="TEXT", help="Why, for the ledger."
)


def in_workspace(command: Callable[..., None]) -> Callable[..., None]:
    """Add `-C`; the command gets the open `workspace`, and the time as `now`."""

    @workspace_option
    @wraps(command)
    def opened(*, folder: Path, **given: Any) -> None:
        with Workspace.open(folder) as workspace:
            command(workspace=workspace, now=clock(), **given)

    return opened


def before(check: Callable[..., None]) -> Decorator:
    """Call `check` with all options before the workspace is opened."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def checked(**given: Any) -> None:
            check(**given)
            command(**given)

        return checked

    return decorate


def passphrase(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say where the signing key's passphrase is; it comes as `passphrase`."""

    @passphrase_options()
    @wraps(command)
    def collected(*, passphrase_file: str | None, passphrase_fd: int | None, **given: Any) -> None:
        command(passphrase=PassphraseSource(passphrase_file, passphrase_fd), **given)

    return collected


def root_passphrase(command: Callable[..., None]) -> Callable[..., None]:
    """Add the same options for the root key; it comes as `root_passphrase`."""

    @passphrase_options(root=True)
    @wraps(command)
    def collected(
        *, root_passphrase_file: str | None, root_passphrase_fd: int | None, **given: Any
    ) -> None:
        source = PassphraseSource(root_passphrase_file, root_passphrase_fd)
        command(root_passphrase=source, **given)

    return collected


def clock() -> int:
    """Return the seconds since 1970."""
    return int(time.time())


def operator() -> str:
    """Return the name of the account that runs the command, for the ledger."""
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
    """Print a reminder if the root key still lies where licenses are signed."""
    if workspace.keys.has_root_keys:
        remark(
            f"Reminder: the root key is still in {workspace.layout.root}. Move this folder to a"
            " USB stick and keep it safe: signing licenses does not need it."
        )


def warn_of_fork(installation: bytes) -> None:
    """Warn that what an installation sends does not come from one history."""
    warn(
        f"What installation {installation.hex()[:8]}… has sent does not come from one history: its"
        " database was restored from a backup, copied or rewritten."
    )
