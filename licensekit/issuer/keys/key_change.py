"""Proposals of key changes: root keys sign their documents here, or in a signing file elsewhere.

New keys are made when the change that admits them is signed, because making a key in a token changes the token.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from licensekit import errors, files, proposals
from licensekit.issuer import intake, transaction
from licensekit.issuer.keys import changes, keyring
from licensekit.issuer.keys.ceremony import Ceremony, RootKeys, begin, label, under_way
from licensekit.issuer.ledger.documents import WorkspaceState
from licensekit.issuer.ledger.entries import ledger_mark
from licensekit.keys import pkcs11, verifying
from licensekit.keys.signing import Signer, SigningKey
from licensekit.trust.roots import pin_of
from licensekit.wire import armor, frame
from licensekit.wire.documents import Root, Trust, Value, encode, replace_fields

Made = tuple[verifying.VerifyingKey, Callable[[], keyring.KeyFile]]
"""A new or imported key, and the function that writes its file."""


class Prepared(NamedTuple):
    """The documents for root keys to sign, and the new keys made for them."""

    documents: tuple[Root | Trust, ...]  # empty: the vendor admits a partner's key elsewhere
    new: tuple[Callable[[], keyring.KeyFile], ...] = ()  # write the files of new keys
    also: tuple[Signer, ...] = ()  # new root keys, which sign too


class KeyChange(NamedTuple):
    """The result of a change of keys."""

    ceremony: Ceremony | None
    """None: nothing is signed here, because the vendor admits a partner's key."""
    file: Path | None
    """The signing file that needs more signatures; None: the change is in force."""
    written: tuple[keyring.KeyFile, ...] = ()
    """The files of new keys."""

    @property
    def new_pin(self) -> str | None:
        """The pin of the new root, if there is one."""
        pending = () if self.ceremony is None else self.ceremony.pending
        roots = [one.document for one in pending if isinstance(one.document, Root)]
        return pin_of(encode(roots[0])) if roots else None


@dataclass(frozen=True, kw_only=True, repr=False)
class KeyProposal(proposals.Proposal[KeyChange]):
    """A change of keys, to be signed by root keys."""

    store: transaction.WorkspaceStore
    now: int
    action: str
    basis: armor.Token
    """The trust document in force, which the change follows."""
    prepare: Callable[[], Prepared]
    """Makes the new keys and the documents."""
    note: str = ""
    about: str = "the trust document"

    def sign(self, roots: RootKeys, *, who: str, confirm: bool = False) -> KeyChange:
        """Make new keys, sign with root keys, write key files, and put the change in force if it is complete.

        If it fails before it is in force, key files are removed, but a key made in a token remains. If only the pack
        could not be written, `workspace.catalog.propose_pack` writes it.

        Raises `ConfirmationNeeded` if `needs_confirmation` is not empty and `confirm` is false, `ProposalStale` if the
        keys were changed meanwhile, `KeyMissing` if none of `roots` must sign, `ChangeInSigning` if another change
        is being signed: its signatures are kept.
        """
        self.require_confirmed(confirm=confirm)
        with self.store.read(self.now) as tx:
            self._require_basis(tx.state)
            chain, mark = tx.trust.chain, ledger_mark(tx.ledger)
            others = [one.path for one in under_way(self.store.layout, tx.state)]
            is_partner = tx.state.is_partner
        if not (is_partner or any(file.reference in chain[-1].keys for file in roots.files)):  # before a key is made
            raise errors.KeyMissing(reason="no-root-key", version=chain[-1].root.version)
        documents, new, also = self.prepare()
        ceremony: Ceremony | None = None
        if documents:
            begun = begin(chain, [_completed(one, roots.fresh_until, mark) for one in documents])
            ceremony = roots.add_to(begun.signed(*also))
            # Only one change is in signing at a time.
            for path in (*others, self.store.layout.folder / ceremony.file_name):
                if path.exists() and not ceremony.is_complete:
                    raise errors.ChangeInSigning(reason="another", where=str(path))
        written: list[keyring.KeyFile] = []
        try:
            written.extend(write() for write in new)
            file = None if ceremony is None else self._conclude(ceremony, who)
        except BaseException:  # also after an interruption, no key is left that nobody admitted
            if self._is_untouched():
                for one in written:
                    with suppress(OSError):
                        one.path.unlink()
            raise
        return KeyChange(ceremony, file, tuple(written))

    def _conclude(self, ceremony: Ceremony, who: str) -> Path | None:
        if not ceremony.is_complete:
            path = self.store.layout.folder / ceremony.file_name
            files.write_atomically(path, ceremony.data)
            return path
        with self.store.write(self.now, who) as tx:
            self._require_basis(tx.state)
            intake.enter(tx, intake.verify(tx, ceremony.tokens), action=self.action, note=self.note)
        self.store.write_pack(self.now)
        return None

    def _is_untouched(self) -> bool:
        """Return whether the change is certainly not in force: a key that may be admitted is kept."""
        try:
            return self.store.state(self.now).verified_trust.token == self.basis
        except errors.LicenseError:
            return False

    def _require_basis(self, state: WorkspaceState) -> None:
        if state.verified_trust.token != self.basis:
            raise errors.ProposalStale(about=self.about, changed=(label(state.trust),))


def _completed(document: Root | Trust, until: int | None, mark: Mapping[str, Value]) -> Root | Trust:
    """Return a trust document with its freshness date and the mark of the ledger; a root as it is."""
    if isinstance(document, Root):
        return document
    return replace_fields(document, fresh_until=until, extensions={**document.extensions, **mark})


class KeyPlan(NamedTuple):
    """How a new key is made."""

    make: Callable[[Path, str], Made]
    """Makes the key for a folder and a name, perhaps asking for a passphrase or PIN."""
    public: changes.PublicKey
    """The public half, if it is known before."""
    uri: str | None = None
    """The `pkcs11:` URI of its token; None: a key file."""


def generated_key(scheme: int, passphrase: Callable[[str], bytes]) -> KeyPlan:
    """Plan a new key in a file; `scheme` is `wire.frame.ED25519` or `HYBRID`, `passphrase` is called with its name."""
    return KeyPlan(partial(_in_file, partial(SigningKey.generate, scheme), passphrase), changes.Unmade(scheme))


def imported_key(key: SigningKey, passphrase: Callable[[str], bytes]) -> KeyPlan:
    """Plan a file for a key that was made elsewhere; as `generated_key`."""
    return KeyPlan(partial(_in_file, lambda: key, passphrase), key.verifying_key)


def token_key(uri: str, pin: Callable[[], str]) -> KeyPlan:
    """Plan a key in a token: the one that `uri` names, or a new one; raise `SignerUriInvalid` for a bad URI.

    Making it raises `SignerUnavailable` if the token is missing or refuses.
    """
    place = pkcs11.parse(uri)
    is_named = place.object is not None or place.id is not None

    def make(folder: Path, name: str) -> Made:
        signer = pkcs11.open_signer(uri, pin) if is_named else pkcs11.generate(uri, pin, name)
        return signer.verifying_key, partial(keyring.write_place, folder, name, signer)

    return KeyPlan(make, changes.Unmade(frame.ED25519), uri)


def _in_file(make: Callable[[], SigningKey], passphrase: Callable[[str], bytes], folder: Path, name: str) -> Made:
    """Make a key for a file that is sealed with a passphrase."""
    key = make()
    return key.verifying_key, partial(keyring.write_key, folder, name, key, passphrase(name))
