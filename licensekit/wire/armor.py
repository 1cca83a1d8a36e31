"""The text form of tokens (`docs/format.md`, "Tokens").

A token is `lk1-` type `.` base64 of a frame, standard alphabet, no padding. A file is one or more tokens. A reader
drops ASCII white space and a leading byte order mark; then each `lk1-` starts a token. The alphabet has no dash, so no
token can hide another.
"""

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from codecs import BOM_UTF8
from collections.abc import Iterable
from typing import Final, NamedTuple

from licensekit import errors
from licensekit.limits import FILE_BYTES, FRAME_BYTES, TOKENS_PER_FILE
from licensekit.wire.frame import read as read_frame

TYPES: Final = ("root", "trust", "revocations", "catalog", "bundle", "reset", "request", "receipt", "statement")
"""The types of documents, in reading order."""
_TYPES: Final = {name.encode(): name for name in TYPES}
_ORDER: Final = {name: place for place, name in enumerate(TYPES)}
WHITE_SPACE: Final = " \t\n\v\f\r"  # the only characters that are dropped anywhere in a file
_ENDINGS: Final = (b".lkp", b".lic")
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SPELLINGS: Final = {0: (b"", _ALPHABET), 2: (b"==", _ALPHABET[::16]), 3: (b"=", _ALPHABET[::4])}
"""Length modulo 4 to the padding, and to the last characters whose unused bits are zero."""
_BODY_CHARACTERS: Final = (FRAME_BYTES * 4 + 2) // 3  # base64 characters of the longest frame


class Token(NamedTuple):
    """An unverified token: the type that it names, and its frame."""

    type: str
    frame: bytes

    @property
    def payload(self) -> bytes:
        """The payload of the frame; raises as `frame.read`."""
        return read_frame(self.frame).payload


def write(token: Token) -> str:
    """Return the text of `token`, without a line end."""
    return f"lk1-{token.type}.{encode(token.frame)}"


def write_file(tokens: Iterable[Token]) -> str:
    """Return the text of a file of tokens, one per line."""
    return "\n".join((*map(write, tokens), ""))


def read(data: bytes | str) -> list[Token]:
    """Parse the tokens of a file, unverified, in reading order; tokens of the same type keep their order.

    Raises `TooLarge`, `ArmorInvalid` or `UnexpectedType`; `TypeError` for a path instead of the contents.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    try:
        size = len(raw)
    except TypeError as error:
        raise TypeError(f"what is in the file is needed: use path.read_bytes(), not {data!r}") from error
    if size > FILE_BYTES:
        raise errors.TooLarge(reason="bytes", limit=FILE_BYTES, size=size, wanted="a license file")
    first, *pieces = compact(raw).split(b"lk1-")
    if first or not pieces:
        raise errors.ArmorInvalid(reason="path" if raw.endswith(_ENDINGS) else "no-token")
    if len(pieces) > TOKENS_PER_FILE:
        raise errors.TooLarge(reason="tokens", limit=TOKENS_PER_FILE, size=len(pieces))
    if len(pieces) == 1:
        return [_token(pieces[0])]
    return sorted(map(_token, pieces), key=lambda token: _ORDER[token.type])


def compact(raw: bytes) -> bytes:
    """Remove a leading byte order mark and all ASCII white space."""
    return raw.removeprefix(BOM_UTF8).translate(None, WHITE_SPACE.encode())


def encode(data: bytes) -> str:
    """Encode `data` in base64, standard alphabet, without padding."""
    return b2a_base64(data, newline=False).rstrip(b"=").decode("ascii")


def decode(body: bytes) -> bytes:
    """Decode what `encode` returns; raise `ArmorInvalid` for any other spelling."""
    if (spelling := _SPELLINGS.get(len(body) % 4)) is None:
        raise errors.ArmorInvalid(reason="length")
    padding, last = spelling
    try:
        data = a2b_base64(body + padding, strict_mode=True)
    except Base64Error as error:
        raise errors.ArmorInvalid(reason="not-base64") from error
    # Strict mode still accepts stray trailing bits and padding; both show in the last character.
    if body[-1:] not in last:
        raise errors.ArmorInvalid(reason="not-canonical")
    return data


def _token(piece: bytes) -> Token:
    name, dot, body = piece.partition(b".")
    if not dot:
        raise errors.ArmorInvalid(reason="no-contents")
    if (kind := _TYPES.get(name)) is None:
        raise errors.UnexpectedType(reason="unknown", type=name[:20].decode("ascii", "backslashreplace"))
    if len(body) > _BODY_CHARACTERS:
        raise errors.TooLarge(reason="token", limit=_BODY_CHARACTERS, size=len(body))
    return Token(kind, decode(body))
