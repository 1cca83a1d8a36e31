"""What the vendor's commands share: the workspace, who runs them, and opening keys."""

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, Final

from licensekit.cli.inputs import PassphraseSource, account, read_passphrase
from licensekit.cli.options import PATH, Decorator, clock, collected, option, whole
from licensekit.cli.output import remark, warn
from licensekit.files import is_exposed
from licensekit.issuer import CLOCK_IS_RIGHT, OVERRIDES, KeyFile, Workspace, open_key
from licensekit.keys.signing import Signer

workspace_option: Final[Decorator] = option(
    "-C DIR folder", "The workspace.", type=PATH, default=Path(), show_default="the current folder"
)
"""`-C`, as the path `folder`."""

reason_option: Final[Decorator] = option("--reason TEXT", "Why, for the ledger.", default="")


def _with_workspace(*overrides: str) -> Decorator:
    """Return what adds `-C` and an option for each of `overrides`; it gives the `workspace`."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @workspace_option
        @wraps(command)
        def opened(*, folder: Path, **given: Any) -> None:
            overridden = [name for name in overrides if given.pop(name.replace("-", "_"))]
            with Workspace.open(folder) as workspace:
                command(workspace=workspace.overriding(*overridden), **given)

        for name in reversed(overrides):
            opened = option(f"--{name}", _OVERRIDES[name])(opened)
        return opened

    return decorate


def _timed(*overrides: str) -> Decorator:
    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @_with_workspace(*overrides)
        @wraps(command)
        def timed(**given: Any) -> None:
            command(now=clock(), **given)

        return timed

    return decorate


_OVERRIDES: Final = {
    "other-company": "The serial was issued to another company: it is meant.",
    "unknown-replaced": "Replace a serial that the ledger does not have.",
    "new-part": "The part is new, though it resembles one.",
    "expired": "The term has passed: sign it all the same.",
    "required": "Take away what another part requires.",
    CLOCK_IS_RIGHT: "The clock is right, though the ledger disagrees.",
}
clock_option: Final = option(f"--{CLOCK_IS_RIGHT}", _OVERRIDES[CLOCK_IS_RIGHT])
"""`--clock-is-right`, for a command that may find no workspace; it comes as `clock_is_right`."""
with_workspace: Final = _with_workspace()
"""`-C`; the command gets the open `workspace`."""
in_workspace: Final = _timed()
"""The same, and the time as `now`."""
to_sign: Final = _timed(CLOCK_IS_RIGHT)
"""The same, where something is signed or entered: with what overrides a doubtful clock."""
to_sell: Final = _timed(*OVERRIDES)
"""The same, where an order is signed: with what overrides whatever is doubtful about it."""


def _passphrase_options(name: str, key: str) -> Decorator:
    """Return the options that say where the passphrase of a `key` is; it comes as `name`."""
    called, read = f"--{name.replace('_', '-')}", f"Read the passphrase of the {key} from"
    return collected(
        name,
        PassphraseSource,
        option(f"{called}-file FILE", f"{read} the first line of FILE."),
        option(f"{called}-fd N", f"{read} this file descriptor.", type=whole(0)),
        prefix=f"{name}_",
    )


passphrase: Final = _passphrase_options("passphrase", "signing key")
"""`--passphrase-file` and `--passphrase-fd`, as `passphrase`."""

root_passphrase: Final = _passphrase_options("root_passphrase", "root key")
"""The same for the root key, as `root_passphrase`."""


def operator() -> str:
    """Return the name of the account that runs the command, for the ledger."""
    return account() or "unknown"


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


def warn_of_forks(workspace: Workspace, installations: Iterable[bytes]) -> None:
    """Warn of each installation that sends what does not come from one history."""
    for one in workspace.ledger.warnings_about(installations):
        warn(f"{one.message}.")
