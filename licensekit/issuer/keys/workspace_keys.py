"""The keys of a workspace: its key files, and the trust documents that root keys sign for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from licensekit.errors import VendorOnly
from licensekit.issuer.create import root_key_names
from licensekit.issuer.keys import changes
from licensekit.issuer.keys.ceremony import Ceremony, begin
from licensekit.issuer.keys.changes import Permission
from licensekit.issuer.keys.documents import key_id, named
from licensekit.issuer.keys.intake import newer, opened, take
from licensekit.issuer.keys.key_change import KeyProposal, RootKeys, WrittenKey
from licensekit.issuer.keys.keyring import (
    KeyFile,
    KnownKey,
    choose_key,
    known_keys,
    list_key_files,
    named_file,
    read_key_file,
)
from licensekit.issuer.keys.new_keys import MakeKey, key_in_file
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import bundles
from licensekit.issuer.messages import BundlesVoid
from licensekit.issuer.proposal import SignProposal, sign_proposed
from licensekit.issuer.state import WorkspaceState
from licensekit.issuer.transaction import LedgerTransaction, WorkspaceStore
from licensekit.keys.signing import Signer, SigningKey
from licensekit.keys.verifying import VerifyingKey
from licensekit.proposals import Change
from licensekit.wire.armor import Token
from licensekit.wire.documents import Root, Trust
from licensekit.wire.plain import word


@dataclass(frozen=True, kw_only=True, repr=False)
class TakeProposal(SignProposal[list[Token], None]):
    """Documents of a pack that were signed elsewhere, to be entered."""

    tokens: tuple[Token, ...]
    action: str
    note: str

    @property
    def about(self) -> str:
        """The documents in force."""
        return "the pack"

    @property
    def is_done(self) -> bool:
        """Whether nothing is newer than what is in force."""
        return not self.changes

    def enter(self, tx: LedgerTransaction, key: None) -> list[Token]:
        """Enter what is newer than what is in force, and return it."""
        del key
        return take(tx, self.tokens, action=self.action, note=self.note)

    def finish(self) -> None:
        """Write the pack."""
        self.store.write_pack(self.now)


class WorkspaceKeys:
    """The keys of a workspace. Changes of keys raise `VendorOnly` in a partner's workspace."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store
        self._layout = store.layout

    def __repr__(self) -> str:
        return f"<WorkspaceKeys in {self._layout.keys}>"

    @property
    def files(self) -> list[KeyFile]:
        """The key files that sign from day to day, by name."""
        return list_key_files(self._layout.keys)

    @property
    def has_root_keys(self) -> bool:
        """Whether root keys still lie in the workspace, where they should not stay."""
        return bool(list_key_files(self._layout.root))

    def known(self, now: int) -> list[KnownKey]:
        """Return the keys that the trust document names, and then those that wait here for it."""
        with self._store.read(now) as tx:
            return known_keys(self.files, tx.state.trust)

    def root_files(self, paths: Sequence[Path] = ()) -> list[KeyFile]:
        """Return the root keys in these files, else those that lie in the workspace."""
        return root_key_files(self._layout.folder, paths)

    def file(self, name: str) -> KeyFile:
        """Return the key file of this name or key id.

        Raises:
            KeyMissing: there is none.
        """
        return named_file(self.files, name)

    def choose(self, kind: str, now: int, name: str | None = None) -> KeyFile:
        """Return the key file that signs documents of `kind` (`bundle`, `catalog`), or `name`'s.

        Raises:
            KeyMissing: there is none.
        """
        with self._store.read(now) as tx:
            return choose_key(
                self.files, tx.trust, kind, issuer=tx.state.issuer, now=now, name=name
            )

    def free_name(self, now: int) -> str:
        """Return a name that no signing key ever had, here or in the trust document."""
        with self._store.read(now) as tx:
            return self._free_name(tx.state)

    def propose_new(
        self,
        make: MakeKey,
        roots: RootKeys,
        *,
        now: int,
        name: str | None = None,
        permission: Permission | None = None,
    ) -> KeyProposal:
        """Return the admission of a key that `make` makes; a partner's is only written.

        Raises:
            KeyMissing: none of `roots` could admit it; no key was made.
            KeyChangeRefused: a key of this name is active.
        """
        with self._store.read(now) as tx:
            state = tx.state
        called = name or self._free_name(state)
        if not state.is_partner:
            roots.require_one(state)
        key = make(called)
        new = WrittenKey(called, key, self._layout.keys)
        if state.is_partner:
            return self._proposal(state, "keys new", [], now, new=(new,))
        asked = Permission(state.issuer) if permission is None else permission
        if not asked.issuer:
            asked = asked._replace(issuer=state.issuer)
        trust = changes.admit(state.trust, key.verifying_key, called, asked, now)
        return self._proposal(state, "keys new", [trust], now, new=(new,))

    def propose_admit(
        self, key: VerifyingKey, name: str, permission: Permission, *, now: int
    ) -> KeyProposal:
        """Return the admission of a key that somebody else holds; raises as `changes.admit`."""
        work_out = partial(changes.admit, key=key, name=name, permission=permission, now=now)
        return self._changed("keys admit", work_out, now)

    def propose_retire(self, name: str, *, now: int) -> KeyProposal:
        """Return the change by which a key signs no more; raises as `changes.retire`."""
        return self._changed("keys retire", partial(changes.retire, name=name, now=now), now)

    def propose_revoke(self, name: str, *, now: int, reason: str = "") -> KeyProposal:
        """Return the change that makes all void that a key has signed; as `changes.revoke`."""
        work_out = partial(changes.revoke, name=name, now=now)
        return self._changed("revoke key", work_out, now, note=reason)

    def propose_rotate(
        self, make: MakeKey, roots: RootKeys, *, now: int, name: str | None = None
    ) -> KeyProposal:
        """Return the change by which a key that `make` makes takes over from `name`.

        Default: from the key that signs bundles.

        Raises:
            KeyMissing: there is no such key, or none of `roots` could admit the new one.
        """
        state = self._vendor_state(now)
        old = named(state.trust.keys, name or self.choose("bundle", now).key_id)
        roots.require_one(state)
        called = self._free_name(state)
        key = make(called)
        trust = changes.rotate(state.trust, old, key.verifying_key, called, now)
        new = WrittenKey(called, key, self._layout.keys)
        return self._proposal(state, "keys rotate", [trust], now, new=(new,))

    def propose_rotate_root(
        self, scheme: int, passphrase: bytes, *, now: int, count: int = 1, threshold: int = 1
    ) -> KeyProposal:
        """Return the change to a new root of `count` keys, under one passphrase."""
        state = self._vendor_state(now)
        root = state.trust_store.trust.root
        keys = [SigningKey.generate(scheme) for _ in range(count)]
        public = [key.verifying_key for key in keys]
        names = [f"{name}-v{root.version + 1}" for name in root_key_names(count)]
        new = tuple(
            WrittenKey(name, key_in_file(key, passphrase), self._layout.root)
            for name, key in zip(names, keys, strict=True)
        )
        documents = changes.rotate_root(root, state.trust, public, threshold, now)
        action = "keys rotate-root"
        return self._proposal(state, action, documents, now, new=new, also=tuple(keys))

    def begin(self, documents: Sequence[Root | Trust], now: int) -> Ceremony:
        """Return the ceremony in which root keys sign `documents`."""
        with self._store.read(now) as tx:
            return begin(tx.trust.chain, documents)

    def propose_take(
        self, tokens: Sequence[Token], *, action: str, now: int, note: str = ""
    ) -> TakeProposal:
        """Return what entering documents of a pack that were signed elsewhere would do.

        Raises:
            UnexpectedType: one is not a document of a pack.
            TrustError: one does not verify.
        """
        with self._store.read(now) as tx:
            return _propose_take(tx, tokens, action, note)

    def take(
        self, tokens: Sequence[Token], *, action: str, who: str, now: int, note: str = ""
    ) -> list[Token]:
        """Enter them, and renew the pack; return those that were newer than what was in force."""
        work_out = partial(_propose_take, tokens=tokens, action=action, note=note)
        return sign_proposed(self._store, work_out, None, who=who, now=now)

    def _free_name(self, state: WorkspaceState) -> str:
        admitted = {key.name for key in state.trust.keys}
        return changes.free_name({*(file.name for file in self.files), *admitted})

    def _vendor_state(self, now: int) -> WorkspaceState:
        with self._store.read(now) as tx:
            state = tx.state
        if state.is_partner:
            raise VendorOnly(reason="keys", vendor=state.trust_store.issuer)
        return state

    def _changed(
        self, action: str, work_out: Callable[[Trust], Trust], now: int, *, note: str = ""
    ) -> KeyProposal:
        state = self._vendor_state(now)
        return self._proposal(state, action, [work_out(state.trust)], now, note=note)

    def _proposal(
        self,
        state: WorkspaceState,
        action: str,
        documents: Sequence[Root | Trust],
        now: int,
        *,
        new: tuple[WrittenKey, ...] = (),
        also: tuple[Signer, ...] = (),
        note: str = "",
    ) -> KeyProposal:
        changed = _differences(state, documents)
        return KeyProposal(
            changes=tuple(changed),
            consequences=self._void(state, changed),
            store=self._store,
            now=now,
            action=action,
            documents=tuple(documents),
            basis=state.verified_trust.token,
            new=new,
            also=also,
            note=note,
        )

    def _void(self, state: WorkspaceState, changed: Sequence[Change]) -> tuple[BundlesVoid, ...]:
        revoked = {one.path.removeprefix("keys.") for one in changed if one.after == "revoked"}
        ids = [key_id(key) for key in state.trust.keys if key_id(key) in revoked]
        with self._store.database.read() as ledger:
            count = sum(bundles.count_of_key(ledger, bytes.fromhex(one)) for one in ids)
        return (BundlesVoid(count=count),) if count else ()


def root_key_files(folder: Path, paths: Sequence[Path] = ()) -> list[KeyFile]:
    """Return the root keys in these files, else those in the workspace in `folder`, if any."""
    found = [read_key_file(path) for path in paths]
    return found or list_key_files(Layout(folder).root)


def _differences(state: WorkspaceState, documents: Sequence[Root | Trust]) -> list[Change]:
    """Return the version of each document, and the states of keys that change."""
    before = {key_id(key): word(key.state) for key in state.trust.keys}
    found: list[Change] = []
    for document in documents:
        if isinstance(document, Root):
            found.append(Change("root", document.version - 1, document.version))
            continue
        found.append(Change("trust", state.trust.version, document.version))
        after = {key_id(key): word(key.state) for key in document.keys}
        found += [
            Change(f"keys.{one}", before.get(one), now)
            for one, now in after.items()
            if before.get(one) != now
        ]
    return found


def _propose_take(
    tx: LedgerTransaction, tokens: Sequence[Token], action: str, note: str
) -> TakeProposal:
    fresh = newer(tx, tokens)
    names = (f"{token.type}.{getattr(opened(token), 'issuer', '')}".rstrip(".") for token in fresh)
    return TakeProposal(
        changes=tuple(Change(name, None, "newer") for name in names),
        store=tx.store,
        now=tx.now,
        again=partial(_propose_take, tokens=tokens, action=action, note=note),
        tokens=tuple(tokens),
        action=action,
        note=note,
    )
