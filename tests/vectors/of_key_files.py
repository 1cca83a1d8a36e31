"""Cases of the ask `key_file`: the steps of "Key files", of public key texts and of secret key files.

Both are made here from the text, because no writer makes what is wrong with them.
"""

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import scrypt, sha256
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tests import makers, rare_keys
from tests.vectors.document_fields import BOUNDS
from tests.vectors.payload_cases import slug
from tests.vectors.vector import Case, text_members

INVALID: Final = "key-file-invalid"
WRONG: Final = "passphrase-wrong"
UNSOUND: Final = "key-invalid"
SEED: Final = bytes(range(32))
PUBLIC: Final = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
"""The public key of SEED."""
SALT: Final = bytes(range(16))
PASSPHRASE: Final = "blåbær"


def spelled(prefix: str, body: bytes) -> str:
    """Return a key text."""
    return prefix + b64encode(body).decode().rstrip("=")


def label_of(label: str | bytes) -> bytes:
    """Return a label behind its length."""
    data = label.encode() if isinstance(label, str) else label
    return len(data).to_bytes(2, "big") + data


def public_body(scheme: int = 1, label: bytes = label_of("Test"), public: bytes = PUBLIC) -> bytes:
    """Return what a public key text holds before its check."""
    return bytes([scheme]) + label + public


def public_text(body: bytes) -> str:
    """Return a public key text, whose check is right."""
    return spelled("lkpub1.", body + sha256(b"lkpub1." + body).digest()[:4])


@cache
def _cipher(passphrase: str, log2_n: int) -> ChaCha20Poly1305:
    key = scrypt(passphrase.encode(), salt=SALT, n=2**log2_n, r=8, p=1, maxmem=2**27, dklen=32)
    return ChaCha20Poly1305(key)


def secret_body(
    scheme: int = 1,
    label: bytes = label_of("Test"),
    public: bytes = PUBLIC,
    secret: bytes = SEED,
    passphrase: str = PASSPHRASE,
    log2_n: int = 14,
) -> bytes:
    """Return what a secret key file holds."""
    header = bytes([scheme, log2_n]) + SALT + label + public
    return header + _cipher(passphrase, log2_n).encrypt(bytes(12), secret, b"lkkey1." + header)


TEXT: Final = public_text(public_body())
BODY: Final = secret_body()
SECRET: Final = spelled("lkkey1.", BODY)


def _case(about: str, text: str | bytes | dict[str, Any], expect: dict[str, Any], rule: str, passphrase: str | None = None, flags: tuple[str, ...] = ()) -> Case:
    given = {"text": text} if isinstance(text, dict) else text_members("text", text)
    if passphrase is not None:
        given["passphrase"] = passphrase
    return Case(slug(about), about, f"Key files {rule}", "key_file", given, expect, flags)


def _shown(scheme: int = 1, label: str = "Test", public: bytes = PUBLIC, secret: bytes | None = None) -> dict[str, Any]:
    key_id = sha256(bytes([scheme]) + public).digest()[:8].hex()
    shown = {"scheme": scheme, "label": label, "public": public.hex(), "key_id": key_id}
    return shown if secret is None else {**shown, "secret": secret.hex()}


NAMES: Final[dict[str, str]] = {
    "an empty label": "",
    "a label beyond ASCII": "Blåbær 👩",
    "a label of 200 code points of two UTF-16 units": "👩" * 200,
    "a label of 200 characters": "a" * 200,
    "a label that NFKC would change": "\ufb01",
}
NO_NAMES: Final[dict[str, bytes]] = {
    "a label of 201 characters": label_of("a" * 201),
    "a label that is not in NFC": label_of("A\u030a"),
    "a label with a line feed": label_of("a\nb"),
    "a label with a byte order mark in front": label_of("\ufeffa"),
    "a label with a right-to-left override": label_of("a\u202eb"),
    "a label that is not UTF-8": label_of(b"a\xff"),
    "a label with a surrogate": label_of(b"\xed\xa0\x80"),
    "a label that runs a byte beyond the end": b"\xff\xff",
}


def public_key_texts() -> Iterator[Case]:
    """Public key texts, `lkpub1.`: size, armor, check, label, key."""
    yield _case("a public key", TEXT, _shown(), "2")
    yield _case("a public key of an installation", public_text(public_body(3)), _shown(3), "7")
    for about, label in NAMES.items():
        yield _case(about, public_text(public_body(label=label_of(label))), _shown(label=label), "5")
    for about, label_bytes in NO_NAMES.items():
        yield _case(about, public_text(public_body(label=label_bytes)), {"code": INVALID}, "5")
    yield from _armor(TEXT, _shown(), None)
    for about, at in {"the scheme": 0, "the length of the label": 2, "the label": 4, "the key": 20, "the check": -1}.items():
        body = bytearray(public_body() + sha256(b"lkpub1." + public_body()).digest()[:4])
        body[at] ^= 2
        yield _case(f"a bit of {about} changed", spelled("lkpub1.", bytes(body)), {"code": INVALID}, "3")
    whole = public_body() + sha256(b"lkpub1." + public_body()).digest()[:4]
    shorter = {"without its last byte": whole[:-1], "without its check": whole[:-4], "with a byte more": whole + b"\0", "of three bytes": b"\1\0\0"}
    for about, body_bytes in shorter.items():
        yield _case(f"a public key {about}", spelled("lkpub1.", body_bytes), {"code": INVALID}, "3")
    for about, prefix in {"no prefix": b"", "a prefix in upper case": b"LKPUB1.", "the prefix of a secret key": b"lkkey1."}.items():
        check = sha256(prefix + public_body()).digest()[:4]
        yield _case(f"a check over {about}", spelled("lkpub1.", public_body() + check), {"code": INVALID}, "3")
    for about, body_bytes in {"nothing": b"", "a scheme alone": b"\1", "half a length of a label": b"\1\0"}.items():
        yield _case(f"{about}, with a check that fits", public_text(body_bytes), {"code": INVALID}, "5")
    for about, body_bytes in _unsound().items():
        yield _case(about, public_text(body_bytes), {"code": UNSOUND}, "7")
    low = public_body(public=rare_keys.LOW_ORDER[0])
    about = "of two faults the first: a wrong check, and a key of low order"
    yield _case(about, spelled("lkpub1.", low + bytes(4)), {"code": INVALID}, "3", flags=("precedence",))
    about = "of two faults the first: a label that is no name, and a key of low order"
    both = public_body(label=label_of("\n"), public=rare_keys.LOW_ORDER[0])
    yield _case(about, public_text(both), {"code": INVALID}, "5", flags=("precedence",))


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


def _armor(text: str, shown: dict[str, Any], passphrase: str | None) -> Iterator[Case]:
    """Yield steps 1 and 2 of a key text."""
    what = "a public key" if passphrase is None else "a secret key"
    prefix, body = text[:7], text[7:]
    taken: dict[str, str] = {
        "a line feed behind": text + "\n",
        "a byte order mark in front": "\ufeff" + text,
        "all white space between all characters": "\t\n\v\f\r ".join(text),
    }
    refused: dict[str, str] = {
        "a byte order mark behind white space": " \ufeff" + text,
        "a no-break space behind": text + "\u00a0",
        "a zero behind": text + "\0",
        "the prefix in upper case": prefix.upper() + body,
        "another version": prefix.replace("1", "2") + body,
        "the other prefix": ("lkkey1." if prefix == "lkpub1." else "lkpub1.") + body,
        "no prefix": body,
        "nothing": "",
        "the prefix alone": prefix,
        "padding": text + "=" * (-len(body) % 4 or 4),
        "a character of the URL alphabet": f"{prefix}{body[:8]}-{body[9:]}",
        "a dot behind": text + ".",
        "text in front": "key: " + text,
        "the text twice": text + text,
        "a token": "lk1-bundle.AQID",
    }
    for about, written in taken.items():
        yield _case(f"{what}: {about}", written, shown, "1", passphrase)
    for about, written in refused.items():
        yield _case(f"{what}: {about}", written, {"code": INVALID}, "2", passphrase)
    room = BOUNDS["KEY_FILE_BYTES"] - len(text)
    most: dict[str, Any] = {"concat": [[text, 1], [" ", room]]}
    yield _case(f"{what} of `KEY_FILE_BYTES`", most, shown, "1", passphrase, ("bound",))
    over: dict[str, Any] = {"concat": [[text, 1], [" ", room + 1]]}
    yield _case(f"{what} of `KEY_FILE_BYTES` and a byte more", over, {"code": "too-large"}, "1", passphrase, ("bound",))
    nothing: dict[str, Any] = {"concat": [["x", BOUNDS["KEY_FILE_BYTES"] + 1]]}
    about = f"of two faults the first: more than `KEY_FILE_BYTES`, and no {what.removeprefix('a ')}"
    yield _case(about, nothing, {"code": "too-large"}, "1", passphrase, ("precedence",))


def _secret(about: str, body: bytes, expect: dict[str, Any], rule: str, passphrase: str = PASSPHRASE, flags: tuple[str, ...] = ()) -> Case:
    return _case(about, spelled("lkkey1.", body), expect, rule, passphrase, flags)


def secret_key_files() -> Iterator[Case]:
    """Secret key files, `lkkey1.`: size, armor, cost, label, key, passphrase, and whether the secret belongs to the key."""
    shown = _shown(secret=SEED)
    yield _case("a secret key", SECRET, shown, "8", PASSPHRASE)
    yield _secret("a secret key of an installation", secret_body(3), _shown(3, secret=SEED), "8")
    yield _case("the secret key of the text", EXAMPLE, shown | {"label": "Test"}, "8", "test")
    yield from _armor(SECRET, shown, PASSPHRASE)
    for about, label in NAMES.items():
        yield _secret(f"a secret key: {about}", secret_body(label=label_of(label)), _shown(label=label, secret=SEED), "5")
    for about, label_bytes in NO_NAMES.items():
        yield _secret(f"a secret key: {about}", secret_body(label=label_bytes), {"code": INVALID}, "5")
    for scheme in (0, 4, 255):
        yield _secret(f"a secret key: scheme {scheme}", bytes([scheme]) + BODY[1:], {"code": INVALID}, "4")
    for log2_n in (0, 1, 13, 21, 22, 64, 255):
        about = f"a secret key: a log2N of {log2_n}"
        yield _secret(about, BODY[:1] + bytes([log2_n]) + BODY[2:], {"code": INVALID}, "4", flags=("bound",))
    yield _secret("a secret key: a log2N of 15", secret_body(log2_n=15), shown, "4")
    for about, (body, code) in _altered().items():
        yield _secret(f"a secret key: {about}", body, {"code": code}, "6" if code == INVALID else "8")
    yield from _passphrases()
    for about, key in {"of low order": rare_keys.LOW_ORDER[0], "not reduced": rare_keys.NON_CANONICAL[0], "no point": rare_keys.NO_POINT}.items():
        yield _secret(f"a secret key: a public key that is {about}", secret_body(public=key), {"code": INVALID}, "7")
    other = makers.key("vendor").verifying_key.public
    yield _secret("a secret key: a public key that does not belong to it", secret_body(public=other), {"code": INVALID}, "9")
    negated = PUBLIC[:31] + bytes([PUBLIC[31] ^ 0x80])
    yield _secret("a secret key: the public key with the other sign", secret_body(public=negated), {"code": INVALID}, "9")
    about = "a secret key: of two faults the first: a public key of low order, and another passphrase"
    yield _secret(about, secret_body(public=rare_keys.LOW_ORDER[0]), {"code": INVALID}, "7", "another", ("precedence",))
    about = "a secret key: of two faults the first: another passphrase, and a public key that does not belong to it"
    yield _secret(about, secret_body(public=other), {"code": WRONG}, "8", "another", ("precedence",))


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
            BODY[:sealed] + _cipher(PASSPHRASE, 14).encrypt(bytes(12), SEED, b""),
            WRONG,
        ),
        "a secret sealed without the prefix": (
            BODY[:sealed] + _cipher(PASSPHRASE, 14).encrypt(bytes(12), SEED, BODY[:sealed]),
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
        yield _secret(f"a passphrase {about}", BODY, {"code": WRONG}, "8", passphrase)
    own = {
        "of one byte": "x",
        "of 1024 bytes": "å" * 512,
        "in NFD, under which it was sealed": "bla\u030abær",
        "with white space around, under which it was sealed": " a b\n",
        "of an emoji": "👩",
    }
    for about, passphrase in own.items():
        body = secret_body(passphrase=passphrase)
        yield _secret(f"a passphrase {about}", body, _shown(secret=SEED), "8", passphrase)
    body = secret_body(passphrase="bla\u030abær")
    yield _secret("a passphrase in NFC, sealed in NFD", body, {"code": WRONG}, "8", PASSPHRASE)


def hybrid_key_files() -> Iterator[Case]:
    """Key files of hybrid keys: lengths, and that both halves belong to the secret."""
    key, other = makers.key("vendor", 2), makers.key("sales", 2)
    public, secret = key.verifying_key.public, key.reveal_secret()
    yield _case("a hybrid public key", public_text(public_body(2, public=public)), _shown(2, public=public), "7")
    body = secret_body(2, public=public, secret=secret)
    yield _secret("a hybrid secret key", body, _shown(2, public=public, secret=secret), "8")
    yield _secret("a hybrid secret key, another passphrase", body, {"code": WRONG}, "8", "another")
    yield _secret("a hybrid secret key without its last byte", body[:-1], {"code": INVALID}, "6")
    yield _secret("a hybrid secret key under scheme 1", b"\1" + body[1:], {"code": INVALID}, "6")
    half = secret_body(2, public=public, secret=secret[:32])
    yield _secret("a hybrid secret key whose secret is the first half alone", half, {"code": INVALID}, "6")
    first = other.verifying_key.public[:32] + public[32:]
    second = public[:32] + other.verifying_key.public[32:]
    for about, mixed in {"Ed25519": first, "ML-DSA-65": second}.items():
        body = secret_body(2, public=mixed, secret=secret)
        yield _secret(f"a hybrid secret key whose {about} half does not belong to it", body, {"code": INVALID}, "9")
    low = rare_keys.LOW_ORDER[0] + public[32:]
    yield _case("a hybrid public key with a half of low order", public_text(public_body(2, public=low)), {"code": UNSOUND}, "7")
