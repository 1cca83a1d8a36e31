"""What the vendor's commands share: the workspace, who runs them, opening keys, and what root keys sign."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit import dates, errors, issuer, limits
from licensekit.cli import inputs, output, proposals
from licensekit.cli.options import CODE, MOMENT, PATH, Decorator, WordChoice, clock, collected, option, together, whole
from licensekit.cli.views.spelling import fingerprint
from licensekit.files import is_exposed
from licensekit.keys.pkcs11 import parse as place_in_token
from licensekit.keys.signing import Signer
from licensekit.wire.documents import SignedType, Use

workspace_option: Final[Decorator] = option(
    "-C DIR folder", "The workspace.", type=PATH, default=Path(), show_default="the current folder"
)
"""`-C`, as the path `folder`."""

reason_option: Final[Decorator] = option("--reason TEXT", "Why, for the ledger.", default="")


def fresh_option(help_text: str) -> Decorator:
    """Return `--fresh-days`, as `fresh_until`: the time from which a document that is signed now is no longer new."""

    def until(_ctx: click.Context, _param: click.Parameter, days: int | None) -> int | None:
        return None if days is None else clock() + days * dates.DAY_SECONDS

    return option("--fresh-days DAYS fresh_until", help_text, type=whole(1, limits.TERM_DAYS), callback=until)


def _workspace_options(*overrides: str, timed: bool = True) -> Decorator:
    """Return what adds `-C` and an option for each of `overrides`; it gives the `workspace`, and the time as `now`."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @workspace_option
        @wraps(command)
        def opened(*, folder: Path, **given: Any) -> None:
            overridden = [name for name in overrides if given.pop(name.replace("-", "_"))]
            with issuer.Workspace.open(folder) as workspace:
                if not overrides:
                    warn_of_restored(workspace)
                times = {"now": clock()} if timed else {}
                command(workspace=workspace.overriding(*overridden), **times, **given)

        return together(*(option(f"--{name}", _OVERRIDES[name]) for name in overrides))(opened)

    return decorate


_PIN_OF: Final = "licensekit.pin"  # the key in a command's context of the token that got the PIN
_OVERRIDES: Final = {
    "other-company": "The serial was issued to another company: it is meant.",
    "unknown-serial": "The serial is new, though it looks like one that was made here.",
    "unknown-replaced": "Replace a serial that the ledger does not have.",
    "new-part": "The part is new, though it resembles one.",
    "expired": "The term has passed: sign it all the same.",
    "required": "Take away what another part requires.",
    "no-longer-sold": "Sell what the catalog no longer sells.",
    issuer.CLOCK_IS_RIGHT: "The clock is right, though the ledger disagrees.",
}
clock_option: Final = option(f"--{issuer.CLOCK_IS_RIGHT}", _OVERRIDES[issuer.CLOCK_IS_RIGHT])
"""`--clock-is-right`, for a command that may find no workspace; it comes as `clock_is_right`."""
with_workspace: Final = _workspace_options(timed=False)  # `-C`; the command gets the open `workspace`
in_workspace: Final = _workspace_options()  # the same, and the time as `now`
to_sign: Final = _workspace_options(issuer.CLOCK_IS_RIGHT)
"""The same, where something is signed or entered: with what overrides a doubtful clock."""
to_sell: Final = _workspace_options(*issuer.OVERRIDES)
"""The same, where an order is signed: with what overrides whatever is doubtful about it."""


def secret_options(name: str, what: str, repeated: str = "") -> Decorator:
    """Return the options that say where a secret is, or with `repeated` several; it comes as `name`."""
    called, dots = name.replace("_", "-"), "..." if repeated else ""

    def source(file: Any, fd: Any) -> inputs.SecretSource:
        return inputs.SecretSource(called, *(() if one is None else one if repeated else (one,) for one in (file, fd)))

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
    passphrase: inputs.SecretSource
    pin: inputs.SecretSource

    def open(self, file: issuer.KeyFile) -> Signer:
        """Open a key, asking for its passphrase or its token's PIN if need be; neither is taken for the other."""
        if is_exposed(file.path):
            output.warn(f"{file.path} can be read by other accounts of this machine: chmod 600 {file.path}")
        if (uri := file.uri) is None:
            return issuer.open_key(file, lambda: inputs.read_secret(self.passphrase, f"Passphrase of {file.path}"))
        if self.passphrase.is_given and not self.pin.is_given:
            raise errors.PassphraseMissing(reason="token", option="pin", where=str(file.path))
        return issuer.open_key(file, lambda: read_pin(self.pin, uri, f"of {file.path}"))

    def opener(self, workspace: issuer.Workspace, now: int) -> Callable[[str], Signer]:
        """Return what opens the key that is named, else the default one, to sign documents of a type."""
        return lambda kind: self.open(workspace.keys.choose(kind, now, self.key))


key_option: Final = option("--key KEY", "Sign with this key: its name or key id. Default: `keys list` marks it.")
"""`--key`, as `key`."""
signing: Final = collected("signing", KeyOptions, key_option, passphrase, pin)
"""The options of whatever a signing key signs; they come as `signing`."""


class SignOptions(NamedTuple):
    """What is signed in a workspace, with which key, and how it is agreed to."""

    workspace: issuer.Workspace
    now: int
    signing: KeyOptions
    consent: proposals.Consent


sign_options: Final = collected("wanted", SignOptions, to_sign, signing, proposals.consenting)
"""The options of whatever a signing key signs in a workspace; they come as `wanted`."""


def warn_of_restored(workspace: issuer.Workspace) -> None:
    """Warn of a restored ledger, which may be asked: what was issued after its backup is not in it."""
    if error := workspace.ledger.restored():
        output.warn(f"{error.message}.")


def require_whole(workspace: issuer.Workspace, consent: proposals.Consent) -> None:
    """Refuse a restored ledger, in which nothing is signed, before anybody is asked to agree; a preview shows it."""
    if not consent.preview and (error := workspace.ledger.restored()):
        raise error


def operator() -> str:
    """Return the name of the account that runs the command, for the ledger."""
    return inputs.account() or "unknown"


def read_pin(source: inputs.SecretSource, uri: str, key: str) -> bytes:
    """Read the PIN of the token of a `pkcs11:` URI, for a `key`; another token would count it as a wrong one."""
    token = ", ".join(place_in_token(uri).token.values())
    if click.get_current_context().meta.setdefault(_PIN_OF, token) != token:
        source = inputs.SecretSource(source.option)
    return inputs.read_secret(source, f"PIN of the token {token}, {key}")


def remind_of_root(workspace: issuer.Workspace) -> None:
    """Print a reminder if the root key still lies where licenses are signed."""
    if workspace.keys.has_root_keys:
        place = f"the root key is still in {workspace.layout.root}. Move this folder to a USB stick and keep it safe"
        output.remark(f"Reminder: {place}: signing licenses does not need it.")


def warn_of_forks(workspace: issuer.Workspace, installations: Iterable[bytes]) -> None:
    """Warn of each installation that sends what does not come from one history."""
    for one in workspace.ledger.warnings_about(installations):
        output.warn(f"{one.message}.")


@wraps(issuer.Permission)
def _permitted(**given: Any) -> issuer.Permission:
    """Return what is asked for, unless the command line alone shows that no key can have it."""
    asked = issuer.Permission(**{name: value for name, value in given.items() if value})
    limits_ = (asked.longest_term, asked.parts, asked.most)
    if asked.types and SignedType.BUNDLE not in asked.types and given["uses"]:
        raise click.UsageError("--use is about bundles: add --signs bundle, or leave it out.")
    if any(limits_) and set(asked.types) - {SignedType.BUNDLE}:
        raise click.UsageError("with --longest-term, --parts or --most a key signs bundles alone.")
    if asked.most and not asked.parts:
        raise click.UsageError("--most needs --parts: name each part that the key may sign.")
    if asked.valid_from and asked.valid_to and asked.valid_to < asked.valid_from:
        raise click.UsageError("--to is before --from.")
    return asked


_SIGNS: Final = "A type that it may sign. Default: every type; with a limit below, bundle alone."
_MOST: Final = "The highest count of any license in one of its bundles; needs --parts."
permission: Final = collected(
    "permission",
    _permitted,
    option("--issuer CODE", "For whom it signs. Default: the workspace's issuer.", type=CODE),
    option("--signs types", _SIGNS, multiple=True, type=WordChoice(SignedType)),
    option("--use uses", "A use that its bundles may have. Default: every use.", multiple=True, type=WordChoice(Use)),
    option("--longest-term DAYS", "The longest term of its bundles, grace included.", type=whole(1, limits.TERM_DAYS)),
    option("--parts PART...", "A part that its bundles may be of. Default: every part.", type=CODE),
    option("--most COUNT", _MOST, type=whole(1, limits.COUNT)),
    option("--from TIME valid_from", "When it starts to sign. Default: now.", type=MOMENT),
    option("--to TIME valid_to", "When it stops signing. Default: no end.", type=MOMENT),
)
"""The options that say what a key may sign; they come as `permission`, whose issuer may still be empty."""


class RootOptions(NamedTuple):
    """Which root keys sign, and where the passphrase or PIN of each is."""

    root_key: Sequence[Path]
    root_passphrase: inputs.SecretSource
    pin: inputs.SecretSource

    def keys(self, folder: Path, fresh_until: int | None = None) -> issuer.RootKeys:
        """Return the root keys that were given, else those in the workspace in `folder`."""
        files = issuer.root_key_files(folder, self.root_key)
        sealed = [one for one in files if one.uri is None]

        def open_root(file: issuer.KeyFile) -> Signer:
            place = sealed.index(file) if file in sealed else 0
            return KeyOptions(None, self.root_passphrase.of(place, len(sealed)), self.pin).open(file)

        return issuer.RootKeys(files, open_root, fresh_until)


_ROOT_KEY: Final = "A root key to sign with, wherever it is kept. Default: those in the workspace's root/."
_root_key: Final = option("--root-key FILE...", _ROOT_KEY, type=PATH)
root_signing: Final = collected("given", RootOptions, _root_key, root_passphrase, pin)
"""The options of whatever root keys sign; they come as `given`."""


class Roots(NamedTuple):
    """A change of keys: the workspace, the root keys that sign it, and how it is agreed to."""

    workspace: issuer.Workspace
    now: int
    fresh_until: int | None
    given: RootOptions
    consent: proposals.Consent

    def sign(self, proposal: issuer.KeyProposal, **more: Any) -> issuer.KeyChange | None:
        """Have root keys sign, and print the result as `show`; None: it is only shown."""
        change = self.make(proposal)
        if change is not None:
            self.show(change, **more)
        return change

    def make(self, proposal: issuer.KeyProposal) -> issuer.KeyChange | None:
        """Have root keys sign, and return the result, which the command prints once all is done; None: as `sign`."""
        if self.consent.ends(proposal):
            return None
        keys = self.given.keys(self.workspace.layout.folder, self.fresh_until)
        return proposal.sign(keys, who=operator(), confirm=True)

    def show(self, change: issuer.KeyChange, **more: Any) -> None:
        """Print what root keys have signed, after what was made and `more`."""
        made = {} if change.new_pin is None else {"root": change.new_pin}
        if change.written and not made:
            key = change.written[0]
            made = {"key": key.name, "key_id": key.key_id, "fingerprint": key.fingerprint}
        if change.ceremony is not None:
            show_change(change.ceremony, change.file, as_json=self.consent.as_json, **made, **more)


_fresh: Final = fresh_option("After this many days, the trust document reminds administrators to look for a newer one.")
signed_by_roots: Final = collected("roots", Roots, to_sign, _fresh, root_signing, proposals.consenting)
"""The options of whatever has root keys sign; they come as `roots`, with the workspace."""


def show_change(ceremony: issuer.Ceremony, file: Path | None, *, as_json: bool, **more: Any) -> None:
    """Print the result of a ceremony, after the facts in `more`; `file` travels on."""
    if as_json:
        signed, place = [one.label for one in ceremony.pending], None if file is None else str(file)
        result = {"signed": signed, "complete": ceremony.is_complete, "in_force": file is None, "file": place}
        output.emit_json({**more, **result, "missing": ceremony.missing})
        return
    if "fingerprint" in more:
        more["fingerprint"] = fingerprint(more["fingerprint"])
    output.facts(*((name.replace("_", " "), value) for name, value in more.items()))
    if file is None:
        for one in ceremony.pending:
            output.emit(f"{one.label} is signed and in the pack: ship it with the next version.")
        return
    for one in ceremony.pending:
        parts = (f"{count} more of the keys of root {party.version} must sign" for party, count in one.missing())
        output.emit(f"{one.label}: {'; '.join(parts) or 'complete'}")
    output.emit(f"Nothing has changed yet. Take {file} to the holder of the next root key:")
    output.emit(f"    licensekit keys sign-trust {output.typed(Path(file.name))} --root-key FILE")
