"""Documents from outside the ledger: signed elsewhere, or lost when the ledger was restored. They are verified.

Documents signed elsewhere are entered together or not at all. A bundle that was lost keeps its issue time and identity;
its entry has the time when it was absorbed. Its order and who issued it are in no file, and remain unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from licensekit import database, errors, proposals
from licensekit.issuer.keys import changes, keyring
from licensekit.issuer.keys.ceremony import label
from licensekit.issuer.ledger import bundles, documents, projection
from licensekit.issuer.ledger.documents import WorkspaceState, extended
from licensekit.issuer.ledger.entries import append, mark_in, raise_mark, read_mark, restored
from licensekit.issuer.orders import numbering
from licensekit.issuer.proposal import AcceptsRestored, NotAbsorbed, SignProposal
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.trust import scope, signed
from licensekit.trust.pack import IN_PACKS, require_in_pack
from licensekit.trust.state import verify_signed
from licensekit.wire import armor, chain, plain
from licensekit.wire.documents import CLASS_OF, Bundle, Document, Reset, decode

# Its `sign` raises `LedgerRestored` if a document was signed when this ledger had more entries; the mark records that.
TakeProposal = SignProposal[list[armor.Token], None]
"""Documents of a pack that were signed elsewhere, to be entered; `sign` returns the newer ones."""
Lost = signed.Verified[Bundle] | signed.Verified[Reset]


class Intake(NamedTuple):
    """The verified state of a workspace before and after documents of a pack are entered."""

    before: WorkspaceState
    after: WorkspaceState

    @property
    def newer(self) -> list[armor.Token]:
        """The documents that were not in force before."""
        known = set(self.before.tokens)
        return [one for one in self.after.tokens if one not in known]

    def restored(self, ledger: database.Connection) -> Iterator[tuple[chain.Head, errors.LedgerRestored]]:
        """Yield the entries that newer documents signed here name and the ledger lacks, each with its error."""
        for document in map(opened, self.newer):
            # A trust document names no issuer: the vendor signs it.
            issuer = getattr(document, "issuer", self.after.trust_store.issuer)
            mark = mark_in(document)
            error = restored(ledger, mark) if issuer == self.after.issuer and not self.after.is_reseller else None
            if mark is not None and error is not None:
                yield mark, error


def propose_take(
    tx: LedgerTransaction, tokens: Sequence[armor.Token], *, action: str, verified: Intake | None = None
) -> TakeProposal:
    """Return what entering documents would do; `verified` saves verifying them again."""
    intake = verified if verified is not None and verified.before is tx.state else verify(tx, tokens)
    newer = intake.newer

    def take(tx: LedgerTransaction, _: None) -> list[armor.Token]:
        for mark, error in intake.restored(tx.ledger):
            raise_mark(tx.store.layout.mark, mark, lower=True)
            raise error
        return enter(tx, intake, action=action)

    kinds = ((one.type, getattr(opened(one), "issuer", "")) for one in newer)
    shown = tuple(proposals.Change(".".join(filter(None, kind)), None, "newer") for kind in kinds)
    lost = tuple(error for _, error in intake.restored(tx.ledger))
    return SignProposal(enter=take, changes=shown, warnings=lost, about="the pack", is_done=not newer, renews_pack=True)


def verify(tx: LedgerTransaction, tokens: Sequence[armor.Token]) -> Intake:
    """Verify documents of a pack; raises `UnexpectedType`, `TrustError`, `ChangeInSigning`."""
    require_in_pack(tokens)
    intake = Intake(tx.state, _with(tx.state, tokens))
    before, after = tx.state.trust, intake.after.trust
    # A new root with an older trust document would undo changes that are in force here.
    if after.root_version > before.root_version and after.version <= before.version and not tx.state.is_partner:
        raise errors.ChangeInSigning(reason="replaced", document=label(after), by=label(before), issued=before.issued)
    return intake


def _with(state: WorkspaceState, tokens: Sequence[armor.Token]) -> WorkspaceState:
    """Return the state with the documents that it lacks."""
    known = set(state.tokens)
    return extended(state, [one for one in tokens if one not in known])


def enter(tx: LedgerTransaction, intake: Intake, *, action: str, note: str = "") -> list[armor.Token]:
    """Enter and return the newer documents; the successor of the default key becomes the default key."""
    newer = intake.newer
    records = (tx.record(action, token, opened(token)) for token in newer)
    tx.put_in_force([one._replace(note=note) for one in records], intake.after)
    new = changes.successor(intake.before.trust, intake.after.trust, documents.default_key(tx.ledger))
    # For a partner this is unknown: the vendor's pack has only the newest state of its keys.
    if new is not None and not intake.after.is_partner:
        documents.put_fact(tx.ledger, documents.DEFAULT_KEY, new)
    return newer


def opened(token: armor.Token) -> Document:
    """Return the document of a verified token."""
    return decode(CLASS_OF[token.type], token.payload)


class Absorbed(NamedTuple):
    """How many documents were entered again."""

    documents: int  # of a pack
    bundles: int
    resets: int
    known: int  # bundles and resets that the ledger had already


@dataclass(frozen=True, kw_only=True, repr=False)
class AbsorbProposal(SignProposal[Absorbed, None]):
    """Documents in files that the ledger lacks, to be entered again. Its warnings name refused documents."""

    restored: errors.LedgerRestored | None  # set if the mark or a file shows that the ledger was restored


def propose_absorb(tx: LedgerTransaction, files: Mapping[str, bytes]) -> AbsorbProposal:
    """Return what absorbing files (name to contents) would do; as `Ledger.propose_absorb`."""
    refused: list[NotAbsorbed] = []
    read: dict[str, list[armor.Token]] = {}
    for name, data in files.items():
        try:
            read[name] = armor.read(data)
        except errors.FormatError as fault:
            refused.append(NotAbsorbed(reason="error", name=name, error=fault))
    after = _after(tx.state, read, refused)
    intake = Intake(tx.state, after)
    lost, known = _lost(tx, after, read, refused)
    error = restored(tx.ledger, read_mark(tx.store.layout.mark))
    error = error or next((one for _, one in intake.restored(tx.ledger)), None)
    names = (*(f"{one.type}s" for one in intake.newer), *(_name(one.document) for one in lost))
    jumps = bool(intake.newer or error) or any(_is_ours(tx, one) for one in lost)

    def absorb(tx: LedgerTransaction, _: None) -> Absorbed:
        newer = enter(tx, intake, action=projection.ABSORB)
        append(tx.ledger, [tx.record(projection.ABSORB, one.token, one.document) for one in lost])
        found = [one for one in lost if isinstance(one.document, Bundle)]
        # A list affects only bundles that are entered before it, so it is entered again.
        if found and (again := tx.trust.lists.get(tx.state.issuer)) is not None:
            append(tx.ledger, [tx.record(projection.ABSORB, again.token, again.document)])
        if jumps:
            numbering.jump(tx.ledger, tx.store.draw)
        return Absorbed(len(newer), len(found), len(lost) - len(found), known)

    return AbsorbProposal(
        enter=absorb,
        changes=tuple(proposals.Change(name, None, projection.ABSORB) for name in names),
        warnings=tuple(refused),
        needs_confirmation=(AcceptsRestored(number=error.number),) if error else (),
        about="the ledger",
        is_done=not (names or error),
        renews_pack=bool(intake.newer),
        restored=error,
    )


def _after(state: WorkspaceState, read: Mapping[str, list[armor.Token]], refused: list[NotAbsorbed]) -> WorkspaceState:
    """Return the state with the pack documents of all files, in whatever order the files come."""
    waiting = {name: [one for one in tokens if one.type in IN_PACKS] for name, tokens in read.items()}
    while waiting:
        failed: dict[str, errors.LicenseError] = {}
        for name, tokens in waiting.items():
            try:
                state = _with(state, tokens)
            except (errors.TrustError, errors.FormatError) as error:
                failed[name] = error
        if len(failed) == len(waiting):
            refused.extend(NotAbsorbed(reason="error", name=name, error=error) for name, error in failed.items())
            break
        waiting = {name: waiting[name] for name in failed}
    return state


def _lost(
    tx: LedgerTransaction, state: WorkspaceState, read: Mapping[str, list[armor.Token]], refused: list[NotAbsorbed]
) -> tuple[tuple[Lost, ...], int]:
    """Return the bundles and resets that the ledger lacks, in order of issue, and how many it has already."""
    found: dict[str, Lost] = {}
    known: set[bytes] = set()
    for name, token in ((name, one) for name, tokens in read.items() for one in tokens if one.type not in IN_PACKS):
        try:
            one = _verified(tx, state, token)
        except (errors.TrustError, errors.FormatError) as error:
            refused.append(NotAbsorbed(reason="error", name=name, error=error))
            continue
        if one.document.issuer != state.issuer:
            refused.append(NotAbsorbed(reason="issuer", name=name, issuer=one.document.issuer))
        elif _is_known(tx, one):
            known.add(one.identity)
        elif _is_taken(tx, one) or found.setdefault(_name(one.document), one).identity != one.identity:
            refused.append(NotAbsorbed(reason="place", name=name, what=_name(one.document)))
    return tuple(sorted(found.values(), key=lambda one: (one.document.issued, _name(one.document)))), len(known)


def _verified(tx: LedgerTransaction, state: WorkspaceState, token: armor.Token) -> Lost:
    """Verify a bundle or a reset; a bundle that was revoked since is accepted."""
    trust = state.trust_store.trust
    if token.type == "reset":
        return verify_signed(token, Reset, trust, tx.now)
    bundle = verify_signed(token, Bundle, trust)
    scope.require_not_ahead(bundle.document.issued, tx.now)
    return bundle


def _is_ours(tx: LedgerTransaction, one: Lost) -> bool:
    """Return whether this ledger issued it: a key limited to parts is a reseller's, unless its file is here."""
    key = one.keys[0].scheme, one.keys[0].key_id
    signer = tx.trust.signers.get(key)
    is_resellers = signer is not None and signer.admitted.scope.parts is not None
    return not is_resellers or any(file.reference == key for file in keyring.list_key_files(tx.store.layout.keys))


def _is_known(tx: LedgerTransaction, one: Lost) -> bool:
    if isinstance(one.document, Bundle):
        return bundles.by_identity(tx.ledger, one.identity) is not None
    return tx.ledger.one("SELECT 1 FROM entries WHERE type = 'reset' AND frame = ?", one.token.frame) is not None


def _is_taken(tx: LedgerTransaction, one: Lost) -> bool:
    it = one.document
    return isinstance(it, Bundle) and bundles.at(tx.ledger, it.serial, it.part, it.use, it.sequence) is not None


def _name(document: Bundle | Reset) -> str:
    if isinstance(document, Bundle):
        return f"bundles.{document.label}"
    return f"resets.{document.installation.hex()}.{plain.word(document.what)}"
