"""Cases of the ask `pin`: a root's digest as people paste it."""

from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from tests.vectors.payload_cases import slug
from tests.vectors.vector import Case, text_members

DIGEST: Final = sha256(b"licensekit TEST KEY pin").digest()
MUST: Final = ("identities-1",)


def spelled(digest: bytes) -> str:
    """Return the one spelling of a pin."""
    return "lkroot1-" + b32encode(digest).decode().lower().rstrip("=")


PIN: Final = spelled(DIGEST)


def written_pins() -> Iterator[Case]:
    """Pins: the one spelling, and white space around it."""
    digests = {
        "a pin": DIGEST,
        "a digest of zero bytes": bytes(32),
        "a digest of bytes ff": b"\xff" * 32,
        "a digest that ends with a set bit": bytes(31) + b"\1",
    }
    for about, digest in digests.items():
        yield _taken(about, spelled(digest), digest)
    for name, space in {
        "tab": "\t",
        "line feed": "\n",
        "vertical tab": "\v",
        "form feed": "\f",
        "carriage return": "\r",
        "space": " ",
    }.items():
        yield _taken(f"a {name} in front", space + PIN)
        yield _taken(f"a {name} behind", PIN + space)
        yield _refused(f"a {name} within", PIN[:20] + space + PIN[20:])
    yield _taken("all six bytes of white space around", f"\t\n\v\f\r {PIN} \r\f\v\n\t")
    yield _refused("white space behind the prefix", PIN.replace("-", "- "))
    for about, written in WRONG.items():
        yield _refused(about, written)


def _taken(about: str, written: str, digest: bytes = DIGEST) -> Case:
    return Case(
        slug(about), about, "Identities", "pin", text_members("pin", written), {"digest": digest.hex()}, (), MUST
    )


def _refused(about: str, written: str | bytes) -> Case:
    given = text_members("pin", written)
    return Case(slug(about), about, "Identities", "pin", given, {"code": "root-pin-invalid"}, (), MUST)


def _ending(character: str) -> str:
    return PIN[:-1] + character


WRONG: Final[dict[str, str | bytes]] = {
    "nothing": "",
    "white space alone": " \n",
    "the prefix alone": "lkroot1-",
    "the body alone": PIN.removeprefix("lkroot1-"),
    "upper case": PIN.upper(),
    "a body in upper case": "lkroot1-" + PIN[8:].upper(),
    "a prefix in upper case": "LKROOT1-" + PIN[8:],
    "one letter in upper case": PIN[:8] + "A" + PIN[9:],
    "another version": PIN.replace("lkroot1", "lkroot2"),
    "another prefix": PIN.replace("lkroot1-", "lk1-root."),
    "the prefix twice": "lkroot1-" + PIN,
    "padding": PIN + "====",
    "one character of padding": PIN + "=",
    "51 characters": PIN[:-1],
    "53 characters": PIN + "a",
    "56 characters, which are 35 bytes": PIN + "aaaa",
    "60 characters, which are 37 bytes": spelled(DIGEST + bytes(5)),
    "48 characters, which are 30 bytes": "lkroot1-" + "a" * 48,
    "a 0 for an o": _ending("0"),
    "a 1 for an l": PIN[:9] + "1" + PIN[10:],
    "an 8 for a b": PIN[:9] + "8" + PIN[10:],
    "a 9": PIN[:9] + "9" + PIN[10:],
    "a dash within": PIN[:20] + "-" + PIN[21:],
    **{f"stray bits: `{character}` at the end": _ending(character) for character in "bceir7"},
    "a no-break space in front": "\u00a0" + PIN,
    "a no-break space behind": PIN + "\u00a0",
    "a byte order mark in front": "\ufeff" + PIN,
    "a byte order mark behind": PIN + "\ufeff",
    "a file separator behind": PIN + "\x1c",
    "a unit separator in front": "\x1f" + PIN,
    "next line, U+0085, behind": PIN + "\u0085",
    "a zero behind": PIN + "\0",
    "a zero width space behind": PIN + "\u200b",
    "an ideographic space in front": "\u3000" + PIN,
    "quotation marks around": f'"{PIN}"',
    "a full-width letter": PIN[:9] + "\uff41" + PIN[10:],
    "a byte that is no UTF-8 behind": PIN.encode() + b"\xff",
    "the digest in hexadecimal": DIGEST.hex(),
}
