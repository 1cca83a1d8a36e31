"""Cases of the ask `key_file`: secret key files, `lkkey1.`, and hybrid keys, by the steps of "Key files"."""

from collections.abc import Iterator
from typing import Final

from tests import makers, rare_keys
from tests.vectors.key_texts import (
    BODY,
    INVALID,
    NAMES,
    NO_NAMES,
    PASSPHRASE,
    PUBLIC,
    SECRET,
    SEED,
    UNSOUND,
    WRONG,
    armor_of,
    case_of,
    cipher,
    label_of,
    public_body,
    public_text,
    secret_body,
    secret_of,
    shown_of,
)
from tests.vectors.vector import Case


def secret_key_files() -> Iterator[Case]:
    """Secret key files, `lkkey1.`: size, armor, cost, label, key, passphrase, whether the secret belongs to the key."""
    shown = shown_of(secret=SEED)
    yield case_of("a secret key", SECRET, shown, "8", PASSPHRASE)
    yield secret_of("a secret key of an installation", secret_body(3), shown_of(3, secret=SEED), "8")
    yield case_of("the secret key of the text", EXAMPLE, shown | {"label": "Test"}, "8", "test")
    yield from armor_of(SECRET, shown, PASSPHRASE)
    for about, label in NAMES.items():
        yield secret_of(
            f"a secret key: {about}", secret_body(label=label_of(label)), shown_of(label=label, secret=SEED), "5"
        )
    for about, label_bytes in NO_NAMES.items():
        yield secret_of(f"a secret key: {about}", secret_body(label=label_bytes), {"code": INVALID}, "5")
    for scheme in (0, 4, 255):
        yield secret_of(f"a secret key: scheme {scheme}", bytes([scheme]) + BODY[1:], {"code": INVALID}, "4")
    for log2_n in (0, 1, 13, 21, 22, 64, 255):
        about = f"a secret key: a log2N of {log2_n}"
        yield secret_of(about, BODY[:1] + bytes([log2_n]) + BODY[2:], {"code": INVALID}, "4", flags=("bound",))
    yield secret_of("a secret key: a log2N of 15", secret_body(log2_n=15), shown, "4")
    lowest = secret_body(label=label_of("14"))
    yield secret_of("a secret key: a log2N of 14", lowest, shown | {"label": "14"}, "4", flags=("bound",))
    for about, (body, code) in _altered().items():
        yield secret_of(f"a secret key: {about}", body, {"code": code}, "6" if code == INVALID else "8")
    yield from _passphrases()
    for about, key in {
        "of low order": rare_keys.LOW_ORDER[0],
        "not reduced": rare_keys.NON_CANONICAL[0],
        "no point": rare_keys.NO_POINT,
    }.items():
        yield secret_of(f"a secret key: a public key that is {about}", secret_body(public=key), {"code": INVALID}, "7")
    other = makers.key("vendor").verifying_key.public
    yield secret_of(
        "a secret key: a public key that does not belong to it", secret_body(public=other), {"code": INVALID}, "9"
    )
    negated = PUBLIC[:31] + bytes([PUBLIC[31] ^ 0x80])
    yield secret_of(
        "a secret key: the public key with the other sign", secret_body(public=negated), {"code": INVALID}, "9"
    )
    about = "a secret key: of two faults the first: a public key of low order, and another passphrase"
    yield secret_of(
        about, secret_body(public=rare_keys.LOW_ORDER[0]), {"code": INVALID}, "7", "another", flags=("precedence",)
    )
    about = "a secret key: of two faults the first: another passphrase, and a public key that does not belong to it"
    yield secret_of(about, secret_body(public=other), {"code": WRONG}, "8", "another", flags=("precedence",))


EXAMPLE: Final = (
    "lkkey1.AQ4AAQIDBAUGBwgJCgsMDQ4PAARUZXN0A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbgHsUahvn8k\n"
    "0SuNdn1nLdlUNG0jg1bYsjHbveeChpj/JTXLNq/Royyrv8zTIw/mthU\n"
)


def _altered() -> dict[str, tuple[bytes, str]]:
    """Return a file with another byte in each part, and files of other lengths."""
    sealed = len(BODY) - 48

    def with_bit(at: int, bit: int = 1) -> bytes:
        return BODY[:at] + bytes([BODY[at] ^ bit]) + BODY[at + 1 :]

    return {
        "scheme 3 in place of 1": (b"\3" + BODY[1:], WRONG),
        "scheme 2 in place of 1": (b"\2" + BODY[1:], INVALID),
        "a log2N of 15 in place of 14": (BODY[:1] + b"\x0f" + BODY[2:], WRONG),
        "a bit of the salt": (with_bit(2), WRONG),
        "a bit of the last byte of the salt": (with_bit(17), WRONG),
        "a letter of the label": (with_bit(20), WRONG),
        "the highest bit of the public key": (with_bit(sealed - 1, 0x80), WRONG),
        "the first bit of the sealed secret": (with_bit(sealed), WRONG),
        "a bit within the sealed secret": (with_bit(sealed + 31), WRONG),
        "a bit of the first byte of its tag": (with_bit(sealed + 32), WRONG),
        "the last bit of its tag": (with_bit(len(BODY) - 1), WRONG),
        "a byte fewer": (BODY[:-1], INVALID),
        "a byte more": (BODY + b"\0", INVALID),
        "16 bytes fewer": (BODY[:-16], INVALID),
        "a sealed secret of 64 bytes": (secret_body(secret=SEED * 2), INVALID),
        "18 bytes": (BODY[:18], INVALID),
        "19 bytes": (BODY[:19], INVALID),
        "one byte": (BODY[:1], INVALID),
        "the secret as it is, not sealed": (BODY[:sealed] + SEED + bytes(16), WRONG),
        "a secret sealed without what stands before it": (
            BODY[:sealed] + cipher(PASSPHRASE, 14).encrypt(bytes(12), SEED, b""),
            WRONG,
        ),
        "a secret sealed without the prefix": (
            BODY[:sealed] + cipher(PASSPHRASE, 14).encrypt(bytes(12), SEED, BODY[:sealed]),
            WRONG,
        ),
    }


def _passphrases() -> Iterator[Case]:
    other = {
        "another": "another",
        "in another case": "Blåbær",
        "in NFD": "bla\u030abær",
        "with a line feed": PASSPHRASE + "\n",
        "with a space in front": " " + PASSPHRASE,
        "without its last letter": PASSPHRASE[:-1],
        "without accents": "blabaer",
    }
    for about, passphrase in other.items():
        yield secret_of(f"a passphrase {about}", BODY, {"code": WRONG}, "8", passphrase)
    own = {
        "of one byte": "x",
        "of 1024 bytes": "å" * 512,
        "in NFD, under which it was sealed": "bla\u030abær",
        "with white space around, under which it was sealed": " a b\n",
        "of an emoji": "👩",
    }
    for about, passphrase in own.items():
        body = secret_body(passphrase=passphrase)
        flags = ("bound",) if about.startswith("of 1024") else ()
        yield secret_of(f"a passphrase {about}", body, shown_of(secret=SEED), "8", passphrase, flags=flags)
    body = secret_body(passphrase="bla\u030abær")
    yield secret_of("a passphrase in NFC, sealed in NFD", body, {"code": WRONG}, "8", PASSPHRASE)


def hybrid_key_files() -> Iterator[Case]:
    """Key files of hybrid keys: lengths, and that both halves belong to the secret."""
    key, other = makers.key("vendor", 2), makers.key("sales", 2)
    public, secret = key.verifying_key.public, key.reveal_secret()
    yield case_of("a hybrid public key", public_text(public_body(2, public=public)), shown_of(2, public=public), "7")
    body = secret_body(2, public=public, secret=secret)
    yield secret_of("a hybrid secret key", body, shown_of(2, public=public, secret=secret), "8")
    yield secret_of("a hybrid secret key, another passphrase", body, {"code": WRONG}, "8", "another")
    yield secret_of("a hybrid secret key without its last byte", body[:-1], {"code": INVALID}, "6")
    yield secret_of("a hybrid secret key under scheme 1", b"\1" + body[1:], {"code": INVALID}, "6")
    half = secret_body(2, public=public, secret=secret[:32])
    yield secret_of("a hybrid secret key whose secret is the first half alone", half, {"code": INVALID}, "6")
    first = other.verifying_key.public[:32] + public[32:]
    second = public[:32] + other.verifying_key.public[32:]
    for about, mixed in {"Ed25519": first, "ML-DSA-65": second}.items():
        body = secret_body(2, public=mixed, secret=secret)
        yield secret_of(f"a hybrid secret key whose {about} half does not belong to it", body, {"code": INVALID}, "9")
    low = rare_keys.LOW_ORDER[0] + public[32:]
    yield case_of(
        "a hybrid public key with a half of low order", public_text(public_body(2, public=low)), {"code": UNSOUND}, "7"
    )
