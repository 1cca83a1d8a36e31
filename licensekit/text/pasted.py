r"""Pasted licenses: tokens among what a mail, a web page, a shell or an editor has put around and between them.

Everything that is taken away here cannot be part of a token, so nothing can become one by it that was none, and each
token that is found is read again by `armor.read`, which stays strict. Where a token ends, its document says
(`docs/format.md`, "Payloads"), whatever text follows.

Each step takes time in proportion to what it reads. The parsers `html.parser` and `email` do not: 64 KiB of `<a ` take
the one of Python 3.11 20 seconds, and a mail of 1 MiB that is nested deeply takes the other ten. What they would divide
is not needed here: a tag is dropped whatever it is, and of a mail only its encodings are undone.
"""

import re
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from itertools import islice
from typing import Final, NamedTuple

from licensekit.errors import ArmorInvalid, FormatError, FrameInvalid, LicenseError, TooLarge, UnexpectedType
from licensekit.errors.coded import Message
from licensekit.limits import FILE_BYTES, FRAME_BYTES, TOKENS_PER_FILE
from licensekit.wire import armor, frame
from licensekit.wire.documents import is_beginning, measure

_UNSEEN: Final = (
    r"\x00-\x08\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
    r"\udc80-\udca0\udcad"
)
"""Spaces and marks; behind them those of Windows-1252, as `surrogateescape` reads them."""
_QUOTES: Final = r"\"'`>|=\\\xab\xbb\xb4\u2018-\u201f\u2039\u203a\u300c-\u300f\uff02\uff07\udcab\udcb4\udcbb"
_NOISE: Final = rf"[\s{_QUOTES}]"
_NOISES: Final = re.compile(_NOISE + "+")
_QUOTED: Final = re.compile(f"[{_QUOTES}]")
_PREFIX: Final = re.compile(f"{_NOISE}*+".join("lk1-"))
_START: Final = re.compile(_PREFIX.pattern + f"{_NOISE}*+((?:[a-z]{_NOISE}*+){{1,20}}+)\\.")
_BODY: Final = re.compile(f"(?:[A-Za-z0-9+/]++|{_NOISE}++)*+")
_WORD: Final = re.compile("[A-Za-z0-9+/]*")
_BLANK_LINE: Final = re.compile(r"\n[ \t\r>]*+\n")
_LETTER: Final = re.compile("[A-Za-z0-9+/]")
_INSIDE: Final = 4
_INSIDE_WORD: Final = re.compile(f"[^.\u2026\\[(-][A-Za-z0-9+/]{{{_INSIDE}}}")
"""A foreign character that characters of base64 follow; what is often put where a text was cut off is none."""
_LETTERS_OF_A_MENTION: Final = 16
"""A token that is only spoken of (`lk1-bundle.…`) is followed by fewer characters of base64 than this."""
_LONGEST: Final = (FRAME_BYTES * 4 + 2) // 3
_BEGINNING: Final = 74
"""Bytes of a frame that hold enough of a signature to be those of one document."""
_LEAST_BEGINNING: Final = 16
_SHOWN: Final = 12

_ENCODINGS: Final = {
    "utf-32-le": (False, True, True, True),
    "utf-32-be": (True, True, True, False),
    "utf-16-le": (False, True, False, True),
    "utf-16-be": (True, False, True, False),
}
"""Which of four bytes are mostly zero; the longer first, for the mark of UTF-32 begins like that of UTF-16."""
_BASE64_PART: Final = re.compile(
    r"(?i)content-transfer-encoding:\s{0,9}base64\b[^\n]{0,200}\n"
    r"(?:(?![ \t\r>]*\n)[^\n]{0,998}\n){0,20}+[ \t\r>]*\n([a-z0-9+/=\s>]*+)"
)
_NOT_BASE64: Final = re.compile("[^A-Za-z0-9+/]+")


class LeftOut(Message, reasons=True):
    """What was taken away to find tokens in a mail, a web page or another text."""

    count: int = 0


class Pasted(NamedTuple):
    """A file of tokens, and what was around and between them."""

    data: bytes
    """As `armor.read` takes it; what was given, where it takes that."""
    left_out: tuple[LeftOut, ...] = ()


_KINDS: Final = (
    ("key-file", re.compile(rb"lkkey1\.|-----BEGIN (?:\w+ )*PRIVATE KEY|PuTTY-User-Key-File")),
    ("public-key", re.compile(rb"lkpub1\.")),
    ("root-pin", re.compile(rb"lkroot1-")),
    ("order", re.compile(rb"(?m)^[ \t]*+order[ \t]*+=")),
    ("catalog", re.compile(rb"(?m)^[ \t]*+\[licenses\b")),
)
"""What else is given where tokens are meant, and how it is known."""


class _Damaged(NamedTuple):
    """A token that is not whole."""

    error: LicenseError
    frame: bytes
    is_mention: bool


def find_tokens(data: bytes) -> Pasted:
    """Return the tokens in `data`, each once, and what was taken away to find them.

    A file of tokens is returned as it is.

    Raises:
        TooLarge: longer than `limits.FILE_BYTES`, or more tokens than a file may hold.
        ArmorInvalid: it has no token, or one that was cut off or altered; it says which.
        UnexpectedType: a token of a type that the format does not have.
    """
    if len(data) > FILE_BYTES:
        raise TooLarge(reason="bytes", limit=FILE_BYTES, size=len(data), wanted="a license file")
    try:
        tokens = armor.read(data)
    except FormatError as error:
        return _found(data, error)
    for token in tokens:
        if _end(token.frame) is None and _is_cut_off(token.type, token.frame):
            raise ArmorInvalid(reason="cut-off", type=token.type, behind=armor.encode(token.frame)[-_SHOWN:])
    return Pasted(data)


def _found(data: bytes, refused: FormatError) -> Pasted:
    """Return the tokens among other text; raise what the strict reader has `refused` if there is none."""
    left: dict[str, None] = {}
    found = [one for text in _texts(data, left) for one in _tokens_in(text, left)]
    whole = [one for one in found if isinstance(one, armor.Token)]
    for one in found:
        if isinstance(one, _Damaged) and not (whole and _is_superfluous(one, whole)):
            raise one.error
    if not whole:
        kind = next((reason for reason, pattern in _KINDS if pattern.search(data)), None)
        raise ArmorInvalid(reason=kind) if kind else refused
    tokens = list(dict.fromkeys(whole))
    if len(tokens) > TOKENS_PER_FILE:
        raise TooLarge(reason="tokens", limit=TOKENS_PER_FILE, size=len(tokens))
    copies = len(whole) - len(tokens)
    remarks = [LeftOut(reason=reason) for reason in LeftOut.template if reason in left]
    return Pasted(
        armor.write_file(tokens).encode(), (*remarks, *[LeftOut(reason="copies", count=copies)] * (copies > 0))
    )


def _texts(data: bytes, left: dict[str, None]) -> Iterator[str]:
    """Yield the text that `data` is and what its parts in base64 are, each freed from what is wrapped around it.

    A part is at most three quarters of what it is in, so all of them together are bounded as well.
    """
    waiting = [data]
    for one in waiting:
        text = _unwrapped(_decoded(one, left), left)
        yield text
        for part in _BASE64_PART.finditer(text):
            left["base64"] = None
            waiting.append(_bytes_of(_NOT_BASE64.sub("", part[1])))


def _decoded(data: bytes, left: dict[str, None]) -> str:
    """Return the text of `data`: UTF-16 and UTF-32 by their mark, or by their zeros."""
    zeros = tuple(data[at::4].count(0) * 8 > len(data) for at in range(4))
    for encoding, pattern in _ENCODINGS.items():
        if zeros == pattern or data.startswith("\ufeff".encode(encoding)):
            left["encoding"] = None
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    return data.decode("utf-8", "surrogateescape")


def _of_escape(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else {"n": "\n", "r": "\r", "t": "\t"}.get(found[2], found[2])


def _of_tag(found: re.Match[str]) -> str:
    """Return what an entity stands for, and for a tag a space, or what is in it where that may be a token."""
    if found[0].startswith("&"):
        return unescape(found[0])
    return f" {found[0][1:-1]} " if _PREFIX.search(found[0]) else " "


_Undoes = Callable[[re.Match[str]], str]
_QUOTE: Final = re.compile(r"(?m)^[ \t]*+> ?")
_QUOTED_LINES: Final[tuple[str, re.Pattern[str], _Undoes]] = (
    "quotes",
    re.compile(r"(?m)(?<!=\n)(?<!=\r\n)(?:^[ \t]*+>[^\n]*+(?:\n|\Z)){2,}+"),
    lambda found: _QUOTE.sub("", found[0]),
)
_LAYERS: Final[tuple[tuple[str, re.Pattern[str], _Undoes], ...]] = (
    ("unseen", re.compile(f"[{_UNSEEN}]+"), lambda _: " "),
    _QUOTED_LINES,
    (
        "html",
        re.compile(
            rf"<(?!{_PREFIX.pattern})[a-zA-Z/!?](?:[^<>=]|=(?![ \t]*+\r?\n))*+>|&#?[0-9A-Za-z]{{1,31}}+(?:;|(?!=))"
        ),
        _of_tag,
    ),
    ("escapes", re.compile(r'(?<!\\)\\++(?:u([0-9a-fA-F]{4})|(["/nrt]))'), _of_escape),
    _QUOTED_LINES,
    (
        "quoted-printable",
        re.compile(r"(?<!=)(?:=[0-9A-F]{2}|=[ \t]*+\r?\n[ \t]*+(?!--|\r?\n|(?i:content-)))+"),
        lambda found: bytes.fromhex(_NOISES.sub("", found[0])).decode("utf-8", "surrogateescape"),
    ),
)
"""What is undone, in this order and then again: what it is, its pattern, and what that stood for.

Quoted-printable is the last, for what it divides goes on behind a line end that another layer has.
"""
_ROUNDS: Final = 8
"""How often each may be around another one."""


def _unwrapped(text: str, left: dict[str, None]) -> str:
    for _ in range(_ROUNDS):
        before = text
        for reason, pattern, plain in _LAYERS:
            undone = pattern.sub(plain, text)
            if undone != text:
                left[reason], text = None, undone
        if text == before:
            break
    return text


def _tokens_in(text: str, left: dict[str, None]) -> Iterator[armor.Token | _Damaged]:
    """Yield the tokens of a text, whole or damaged."""
    starts = list(_START.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)] * bool(starts)
    before = 0
    for start, end in zip(starts, ends, strict=True):
        piece = text[start.end() : end]
        one = _token(_NOISES.sub("", start[1]), piece)
        if isinstance(one, armor.Token):
            letters = _letters(len(one.frame))
            behind = start.end() + next(islice(_LETTER.finditer(piece), letters - 1, None)).end()
            gap = text[before : start.start()]
            if _NOISES.sub("", gap):
                left["text"], gap = None, ""
            if _QUOTED.search(gap + text[start.start() : behind]):
                left["quotes"] = None
            before = behind
        yield one
    if _NOISES.sub("", text[before:]):
        left["text"] = None


def _letters(size: int) -> int:
    """Return how many characters of base64 spell so many bytes."""
    return (size * 4 + 2) // 3


def _token(kind: str, piece: str) -> armor.Token | _Damaged:
    """Return the token of a type whose body `piece` begins with."""
    read = _BODY.match(piece)
    spelled = _NOISES.sub("", read[0] if read else "")
    data = _bytes_of(spelled[:_LONGEST])
    end = _end(data)
    if kind in armor.TYPES and end is not None and armor.encode(data[:end]) == spelled[: _letters(end)]:
        return armor.Token(kind, data[:end])
    found, behind = piece[len(read[0]) if read else 0 :][: 1 + _INSIDE], spelled[-_SHOWN:]
    error: LicenseError
    if kind not in armor.TYPES:
        error = UnexpectedType(reason="unknown", type=kind)
    elif len(spelled) > _LONGEST:
        error = TooLarge(reason="token", limit=_LONGEST, size=len(spelled))
    elif _INSIDE_WORD.fullmatch(found):
        error = ArmorInvalid(reason="foreign", type=kind, found=found[0], behind=behind)
    else:
        # Behind a cut-off token may be words of the mail, which look like base64.
        paragraph = _NOISES.sub("", _BLANK_LINE.split(read[0], 1)[0] if read else "")
        cut = next((one for one in (paragraph, spelled) if _is_cut_off(kind, _bytes_of(one))), None)
        error = ArmorInvalid(reason="altered", type=kind)
        if cut is not None:
            error = ArmorInvalid(reason="cut-off", type=kind, behind=cut[-_SHOWN:])
    first = _WORD.match(piece)
    return _Damaged(error, data, is_mention=len(first[0] if first else "") < _LETTERS_OF_A_MENTION)


def _bytes_of(letters: str) -> bytes:
    """Return the bytes that letters of base64 spell, whether or not they end where a byte does."""
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return a2b_base64(whole + "=" * (-len(whole) % 4))


def _end(data: bytes) -> int | None:
    """Return how many bytes of `data` are a frame with a whole payload, None if it holds no such frame."""
    try:
        payload = frame.read(data).payload
    except FormatError:
        return None
    size = measure(payload)
    return None if size is None else len(data) - len(payload) + size


def _is_cut_off(kind: str, data: bytes) -> bool:
    """Return whether `data` is the beginning of a frame of a type, as far as it can be judged."""
    try:
        return is_beginning(kind, frame.read(data).payload)
    except FrameInvalid as error:
        return error.reason == "cut-short"
    except TooLarge:
        return False


def _is_superfluous(damaged: _Damaged, whole: Iterable[armor.Token]) -> bool:
    """Return whether a damaged token is only spoken of, or a copy of one that is whole."""
    beginning = damaged.frame[:_BEGINNING]
    is_copy = len(beginning) >= _LEAST_BEGINNING and any(one.frame.startswith(beginning) for one in whole)
    return damaged.is_mention or is_copy
