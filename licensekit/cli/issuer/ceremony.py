"""Signatures of root keys: collected here, or in a file that travels until enough have signed."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit import limits
from licensekit.cli.inputs import PassphraseSource
from licensekit.cli.issuer.options import (
    Decorator,
    clock,
    in_workspace,
    operator,
    root_passphrase,
    unlock,
)
from licensekit.cli.output import emit, emit_json, facts, typed
from licensekit.dates import DAY_SECONDS
from licensekit.errors import KeyMissing, WorkspaceError
from licensekit.files import write_atomically
from licensekit.issuer.keys.ceremony import Ceremony, PendingDocument
from licensekit.issuer.keys.documents import fresh_until
from licensekit.issuer.keys.keyring import KeyFile, list_key_files, read_key_file
from licensekit.issuer.state import WorkspaceState
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import Signer
from licensekit.wire.documents import Root, Trust

root_key_option: Final[Decorator] = click.option(
    "--root-key",
    "root_keys",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A root key to sign with, wherever it is kept. Default: those in the workspace's root/.",
)
"""`--root-key`, as the paths `root_keys`."""


def fresh_option(what: str) -> Decorator:
    """Return `--fresh-days`, as `fresh_days`; `what` is the document that it is about."""
    return click.option(
        "--fresh-days",
        type=click.IntRange(1, limits.TERM_DAYS),
        metavar="DAYS",
        help=f"After this many days, {what} reminds administrators to look for a newer one.",
    )


def end_of_freshness(days: int | None, now: int) -> int | None:
    """Return the time from which a document that is signed now is no longer new."""
    return None if days is None else now + days * DAY_SECONDS


def signed_by_roots(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of whatever has root keys sign; they come as `roots`.

    The workspace comes as for `in_workspace`.
    """

    @in_workspace
    @root_key_option
    @fresh_option("the trust document")
    @root_passphrase
    @wraps(command)
    def collected(
        *,
        root_keys: tuple[Path, ...],
        fresh_days: int | None,
        root_passphrase: PassphraseSource,
        **given: Any,
    ) -> None:
        command(roots=Roots(root_keys, root_passphrase, fresh_days), **given)

    return collected


class Outcome(NamedTuple):
    """The result of a ceremony."""

    ceremony: Ceremony
    file: Path | None
    """The file that travels on; None: it is complete, and in force."""

    def as_json(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {
            "signed": [one.label for one in self.ceremony.pending],
            "complete": self.ceremony.is_complete,
            "in_force": self.file is None,
            "file": None if self.file is None else str(self.file),
            "missing": missing(self.ceremony),
        }


class Roots(NamedTuple):
    """Which root keys sign, where their passphrase is, and how long the document is new."""

    given: Sequence[Path]
    """Key files; none: those in the workspace."""
    source: PassphraseSource
    fresh_days: int | None = None
    """How long the trust document that they sign is new; None: no end."""

    def files(self, folder: Path) -> list[KeyFile]:
        """Return the key files: the ones given, else those in `folder`."""
        return (
            [read_key_file(path) for path in self.given] if self.given else list_key_files(folder)
        )


def require_vendor(state: WorkspaceState) -> None:
    """Refuse in a partner's workspace what only the vendor's root can decide.

    Raises:
        WorkspaceError: it is a partner's.
    """
    if state.is_partner:
        raise WorkspaceError(
            f"the root here is that of `{state.trust_store.issuer}`, which alone can change keys",
            hint="make a key with `licensekit keys new` and ask the vendor to admit it",
        )


def require_root_key(state: WorkspaceState, files: Sequence[KeyFile]) -> None:
    """Refuse before a key is made, if no root key is here that could admit it.

    Raises:
        KeyMissing: there is none.
    """
    newest = state.trust_store.trust.chain[-1]
    here = (file.part.verifying_key for file in files)
    if not any((key.scheme, key.key_id) in newest.keys for key in here):
        raise KeyMissing(reason="no-root-key", version=newest.root.version)


def collect(ceremony: Ceremony, files: Sequence[KeyFile], source: PassphraseSource) -> Ceremony:
    """Add a signature of each root key that is still needed, asking for its passphrase."""
    for file in files:
        if ceremony.wants(file.part.verifying_key):
            ceremony = ceremony.signed(unlock(file, source))
    ceremony.require_begun()
    return ceremony


def sign_and_write(
    workspace: Workspace,
    documents: Sequence[Root | Trust],
    writes: Sequence[Callable[[], KeyFile]],
    roots: Roots,
    *,
    action: str,
    note: str = "",
    also: Sequence[Signer] = (),
) -> Outcome:
    """Have `documents` signed by root keys and by `also`, write new key files, and conclude.

    If anything fails on the way, no key file stays behind.
    """
    now = clock()
    begun = workspace.keys.begin([_fresh(d, roots, now) for d in documents], now).signed(*also)
    ceremony = collect(begun, roots.files(workspace.layout.root), roots.source)
    written: list[KeyFile] = []
    try:
        written.extend(write() for write in writes)
        return conclude(workspace, ceremony, action=action, note=note)
    except BaseException:  # an interruption too must leave no key behind that nobody admitted
        for file in written:
            file.path.unlink()
        raise


def _fresh(document: Root | Trust, roots: Roots, now: int) -> Root | Trust:
    end = end_of_freshness(roots.fresh_days, now)
    return document if isinstance(document, Root) or end is None else fresh_until(document, end)


def conclude(workspace: Workspace, ceremony: Ceremony, *, action: str, note: str = "") -> Outcome:
    """Enter what is completely signed, or write the file that travels to the next root key.

    Raises:
        WorkspaceError: such a file is there already; its signatures are not thrown away.
    """
    if ceremony.is_complete:
        now = clock()
        workspace.keys.take(ceremony.tokens, action=action, who=operator(), now=now, note=note)
        return Outcome(ceremony, None)
    path = workspace.layout.folder / file_name(ceremony)
    if path.exists():
        raise WorkspaceError(
            "another change is in signing, and both cannot count",
            where=str(path),
            hint="have it signed first, or move the file away to give it up",
        )
    write_atomically(path, ceremony.data)
    return Outcome(ceremony, path)


def file_name(ceremony: Ceremony) -> str:
    """Return the name of the file that travels: `trust-2.signing`."""
    first = ceremony.pending[0]
    return f"{first.kind}-{first.document.version}.signing"


def missing(ceremony: Ceremony) -> int:
    """Return how many signatures are missing at least."""
    return max((_lacking(one) for one in ceremony.pending), default=0)


def show_outcome(outcome: Outcome, *, as_json: bool, **more: Any) -> None:
    """Print the result of a ceremony, after the facts in `more`."""
    if as_json:
        emit_json({**more, **outcome.as_json()})
        return
    facts([(name.replace("_", " "), value) for name, value in more.items()])
    if outcome.file is None:
        for one in outcome.ceremony.pending:
            emit(f"{one.label} is signed and in the pack: ship it with the next version.")
        return
    for one in outcome.ceremony.pending:
        emit(f"{one.label}: {describe(one)}")
    emit(f"Nothing has changed yet. Take {outcome.file} to the holder of the next root key:")
    emit(f"    licensekit keys sign-trust {typed(Path(outcome.file.name))} --root-key FILE")


def describe(pending: PendingDocument) -> str:
    """Return how many signatures are still missing on a document, in words."""
    lacking = pending.missing()
    if not lacking:
        return "complete"
    parts = [
        f"{count} more of the keys of root {party.version} must sign" for party, count in lacking
    ]
    return "; ".join(parts)


def _lacking(pending: PendingDocument) -> int:
    return sum(count for _, count in pending.missing())
