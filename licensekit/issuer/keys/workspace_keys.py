"""The keys of a workspace: its key files, and changes of the trust document that admits them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from licensekit.errors import KeyChangeRefused, VendorOnly
from licensekit.issuer import create, transaction
from licensekit.issuer.intake import TakeProposal, propose_take, verify
from licensekit.issuer.keys import changes, keyring
from licensekit.issuer.keys.ceremony import Ceremony, Travelling, abandon, under_way
from licensekit.issuer.keys.changes import Permission, PublicKey, key_id, named
from licensekit.issuer.keys.key_change import KeyPlan, KeyProposal, Prepared
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import bundles, documents
from licensekit.issuer.ledger.documents import WorkspaceState
from licensekit.issuer.proposal import BundlesVoid, propose
from licensekit.keys import signing, verifying
from licensekit.proposals import Change
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, Trust

_Admit = Callable[[PublicKey], Trust]  # returns the trust document that admits a key


class WorkspaceKeys(transaction.WorkspacePart):
    """The keys of a workspace. Methods that change keys raise `VendorOnly` in a partner's workspace."""

    @property
    def files(self) -> list[keyring.KeyFile]:
        """The key files of signing keys, by name."""
        return keyring.list_key_files(self._store.layout.keys)

    @property
    def has_root_keys(self) -> bool:
        """Whether root keys are still in the workspace, where they should not stay."""
        return bool(keyring.list_key_files(self._store.layout.root))

    def known(self, now: int) -> list[keyring.KnownKey]:
        """Return the keys that the trust document names, and then those that are not admitted yet."""
        with self._store.read(now) as tx:
            return keyring.known_keys(self.files, tx.state.trust, documents.default_key(tx.ledger))

    def file(self, name: str) -> keyring.KeyFile:
        """Return the key file with this name or key id; raise `KeyMissing` if there is none."""
        return keyring.named_file(self.files, name)

    def choose(
        self, kind: str, now: int, name: str | None = None, *, bundle: Bundle | None = None, but: str | None = None
    ) -> keyring.KeyFile:
        """Return the key file `name`, else the default one, for signing documents of `kind` (`bundle`, `catalog`).

        The key must be allowed to sign `bundle`, if given. `but` is the id of a key whose bundles are signed again: the
        key must be another one, and when it began to sign does not matter.

        Raises `KeyMissing` if it is not here, or the default key may not sign (the error names a key that may), or the
        `TrustError` with the reason why it may not sign.
        """
        with self._store.read(now) as tx:
            return keyring.choose_key(tx, self.files, kind, name, bundle=bundle, but=but)

    def set_default(self, name: str, *, who: str, now: int) -> keyring.KeyFile:
        """Make the key with this name or key id the default, and return its file.

        Raises `KeyMissing` if there is no such key here, `KeyChangeRefused` if it is retired or revoked.
        """
        file = self.file(name)
        with self._store.write(now, who) as tx:
            signer = tx.trust.signers.get(file.reference)
            if signer is not None:
                changes.require_active(signer.admitted)
            documents.put_fact(tx.ledger, documents.DEFAULT_KEY, file.key_id)
        return file

    def propose_new(
        self, plan: KeyPlan, *, now: int, name: str | None = None, permission: Permission | None = None
    ) -> KeyProposal:
        """Propose to admit a new key, which `sign` makes. In a partner's workspace, the vendor must admit it later.

        Raises `KeyChangeRefused` if a key with this name is active, or no file can have it.
        """
        if name is not None and (not name or name.startswith(".") or not {"/", "\\"}.isdisjoint(name)):
            raise KeyChangeRefused(reason="not-a-file-name", key=name)  # hidden, or in another folder
        state = self._store.state(now)
        called = self._free_name(state) if name is None else name
        work_out = None
        if not state.is_partner:
            asked = permission or Permission()
            asked = asked._replace(issuer=asked.issuer or state.issuer)
            work_out = partial(changes.admit, state.trust, name=called, permission=asked, now=now)
        return self._with_key(state, "keys new", work_out, now, plan=plan, name=called)

    def propose_admit(self, key: verifying.VerifyingKey, name: str, permission: Permission, *, now: int) -> KeyProposal:
        """Propose to admit a key that somebody else holds.

        Raises `KeyChangeRefused` if an active key has the name, the key is named already, or `permission` is invalid.
        """
        work_out = partial(changes.admit, key=key, name=name, permission=permission, now=now)
        return self._changed("keys admit", work_out, now)

    def propose_retire(self, name: str, *, now: int) -> KeyProposal:
        """Propose to retire a key: it no longer signs, and what it signed stays valid.

        Raises `KeyMissing` if no key has this name or key id, `KeyChangeRefused` if it is not active.
        """
        return self._changed("keys retire", partial(changes.retire, name=name, now=now), now)

    def propose_revoke(self, name: str, *, now: int, reason: str = "") -> KeyProposal:
        """Propose to revoke a key: everything that it has signed becomes void; raises as `propose_retire`."""
        proposal = self._changed("revoke key", partial(changes.revoke, name=name, now=now), now)
        with self._store.read(now) as tx:
            count = bundles.count_of_key(tx.ledger, bytes.fromhex(key_id(named(tx.state.trust.keys, name))))
        return replace(proposal, note=reason, needs_confirmation=(BundlesVoid(count=count),) if count else ())

    def propose_rotate(self, plan: KeyPlan, *, now: int, name: str | None = None) -> KeyProposal:
        """Propose to replace the key `name`, else the default one, by a new key; raises as `propose_retire`."""
        state = self._vendor_state(now)
        with self._store.read(now) as tx:
            old = named(state.trust.keys, name or documents.default_key(tx.ledger))
        called = self._free_name(state)
        work_out = partial(changes.rotate, state.trust, old, name=called, now=now)
        return self._with_key(state, "keys rotate", work_out, now, plan=plan, name=called)

    def propose_rotate_root(
        self, scheme: int, passphrase: Callable[[int, str], bytes], *, now: int, count: int = 1, threshold: int = 1
    ) -> KeyProposal:
        """Propose a new root with `count` keys.

        They are made by `sign`, which calls `passphrase` for each key with its index and name.
        """
        state, folder = self._vendor_state(now), self._store.layout.root
        root = state.trust_store.trust.root
        names = [f"{name}-v{root.version + 1}" for name in create.root_key_names(count)]

        def prepare() -> Prepared:
            words = [passphrase(place, name) for place, name in enumerate(names)]
            made = [signing.SigningKey.generate(scheme) for _ in names]
            new = [partial(keyring.write_key, folder, *one) for one in zip(names, made, words, strict=True)]
            public = [key.verifying_key for key in made]
            return Prepared(changes.rotate_root(root, state.trust, public, threshold, now), tuple(new), tuple(made))

        changed = changes.of_root(root, state.trust, scheme, [folder / f"{name}{keyring.SEALED}" for name in names])
        return self._proposal(state, "keys rotate-root", prepare, changed, now=now)

    def under_way(self, now: int) -> list[Travelling]:
        """Return the changes with a signing file in the workspace."""
        return list(under_way(self._store.layout, self._store.state(now)))

    def abandon(self, file: Path, *, now: int) -> list[Path]:
        """Abandon a change that still needs signatures; as `ceremony.abandon`."""
        return abandon(self._store.layout, file, self._store.state(now))

    def is_ours(self, ceremony: Ceremony, now: int) -> bool:
        """Return whether a ceremony belongs to this workspace: its oldest root is the same.

        Raises `ChangeInSigning` if it does, and is in force already or was overtaken by another change.
        """
        state = self._store.state(now)
        chain = state.trust_store.trust.chain
        if ceremony.roots[0] != chain[0].verified.token:
            return False
        ceremony.require_current(chain[-1].root, state.trust)
        return True

    def propose_take(self, tokens: Sequence[Token], *, action: str, now: int) -> TakeProposal:
        """Propose to enter documents of a pack that were signed elsewhere; raises as `intake.verify`."""
        with self._store.read(now) as tx:
            verified = verify(tx, tokens)
        return propose(self._store, partial(propose_take, tokens=tokens, action=action, verified=verified), now)

    def _free_name(self, state: WorkspaceState) -> str:
        return changes.free_name({*(file.name for file in self.files), *(key.name for key in state.trust.keys)})

    def _vendor_state(self, now: int) -> WorkspaceState:
        state = self._store.state(now)
        if state.is_partner:
            raise VendorOnly(reason="keys", vendor=state.trust_store.issuer)
        return state

    def _changed(self, action: str, work_out: Callable[[Trust], Trust], now: int) -> KeyProposal:
        state = self._vendor_state(now)
        trust = work_out(state.trust)
        return self._proposal(state, action, lambda: Prepared((trust,)), changes.of_trust(state.trust, trust), now=now)

    def _with_key(
        self, state: WorkspaceState, action: str, work_out: _Admit | None, now: int, *, plan: KeyPlan, name: str
    ) -> KeyProposal:
        folder = self._store.layout.keys
        called = plan.public.key_id.hex() if isinstance(plan.public, verifying.VerifyingKey) else name
        file = folder / f"{name}{keyring.SEALED if plan.uri is None else keyring.ELSEWHERE}"
        changed = list(changes.gained(f"keys.{called}", {"file": str(file), "token": plan.uri}))
        if work_out is not None:
            changed[:0] = changes.of_trust(state.trust, work_out(plan.public))

        def prepare() -> Prepared:
            key, write = plan.make(folder, name)
            return Prepared(() if work_out is None else (work_out(key),), (write,))

        return self._proposal(state, action, prepare, changed, now=now)

    def _proposal(
        self, state: WorkspaceState, action: str, prepare: Callable[[], Prepared], shown: Iterable[Change], *, now: int
    ) -> KeyProposal:
        basis, changed = state.verified_trust.token, tuple(shown)
        return KeyProposal(changes=changed, store=self._store, now=now, action=action, basis=basis, prepare=prepare)


def find_key_file(folder: Path, name: str) -> keyring.KeyFile:
    """Return the key file at the path `name`, else the signing or root key with this name or id in a workspace.

    Raises `KeyMissing` if there is none; or as `read_key_file`.
    """
    if Path(name).is_file():
        return keyring.read_key_file(Path(name))
    layout = Layout(folder)
    return keyring.named_file([*keyring.list_key_files(layout.keys), *keyring.list_key_files(layout.root)], name)


def root_key_files(folder: Path, paths: Sequence[Path] = ()) -> list[keyring.KeyFile]:
    """Return the root keys in the files `paths`, else those in the workspace in `folder`."""
    return [keyring.read_key_file(path) for path in paths] or keyring.list_key_files(Layout(folder).root)
