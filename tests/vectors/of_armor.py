"""Cases of the ask `tokens`: the steps of "Tokens", from a file to types and frames."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final

from tests.vectors.payload_cases import slug
from tests.vectors.vector import Case, text_members

Long = list[list[str | int]]
"""A text as entries of `concat`."""
Tokens = list[tuple[str, bytes]]

TYPES: Final = ("root", "trust", "revocations", "catalog", "bundle", "reset", "request", "receipt", "statement")
WHITE_SPACE: Final = {
    "tab": "\t",
    "line feed": "\n",
    "vertical tab": "\v",
    "form feed": "\f",
    "carriage return": "\r",
    "space": " ",
}


def taken(name: str, about: str, file: str | bytes | Long, *tokens: tuple[str, bytes], rule: str, **more: Any) -> Case:
    """Return a case of a file that is taken, with its tokens in reading order."""
    shown = [{"type": kind, "frame": frame.hex()} for kind, frame in tokens]
    return Case(name, about, rule, "tokens", given(file), {"tokens": shown}, **more)


def refused(name: str, about: str, file: str | bytes | Long, code: str, rule: str, **more: Any) -> Case:
    """Return a case of a file that is refused."""
    return Case(name, about, rule, "tokens", given(file), {"code": code}, **more)


def given(file: str | bytes | Long) -> dict[str, Any]:
    """Return the member of the line."""
    return {"file": {"concat": file}} if isinstance(file, list) else text_members("file", file)


def token(kind: str, frame: bytes = b"\1\2\3") -> str:
    """Return the one spelling of a token."""
    return f"lk1-{kind}.{b64encode(frame).decode().rstrip('=')}"


ONE: Final = token("bundle")
READ: Final = ("bundle", b"\1\2\3")


def white_space() -> Iterator[Case]:
    """Steps 2 and 3 of Tokens: the byte order mark, the six bytes of white space, what looks like them, the prefix."""
    rule = "Tokens 2"
    yield taken("plain", "one token and a line feed", ONE + "\n", READ, rule=rule, musts=("readers-1a", "readers-1b"))
    every = "".join(WHITE_SPACE.values())
    for name, space in WHITE_SPACE.items():
        about = f"a {name} before, behind and between all characters"
        yield taken(f"every-{slug(name)}", about, space + space.join(ONE) + space, READ, rule=rule)
    for where, file in _places(every).items():
        yield taken(f"all-white-space-{slug(where)}", f"all six bytes {where}", file, READ, rule=rule)
    yield taken(
        "wrapped",
        "lines of 4 characters, with CR LF",
        "\r\n".join(ONE[at : at + 4] for at in range(0, 15, 4)),
        READ,
        rule=rule,
    )
    for name, look_alike in LOOK_ALIKES.items():
        for where, file in _places(look_alike).items():
            code = "unexpected-type" if where == "within the type" else "armor-invalid"
            yield refused(slug(f"{name} {where}"), f"{name} {where}", file, code, rule)
    for about, (text, is_taken) in MARKS.items():
        if is_taken:
            yield taken(slug(about), about, text, READ, rule=rule)
        else:
            yield refused(slug(about), about, text, "armor-invalid", rule)
    for about, written in NO_PREFIX.items():
        yield refused(slug(about), about, written, "armor-invalid", "Tokens 3")


def _places(inserted: str | bytes) -> dict[str, bytes]:
    data = inserted.encode() if isinstance(inserted, str) else inserted
    places = {"in front": 0, "within the prefix": 2, "within the type": 7, "within the body": 13, "behind": len(ONE)}
    return {where: ONE[:at].encode() + data + ONE[at:].encode() for where, at in places.items()}


LOOK_ALIKES: Final[dict[str, str | bytes]] = {
    "zero": "\0",
    "backspace, the byte before a tab": "\x08",
    "shift out, the byte behind a carriage return": "\x0e",
    "a file separator, which `strip` drops": "\x1c",
    "a group separator": "\x1d",
    "a record separator": "\x1e",
    "a unit separator": "\x1f",
    "delete": "\x7f",
    "the byte 85": b"\x85",
    "next line, U+0085": "\u0085",
    "the byte a0": b"\xa0",
    "a no-break space": "\u00a0",
    "an en quad, U+2000": "\u2000",
    "a zero width space": "\u200b",
    "a line separator": "\u2028",
    "an ideographic space": "\u3000",
    "an escaped line feed": "\\n",
}
MARK: Final = b"\xef\xbb\xbf"
MARKS: Final[dict[str, tuple[bytes, bool]]] = {
    "a byte order mark in front": (MARK + ONE.encode(), True),
    "a byte order mark in front of white space": (MARK + b"\r\n " + ONE.encode(), True),
    "a byte order mark behind white space": (b"\n" + MARK + ONE.encode(), False),
    "two byte order marks": (MARK * 2 + ONE.encode(), False),
    "a byte order mark, white space, and a byte order mark": (MARK + b"\n" + MARK + ONE.encode(), False),
    "a byte order mark within the body": (ONE[:13].encode() + MARK + ONE[13:].encode(), False),
    "a byte order mark behind": (ONE.encode() + MARK, False),
    "a byte order mark between two tokens": (ONE.encode() + b"\n" + MARK + ONE.encode(), False),
    "a byte order mark alone": (MARK, False),
    "two of the three bytes of a byte order mark": (MARK[:2] + ONE.encode(), False),
    "the byte order mark of UTF-16": (b"\xff\xfe" + ONE.encode(), False),
    "UTF-16 with its mark": (ONE.encode("utf-16"), False),
    "UTF-16 without a mark": (ONE.encode("utf-16-be"), False),
    "UTF-32": (ONE.encode("utf-32-le"), False),
}
NO_PREFIX: Final[dict[str, str]] = {
    "nothing at all": "",
    "nothing but white space": " \t\r\n",
    "text before the first token": "License: " + ONE,
    "a quotation mark before the first token": '"' + ONE,
    "the prefix in upper case": "LK" + ONE[2:],
    "one letter of the prefix in upper case": "lK" + ONE[2:],
    "the prefix of another version": "lk2" + ONE[3:],
    "an l for the 1 of the prefix": "lkl" + ONE[3:],
    "no dash behind the version": "lk1" + ONE[4:],
    "a low line for the dash": "lk1_" + ONE[4:],
    "an en dash for the dash": "lk1\u2013" + ONE[4:],
    "the prefix without its first letter": ONE[1:],
    "a body alone": "AQID",
    "the prefix of a public key": "lkpub1.AQID",
    "the prefix of a pin": "lkroot1-AQID",
    "armor of another kind": "-----BEGIN LICENSE-----\n" + ONE,
}


def types_and_bodies() -> Iterator[Case]:
    """Step 5 of Tokens: the dot, the type, and base64 in its one spelling; and step 6, the order."""
    rule, musts = "Tokens 5.2", ("readers-11",)
    for kind in TYPES:
        about = f"a token of type {kind}"
        yield taken(f"type-{kind}", about, token(kind), (kind, b"\1\2\3"), rule=rule, musts=musts)
        others = OTHER_TYPES if kind == TYPES[0] else {}
        for what, wrong in (*_other_types(kind), *others.items()):
            about = f"a type that there is not: {what}"
            yield refused(slug(f"type {what}"), about, token(wrong), "unexpected-type", rule, musts=musts)
    for about, file in DOTS.items():
        yield refused(slug(about), about, file, "armor-invalid", "Tokens 5.1")
    for about, body in NO_BASE64.items():
        yield refused(slug(about), about, f"lk1-bundle.{body}", "armor-invalid", "Tokens 5.4")
    for about, (body, frame) in BASE64.items():
        yield taken(slug(about), about, f"lk1-bundle.{body}", ("bundle", frame), rule="Tokens 5.4")
    for count, bits, first in ((2, 4, "A"), (3, 2, "AA")):
        yield from _last_characters(count, bits, first)
    yield from _orders()


def _other_types(kind: str) -> Iterator[tuple[str, str]]:
    yield f"{kind} in upper case", kind.upper()
    yield f"{kind} with a capital", kind.capitalize()
    yield f"{kind} without its last letter", kind[:-1]
    yield f"{kind} with a letter more", kind + "s"


OTHER_TYPES: Final[dict[str, str]] = {
    "none": "",
    "a type of another software": "license",
    "a type that was thought of": "lease",
    "a Cyrillic letter within": "bundl\u0435",
    "a Turkish letter within": "rece\u0131pt",
    "two types": "rootbundle",
    "a colon behind the type": "bundle:",
    "a zero behind the type": "bundle\0",
    "a type in full-width letters": "\uff52\uff4f\uff4f\uff54",
}
DOTS: Final[dict[str, str]] = {
    "nothing behind the prefix": "lk1-",
    "a type and no dot": "lk1-bundle",
    "a colon for the dot": "lk1-bundle:AQID",
    "no dot between type and body": "lk1-bundleAQID",
    "no dot, and a type that there is not": "lk1-license",
    "a second dot behind the first": "lk1-bundle..AQID",
    "a dot within the body": "lk1-bundle.AQ.ID",
    "a dot behind the body": "lk1-bundle.AQID.",
    "the prefix twice": "lk1-lk1-bundle.AQID",
    "the prefix behind the last token": "lk1-bundle.AQIDlk1-",
    "the prefix within the type": "lk1-bunlk1-dle.AQID",
    "the prefix within the body leaves a piece without a dot": "lk1-bundle.AQlk1-ID",
}
NO_BASE64: Final[dict[str, str]] = {
    "the dash of the URL alphabet": "AA-A",
    "the low line of the URL alphabet": "AA_A",
    "one character of padding": "AAA=",
    "two characters of padding": "AA==",
    "padding behind a body that needs none": "AAAA=",
    "four characters of padding": "AAAA====",
    "padding alone": "=",
    "padding within": "AA==AAAA",
    "one character": "A",
    "five characters": "AAAAA",
    "nine characters": "AAAAAAAAA",
    "an asterisk": "AAA*",
    "a comma": "AAA,",
    "a percent sign": "AAA%3D",
    "a semicolon behind": "AAAA;",
    "a quotation mark behind": 'AAAA"',
    "a letter beyond ASCII": "AAA\u00c5",
    "a full-width letter": "AAA\uff21",
    "a tilde": "AAA~",
    "an exclamation mark": "AAA!",
    "an at sign, the character before A": "AAA@",
    "a bracket, the character behind Z": "AAA[",
    "a colon, the character behind 9": "AAA:",
    "a brace, the character behind z": "AAA{",
}
ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BASE64: Final[dict[str, tuple[str, bytes]]] = {
    "an empty body, which is an empty frame": ("", b""),
    "one byte": ("AQ", b"\1"),
    "two bytes": ("AQI", b"\1\2"),
    "four bytes": ("AQIDBA", b"\1\2\3\4"),
    "plus and slash": ("+/+/", b"\xfb\xff\xbf"),
    "the byte ff": ("/w", b"\xff"),
    "every character of the alphabet": (ALPHABET, sum(at << (6 * (63 - at)) for at in range(64)).to_bytes(48, "big")),
    "a body that spells a prefix, but for its dash": ("lk10", b"\x96\x4d\x74"),
}


def _last_characters(count: int, bits: int, first: str) -> Iterator[Case]:
    """Yield bodies of `count` characters: the last one has `bits` bits beyond the last byte, which are 0."""
    right = ALPHABET[:: 2**bits]
    file = "\n".join(f"lk1-bundle.{first}{last}" for last in right)
    frames = [bytes(count - 2) + bytes([(ALPHABET.index(last) >> bits) & 0xFF]) for last in right]
    about = f"bodies of {count} characters with each last character that they may have"
    yield taken(f"last-of-{count}", about, file, *(("bundle", frame) for frame in frames), rule="Tokens 5.4")
    for pattern in (*(1 << bit for bit in range(bits)), 2**bits - 1):
        last = ALPHABET[len(ALPHABET) - 2**bits + pattern]
        about = f"bits {pattern:0{bits}b} behind the last byte of {count} characters"
        yield refused(slug(about), about, f"lk1-bundle.{first}{last}", "armor-invalid", "Tokens 5.4")


def _orders() -> Iterator[Case]:
    rule = "Tokens 6"
    every = [(kind, bytes([at])) for at, kind in enumerate(TYPES)]
    for name, order in {"reading": every, "reversed": every[::-1], "alphabetical": sorted(every)}.items():
        file = "\n".join(token(*one) for one in order)
        yield taken(f"order-{name}", f"all nine types in {name} order", file, *every, rule=rule)
    mixed: Tokens = [("bundle", b"2"), ("root", b"2"), ("bundle", b"1"), ("root", b"1"), ("bundle", b"2")]
    file = "".join(token(*one) for one in mixed)
    inside = [one for kind in ("root", "bundle") for one in mixed if one[0] == kind]
    yield taken(
        "order-within-a-type",
        "tokens of one type keep their order, also if one is there twice",
        file,
        *inside,
        rule=rule,
    )
    run = token("statement") + token("request")
    yield taken(
        "run-together",
        "two tokens with nothing between",
        run,
        ("request", b"\1\2\3"),
        ("statement", b"\1\2\3"),
        rule=rule,
    )
