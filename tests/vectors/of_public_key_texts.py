"""Cases of the ask `key_file`: public key texts, `lkpub1.`, by the steps of "Key files"."""

from collections.abc import Iterator
from hashlib import sha256

from tests import rare_keys
from tests.vectors.key_texts import (
    INVALID,
    NAMES,
    NO_NAMES,
    PUBLIC,
    TEXT,
    UNSOUND,
    armor_of,
    case_of,
    label_of,
    public_body,
    public_text,
    shown_of,
    spelled,
)
from tests.vectors.vector import Case


def public_key_texts() -> Iterator[Case]:
    """Public key texts, `lkpub1.`: size, armor, check, label, key."""
    yield case_of("a public key", TEXT, shown_of(), "2")
    yield case_of("a public key of an installation", public_text(public_body(3)), shown_of(3), "7")
    for about, label in NAMES.items():
        yield case_of(about, public_text(public_body(label=label_of(label))), shown_of(label=label), "5")
    for about, label_bytes in NO_NAMES.items():
        yield case_of(about, public_text(public_body(label=label_bytes)), {"code": INVALID}, "5")
    yield from armor_of(TEXT, shown_of(), None)
    for about, at in {
        "the scheme": 0,
        "the length of the label": 2,
        "the label": 4,
        "the key": 20,
        "the check": -1,
    }.items():
        body = bytearray(public_body() + sha256(b"lkpub1." + public_body()).digest()[:4])
        body[at] ^= 2
        yield case_of(f"a bit of {about} changed", spelled("lkpub1.", bytes(body)), {"code": INVALID}, "3")
    whole = public_body() + sha256(b"lkpub1." + public_body()).digest()[:4]
    shorter = {
        "without its last byte": whole[:-1],
        "without its check": whole[:-4],
        "with a byte more": whole + b"\0",
        "of three bytes": b"\1\0\0",
    }
    for about, body_bytes in shorter.items():
        yield case_of(f"a public key {about}", spelled("lkpub1.", body_bytes), {"code": INVALID}, "3")
    for about, prefix in {
        "no prefix": b"",
        "a prefix in upper case": b"LKPUB1.",
        "the prefix of a secret key": b"lkkey1.",
    }.items():
        check = sha256(prefix + public_body()).digest()[:4]
        yield case_of(f"a check over {about}", spelled("lkpub1.", public_body() + check), {"code": INVALID}, "3")
    for about, body_bytes in {"nothing": b"", "a scheme alone": b"\1", "half a length of a label": b"\1\0"}.items():
        yield case_of(f"{about}, with a check that fits", public_text(body_bytes), {"code": INVALID}, "5")
    for about, body_bytes in _unsound().items():
        yield case_of(about, public_text(body_bytes), {"code": UNSOUND}, "7")
    low = public_body(public=rare_keys.LOW_ORDER[0])
    about = "of two faults the first: a wrong check, and a key of low order"
    yield case_of(about, spelled("lkpub1.", low + bytes(4)), {"code": INVALID}, "3", flags=("precedence",))
    about = "of two faults the first: a label that is no name, and a key of low order"
    both = public_body(label=label_of("\n"), public=rare_keys.LOW_ORDER[0])
    yield case_of(about, public_text(both), {"code": INVALID}, "5", flags=("precedence",))


def _unsound() -> dict[str, bytes]:
    return {
        **{f"scheme {scheme}, which there is not": public_body(scheme) for scheme in (0, 4, 255)},
        "a key of 31 bytes": public_body(public=PUBLIC[:-1]),
        "a key of 33 bytes": public_body(public=PUBLIC + b"\0"),
        "no key": public_body(public=b""),
        "scheme 2 with a key of scheme 1": public_body(2),
        "a key of low order": public_body(public=rare_keys.LOW_ORDER[0]),
        "a key whose y is not reduced": public_body(public=rare_keys.NON_CANONICAL[0]),
        "a key that is no point": public_body(public=rare_keys.NO_POINT),
    }
