"""Roots and trust documents, made: the first ones, and each next one from the one before."""

from collections.abc import Sequence

from licensekit.keys.verifying import VerifyingKey
from licensekit.wire.documents import (
    AdmittedKey,
    KeyState,
    Root,
    RootKey,
    Scope,
    SignedType,
    Trust,
    Use,
)


def first_root(product: str, issuer: str, keys: Sequence[VerifyingKey], threshold: int) -> Root:
    """Give the root that an application pins."""
    return Root(product, issuer, 1, threshold, _root_keys(keys), {})


def next_root(root: Root, keys: Sequence[VerifyingKey], threshold: int) -> Root:
    """Give the root that follows `root`, with other keys."""
    return Root(root.product, root.issuer, root.version + 1, threshold, _root_keys(keys), {})


def first_trust(product: str, keys: Sequence[AdmittedKey], now: int) -> Trust:
    """Give the trust document of the first pack."""
    return Trust(product, 1, 1, now, None, list(keys), {})


def next_trust(
    trust: Trust, keys: Sequence[AdmittedKey], now: int, *, root_version: int | None = None
) -> Trust:
    """Give the trust document that follows `trust`, naming `keys`."""
    return Trust(
        trust.product,
        trust.version + 1,
        trust.root_version if root_version is None else root_version,
        now,
        None,
        list(keys),
        trust.extensions,
    )


def admitted(
    key: VerifyingKey, name: str, scope: Scope, valid_from: int, valid_to: int | None = None
) -> AdmittedKey:
    """Give the entry by which a trust document admits `key`."""
    return AdmittedKey(key.scheme, key.public, name, KeyState.ACTIVE, valid_from, valid_to, scope)


def whole_scope(issuer: str) -> Scope:
    """Give the scope of a key that signs everything for `issuer`."""
    return Scope(list(SignedType), [issuer], list(Use), None)


def _root_keys(keys: Sequence[VerifyingKey]) -> list[RootKey]:
    return [RootKey(key.scheme, key.public) for key in keys]
