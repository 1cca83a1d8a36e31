"""Signing of roots and trust documents by several root keys, perhaps held by several people.

A signing file travels between them: the finished chain of roots, then the next root, its trust document, or both. Each
holder of a root key adds a signature. The documents are valid only with the last one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from shutil import move
from typing import Any, NamedTuple

from licensekit import errors, limits
from licensekit.files import PRIVATE_FOLDER, read_bytes, unusable
from licensekit.issuer.keys.keyring import KeyFile, list_key_files
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger.documents import WorkspaceState, file_of
from licensekit.keys import signing, verifying
from licensekit.trust import scope, sign
from licensekit.trust.roots import Chain, next_root, pin_of
from licensekit.trust.signed import check_signatures, open_frame
from licensekit.trust.state import start
from licensekit.wire import armor
from licensekit.wire.documents import TYPE_OF, Root, Trust, decode, encode
from licensekit.wire.frame import Frame


class Party(NamedTuple):
    """The keys of one root, of which `threshold` must sign."""

    version: int
    keys: Mapping[scope.KeyReference, verifying.VerifyingKey]
    threshold: int


class PendingDocument(NamedTuple):
    """A document that still needs signatures."""

    document: Root | Trust
    frame: Frame
    parties: tuple[Party, ...]
    """All must sign: a root needs the keys of the root before and its own."""

    @property
    def kind(self) -> str:
        """The type of its token."""
        return TYPE_OF[type(self.document)]

    @property
    def label(self) -> str:
        """Its name in messages."""
        return label(self.document)

    @property
    def token(self) -> armor.Token:
        """The document with its signatures so far."""
        return sign.add_signatures(self.kind, self.frame)

    def missing(self) -> list[tuple[Party, int]]:
        """Return each party that must still sign, and how many signatures it lacks."""
        signed = [(s.scheme, s.key) for s in self.frame.signatures]
        lacking = [(one, one.threshold - sum(key in one.keys for key in signed)) for one in self.parties]
        return [(party, count) for party, count in lacking if count > 0]

    def needs(self, key: verifying.VerifyingKey) -> bool:
        """Return whether a signature by `key` is needed."""
        reference = (key.scheme, key.key_id)
        if any((s.scheme, s.key) == reference for s in self.frame.signatures):
            return False
        return any(reference in party.keys for party, _ in self.missing())

    def signed(self, signer: signing.Signer) -> "PendingDocument":
        """Return the document with a signature added."""
        return self._replace(frame=open_frame(sign.add_signatures(self.kind, self.frame, signer), type(self.document)))


class Ceremony(NamedTuple):
    """The documents to be signed, and the finished roots before them."""

    roots: tuple[armor.Token, ...]
    pending: tuple[PendingDocument, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every signature is there."""
        return not any(one.missing() for one in self.pending)

    @property
    def tokens(self) -> list[armor.Token]:
        """All its documents, with their signatures so far."""
        return [*self.roots, *(one.token for one in self.pending)]

    @property
    def data(self) -> bytes:
        """The contents of the signing file."""
        return file_of(self.tokens)

    @property
    def file_name(self) -> str:
        """The name of the signing file: `trust-2.signing`."""
        first = self.pending[0]
        return f"{first.kind}-{first.document.version}.signing"

    @property
    def missing(self) -> int:
        """The least number of signatures that are still missing."""
        return max((sum(count for _, count in one.missing()) for one in self.pending), default=0)

    def wants(self, key: verifying.VerifyingKey) -> bool:
        """Return whether a signature by `key` is still needed."""
        return any(one.needs(key) for one in self.pending)

    def signed(self, *signers: signing.Signer) -> "Ceremony":
        """Return it with the signatures of `signers` added where they are needed."""
        pending = self.pending
        for signer in signers:
            pending = tuple(one.signed(signer) if one.needs(signer.verifying_key) else one for one in pending)
        return self._replace(pending=pending)

    def require_wanted(self, keys: Iterable[verifying.VerifyingKey]) -> None:
        """Raise `KeyMissing` if no signature of any of `keys` is needed."""
        if not any(map(self.wants, keys)):
            raise errors.KeyMissing(reason="none-needed")

    def require_current(self, root: Root, trust: Trust) -> None:
        """Raise `ChangeInSigning` unless it follows this root and trust document, which are in force."""
        for one in self.pending:
            now = root if isinstance(one.document, Root) else trust
            if encode(one.document) == encode(now):
                raise errors.ChangeInSigning(reason="in-force", document=one.label)
            if one.document.version <= now.version:
                raise errors.ChangeInSigning(reason="replaced", document=one.label, by=label(now), issued=trust.issued)


class RootKeys(NamedTuple):
    """The root keys that sign, each opened when its signature is needed."""

    files: Sequence[KeyFile]
    open: Callable[[KeyFile], signing.Signer]
    """Opens a key file, perhaps asking for its passphrase."""
    fresh_until: int | None = None
    """When the trust document that they sign starts to remind of a newer one, in seconds since 1970; None: never."""

    def add_to(self, ceremony: Ceremony) -> Ceremony:
        """Return the ceremony with the needed signatures of these keys added."""
        for file in self.files:
            if ceremony.wants(file.part.verifying_key):
                ceremony = ceremony.signed(self.open(file))
        return ceremony


def label(document: Root | Trust) -> str:
    """Return the name of a document in messages: `trust document 2`."""
    what = "root" if isinstance(document, Root) else "trust document"
    return f"{what} {document.version}"


def begin(chain: Chain, documents: Sequence[Root | Trust]) -> Ceremony:
    """Return the ceremony for unsigned `documents` that follow the roots of `chain`."""
    return _ceremony(chain, [(one, Frame((), encode(one))) for one in documents])


def resume(data: bytes) -> Ceremony:
    """Read a signing file, as `read`; raise `NothingToSign` if it is complete."""
    ceremony = read(data)
    if ceremony.is_complete:
        raise errors.NothingToSign
    return ceremony


def read(data: bytes) -> Ceremony:
    """Read a signing file; raise `FormatError` if it is not one, `TrustError` if a signature in it does not verify."""
    tokens = armor.read(data)
    if any(token.type not in {"root", "trust"} for token in tokens) or tokens[0].type != "root":
        raise errors.UnexpectedType(reason="unsigned", type=tokens[0].type, wanted=("root", "trust"))
    chain, rest = _finished(tokens)
    opened: list[tuple[Root | Trust, Frame]] = []
    for token in rest:
        kind: type[Root | Trust] = Root if token.type == "root" else Trust
        frame = open_frame(token, kind)
        # The only place where a document is decoded before it is verified: signers must see it.
        opened.append((decode(kind, frame.payload), frame))
        scope.require_product(opened[-1][0], chain[0].root.product)
    ceremony = _ceremony(chain, opened)
    for one in ceremony.pending:
        known = {reference: key for party in one.parties for reference, key in party.keys.items()}
        signers = [(s.scheme, s.key) for s in one.frame.signatures]
        if not known.keys() >= {*signers}:
            reason = "next-root" if one.kind == "root" else "next-trust"
            raise errors.KeyUnknown(reason=reason, version=one.document.version)
        check_signatures(one.token, one.frame, [known[signer] for signer in signers])
    return ceremony


def _ceremony(chain: Chain, documents: Iterable[tuple[Root | Trust, Frame]]) -> Ceremony:
    pending: list[PendingDocument] = []
    newest = Party(chain[-1].root.version, chain[-1].keys, chain[-1].root.threshold)
    for document, frame in documents:
        parties: tuple[Party, ...] = (newest,)
        if isinstance(document, Root):
            newest = Party(document.version, scope.load_keys(document.keys), document.threshold)
            parties = (*parties, newest)
        pending.append(PendingDocument(document, frame, parties))
    return Ceremony(tuple(known.verified.token for known in chain), tuple(pending))


def _finished(tokens: Sequence[armor.Token]) -> tuple[Chain, list[armor.Token]]:
    """Divide the tokens of a signing file into the finished chain and the documents to be signed."""
    chain = start(tokens[:1], pin_of(open_frame(tokens[0], Root).payload)).chain
    with suppress(errors.ThresholdNotMet, errors.KeyUnknown):
        for token in takewhile(lambda one: one.type == "root", tokens[1:]):
            chain = next_root(chain, token)
    return chain, list(tokens[len(chain) :])


class Travelling(NamedTuple):
    """A change of keys in a signing file, not yet in force."""

    path: Path
    ceremony: Ceremony

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        labels = [one.label for one in self.ceremony.pending]
        return {"file": str(self.path), "documents": labels, "missing": self.ceremony.missing}


def under_way(layout: Layout, state: WorkspaceState) -> Iterator[Travelling]:
    """Yield the changes in the workspace folder that follow what is in force; others are obsolete."""
    for path in sorted(layout.folder.glob("*.signing")):
        with suppress(errors.LicenseError):  # another kind of file, or damaged
            one = read_travelling(path)
            one.ceremony.require_current(state.trust_store.trust.root, state.trust)
            yield one


def read_travelling(path: Path) -> Travelling:
    """Read the signing file at `path`, as `read`."""
    return Travelling(path, read(read_bytes(path, limit=limits.FILE_BYTES, what="a signing file")))


def abandon(layout: Layout, path: Path, state: WorkspaceState) -> list[Path]:
    """Move a signing file into the folder `abandoned`, with the keys made only for it; return the new paths.

    Nothing is deleted: somebody may sign another copy of the file. Raises as `read`, and `FileUnusable` if a file
    cannot be moved; another call moves the rest.
    """
    ceremony = read_travelling(path).ceremony
    in_force: list[Root | Trust] = [state.trust, *(one.root for one in state.trust_store.trust.chain)]
    known = {key.public for document in in_force for key in document.keys}
    made_for_it = {key.public for one in ceremony.pending for key in one.document.keys} - known
    files = (*list_key_files(layout.keys), *list_key_files(layout.root))
    made = [file.path for file in files if file.part.verifying_key.public in made_for_it]
    digest = verifying.sha256(b"".join(encode(one.document) for one in ceremony.pending)).hex()[:8]
    folder = layout.abandoned / f"{ceremony.file_name.removesuffix('.signing')}-{digest}"
    try:
        for one in (layout.abandoned, folder):
            one.mkdir(PRIVATE_FOLDER, exist_ok=True)
        # The signing file comes last: it shows which keys belong to it.
        return [Path(move(one, folder / one.name)) for one in (*made, path)]
    except OSError as error:
        raise unusable(folder, "a folder for what is abandoned", error) from error
