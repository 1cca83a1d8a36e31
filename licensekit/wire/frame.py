"""Frames: signatures and a payload (`docs/format.md`, "Frames").

    frame = count:u8  count x (scheme:u8  key reference  signature)  payload

The scheme fixes the lengths of key reference and signature, so a frame can be read in only one way.
"""

from typing import Final, NamedTuple

from licensekit import errors
from licensekit.limits import FRAME_BYTES, SIGNATURES

ED25519: Final = 1
HYBRID: Final = 2
INSTALLATION: Final = 3
KEY_ID_BYTES: Final = 8
ED25519_KEY_BYTES: Final = 32
ED25519_SIGNATURE_BYTES: Final = 64
MLDSA65_KEY_BYTES: Final = 1952
MLDSA65_SIGNATURE_BYTES: Final = 3309

_LENGTHS: Final = {
    ED25519: (KEY_ID_BYTES, ED25519_SIGNATURE_BYTES),
    HYBRID: (KEY_ID_BYTES, ED25519_SIGNATURE_BYTES + MLDSA65_SIGNATURE_BYTES),
    INSTALLATION: (ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES),
}
"""Scheme to (bytes of the key reference, bytes of the signature)."""
_CONTEXT: Final = b"licensekit/lk1\x00"


class Signature(NamedTuple):
    """An unverified signature of a frame; `key` is a key id, or for scheme 3 the public key."""

    scheme: int
    key: bytes
    signature: bytes


class Frame(NamedTuple):
    """The unverified signatures and payload of a token."""

    signatures: tuple[Signature, ...]
    payload: bytes


def write(frame: Frame) -> bytes:
    """Return the bytes of `frame`."""
    signed = b"".join([b"%c%b%b" % one for one in frame.signatures])
    return b"%c%b%b" % (len(frame.signatures), signed, frame.payload)


def read(data: bytes) -> Frame:
    """Divide `data` into signatures and payload; raise `TooLarge` or `FrameInvalid`."""
    if len(data) > FRAME_BYTES:
        raise errors.TooLarge(reason="frame", limit=FRAME_BYTES, size=len(data))
    count = data[0] if data else 0
    if count == 0:
        raise errors.FrameInvalid(reason="no-signature")
    if count > SIGNATURES:
        raise errors.TooLarge(reason="signatures", limit=SIGNATURES, size=count)
    signatures: list[Signature] = []
    at = 1
    for _ in range(count):
        lengths = _LENGTHS.get(data[at]) if at < len(data) else (0, 0)
        if lengths is None:
            raise errors.FrameInvalid(reason="unknown-scheme", scheme=data[at])
        key_end = at + 1 + lengths[0]
        end = key_end + lengths[1]
        if end >= len(data):
            raise errors.FrameInvalid(reason="cut-short")
        signatures.append(Signature(data[at], data[at + 1 : key_end], data[key_end:end]))
        at = end
    return Frame(tuple(signatures), data[at:])


def message(kind: str, scheme: int, key: bytes, payload: bytes) -> bytes:
    """Return the message that a signature signs: context, type, scheme, key reference and payload."""
    return b"%b%b\x00%c%b%b" % (_CONTEXT, kind.encode(), scheme, key, payload)
