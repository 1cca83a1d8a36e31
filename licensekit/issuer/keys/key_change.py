"""Changes of keys, proposed: root keys sign the documents, here or in a file that travels.

New keys are planned first, and made when the change that admits them is signed: making a key in a token changes it.
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


class Prepared(NamedTuple):
    """What root keys sign, and the new keys that were made for it."""

    documents: tuple[Root | Trust, ...]  # empty: the vendor admits a partner's key elsewhere
    new: tuple[Callable[[], keyring.KeyFile], ...] = ()  # each writes the file of a new key
    also: tuple[Signer, ...] = ()  # new root keys, which sign as well


class KeyChange(NamedTuple):
    """The result of a change of keys."""

    ceremony: Ceremony | None
    """None: nothing was to be signed here; the vendor admits a partner's key."""
    file: Path | None
    """The file that travels on; None: the ceremony is complete, and its documents in force."""
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
    """A change of keys that root keys must sign."""

    store: transaction.WorkspaceStore
    now: int
    action: str
    basis: armor.Token
    """The trust document in force, which the change follows."""
    prepare: Callable[[], Prepared]
    """Makes the keys that it needs, and its documents."""
    note: str = ""
    about: str = "the trust document"

    def sign(self, roots: RootKeys, *, who: str, confirm: bool = False) -> KeyChange:
        """Make new keys, have root keys sign, write key files, and put it in force if all signed.

        If anything fails before it is in force, no key file stays behind; a key that was made in a token does. Where
        only the pack could not be written after that, `write_pack` writes it.

        Raises `ConfirmationNeeded` if nobody confirmed what needs it, `ProposalStale` if the keys were changed
        meanwhile, `KeyMissing` if no root key is here that must sign, `ChangeInSigning` if another change travels
        already: its signatures are not thrown away.
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
            # It never travels beside another change.
            for path in (*others, self.store.layout.folder / ceremony.file_name):
                if path.exists() and not ceremony.is_complete:
                    raise errors.ChangeInSigning(reason="another", where=str(path))
        written: list[keyring.KeyFile] = []
        try:
            written.extend(write() for write in new)
            file = None if ceremony is None else self._conclude(ceremony, who)
        except BaseException:  # an interruption too must leave no key behind that nobody admitted
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
        """Return whether the change is not in force for sure: a key that may be is never lost."""
        try:
            with self.store.read(self.now) as tx:
                return tx.state.verified_trust.token == self.basis
        except errors.LicenseError:
            return False

    def _require_basis(self, state: WorkspaceState) -> None:
        if state.verified_trust.token != self.basis:
            raise errors.ProposalStale(about=self.about, changed=(label(state.trust),))


def _completed(document: Root | Trust, until: int | None, mark: Mapping[str, Value]) -> Root | Trust:
    """Return a trust document that says how long it is new, and what the ledger held before it."""
    if isinstance(document, Root):
        return document
    return replace_fields(document, fresh_until=until, extensions={**document.extensions, **mark})


Made = tuple[verifying.VerifyingKey, Callable[[], keyring.KeyFile]]
"""A key that was made or taken over, and what writes its file: it is not written anywhere yet."""


class KeyPlan(NamedTuple):
    """What a new key will be."""

    make: Callable[[Path, str], Made]
    """Makes the key for a folder and a name; it may ask for a passphrase or a PIN."""
    public: changes.PublicKey
    """The public half as far as it is known."""
    uri: str | None = None
    """The token that it lives in, as a `pkcs11:` URI; None: a key file."""


def generated_key(scheme: int, passphrase: Callable[[str], bytes]) -> KeyPlan:
    """Plan a key in a file; `scheme` is `wire.frame.ED25519` or `HYBRID`, `passphrase` returns that of a key's name."""
    return KeyPlan(partial(_in_file, partial(SigningKey.generate, scheme), passphrase), changes.Unmade(scheme))


def imported_key(key: SigningKey, passphrase: Callable[[str], bytes]) -> KeyPlan:
    """Plan to keep a key that was made elsewhere in a file; as `generated_key`."""
    return KeyPlan(partial(_in_file, lambda: key, passphrase), key.verifying_key)


def token_key(uri: str, pin: Callable[[], str]) -> KeyPlan:
    """Plan a key in a token, or to use the one that `uri` names there; raise `SignerUriInvalid` if it is no such URI.

    Making it raises `SignerUnavailable` if the token is away, or refuses.
    """
    place = pkcs11.parse(uri)
    is_named = place.object is not None or place.id is not None

    def make(folder: Path, name: str) -> Made:
        signer = pkcs11.open_signer(uri, pin) if is_named else pkcs11.generate(uri, pin, name)
        return signer.verifying_key, partial(keyring.write_place, folder, name, signer)

    return KeyPlan(make, changes.Unmade(frame.ED25519), uri)


def _in_file(make: Callable[[], SigningKey], passphrase: Callable[[str], bytes], folder: Path, name: str) -> Made:
    """Return a key that will be sealed under a passphrase, which is asked for first."""
    key = make()
    return key.verifying_key, partial(keyring.write_key, folder, name, key, passphrase(name))
