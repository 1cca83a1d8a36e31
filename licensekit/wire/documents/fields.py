"""The types of fields in documents, with their bounds and spelling (`docs/format.md`, "Fields").

Bounds of numbers and lengths are checked while decoding. Everything else (the alphabet of codes, NFC, no control
characters, sorted lists) is checked by `require_…` in `__post_init__`, when a document is decoded or made.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final
from unicodedata import category, is_normalized

from msgspec import Meta, Struct, structs

from licensekit import errors, limits

Code = Annotated[str, Meta(min_length=1, max_length=limits.CODE_LENGTH)]
"""Lower-case letters, digits and inner dashes: `sales-pro`."""
QualifiedCode = Annotated[str, Meta(min_length=1, max_length=2 * limits.CODE_LENGTH + 1)]  # a code, or `issuer.code`
Serial = Annotated[str, Meta(min_length=1, max_length=limits.SERIAL_LENGTH)]  # ASCII letters, digits, inner dashes
Name = Annotated[str, Meta(max_length=limits.NAME_LENGTH)]
Text = Annotated[str, Meta(max_length=limits.TEXT_LENGTH)]
Count = Annotated[int, Meta(ge=1, le=limits.COUNT)]
Version = Annotated[int, Meta(ge=1, le=limits.VERSION)]
Seconds = Annotated[int, Meta(ge=0, le=limits.SECONDS)]
Days = Annotated[int, Meta(ge=0, le=limits.DAYS)]
Hours = Annotated[int, Meta(ge=0, le=limits.HOURS)]
Identity = Annotated[bytes, Meta(min_length=16, max_length=16)]
Nonce = Annotated[bytes, Meta(min_length=16, max_length=16)]
FactHash = Annotated[bytes, Meta(min_length=16, max_length=16)]
Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
PublicKey = Annotated[bytes, Meta(min_length=32, max_length=1984)]
Integer = Annotated[int, Meta(ge=-limits.VALUE, le=limits.VALUE)]
Value = Text | Integer | bool  # the value of a setting: text, integer or boolean
Extensions = Annotated[dict[Name, Value], Meta(max_length=limits.EXTENSIONS)]
"""The signed map at the end of every document. A reader must understand each name with a leading `!`."""


# Alphabets instead of patterns, which every process that verifies a file would have to compile.
CODE_ALPHABET: Final = b"abcdefghijklmnopqrstuvwxyz0123456789-"
_REFUSED: Final = (
    *("\x00\x1f", "\x7f\x9f", "\xad\xad", "\u034f\u034f", "\u061c\u061c", "\u115f\u1160", "\u17b4\u17b5"),
    *("\u180b\u180f", "\u200b\u200b", "\u200e\u200f", "\u2028\u202e", "\u2060\u206f", "\u3164\u3164"),
    *("\ufe00\ufe0f", "\ufeff\ufeff", "\uffa0\uffa0", "\ufff0\ufffb"),
    *("\U0001bca0\U0001bca3", "\U0001d173\U0001d17a", "\U000e0000\U000e0fff"),
)
"""First and last character of each range that is not allowed in texts: controls, line separators, and invisible
characters (Default_Ignorable_Code_Point of the Unicode Character Database) except ZERO WIDTH NON-JOINER and JOINER,
which Persian and Hindi need."""
_FIRST_REFUSED: Final = tuple(ends[0] for ends in _REFUSED)
_NO_ENDS: Final = frozenset({"", "-"})
_NOT_DOTTED: Final = ("\n.", ".\n", "..", ".-", "-.")
_FEW: Final = 8  # up to this many serials are checked one by one; a revocation list may have sixty thousand
_SERIAL_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" + CODE_ALPHABET


def is_code(text: str) -> bool:
    """Return whether `text` is a valid code of a license, issuer, product or part."""
    return len(text) <= limits.CODE_LENGTH and is_word(text, CODE_ALPHABET)


def is_serial(text: str) -> bool:
    """Return whether `text` is a valid serial."""
    return len(text) <= limits.SERIAL_LENGTH and is_word(text, _SERIAL_ALPHABET)


def text_fault(text: str) -> "errors.TextInvalid | None":
    """Return why `text` is not allowed in a document, or None."""
    if text.isascii() and text.isprintable():
        return None
    if any(map(_is_refused, set(text))):
        return errors.TextInvalid(reason="control")
    return None if is_normalized("NFC", text) else errors.TextInvalid(reason="not-composed")


def written_text_fault(text: str) -> "errors.TextInvalid | None":
    """Return why a text is not allowed, or None; JSON and command lines can contain half of a surrogate pair."""
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return errors.TextInvalid(reason="half")
    return text_fault(text)


def is_word(text: str, alphabet: bytes) -> bool:
    """Return whether `text` uses only the alphabet and neither starts nor ends with a dash."""
    return text.isascii() and not text.encode().translate(None, alphabet) and _NO_ENDS.isdisjoint((text[:1], text[-1:]))


def is_invisible(character: str) -> bool:
    """Return whether a character is invisible: Default_Ignorable_Code_Point, or a mark of text direction."""
    return character in "\u200c\u200d" or (_is_refused(character) and category(character) not in {"Cc", "Zl", "Zp"})


def _is_refused(character: str) -> bool:
    place = bisect_right(_FIRST_REFUSED, character) - 1
    return place >= 0 and character <= _REFUSED[place][1]


class RefusedField(ValueError):
    """A field breaks a rule; the decoder adds its place in the document."""

    def __init__(self, rule: "errors.RuleBroken") -> None:
        super().__init__(rule)
        self.rule = rule


class Document(Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A frozen array of fields that refuses unknown ones."""


replace_fields: Final = structs.replace
"""Return a copy of a document with changed fields; raise `RefusedField` if they break a rule."""


def require_codes(codes: Iterable[str]) -> None:
    """Raise `RefusedField` unless all are codes."""
    listed = list(codes)
    if listed and not _are_words(listed, CODE_ALPHABET):
        _refuse_first(listed, is_code, "code")


def require_qualified(codes: Iterable[str]) -> None:
    """Raise `RefusedField` unless each is `code` or `issuer.code`."""
    listed = list(codes)
    if listed and not (
        max(map(len, listed)) <= limits.CODE_LENGTH
        and _are_words(listed, CODE_ALPHABET + b".", _NOT_DOTTED)
        and all(code.count(".") <= 1 for code in listed)
    ):
        _refuse_first(listed, _is_qualified, "qualified")


def require_serials(serials: Iterable[str]) -> None:
    """Raise `RefusedField` unless all are serials."""
    listed = list(serials)
    if len(listed) > _FEW and max(map(len, listed)) <= limits.SERIAL_LENGTH and _are_words(listed, _SERIAL_ALPHABET):
        return
    _refuse_first(listed, is_serial, "serial")


def require_texts(texts: Iterable[object]) -> None:
    """Raise `RefusedField` for a string among `texts` that is not allowed in a document."""
    listed = [text for text in texts if isinstance(text, str)]
    joined = "".join(listed)
    if joined.isascii() and joined.isprintable():
        return
    # All are checked together, which is faster. A line feed composes with nothing, so it separates them for NFC.
    if any(map(_is_refused, set(joined))) or not is_normalized("NFC", "\n".join(listed)):
        text, fault = next((text, fault) for text in listed if (fault := text_fault(text)))
        raise RefusedField(errors.RuleBroken(reason="value", text=text, fault=fault))


def require_extensions(extensions: dict[str, str | int | bool]) -> None:
    """Raise `RefusedField` for a name or a text that is not allowed in a document."""
    if extensions:
        require_texts(extensions)
        require_texts(extensions.values())


def hex_extension(extensions: Mapping[str, Value], name: str, size: int) -> bytes | None:
    """Return an extension's value of `size` bytes in lower-case hex; None for any other value."""
    value = extensions.get(name)
    if not isinstance(value, str) or len(value) != 2 * size:
        return None
    return None if value.encode().translate(None, b"0123456789abcdef") else bytes.fromhex(value)


def require_ascending(*lists: Sequence[Any]) -> None:
    """Raise `RefusedField` unless each list is sorted (texts by code points), without duplicates."""
    for items in lists:
        if len(items) > 1 and list(items) != sorted(set(items)):
            raise RefusedField(errors.RuleBroken(reason="ascending"))


def _refuse_first(items: Iterable[str], is_good: Callable[[str], bool], wanted: str) -> None:
    for item in items:
        if not is_good(item):
            if wanted == "qualified":
                raise RefusedField(errors.RuleBroken(reason=wanted, text=item))
            raise RefusedField(errors.RuleBroken(reason="value", text=item, fault=errors.ValueInvalid(reason=wanted)))


def _are_words(listed: Sequence[str], alphabet: bytes, nowhere: Sequence[str] = ()) -> bool:
    """Return whether all are words and contain none of `nowhere`, checked together: there may be 200,000."""
    lines = "\n".join(("", *listed, ""))
    if "\n\n" in lines or "\n-" in lines or "-\n" in lines or any(map(lines.__contains__, nowhere)):
        return False
    # Without the alphabet, only the line feeds between words are left, unless a word contains other characters.
    return lines.isascii() and lines.encode().translate(None, alphabet) == b"\n" * (len(listed) + 1)


def _is_qualified(text: str) -> bool:
    issuer, dot, code = text.rpartition(".")
    return is_code(code) and (not dot or is_code(issuer))
