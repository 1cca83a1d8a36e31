"""Options that the vendor's commands share: the workspace, keys, root keys, and what a key may sign."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from shlex import quote
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

reason_option: Final[Decorator] = option("--reason TEXT", "Why, for the ledger.", default="")


def fresh_option(help_text: str) -> Decorator:
    """Return `--fresh-days`, passed as `fresh_until`: when a document that is signed now stops being new."""

    def until(_ctx: click.Context, _param: click.Parameter, days: int | None) -> int | None:
        return None if days is None else clock() + days * dates.DAY_SECONDS

    return option("--fresh-days DAYS fresh_until", help_text, type=whole(1, limits.TERM_DAYS), callback=until)


def _workspace_options(*overrides: str, timed: bool = True) -> Decorator:
    """Return a decorator that adds `-C` and an option for each override; it passes `workspace` and the time `now`."""

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


_PIN_OF: Final = "licensekit.pin"  # key of `click.Context.meta`: the token that got the PIN
_OVERRIDES: Final = {
    "other-company": "Use a serial that was issued to another company.",
    "unknown-serial": "Use a new serial that looks like one created here.",
    "unknown-replaced": "Replace a serial that is not in the ledger.",
    "new-part": "Use a new part that resembles an existing one.",
    "expired": "Sign although the term has passed.",
    "required": "Take away what another part requires.",
    "no-longer-sold": "Sell what the catalog no longer sells.",
    issuer.CLOCK_IS_RIGHT: "Trust the clock although the ledger disagrees.",
}
clock_option: Final = option(f"--{issuer.CLOCK_IS_RIGHT}", _OVERRIDES[issuer.CLOCK_IS_RIGHT])
"""`--clock-is-right`, for a command that also runs without a workspace."""
with_workspace: Final = _workspace_options(timed=False)  # `-C`; the command gets the open `workspace`
in_workspace: Final = _workspace_options()  # the same, and the time as `now`
to_sign: Final = _workspace_options(issuer.CLOCK_IS_RIGHT)
"""The same with `--clock-is-right`, for commands that sign or enter something."""
to_sell: Final = _workspace_options(*issuer.OVERRIDES)  # for commands that sign an order


def secret_options(name: str, what: str, repeated: str = "") -> Decorator:
    """Return the options that say where a secret is, passed as `name`; `repeated` is the help on giving several."""
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
root_passphrase: Final = secret_options("root_passphrase", "the passphrase of the root key", _FOR_EACH)
new_passphrase: Final = secret_options("new_passphrase", "the new passphrase", _FOR_EACH)
pin: Final = secret_options("pin", "the PIN of a token")


class KeyOptions(NamedTuple):
    """Which key signs, and where its passphrase or PIN comes from."""

    key: str | None
    passphrase: inputs.SecretSource
    pin: inputs.SecretSource

    def open(self, file: issuer.KeyFile) -> Signer:
        """Open a key with its passphrase or its token's PIN, neither of which is used as the other."""
        if is_exposed(file.path):
            output.warn(f"{file.path} can be read by other accounts of this machine: chmod 600 {file.path}")
        if (uri := file.uri) is None:
            return issuer.open_key(file, lambda: inputs.read_secret(self.passphrase, f"Passphrase of {file.path}"))
        if self.passphrase.is_given and not self.pin.is_given:
            raise errors.PassphraseMissing(reason="token", option="pin", where=str(file.path))
        return issuer.open_key(file, lambda: read_pin(self.pin, uri, f"of {file.path}"))

    def opener(self, workspace: issuer.Workspace, now: int) -> Callable[[str], Signer]:
        """Return a function that opens the named key, or the default one, to sign documents of a type."""
        return lambda kind: self.open(workspace.keys.choose(kind, now, self.key))


key_option: Final = option("--key KEY", "Sign with this key: its name or key id. Default: `keys list` marks it.")
signing: Final = collected("signing", KeyOptions, key_option, passphrase, pin)


class SignOptions(NamedTuple):
    """The workspace, the time, the key that signs, and whether to ask."""

    workspace: issuer.Workspace
    now: int
    signing: KeyOptions
    consent: proposals.Consent


sign_options: Final = collected("wanted", SignOptions, to_sign, signing, proposals.consenting)


def warn_of_restored(workspace: issuer.Workspace) -> None:
    """Warn of a restored ledger: it can be read, but lacks what was issued after its backup."""
    if error := workspace.ledger.restored():
        output.warn(f"{error.message}.")


def require_whole(workspace: issuer.Workspace, consent: proposals.Consent) -> None:
    """Refuse to sign in a restored ledger, before anybody is asked; a preview is allowed."""
    if not consent.preview and (error := workspace.ledger.restored()):
        raise error


def operator() -> str:
    """Return the name of the account that runs the command, for the ledger."""
    return inputs.account() or "unknown"


def read_pin(source: inputs.SecretSource, uri: str, key: str) -> bytes:
    """Read the PIN of a token; a second token gets a prompt, as it would count the first one's PIN as wrong."""
    token = ", ".join(place_in_token(uri).token.values())
    if click.get_current_context().meta.setdefault(_PIN_OF, token) != token:
        source = inputs.SecretSource(source.option)
    return inputs.read_secret(source, f"PIN of the token {token}, {key}")


def remind_of_root(workspace: issuer.Workspace) -> None:
    """Print a reminder if the root key is still in the workspace."""
    if workspace.keys.has_root_keys:
        place = f"the root key is still in {workspace.layout.root}. Move this folder to a USB stick and keep it safe"
        output.remark(f"Reminder: {place}: signing licenses does not need it.")


def warn_of_forks(workspace: issuer.Workspace, installations: Iterable[bytes]) -> None:
    """Warn of each installation whose files do not come from one history."""
    for one in workspace.ledger.warnings_about(installations):
        output.warn(f"{one.message}.")


@wraps(issuer.Permission)
def _permitted(**given: Any) -> issuer.Permission:
    """Return the permission; raise if its options contradict each other."""
    asked = issuer.Permission(**{name: value for name, value in given.items() if value})
    limits_ = (asked.longest_term, asked.parts, asked.most)
    if asked.types and SignedType.BUNDLE not in asked.types and given["uses"]:
        raise click.UsageError("--use is about bundles: add --signs bundle, or leave it out.")
    if any(limits_) and set(asked.types) - {SignedType.BUNDLE}:
        raise click.UsageError("with --longest-term, --parts or --most a key may sign only bundles.")
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


class RootOptions(NamedTuple):
    """Which root keys sign, and where the passphrase or PIN of each comes from."""

    root_key: Sequence[Path]
    root_passphrase: inputs.SecretSource
    pin: inputs.SecretSource

    def keys(self, folder: Path, fresh_until: int | None = None) -> issuer.RootKeys:
        """Return the given root keys, or else those in the workspace in `folder`."""
        files = issuer.root_key_files(folder, self.root_key)
        sealed = [one for one in files if one.uri is None]

        def open_root(file: issuer.KeyFile) -> Signer:
            place = sealed.index(file) if file in sealed else 0
            return KeyOptions(None, self.root_passphrase.of(place, len(sealed)), self.pin).open(file)

        return issuer.RootKeys(files, open_root, fresh_until)


_ROOT_KEY: Final = "A root key to sign with, wherever it is kept. Default: those in the workspace's root/."
_root_key: Final = option("--root-key FILE...", _ROOT_KEY, type=PATH)
root_signing: Final = collected("given", RootOptions, _root_key, root_passphrase, pin)


class Roots(NamedTuple):
    """How root keys sign a change: the workspace, the time, the keys, and whether to ask."""

    workspace: issuer.Workspace
    now: int
    fresh_until: int | None
    given: RootOptions
    consent: proposals.Consent

    def sign(self, proposal: issuer.KeyProposal, **more: Any) -> issuer.KeyChange | None:
        """Have root keys sign, print the result and return it; return None for a preview."""
        change = self.make(proposal)
        if change is not None:
            self.show(change, **more)
        return change

    def make(self, proposal: issuer.KeyProposal) -> issuer.KeyChange | None:
        """Have root keys sign as `sign` does, and leave printing to the command."""
        if self.consent.ends(proposal):
            return None
        keys = self.given.keys(self.workspace.layout.folder, self.fresh_until)
        return proposal.sign(keys, who=operator(), confirm=True)

    def show(self, change: issuer.KeyChange, **more: Any) -> None:
        """Print the new root or key, `more`, and what root keys have signed."""
        made = {} if change.new_pin is None else {"root": change.new_pin}
        if change.written and not made:
            key = change.written[0]
            made = {"key": key.name, "key_id": key.key_id, "fingerprint": key.fingerprint}
        if change.ceremony is not None:
            show_change(change.ceremony, change.file, as_json=self.consent.as_json, **made, **more)


_fresh: Final = fresh_option("After this many days, the trust document reminds administrators to look for a newer one.")
signed_by_roots: Final = collected("roots", Roots, to_sign, _fresh, root_signing, proposals.consenting)


def show_change(ceremony: issuer.Ceremony, file: Path | None, *, as_json: bool, **more: Any) -> None:
    """Print the facts in `more` and the result of a ceremony; `file` is None once that is in force."""
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
    output.emit(f"    licensekit keys sign-trust {quote(file.name)} --root-key FILE")
