"""Root keys: which of them sign, what they may permit, and the result as people and programs read it."""

from collections.abc import Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit import issuer, limits
from licensekit.cli.inputs import SecretSource
from licensekit.cli.issuer.options import fresh_option, operator, pin, root_passphrase, to_sign, unlock
from licensekit.cli.options import CODE, MOMENT, PATH, WordChoice, collected, option, whole
from licensekit.cli.output import emit, emit_json, facts, typed
from licensekit.cli.proposals import Consent, consenting
from licensekit.cli.views.spelling import fingerprint
from licensekit.keys.signing import Signer
from licensekit.wire.documents import SignedType, Use


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
    option("--from TIME valid_from", "From when on it signs. Default: now.", type=MOMENT),
    option("--to TIME valid_to", "Until when it signs. Default: no end.", type=MOMENT),
)
"""The options that say what a key may sign; they come as `permission`, whose issuer may still be empty."""


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
    consent: Consent

    def sign(self, proposal: issuer.KeyProposal, **more: Any) -> issuer.KeyChange | None:
        """Have root keys sign, and print the result after what was made and `more`; None: it is only shown."""
        if self.consent.ends(proposal):
            return None
        keys = self.given.keys(self.workspace.layout.folder, self.fresh_until)
        change = proposal.sign(keys, who=operator(), confirm=True)
        if change.ceremony is not None:
            show_change(change.ceremony, change.file, as_json=self.consent.as_json, **_made(change), **more)
        return change


def _made(change: issuer.KeyChange) -> dict[str, str]:
    if change.new_pin is not None:
        return {"root": change.new_pin}
    if change.written:
        key = change.written[0]
        return {"key": key.name, "key_id": key.key_id, "fingerprint": key.fingerprint}
    return {}


_fresh: Final = fresh_option("After this many days, the trust document reminds administrators to look for a newer one.")
signed_by_roots: Final = collected("roots", Roots, to_sign, _fresh, root_signing, consenting)
"""The options of whatever has root keys sign; they come as `roots`, with the workspace."""


def show_change(ceremony: issuer.Ceremony, file: Path | None, *, as_json: bool, **more: Any) -> None:
    """Print the result of a ceremony, after the facts in `more`; `file` travels on."""
    if as_json:
        signed, place = [one.label for one in ceremony.pending], None if file is None else str(file)
        result = {"signed": signed, "complete": ceremony.is_complete, "in_force": file is None, "file": place}
        emit_json({**more, **result, "missing": ceremony.missing})
        return
    if "fingerprint" in more:
        more["fingerprint"] = fingerprint(more["fingerprint"])
    facts(*((name.replace("_", " "), value) for name, value in more.items()))
    if file is None:
        for one in ceremony.pending:
            emit(f"{one.label} is signed and in the pack: ship it with the next version.")
        return
    for one in ceremony.pending:
        parts = (f"{count} more of the keys of root {party.version} must sign" for party, count in one.missing())
        emit(f"{one.label}: {'; '.join(parts) or 'complete'}")
    emit(f"Nothing has changed yet. Take {file} to the holder of the next root key:")
    emit(f"    licensekit keys sign-trust {typed(Path(file.name))} --root-key FILE")
