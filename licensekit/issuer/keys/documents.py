"""Roots and trust documents, made: the first ones, and each next one from the one before."""

from collections.abc import Sequence
from typing import NamedTuple

from licensekit.errors import KeyMissing
from licensekit.keys.verifying import VerifyingKey, load
from licensekit.wire.documents import AdmittedKey, KeyState, Root, RootKey, Scope, Trust
from licensekit.wire.documents.fields import replace_fields


class Unmade(NamedTuple):
    """Stands for a key that is not made yet, where a document is only shown."""

    scheme: int
    public: bytes = b""


PublicKey = VerifyingKey | Unmade
"""What a document says of a key: its scheme, as frames name it, and its public half."""


def first_root(product: str, issuer: str, keys: Sequence[PublicKey], threshold: int) -> Root:
    """Return the root that an application pins."""
    return Root(product, issuer, 1, threshold, _root_keys(keys), {})


def next_root(root: Root, keys: Sequence[PublicKey], threshold: int) -> Root:
    """Return the root that follows `root`, with other keys."""
    version = root.version + 1
    return replace_fields(root, version=version, threshold=threshold, keys=_root_keys(keys))


def first_trust(product: str, keys: Sequence[AdmittedKey], now: int) -> Trust:
    """Return the trust document of the first pack."""
    return Trust(product, 1, 1, now, None, list(keys), {})


def next_trust(trust: Trust, keys: Sequence[AdmittedKey], now: int, *, root_version: int | None = None) -> Trust:
    """Return the trust document that follows `trust`, naming `keys`."""
    return replace_fields(
        trust,
        version=trust.version + 1,
        root_version=trust.root_version if root_version is None else root_version,
        issued=now,
        fresh_until=None,
        keys=list(keys),
    )


def admitted(key: PublicKey, name: str, scope: Scope, valid_from: int, valid_to: int | None = None) -> AdmittedKey:
    """Return the entry by which a trust document admits `key`."""
    return AdmittedKey(key.scheme, key.public, name, KeyState.ACTIVE, valid_from, valid_to, scope)


def named(keys: Sequence[AdmittedKey], name: str) -> AdmittedKey:
    """Return the key of this name or key id; raise `KeyMissing` unless there is exactly one."""
    found = [key for key in keys if name in {key.name, key_id(key)}]
    if len(found) != 1:
        raise KeyMissing(reason="ambiguous" if found else "not-admitted", name=name, count=len(found))
    return found[0]


def key_id(key: AdmittedKey) -> str:
    """Return the key id of an admitted key, in hex."""
    return load(key.scheme, key.public).key_id.hex()


def retired(key: AdmittedKey, now: int) -> AdmittedKey:
    """Return `key` as one that no longer signs, while what it signed until now stays valid."""
    # What was signed in this very second was signed in time.
    end = now + 1 if key.valid_to is None else min(key.valid_to, now + 1)
    return replace_fields(key, state=KeyState.RETIRED, valid_to=max(end, key.valid_from))


def revoked(key: AdmittedKey) -> AdmittedKey:
    """Return `key` as one of which nothing is valid."""
    return replace_fields(key, state=KeyState.REVOKED)


def replaced(keys: Sequence[AdmittedKey], new: AdmittedKey) -> list[AdmittedKey]:
    """Return `keys` with `new` in the place of the same key."""
    return [new if key.public == new.public else key for key in keys]


def _root_keys(keys: Sequence[PublicKey]) -> list[RootKey]:
    return [RootKey(key.scheme, key.public) for key in keys]
