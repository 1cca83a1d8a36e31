"""Verified documents, and the checks that produce them (`docs/format.md`, steps 3, 5 and 6).

Untrusted bytes and verified documents are different types. Only this module makes a `Verified[T]` or `SelfSigned[T]`,
after every signature of the document has verified.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Generic, TypeVar

from licensekit import errors
from licensekit.keys.verifying import VerifyingKey, load, sha256
from licensekit.wire import armor, frame
from licensekit.wire.documents import TYPE_OF, Document, Receipt, Request, Statement, decode

D = TypeVar("D", bound=Document)
D_co = TypeVar("D_co", bound=Document, covariant=True)
S = TypeVar("S", bound=Request | Receipt | Statement)

SELF_SIGNED: Final[Mapping[str, type[Request | Receipt | Statement]]] = {
    TYPE_OF[kind]: kind for kind in (Request, Receipt, Statement)
}
"""Types of documents that an installation signs, and their classes."""
_SEAL: Final = object()


class _Checked(Generic[D_co]):
    """An immutable document whose signatures were checked."""

    __slots__ = ("_payload", "document", "keys", "token")

    document: D_co
    _payload: bytes
    token: armor.Token
    keys: tuple[VerifyingKey, ...]  # the keys that signed, in the order of the signatures

    def __init__(self, seal: object, document: D_co, payload: bytes, token: armor.Token, *keys: VerifyingKey) -> None:
        if seal is not _SEAL:
            raise TypeError(f"{type(self).__name__} is the result of a check; it cannot be made")
        put = object.__setattr__
        put(self, "document", document)
        put(self, "_payload", payload)
        put(self, "token", token)
        put(self, "keys", keys)

    @property
    def identity(self) -> bytes:
        """Its identity, as `identity_of`; computed on each access."""
        return identity_of(self.token.type, self._payload)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.token == self.token

    def __hash__(self) -> int:
        return hash(self.token)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.token.type} {self.identity.hex()}>"


class Verified(_Checked[D_co]):
    """A document signed by trusted keys."""

    __slots__ = ()


class SelfSigned(_Checked[D_co]):
    """A document signed by the key in its own signature, which does not prove whose key it is."""

    __slots__ = ()

    @property
    def installation(self) -> bytes:
        """The installation that signed it: the SHA-256 of its public key."""
        return sha256(self.keys[0].public)


def digest_of(kind: str, payload: bytes) -> bytes:
    """Return the SHA-256 of type, a zero byte and payload."""
    return sha256(kind.encode() + b"\x00" + payload)


def identity_of(kind: str, payload: bytes) -> bytes:
    """Return the identity of a document: the first 16 bytes of its digest (`docs/format.md`, "Identities")."""
    return digest_of(kind, payload)[:16]


def open_frame(token: armor.Token, kind: type[Document]) -> frame.Frame:
    """Divide a token into signatures and payload (step 3); raise `UnexpectedType` unless it is of `kind`."""
    wanted = TYPE_OF[kind]
    if token.type != wanted:
        raise errors.UnexpectedType(reason="other", type=token.type, wanted=(wanted,))
    opened = frame.read(token.frame)
    signatures = opened.signatures
    if len(signatures) > 1 and len({s.key for s in signatures}) < len(signatures):
        raise errors.SignatureCount(reason="twice", document=wanted, count=len(signatures))
    return opened


def check_signatures(token: armor.Token, opened: frame.Frame, keys: Sequence[VerifyingKey]) -> None:
    """Raise `SignatureInvalid` unless each signature verifies with the key at its place in `keys` (step 5)."""
    payload = opened.payload
    for (scheme, reference, signature), key in zip(opened.signatures, keys, strict=True):
        key.verify(frame.message(token.type, scheme, reference, payload), signature)


def verified(token: armor.Token, opened: frame.Frame, kind: type[D], keys: Sequence[VerifyingKey]) -> Verified[D]:
    """Verify every signature, then decode (steps 5 and 6); raises as `check_signatures` and `documents.decode`."""
    check_signatures(token, opened, keys)
    return Verified(_SEAL, decode(kind, opened.payload), opened.payload, token, *keys)


def self_signed(token: armor.Token, kind: type[S]) -> SelfSigned[S]:
    """Verify a document of an installation with the key in its signature; raise a `TrustError` if that fails."""
    opened = open_frame(token, kind)
    first, *more = opened.signatures
    if more:
        raise errors.SignatureCount(reason="several", document=token.type, count=len(more) + 1)
    if first.scheme != frame.INSTALLATION:
        raise errors.KeyUnknown(reason="installation", document=token.type)
    key = load(frame.INSTALLATION, first.key)
    check_signatures(token, opened, [key])
    return SelfSigned(_SEAL, decode(kind, opened.payload), opened.payload, token, key)
