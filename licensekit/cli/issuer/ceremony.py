"""Root keys: which of them sign, and the result of a ceremony as people and programs read it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit import issuer, limits
from licensekit.cli.inputs import SecretSource
from licensekit.cli.issuer.options import operator, pin, root_passphrase, to_sign, unlock
from licensekit.cli.options import PATH, Decorator, collected, option, whole
from licensekit.cli.output import emit, emit_json, facts, typed
from licensekit.cli.proposals import Consent, consenting
from licensekit.cli.views.spelling import fingerprint
from licensekit.dates import DAY_SECONDS
from licensekit.keys.signing import Signer


class RootOptions(NamedTuple):
    """Which root keys sign, and where the passphrase or PIN of each is."""

    root_key: Sequence[Path]
    root_passphrase: SecretSource
    pin: SecretSource

    def keys(self, folder: Path, fresh_until: int | None = None) -> issuer.RootKeys:
        """Return the root keys that were given, else those in the workspace in `folder`."""
        files = issuer.root_key_files(folder, self.root_key)
        sealed = [one for one in files if one.uri is None]

        def open_root(file: issuer.KeyFile) -> Signer:
            place = sealed.index(file) if file in sealed else 0
            return unlock(file, self.root_passphrase.of(place, len(sealed)), self.pin)

        return issuer.RootKeys(files, open_root, fresh_until)


_root_key: Final = option(
    "--root-key FILE...",
    "A root key to sign with, wherever it is kept. Default: those in the workspace's root/.",
    type=PATH,
)
root_signing: Final = collected("given", RootOptions, _root_key, root_passphrase, pin)
"""The options of whatever root keys sign; they come as `given`."""


def fresh_option(help_text: str) -> Decorator:
    """Return `--fresh-days`, as `fresh_days`."""
    return option("--fresh-days DAYS", help_text, type=whole(1, limits.TERM_DAYS))


def end_of_freshness(days: int | None, now: int) -> int | None:
    """Return the time from which a document that is signed now is no longer new."""
    return None if days is None else now + days * DAY_SECONDS


class Roots(NamedTuple):
    """A change of keys: the workspace, the root keys that sign it, and how it is agreed to."""

    workspace: issuer.Workspace
    now: int
    fresh_days: int | None
    given: RootOptions
    consent: Consent

    @property
    def keys(self) -> issuer.RootKeys:
        """The root keys that were given, else those in the workspace."""
        return self.given.keys(self.workspace.layout.folder, end_of_freshness(self.fresh_days, self.now))

    def sign(self, proposal: issuer.KeyProposal, **more: Any) -> issuer.KeyChange | None:
        """Have root keys sign, and print the result after `more`; None: it is only shown.

        What was made is printed as well: a new root by its pin, another new key by name and id.
        """
        if self.consent.ends(proposal):
            return None
        change = proposal.sign(self.keys, who=operator(), confirm=True)
        if change.ceremony is not None:
            facts_first = {**_made(change), **more}
            show_change(change.ceremony, change.file, as_json=self.consent.as_json, **facts_first)
        return change


def _made(change: issuer.KeyChange) -> dict[str, str]:
    if change.new_pin is not None:
        return {"root": change.new_pin}
    if change.written:
        key = change.written[0]
        return {"key": key.name, "key_id": key.key_id, "fingerprint": key.fingerprint}
    return {}


signed_by_roots: Final = collected(
    "roots",
    Roots,
    to_sign,
    fresh_option("After this many days, the trust document reminds administrators to look for a newer one."),
    root_signing,
    consenting,
)
"""The options of whatever has root keys sign; they come as `roots`, with the workspace."""


def show_change(ceremony: issuer.Ceremony, file: Path | None, *, as_json: bool, **more: Any) -> None:
    """Print the result of a ceremony, after the facts in `more`; `file` travels on."""
    if as_json:
        result = {
            "signed": [one.label for one in ceremony.pending],
            "complete": ceremony.is_complete,
            "in_force": file is None,
            "file": None if file is None else str(file),
            "missing": ceremony.missing,
        }
        emit_json({**more, **result})
        return
    if "fingerprint" in more:
        more["fingerprint"] = fingerprint(more["fingerprint"])
    facts(*((name.replace("_", " "), value) for name, value in more.items()))
    if file is None:
        for one in ceremony.pending:
            emit(f"{one.label} is signed and in the pack: ship it with the next version.")
        return
    for one in ceremony.pending:
        emit(f"{one.label}: {_describe(one)}")
    emit(f"Nothing has changed yet. Take {file} to the holder of the next root key:")
    emit(f"    licensekit keys sign-trust {typed(Path(file.name))} --root-key FILE")


def _describe(pending: issuer.PendingDocument) -> str:
    """Return how many signatures are still missing on a document, in words."""
    parts = [f"{count} more of the keys of root {party.version} must sign" for party, count in pending.missing()]
    return "; ".join(parts) or "complete"
