"""New roots and trust documents: the first, and each next one; and the changes that a preview of them shows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit import errors, proposals
from licensekit.keys.verifying import VerifyingKey, load
from licensekit.text import values
from licensekit.text.values import FaultyValue
from licensekit.wire.documents import AdmittedKey, KeyState, RefusedField, Root, RootKey, Scope, SignedType, Trust, Use
from licensekit.wire.documents.fields import replace_fields
from licensekit.wire.frame import ED25519, HYBRID
from licensekit.wire.plain import plain, plain_fields, word

_SCHEMES: Final = {ED25519: "ed25519", HYBRID: "hybrid"}


class Unmade(NamedTuple):
    """A key that is not made yet, in a document that is only previewed."""

    scheme: int
    public: bytes = b""


PublicKey = VerifyingKey | Unmade  # has the scheme and the public half


class Permission(NamedTuple):
    """What a new key may sign, for whom and when."""

    issuer: str = ""
    """Empty: the issuer of the workspace."""
    types: tuple[SignedType, ...] = ()
    """Empty: every type, or only bundles if a field below limits them."""
    uses: tuple[Use, ...] = tuple(Use)
    longest_term: int | None = None
    """For bundles: the most days from issue to the end of grace."""
    parts: tuple[str, ...] = ()
    """For bundles: the parts; empty: all."""
    most: int | None = None
    """For bundles: the highest count or quantity of any license."""
    valid_from: int | None = None
    """In seconds since 1970; None: now."""
    valid_to: int | None = None

    @property
    def scope(self) -> Scope:
        """The scope for the trust document."""
        limits = (self.longest_term, self.parts or None, self.most)
        every = tuple(SignedType) if limits == (None, None, None) else (SignedType.BUNDLE,)
        types, uses, parts = sorted(set(self.types or every)), sorted(set(self.uses)), sorted(set(self.parts)) or None
        return Scope(types, [self.issuer], uses, self.longest_term, parts, self.most)


def first_root(product: str, issuer: str, keys: Sequence[PublicKey], threshold: int) -> Root:
    """Return the root that an application pins."""
    return Root(product, issuer, 1, threshold, _root_keys(keys), {})


def first_trust(product: str, keys: Sequence[AdmittedKey], now: int) -> Trust:
    """Return the first trust document."""
    return Trust(product, 1, 1, now, None, list(keys), {})


def next_trust(trust: Trust, keys: Sequence[AdmittedKey], now: int) -> Trust:
    """Return the trust document that follows `trust`, with `keys`."""
    return replace_fields(trust, version=trust.version + 1, issued=now, fresh_until=None, keys=list(keys))


def admitted(key: PublicKey, name: str, scope: Scope, valid_from: int, valid_to: int | None = None) -> AdmittedKey:
    """Return the entry of a trust document that admits `key`."""
    return AdmittedKey(key.scheme, key.public, name, KeyState.ACTIVE, valid_from, valid_to, scope)


def named(keys: Sequence[AdmittedKey], name: str) -> AdmittedKey:
    """Return the key with this name or key id; raise `KeyMissing` unless there is exactly one."""
    found = [key for key in keys if name in {key.name, key_id(key)}]
    if len(found) != 1:
        raise errors.KeyMissing(reason="ambiguous" if found else "not-admitted", name=name, count=len(found))
    return found[0]


def key_id(key: AdmittedKey) -> str:
    """Return the key id of an admitted key, in hex."""
    return load(key.scheme, key.public).key_id.hex()


def admit(trust: Trust, key: PublicKey, name: str, permission: Permission, now: int) -> Trust:
    """Return the trust document that admits `key` under `name`; as `WorkspaceKeys.propose_admit`."""
    codes = ((values.code, code) for code in (permission.issuer, *permission.parts))
    for read, text in ((values.line, name), *codes):
        try:
            read(text)
        except FaultyValue as error:
            why = errors.RuleBroken(reason="value", text=text, fault=error.fault)
            raise errors.KeyChangeRefused(reason="permission", key=name, why=(why,)) from error
    for known in trust.keys:
        if known.public == key.public:
            raise errors.KeyChangeRefused(reason="named", key=known.name)
        if known.name == name and known.state is KeyState.ACTIVE:
            raise errors.KeyChangeRefused(reason="name-taken", key=name)
    valid_from = now if permission.valid_from is None else permission.valid_from
    try:
        new = admitted(key, name, permission.scope, valid_from, permission.valid_to)
    except RefusedField as error:
        raise errors.KeyChangeRefused(reason="permission", key=name, why=(error.rule,)) from error
    return next_trust(trust, [*trust.keys, new], now)


def rotate(trust: Trust, old: AdmittedKey, key: PublicKey, name: str, now: int) -> Trust:
    """Return the trust document in which `key` replaces `old`, which is retired; raises as `require_active`."""
    require_active(old)
    # With the same start, so that it can sign again what `old` has signed; and the same end, if that is in the future.
    end = None if old.valid_to is None or old.valid_to <= now else old.valid_to
    new = admitted(key, name, old.scope, old.valid_from, end)
    return next_trust(trust, [*_replaced(trust.keys, _retired(old, now)), new], now)


def successor(before: Trust, after: Trust, old: str) -> str | None:
    """Return the id of the key that replaces the key with the id `old` between two trust documents, if one does."""
    known = {key.public: key.state for key in before.keys}
    retired = [key for key in after.keys if key.state is KeyState.RETIRED and key_id(key) == old]
    if not retired or known.get(retired[0].public) is not KeyState.ACTIVE:
        return None
    may_sign = retired[0].scope, retired[0].valid_from
    new = (key for key in after.keys if key.public not in known and (key.scope, key.valid_from) == may_sign)
    return next((key_id(key) for key in new), None)


def retire(trust: Trust, name: str, now: int) -> Trust:
    """Return the trust document that retires a key; raises as `named` and `require_active`."""
    old = named(trust.keys, name)
    require_active(old)
    return next_trust(trust, _replaced(trust.keys, _retired(old, now)), now)


def revoke(trust: Trust, name: str, now: int) -> Trust:
    """Return the trust document that revokes a key; raises as `named`, or `KeyChangeRefused` if it is revoked."""
    old = named(trust.keys, name)
    if old.state is KeyState.REVOKED:
        raise errors.KeyChangeRefused(reason="revoked", key=old.name)
    return next_trust(trust, _replaced(trust.keys, replace_fields(old, state=KeyState.REVOKED)), now)


def rotate_root(root: Root, trust: Trust, keys: Sequence[PublicKey], threshold: int, now: int) -> tuple[Root, Trust]:
    """Return the next root, and the trust document under it, which has the same keys."""
    version = root.version + 1
    new = replace_fields(root, version=version, threshold=threshold, keys=_root_keys(keys))
    return new, replace_fields(next_trust(trust, trust.keys, now), root_version=version)


def free_name(taken: Collection[str]) -> str:
    """Return the first of `signing-1`, `signing-2` … that is not taken."""
    return next(name for number in count(1) if (name := f"signing-{number}") not in taken)


def require_active(key: AdmittedKey) -> None:
    """Raise `KeyChangeRefused` if a key is retired or revoked."""
    if key.state is not KeyState.ACTIVE:
        reason = "retired" if key.state is KeyState.RETIRED else "revoked"
        raise errors.KeyChangeRefused(reason=reason, key=key.name)


def _root_keys(keys: Sequence[PublicKey]) -> list[RootKey]:
    return [RootKey(key.scheme, key.public) for key in keys]


def _retired(key: AdmittedKey, now: int) -> AdmittedKey:
    # Everything signed until now stays valid, including in this second.
    end = now + 1 if key.valid_to is None else min(key.valid_to, now + 1)
    return replace_fields(key, state=KeyState.RETIRED, valid_to=max(end, key.valid_from))


def _replaced(keys: Sequence[AdmittedKey], new: AdmittedKey) -> list[AdmittedKey]:
    return [new if key.public == new.public else key for key in keys]


def of_trust(trust: Trust, document: Trust) -> Iterator[proposals.Change]:
    """Yield the changes from `trust` to `document`: states of keys, and the scopes of new keys."""
    yield proposals.Change("trust", trust.version, document.version)
    before = {key_id(key): word(key.state) for key in trust.keys}
    for key in document.keys:
        path, was, now = f"keys.{_called(key)}", before.get(_called(key)), word(key.state)
        if was != now:
            yield proposals.Change(path, was, now)
        if was is None:
            window = plain_fields(key, "valid_from valid_to")
            said: dict[str, Any] = {"name": key.name, "scheme": _SCHEMES[key.scheme], **plain(key.scope), **window}
            texts = {name: v if isinstance(v, str | int | None) else ", ".join(v) for name, v in said.items()}
            yield from gained(path, texts)


def of_root(root: Root, trust: Trust, scheme: int, files: Sequence[Path]) -> Iterator[proposals.Change]:
    """Yield the changes that a new root with keys in `files` makes."""
    yield proposals.Change("root", root.version, root.version + 1)
    yield proposals.Change("trust", trust.version, trust.version + 1)
    for path in files:
        yield from gained(f"root.{path.stem}", {"scheme": _SCHEMES[scheme], "file": str(path)})


def _called(key: AdmittedKey) -> str:
    """Return a key's id, or its name if it is not made yet."""
    return key_id(key) if key.public else key.name


def gained(path: str, values: Mapping[str, Any]) -> Iterator[proposals.Change]:
    """Yield a change for each new value (by name) that is not None."""
    return (proposals.Change(f"{path}.{name}", None, v) for name, v in values.items() if v is not None)
