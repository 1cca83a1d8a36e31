"""The tokens in a file or in pasted text."""

from typing import TYPE_CHECKING, Final, NamedTuple

from licensekit import errors
from licensekit.limits import FILE_BYTES
from licensekit.wire import armor, frame
from licensekit.wire.documents import is_beginning

if TYPE_CHECKING:
    from licensekit.text.pasted import LeftOut

SHOWN: Final = 12  # characters at the end of a token that errors show


class Pasted(NamedTuple):
    """A file of tokens, and what was removed to find them."""

    data: bytes  # readable by `armor.read`; unchanged if it was readable already
    left_out: "tuple[LeftOut, ...]" = ()


def find_tokens(data: bytes) -> Pasted:
    """Find the tokens in `data`, without duplicates; return a clean file of tokens unchanged.

    Raises `TooLarge`, `UnexpectedType`, or `ArmorInvalid`, which names a token that was cut off or altered.
    """
    if len(data) > FILE_BYTES:
        raise errors.TooLarge(reason="bytes", limit=FILE_BYTES, size=len(data), wanted="a license file")
    try:
        tokens = armor.read(data)
    except errors.FormatError as error:
        from licensekit.text.pasted import tokens_among  # noqa: PLC0415  # a file of tokens needs no parsers

        return tokens_among(data, error)
    for token in tokens:
        if is_cut_off(token.type, token.frame):
            raise errors.ArmorInvalid(reason="cut-off", type=token.type, behind=armor.encode(token.frame)[-SHOWN:])
    return Pasted(data)


def is_cut_off(kind: str, data: bytes) -> bool:
    """Return whether `data` seems to be only the start of a frame of type `kind`."""
    try:
        return is_beginning(kind, frame.read(data).payload)
    except errors.FrameInvalid as error:
        return error.reason == "cut-short"
    except errors.TooLarge:
        return False
