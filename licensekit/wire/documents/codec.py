"""Payloads: each document has exactly one, and any other spelling is refused (`docs/format.md`, "Payloads")."""

import re
from functools import cache
from typing import Final, TypeVar, cast, get_args

from msgspec import MsgspecError, Raw
from msgspec.msgpack import Decoder, Encoder

from licensekit import errors
from licensekit.wire.armor import TYPES
from licensekit.wire.documents.bundle import Bundle
from licensekit.wire.documents.catalog import Catalog
from licensekit.wire.documents.exchange import Receipt, Request, Reset, Statement
from licensekit.wire.documents.fields import Document, RefusedField
from licensekit.wire.documents.trust import Revocations, Root, Trust

AnyDocument = Root | Trust | Revocations | Catalog | Bundle | Reset | Request | Receipt | Statement
D = TypeVar("D", bound=Document)
TYPE_OF: Final[dict[type[Document], str]] = dict(zip(get_args(AnyDocument), TYPES, strict=True))
CLASS_OF: Final[dict[str, type[Document]]] = {name: cls for cls, name in TYPE_OF.items()}
_encode: Final = Encoder(order="sorted").encode
_composed: Final[dict[type[Document], bytes]] = {}
"""The last composed payload of each kind, so that signing the same document need not check it again."""
_pass_over: Final = Decoder(Raw).decode
_BEHIND: Final = r"trailing characters \(byte (\d+)\)"


@cache
def _decoder(kind: type[D]) -> Decoder[D]:
    return Decoder(kind)


def encode(document: Document) -> bytes:
    """Return the payload of `document`; raises as `compose`."""
    return compose(type(document), document)[1]


def compose(kind: type[D], content: D | tuple[object, ...]) -> tuple[D, bytes]:
    """Check a document of `kind`, or its fields in order; return it with its payload, or raise `PayloadInvalid`."""
    try:
        payload = _encode(content)
    except (MsgspecError, TypeError, OverflowError, UnicodeEncodeError) as error:
        raise _invalid(kind, error) from error
    if isinstance(content, kind) and _composed.get(kind) == payload:
        return content, payload
    document = decode(kind, payload, is_encoded=True)
    _composed[kind] = payload
    return document, payload


def decode(kind: type[D], payload: bytes, *, is_encoded: bool = False) -> D:
    """Decode `payload`, whose signatures were verified (step 6); `is_encoded` if it was encoded here.

    Raises `PayloadInvalid`, `NotCanonical`, or `NewerReaderNeeded` for any extension with `!`: none is known yet.
    """
    name = TYPE_OF[kind]
    try:
        document = cast("D", _decoder(kind).decode(payload))
    # Bad UTF-8 and deep nesting raise outside msgspec's own tree.
    except (MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _invalid(kind, error) from error
    if not is_encoded and _encode(document) != payload:
        raise errors.NotCanonical(type=name)
    for extension in cast("AnyDocument", document).extensions:
        if extension.startswith("!"):
            raise errors.NewerReaderNeeded(type=name, extension=extension)
    return document


def measure(data: bytes) -> int | None:
    """Return the size in bytes of the value at the start of `data`; None if it is incomplete."""
    try:
        _pass_over(data)
    except (MsgspecError, RecursionError) as error:
        behind = re.search(_BEHIND, str(error))
        return int(behind[1]) if behind else None
    return len(data)


def is_beginning(name: str, payload: bytes) -> bool:
    """Return whether `payload` is a document of type `name` that was cut off, or has an altered length."""
    try:
        _decoder(CLASS_OF[name]).decode(payload)
    except (MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return "truncated" in str(error)
    return False


def _invalid(kind: type[Document], error: Exception) -> "errors.PayloadInvalid":
    cause = error.__cause__
    rule = cause.rule if isinstance(cause, RefusedField) else None
    name, detail = TYPE_OF[kind], str(error)
    return errors.PayloadInvalid(type=name, detail=detail, rule=rule, what=rule or _shape_broken(kind, detail))


def _shape_broken(kind: type[Document], detail: str) -> "errors.RuleBroken":
    number = detail.partition("$[")[2].partition("]")[0]  # msgspec writes the place as `$[4]`
    if number.isdecimal():
        return errors.RuleBroken(reason="field", text=kind.__struct_fields__[int(number)])
    return errors.RuleBroken(reason="cut-short" if "truncated" in detail else "shape")
