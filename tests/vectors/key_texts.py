"""Key texts as cases need them, made from the text: no writer makes what is wrong with them."""

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import scrypt, sha256
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tests.vectors.field_kinds import BOUNDS
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
    """Return a label with its length before it."""
    data = label.encode() if isinstance(label, str) else label
    return len(data).to_bytes(2, "big") + data


def public_body(scheme: int = 1, label: bytes = label_of("Test"), public: bytes = PUBLIC) -> bytes:
    """Return what a public key text holds before its check."""
    return bytes([scheme]) + label + public


def public_text(body: bytes) -> str:
    """Return a public key text, whose check is right."""
    return spelled("lkpub1.", body + sha256(b"lkpub1." + body).digest()[:4])


@cache
def cipher(passphrase: str, log2_n: int) -> ChaCha20Poly1305:
    key = scrypt(passphrase.encode(), salt=SALT, n=2**log2_n, r=8, p=1, maxmem=2**28, dklen=32)
    return ChaCha20Poly1305(key)


def secret_body(
    scheme: int = 1,
    label: bytes = label_of("Test"),
    public: bytes = PUBLIC,
    *,
    secret: bytes = SEED,
    passphrase: str = PASSPHRASE,
    log2_n: int = 14,
) -> bytes:
    """Return what a secret key file holds."""
    header = bytes([scheme, log2_n]) + SALT + label + public
    return header + cipher(passphrase, log2_n).encrypt(bytes(12), secret, b"lkkey1." + header)


TEXT: Final = public_text(public_body())
BODY: Final = secret_body()
SECRET: Final = spelled("lkkey1.", BODY)


def case_of(
    about: str,
    text: str | bytes | dict[str, Any],
    expect: dict[str, Any],
    rule: str,
    passphrase: str | None = None,
    *,
    flags: tuple[str, ...] = (),
) -> Case:
    given: dict[str, Any] = {"text": text} if isinstance(text, dict) else text_members("text", text)
    if passphrase is not None:
        given["passphrase"] = passphrase
    return Case(slug(about), about, f"Key files {rule}", "key_file", given, expect, flags)


def shown_of(
    scheme: int = 1, label: str = "Test", public: bytes = PUBLIC, secret: bytes | None = None
) -> dict[str, Any]:
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


def armor_of(text: str, shown: dict[str, Any], passphrase: str | None) -> Iterator[Case]:
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
        "a file separator within": f"{prefix}{body[:8]}\x1c{body[8:]}",
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
        yield case_of(f"{what}: {about}", written, shown, "1", passphrase)
    for about, written in refused.items():
        yield case_of(f"{what}: {about}", written, {"code": INVALID}, "2", passphrase)
    room = BOUNDS["KEY_FILE_BYTES"] - len(text)
    most: dict[str, Any] = {"concat": [[text, 1], [" ", room]]}
    yield case_of(f"{what} of `KEY_FILE_BYTES`", most, shown, "1", passphrase, flags=("bound",))
    over: dict[str, Any] = {"concat": [[text, 1], [" ", room + 1]]}
    yield case_of(
        f"{what} of `KEY_FILE_BYTES` and a byte more", over, {"code": "too-large"}, "1", passphrase, flags=("bound",)
    )
    nothing: dict[str, Any] = {"concat": [["x", BOUNDS["KEY_FILE_BYTES"] + 1]]}
    about = f"of two faults the first: more than `KEY_FILE_BYTES`, and no {what.removeprefix('a ')}"
    yield case_of(about, nothing, {"code": "too-large"}, "1", passphrase, flags=("precedence",))


def secret_of(
    about: str,
    body: bytes,
    expect: dict[str, Any],
    rule: str,
    passphrase: str = PASSPHRASE,
    *,
    flags: tuple[str, ...] = (),
) -> Case:
    return case_of(about, spelled("lkkey1.", body), expect, rule, passphrase, flags=flags)
