"""What a restored ledger lost, entered again from the files that were signed here.

A bundle keeps its issue time and identity; its entry says when it was absorbed. What was ordered and who asked for it
is in no file, and stays unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from licensekit.errors import FormatError, LedgerRestored, LicenseError, TrustError
from licensekit.issuer.keys.intake import Intake, enter
from licensekit.issuer.ledger import bundles, serials
from licensekit.issuer.ledger.entries import append, read_mark, restored
from licensekit.issuer.ledger.projection import ABSORB
from licensekit.issuer.proposal import AcceptsRestored, NotAbsorbed, SignProposal
from licensekit.issuer.state import WorkspaceState, extended
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.proposals import Change
from licensekit.trust.pack import IN_PACKS
from licensekit.trust.scope import require_not_ahead
from licensekit.trust.signed import Verified
from licensekit.trust.state import verify_signed
from licensekit.wire import armor
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, Reset
from licensekit.wire.plain import word

Lost = Verified[Bundle] | Verified[Reset]


class Absorbed(NamedTuple):
    """What was entered again."""

    documents: int
    """Of a pack."""
    bundles: int
    resets: int
    known: int
    """How many bundles and resets were in the ledger already."""


@dataclass(frozen=True, kw_only=True, repr=False)
class AbsorbProposal(SignProposal[Absorbed, None]):
    """What files bring back that the ledger lacks, to be entered again; a warning names what is refused, and why."""

    restored: LedgerRestored | None
    """What shows that the ledger was restored: the mark, or one of the files."""


def propose_absorb(tx: LedgerTransaction, files: Mapping[str, bytes]) -> AbsorbProposal:
    """Return what files, by name, bring back; raises as `Ledger.propose_absorb`."""
    refused: list[NotAbsorbed] = []
    read: dict[str, list[Token]] = {}
    for name, data in files.items():
        try:
            read[name] = armor.read(data)
        except FormatError as fault:
            refused.append(NotAbsorbed(reason="error", name=name, error=fault))
    after = _with_documents(tx.state, read, refused)
    intake = Intake(tx.state, after)
    lost, known = _lost(tx, after, read, refused)
    error = restored(tx.ledger, read_mark(tx.store.layout.mark))
    error = error or next((one for _, one in intake.restored(tx.ledger)), None)
    newer = [Change(f"{one.type}s", None, ABSORB) for one in intake.newer]
    is_done = not (intake.newer or lost or error)

    def absorb(tx: LedgerTransaction, _: None) -> Absorbed:
        """Enter documents of a pack first, then bundles as they were issued, and resets."""
        newer = enter(tx, intake, action=ABSORB)
        append(tx.ledger, [tx.record(ABSORB, one.token, one.document) for one in lost])
        found = [one for one in lost if isinstance(one.document, Bundle)]
        again = tx.trust.lists.get(tx.state.issuer)
        # A list takes back what is there when it is entered.
        if again is not None and found:
            append(tx.ledger, [tx.record(ABSORB, again.token, again.document)])
        if not is_done:
            serials.jump(tx.ledger, tx.store.draw)
        return Absorbed(len(newer), len(found), len(lost) - len(found), known)

    return AbsorbProposal(
        enter=absorb,
        changes=(*newer, *(Change(_name(one.document), None, ABSORB) for one in lost)),
        warnings=tuple(refused),
        needs_confirmation=(AcceptsRestored(number=error.number),) if error else (),
        about="the ledger",
        is_done=is_done,
        renews_pack=bool(intake.newer),
        restored=error,
    )


def _with_documents(
    state: WorkspaceState, read: Mapping[str, list[Token]], refused: list[NotAbsorbed]
) -> WorkspaceState:
    """Return the state with the documents of a pack in all files, whatever order these come in."""
    waiting = {name: [one for one in tokens if one.type in IN_PACKS] for name, tokens in read.items()}
    while waiting:
        failed: dict[str, LicenseError] = {}
        for name, tokens in waiting.items():
            known = set(state.tokens)
            try:
                state = extended(state, [one for one in tokens if one not in known])
            except (TrustError, FormatError) as error:
                failed[name] = error
        if len(failed) == len(waiting):
            refused.extend(NotAbsorbed(reason="error", name=name, error=error) for name, error in failed.items())
            break
        waiting = {name: waiting[name] for name in failed}
    return state


def _lost(
    tx: LedgerTransaction, state: WorkspaceState, read: Mapping[str, list[Token]], refused: list[NotAbsorbed]
) -> tuple[tuple[Lost, ...], int]:
    """Return the bundles and resets that the ledger lacks, as they were issued, and how many it has."""
    found: dict[str, Lost] = {}
    known: set[bytes] = set()
    for name, tokens in read.items():
        for token in tokens:
            if token.type in IN_PACKS:
                continue
            try:
                one = _verified(tx, state, token)
            except (TrustError, FormatError) as error:
                refused.append(NotAbsorbed(reason="error", name=name, error=error))
                continue
            if one.document.issuer != state.issuer:
                refused.append(NotAbsorbed(reason="issuer", name=name, issuer=one.document.issuer))
            elif _is_known(tx, one):
                known.add(one.identity)
            elif _is_taken(tx, one) or found.setdefault(_name(one.document), one).identity != one.identity:
                refused.append(NotAbsorbed(reason="place", name=name, what=_name(one.document)))
    return tuple(sorted(found.values(), key=lambda one: (one.document.issued, _name(one.document)))), len(known)


def _verified(tx: LedgerTransaction, state: WorkspaceState, token: Token) -> Lost:
    """Verify what a key of this workspace may have signed; one that was revoked since is lost as well."""
    trust = state.trust_store.trust
    if token.type == "reset":
        return verify_signed(token, Reset, trust, tx.now)
    bundle = verify_signed(token, Bundle, trust)
    require_not_ahead(bundle.document.issued, tx.now)
    return bundle


def _is_known(tx: LedgerTransaction, one: Lost) -> bool:
    if isinstance(one.document, Bundle):
        return bundles.by_identity(tx.ledger, one.identity) is not None
    return tx.ledger.one("SELECT 1 FROM entries WHERE type = 'reset' AND frame = ?", one.token.frame) is not None


def _is_taken(tx: LedgerTransaction, one: Lost) -> bool:
    """Return whether the ledger has another bundle in its place."""
    bundle = one.document
    if isinstance(bundle, Reset):
        return False
    return bundles.at(tx.ledger, bundle.serial, bundle.part, bundle.use, bundle.sequence) is not None


def _name(document: Bundle | Reset) -> str:
    if isinstance(document, Bundle):
        return f"bundles.{document.label}"
    return f"resets.{document.installation.hex()}.{word(document.what)}"
