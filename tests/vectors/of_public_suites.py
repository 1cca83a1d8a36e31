"""Cases of the ask `signature`: what published suites have found in Ed25519 and ML-DSA-65 (`public/README.md`)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests import makers
from tests.keys import edwards
from tests.vectors.payload_cases import distinct, slug
from tests.vectors.vector import Case

FOLDER: Final = Path(__file__).parent / "public"
VERIFIES: Final = {"verifies": True}
VERIFIES_NOT: Final = {"verifies": False}
KEY_INVALID: Final = {"code": "key-invalid"}
EITHER: Final = {"any_of": [VERIFIES, VERIFIES_NOT]}
"""For signatures with an R of low order, which a reader may refuse."""
FLAGS: Final = ("crypto", "public-suite")

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    """Return the cases of a suite."""
    found: list[Row] = json.loads((FOLDER / f"{name}.json").read_text("ascii"))
    return found


def _case(name: str, about: str, row: Row, expect: dict[str, Any], scheme: int | str = 1, **more: Any) -> Case:
    given = {"scheme": scheme, "public": row["public"], "message": row["message"], "signature": row["signature"]}
    rule, ask = "Schemes", "signature"
    if scheme == 1:
        return Case(name, about, rule, ask, given, expect, FLAGS, **more)
    key = {"scheme": scheme, "public": given.pop("public")}
    return Case(
        name, about, rule, ask, {name: given[name] for name in ("message", "signature")}, expect, FLAGS, ground=key
    )


def wycheproof_ed25519() -> Iterator[Case]:
    """Ed25519 signatures of Wycheproof: encodings, malleability, edges of arithmetic."""
    for row in rows("wycheproof-ed25519"):
        number, flags = row["id"], row["flags"]
        about = f"Wycheproof {number}, {', '.join(flags)}: {row['comment'] or 'no comment'}"
        musts = ("schemes-1",) if "SignatureMalleability" in flags or flags == ["Valid"] else ()
        expect = VERIFIES if row["result"] == "valid" else VERIFIES_NOT
        yield _case(f"wycheproof-{number}", about, row, expect, musts=musts)


def wycheproof_ml_dsa() -> Iterator[Case]:
    """ML-DSA-65 signatures of Wycheproof; the context is empty here, so those with another one do not verify."""
    for row in rows("wycheproof-ml-dsa-65"):
        number = row["id"]
        expect: dict[str, Any] = VERIFIES if row["result"] == "valid" and not row["context"] else VERIFIES_NOT
        if "IncorrectPublicKeyLength" in row["flags"]:
            expect = KEY_INVALID
        about = f"Wycheproof {number}: {row['comment']}"
        yield _case(f"wycheproof-{number}", about, row, expect, "ml-dsa-65")


def cctv_ed25519() -> Iterator[Case]:
    """Ed25519 signatures of CCTV: points of low order, with parts of low order, and in other forms than their own."""
    yield from distinct(
        _case(
            f"cctv-{row['id']}",
            f"CCTV {row['id']}: {', '.join(row['flags']) or 'no flag'}",
            row,
            _of_flags(set(row["flags"])),
        )
        for row in rows("cctv-ed25519")
    )


def _of_flags(flags: set[str]) -> dict[str, Any]:
    if flags & {"low_order_A", "non_canonical_A"}:
        return KEY_INVALID
    if flags & {"non_canonical_R", "low_order_residue", "reencoded_k"}:
        return VERIFIES_NOT
    return EITHER if "low_order_R" in flags else VERIFIES


SPECCHECK: Final[dict[int, tuple[str, dict[str, Any]]]] = {
    0: ("A and R of low order", KEY_INVALID),
    1: ("A of low order", KEY_INVALID),
    2: ("R of low order", EITHER),
    3: ("A and R with parts of low order that cancel out", VERIFIES),
    4: ("parts of low order that cancel out with the cofactor alone", VERIFIES_NOT),
    5: ("the same, where the cofactor is multiplied first", VERIFIES_NOT),
    6: ("S above the group order", VERIFIES_NOT),
    7: ("S far above the group order", VERIFIES_NOT),
    8: ("R in another form than its own, reduced for the hash", VERIFIES_NOT),
    9: ("R in another form than its own", VERIFIES_NOT),
    10: ("A in another form than its own, reduced for the hash", KEY_INVALID),
    11: ("A in another form than its own", KEY_INVALID),
}


def speccheck_ed25519() -> Iterator[Case]:
    """The twelve Ed25519 signatures of "Taming the many EdDSAs"."""
    for row in rows("speccheck-ed25519"):
        about, expect = SPECCHECK[row["id"]]
        yield _case(f"speccheck-{row['id']}", f"speccheck {row['id']}: {about}", row, expect)


def raw_signatures() -> Iterator[Case]:
    """Ed25519 signatures by TEST KEYS over bytes: the bounds of S, lengths, other messages, other keys."""
    key = makers.key("vendor")
    public, message = key.verifying_key.public, b"licensekit"
    good = key.sign(message)
    s = int.from_bytes(good[32:], "little")
    plus = {f"S with {times} times the group order added": times for times in (1, 2, 7)}
    wrong: dict[str, tuple[bytes, bytes, bytes]] = {
        "another message": (public, b"licensekiT", good),
        "the message and a zero": (public, message + b"\0", good),
        "no message": (public, b"", good),
        "another key": (makers.key("sales").verifying_key.public, message, good),
        "the key with the other sign": (public[:31] + bytes([public[31] ^ 0x80]), message, good),
        "a signature of zeros": (public, message, bytes(64)),
        "a signature of bytes ff": (public, message, b"\xff" * 64),
        "the halves exchanged": (public, message, good[32:] + good[:32]),
        "R with the other sign": (public, message, good[:31] + bytes([good[31] ^ 0x80]) + good[32:]),
        "a bit of R": (public, message, bytes([good[0] ^ 1]) + good[1:]),
        "a bit of S": (public, message, good[:32] + bytes([good[32] ^ 1]) + good[33:]),
        "the highest bit of S": (public, message, good[:63] + bytes([good[63] | 0x80])),
        "S negated": (public, message, good[:32] + (edwards.L - s).to_bytes(32, "little")),
        "S of the group order": (public, message, good[:32] + edwards.L.to_bytes(32, "little")),
        **{what: (public, message, good[:32] + (s + n * edwards.L).to_bytes(32, "little")) for what, n in plus.items()},
        "63 bytes": (public, message, good[:63]),
        "65 bytes": (public, message, good + b"\0"),
        "32 bytes": (public, message, good[:32]),
        "no byte": (public, message, b""),
        "the signature in front of the message, as some libraries sign": (public, message, good + message),
    }
    for about, text in {"a message": message, "an empty message": b"", "a message of 300 bytes": bytes(300)}.items():
        yield _raw(f"a signature of {about}", public, text, key.sign(text), VERIFIES)
    for about, (by, text, signature) in wrong.items():
        yield _raw(f"wrong: {about}", by, text, signature, VERIFIES_NOT)


def _raw(about: str, public: bytes, message: bytes, signature: bytes, expect: dict[str, Any]) -> Case:
    given = {"scheme": 1, "public": public.hex(), "message": message.hex(), "signature": signature.hex()}
    return Case(slug(about), about, "Schemes", "signature", given, expect, ("crypto",), ("schemes-1",))
