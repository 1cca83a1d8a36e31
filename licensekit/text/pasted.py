r"""Pasted licenses: tokens in a mail, a web page, or another text that surrounds and interrupts them.

Only characters that cannot be part of a token are removed, and the strict `armor.read` reads the result again. A token
ends where its document ends (`docs/format.md`, "Payloads"), whatever text follows.

A clean file of tokens is not parsed here (`licensekit.text.tokens`). The time for hostile files is bounded: a mail with
too many parts is read as text, and an unclosed tag is searched for only once.
"""

import quopri
import re
import unicodedata
from binascii import a2b_base64
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import Compat32
from html import unescape
from html.parser import HTMLParser
from typing import Final, NamedTuple

from licensekit.errors import ArmorInvalid, FormatError, LicenseError, Message, TooLarge, UnexpectedType
from licensekit.limits import FRAME_BYTES, TOKENS_PER_FILE
from licensekit.text.tokens import SHOWN, Pasted, is_cut_off
from licensekit.wire import armor, frame
from licensekit.wire.documents import measure

_MAIL: Final = re.compile(r"(?im)\s*+(?:from .*\n)?(?=[a-z-]+:)(?s:.*?)^content-t[a-z-]+:")
_DIVIDES: Final = re.compile(r"(?i)multipart/|message/|\n--")
_DIVISIONS: Final = 32
_HEADER_CHARACTERS: Final = 4096
_MAILS: Final = 4  # the depth to which mails are read within mails
_ENCODED: Final = re.compile(r"=(?:[0-9A-F]{2}|[ \t]*\r?\n)")
_MARKUP: Final = re.compile(r"<[a-zA-Z/!?]|&#?\w+;")
_IN_BRACKETS: Final = re.compile(r"<(?=lk1-)")
_ESCAPED: Final = re.compile(r"\\[nrt]")
_QUOTES: Final = frozenset("\"'`>|=\\\u00b4\u201a\u201e")
_CURLY: Final = frozenset({"Pi", "Pf"})  # the categories of opening and closing quotation marks
_SPACES: Final = re.compile(r"\s+")
_START: Final = re.compile(r"lk1-([a-z]{1,20})\.")
_FOREIGN: Final = re.compile(r"[^A-Za-z0-9+/\n]")
_INSIDE: Final = re.compile("[^.\u2026\\[(-](?=[A-Za-z0-9+/]{4})")
"""A foreign character that base64 follows, except those that often mark a cut text."""
_LONGEST: Final = (FRAME_BYTES * 4 + 2) // 3
_BEGINNING: Final = 74  # the first bytes of a frame, which contain a signature and so identify the document
_KINDS: Final = (
    ("empty", re.compile(rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*\Z")),
    ("archive", re.compile(rb"\APK\x03\x04")),
    ("printed", re.compile(rb"\A%PDF-")),
    ("database", re.compile(rb"\ASQLite format 3\0")),
    ("key-file", re.compile(rb"lkkey1\.|-----BEGIN (?:\w+ )*PRIVATE KEY|PuTTY-User-Key-File")),
    ("public-key", re.compile(rb"lkpub1\.")),
    ("root-pin", re.compile(rb"lkroot1-")),
    ("order", re.compile(rb"(?m)^[ \t]*+order[ \t]*+=")),
    ("catalog", re.compile(rb"(?m)^[ \t]*+\[licenses\b")),
)
"""Other things that people pass instead of tokens, and how they are recognized."""


class LeftOut(Message, reasons=True):
    """Something was removed to find tokens in a mail, a web page or another text."""

    count: int = 0


class _Damaged(NamedTuple):
    error: LicenseError
    type: str
    frame: bytes


def tokens_among(data: bytes, refused: FormatError) -> Pasted:
    """Find tokens in other text; raise `refused`, the strict reader's error, if there are none."""
    left: set[str] = set()
    found = [one for text in _texts(data, left) for one in _tokens_in(text, left)]
    whole = [one for one in found if isinstance(one, armor.Token)]
    tokens = list(dict.fromkeys(whole))
    if len(tokens) > TOKENS_PER_FILE:
        raise TooLarge(reason="tokens", limit=TOKENS_PER_FILE, size=len(tokens))
    damaged = {(one.type, one.frame[:_BEGINNING]): one for one in reversed(found) if isinstance(one, _Damaged)}
    for name, begins in reversed(damaged):
        # Not the shortened copy of a complete token, by a mail program or in prose: `lk1-bundle.AQEj…`.
        if not any(token.type == name and token.frame.startswith(begins) for token in tokens):
            raise damaged[name, begins].error
    if not tokens:
        kind = next((reason for reason, pattern in _KINDS if pattern.search(data)), None)
        raise ArmorInvalid(reason=kind) if kind else refused
    copies = len(whole) - len(tokens)
    remarks = [LeftOut(reason=reason) for reason in LeftOut.template if reason in left]
    remarks += [LeftOut(reason="copies", count=copies)] * (copies > 0)
    return Pasted(armor.write_file(tokens).encode(), tuple(remarks))


def _texts(data: bytes, left: set[str], mails: int = 0) -> Iterator[str]:
    """Yield the decoded text of `data`, or the texts of the parts of a mail."""
    text = _decoded(data, left)
    if mails < _MAILS and _MAIL.match(text) and len(_DIVIDES.findall(text)) <= _DIVISIONS:
        left.add("mail")
        for part in message_from_bytes(text.encode(), policy=_BoundedHeaders()).walk():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):  # None for a part that has parts itself
                yield from _texts(content, left, mails + 1)
        return
    if _ENCODED.search(text):
        left.add("quoted-printable")
        text = quopri.decodestring(text.encode()).decode("utf-8", "replace")
    if _MARKUP.search(text):
        left.add("html")
        text = _text_of_page(text)
    yield _ESCAPED.sub(" ", text)


def _decoded(data: bytes, left: set[str]) -> str:
    """Decode `data`: as UTF-16 by its mark or its zeros, as UTF-8, or else as Windows-1252."""
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if data.startswith("\ufeff".encode(encoding)) or zeros.count(0) * 4 > len(data):
            left.add("encoding")
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace")


class _BoundedHeaders(Compat32):
    """Truncate headers, because the parser's time grows with the square of their length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_HEADER_CHARACTERS]


class _Page(HTMLParser):
    """The text of a page, and its attributes with tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # as named there
        self.pieces += [f" {value} " for _, value in attrs if value and "lk1-" in value]


def _text_of_page(text: str) -> str:
    """Return the text of a page; what follows an unclosed or invalid tag is returned as it is."""
    page = _Page()  # never closed, because `close` would search for the end of an unclosed tag again and again
    try:
        page.feed(_IN_BRACKETS.sub(" ", text))
        return "".join(page.pieces) + unescape(page.rawdata)
    except (AssertionError, ValueError):  # an unknown declaration, or a character reference that is too long
        return text


def _compact(text: str, left: set[str]) -> str:
    """Remove spaces, quotation marks and invisible characters; an empty line becomes a line end."""
    characters = set(text)
    unseen = {one for one in characters if not (one.isprintable() or one in armor.WHITE_SPACE)}
    quotes = {one for one in characters if one in _QUOTES or unicodedata.category(one) in _CURLY}
    left |= {name for name, marks in (("unseen", unseen), ("quotes", quotes)) if marks}
    plain = text.translate({ord(one): None for one in unseen | quotes})
    return _SPACES.sub(lambda spaces: "\n" if spaces[0].count("\n") > 1 else "", plain)


def _tokens_in(text: str, left: set[str]) -> Iterator[armor.Token | _Damaged]:
    before, *pieces = _START.split(_compact(text, left))
    gaps = [before]
    for kind, piece in zip(pieces[::2], pieces[1::2], strict=True):
        letters = _FOREIGN.split(piece, 1)[0].replace("\n", "")
        data = _bytes_of(letters[:_LONGEST])
        end = _end(data)
        spelled = armor.encode(data[:end])
        if kind in armor.TYPES and end is not None and letters.startswith(spelled):
            gaps.append(piece.replace("\n", "")[len(spelled) :])
            yield armor.Token(kind, data[:end])
        else:
            yield _Damaged(_damage(kind, piece), kind, data)
    if pieces and any(gap.strip() for gap in gaps):
        left.add("text")


def _damage(kind: str, piece: str) -> LicenseError:
    """Return what is wrong with a token; after an empty line, words of a mail may look like base64."""
    paragraph = piece.partition("\n")[0]
    letters = _FOREIGN.split(paragraph, 1)[0]
    behind = letters[-SHOWN:]
    if kind not in armor.TYPES:
        return UnexpectedType(reason="unknown", type=kind)
    if foreign := _INSIDE.match(paragraph, len(letters)):
        return ArmorInvalid(reason="foreign", type=kind, found=foreign[0], behind=behind)
    if is_cut_off(kind, _bytes_of(letters)):
        return ArmorInvalid(reason="cut-off", type=kind, behind=behind)
    return ArmorInvalid(reason="altered", type=kind)


def _bytes_of(letters: str) -> bytes:
    """Decode base64 of any length, without bits that are left over."""
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return a2b_base64(whole + "=" * (-len(whole) % 4))


def _end(data: bytes) -> int | None:
    """Return the size of the frame at the start of `data`, or None if it is incomplete."""
    try:
        payload = frame.read(data).payload
    except FormatError:
        return None
    size = measure(payload)
    return None if size is None else len(data) - len(payload) + size
