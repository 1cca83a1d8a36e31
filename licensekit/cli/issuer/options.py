"""What the vendor's commands share: the workspace, who runs them, and opening keys."""

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit import limits
from licensekit.cli.inputs import SecretSource, account, read_secret
from licensekit.cli.options import PATH, Decorator, clock, collected, option, together, whole
from licensekit.cli.output import remark, warn
from licensekit.dates import DAY_SECONDS
from licensekit.errors import PassphraseMissing
from licensekit.files import is_exposed
from licensekit.issuer import CLOCK_IS_RIGHT, OVERRIDES, KeyFile, Workspace, open_key
from licensekit.keys.pkcs11 import parse as place_in_token
from licensekit.keys.signing import Signer

workspace_option: Final[Decorator] = option(
    "-C DIR folder", "The workspace.", type=PATH, default=Path(), show_default="the current folder"
)
"""`-C`, as the path `folder`."""

reason_option: Final[Decorator] = option("--reason TEXT", "Why, for the ledger.", default="")


def fresh_option(help_text: str) -> Decorator:
    """Return `--fresh-days`, as `fresh_until`: the time from which a document that is signed now is no longer new."""

    def until(_ctx: click.Context, _param: click.Parameter, days: int | None) -> int | None:
        return None if days is None else clock() + days * DAY_SECONDS

    return option("--fresh-days DAYS fresh_until", help_text, type=whole(1, limits.TERM_DAYS), callback=until)


def _workspace_options(*overrides: str, timed: bool = True) -> Decorator:
    """Return what adds `-C` and an option for each of `overrides`; it gives the `workspace`, and the time as `now`."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @workspace_option
        @wraps(command)
        def opened(*, folder: Path, **given: Any) -> None:
            overridden = [name for name in overrides if given.pop(name.replace("-", "_"))]
            with Workspace.open(folder) as workspace:
                if not overrides:
                    warn_of_restored(workspace)
                times = {"now": clock()} if timed else {}
                command(workspace=workspace.overriding(*overridden), **times, **given)

        return together(*(option(f"--{name}", _OVERRIDES[name]) for name in overrides))(opened)

    return decorate


_PIN_OF: Final = "licensekit.pin"
"""The key in a command's context of the token that got the PIN."""
_OVERRIDES: Final = {
    "other-company": "The serial was issued to another company: it is meant.",
    "unknown-serial": "The serial is new, though it looks like one that was made here.",
    "unknown-replaced": "Replace a serial that the ledger does not have.",
    "new-part": "The part is new, though it resembles one.",
    "expired": "The term has passed: sign it all the same.",
    "required": "Take away what another part requires.",
    "no-longer-sold": "Sell what the catalog no longer sells.",
    CLOCK_IS_RIGHT: "The clock is right, though the ledger disagrees.",
}
clock_option: Final = option(f"--{CLOCK_IS_RIGHT}", _OVERRIDES[CLOCK_IS_RIGHT])
"""`--clock-is-right`, for a command that may find no workspace; it comes as `clock_is_right`."""
with_workspace: Final = _workspace_options(timed=False)
"""`-C`; the command gets the open `workspace`."""
in_workspace: Final = _workspace_options()
"""The same, and the time as `now`."""
to_sign: Final = _workspace_options(CLOCK_IS_RIGHT)
"""The same, where something is signed or entered: with what overrides a doubtful clock."""
to_sell: Final = _workspace_options(*OVERRIDES)
"""The same, where an order is signed: with what overrides whatever is doubtful about it."""


def secret_options(name: str, what: str, repeated: str = "") -> Decorator:
    """Return the options that say where a secret is, or with `repeated` several; it comes as `name`."""
    called, dots = name.replace("_", "-"), "..." if repeated else ""

    def source(file: Any, fd: Any) -> SecretSource:
        given = (() if one is None else one if repeated else (one,) for one in (file, fd))
        return SecretSource(called, *given)

    return collected(
        name,
        source,
        option(f"--{called}-file FILE{dots}", f"Read {what} from the first line of FILE{repeated}."),
        option(f"--{called}-fd N{dots}", f"Read {what} from this file descriptor.", type=whole(0)),
        prefix=f"{name}_",
    )


_FOR_EACH: Final = "; give it once for all keys, or once for each in their order"
passphrase: Final = secret_options("passphrase", "the passphrase of the signing key")
"""`--passphrase-file` and `--passphrase-fd`, as `passphrase`."""
root_passphrase: Final = secret_options("root_passphrase", "the passphrase of the root key", _FOR_EACH)
"""The same for root keys, as `root_passphrase`."""
new_passphrase: Final = secret_options("new_passphrase", "the new passphrase", _FOR_EACH)
"""The same for what a passphrase is to be, as `new_passphrase`."""
pin: Final = secret_options("pin", "the PIN of a token")
"""`--pin-file` and `--pin-fd`, as `pin`: for whatever key of the command is in a token."""


class KeyOptions(NamedTuple):
    """Which key signs, and where its passphrase or PIN is."""

    key: str | None
    passphrase: SecretSource
    pin: SecretSource

    def open(self, file: KeyFile) -> Signer:
        """Open a key file with that passphrase or PIN."""
        return unlock(file, self.passphrase, self.pin)

    def opener(self, workspace: Workspace, now: int) -> Callable[[str], Signer]:
        """Return what opens the key that is named, else the default one, to sign documents of a type."""
        return lambda kind: self.open(workspace.keys.choose(kind, now, self.key))


key_option: Final = option("--key KEY", "Sign with this key: its name or key id. Default: `keys list` marks it.")
"""`--key`, as `key`."""
signing: Final = collected("signing", KeyOptions, key_option, passphrase, pin)
"""The options of whatever a signing key signs; they come as `signing`."""


def warn_of_restored(workspace: Workspace) -> None:
    """Warn of a restored ledger, which may be asked: what was issued after its backup is not in it."""
    if error := workspace.ledger.restored():
        warn(f"{error.message}.")


def require_whole(workspace: Workspace) -> None:
    """Refuse a restored ledger, in which nothing is signed, before anybody is asked to agree."""
    if error := workspace.ledger.restored():
        raise error


def operator() -> str:
    """Return the name of the account that runs the command, for the ledger."""
    return account() or "unknown"


def unlock(file: KeyFile, passphrase: SecretSource, pin: SecretSource) -> Signer:
    """Open a key, asking for its passphrase or its token's PIN if need be; neither is taken for the other."""
    if is_exposed(file.path):
        warn(f"{file.path} can be read by other accounts of this machine: chmod 600 {file.path}")
    if file.uri is None:
        return open_key(file, lambda: read_secret(passphrase, f"Passphrase of {file.path}"))
    uri = file.uri
    if passphrase.is_given and not pin.is_given:
        raise PassphraseMissing(reason="token", option="pin", where=str(file.path))
    return open_key(file, lambda: read_pin(pin, uri, f"of {file.path}"))


def read_pin(source: SecretSource, uri: str, key: str) -> bytes:
    """Read the PIN of the token of a `pkcs11:` URI, for a `key`; another token would count it as a wrong one."""
    token = ", ".join(place_in_token(uri).token.values())
    if click.get_current_context().meta.setdefault(_PIN_OF, token) != token:
        source = SecretSource(source.option)
    return read_secret(source, f"PIN of the token {token}, {key}")


def remind_of_root(workspace: Workspace) -> None:
    """Print a reminder if the root key still lies where licenses are signed."""
    if workspace.keys.has_root_keys:
        place = f"the root key is still in {workspace.layout.root}. Move this folder to a USB stick and keep it safe"
        remark(f"Reminder: {place}: signing licenses does not need it.")


def warn_of_forks(workspace: Workspace, installations: Iterable[bytes]) -> None:
    """Warn of each installation that sends what does not come from one history."""
    for one in workspace.ledger.warnings_about(installations):
        warn(f"{one.message}.")
