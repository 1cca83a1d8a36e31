"""Questions about text, bytes and payloads, and about keys and chains."""

import base64
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any, Final

from licensekit_testkit.case_files import all_cases

from licensekit.wire.documents import TYPE_OF, encode
from tests import makers
from tests.vectors.differential.damage import of_bytes, of_payload, of_plain, some
from tests.vectors.differential.worlds import world

Line = dict[str, Any]
_PIECES: Final = (
    *(
        "lk1-",
        "lk1-",
        "lk1-bundle.",
        "lk1-root.",
        "lk1-statement.",
        "lk1-Root.",
        "lk1-bundles.",
        "LK1-",
        ".",
        "AQ",
        "AAA",
    ),
    *(
        "AAAA",
        "B",
        "+/",
        "-_",
        "=",
        "==",
        " ",
        "\t",
        "\n",
        "\x0b",
        "\x0c",
        "\r",
        "\x1c",
        "\x85",
        "\xa0",
        "\ufeff",
        "\0",
    ),
)
_LENGTHS: Final = {0: (8, 64), 1: (8, 64), 2: (8, 3373), 3: (32, 64), 4: (8, 64)}


@cache
def _asked(ask: str) -> list[Line]:
    """Return the lines of the kit with an ask, except very long ones."""
    lines = [case.line() for case in all_cases() if case.ask == ask and "passphrase" not in case.given]
    return [line for line in lines if sum(len(value) for value in line.values() if isinstance(value, str)) < 100_000]


def tokens(random: Random) -> Line:
    """Return a text that may be a file."""
    if random.random() < 0.5:
        return {"ask": "tokens", "file": "".join(random.choices(_PIECES, k=random.randint(0, 12)))}
    made = world(random)
    text = random.choice(["\n", "", "\r\n"]).join(some(random, made.tokens, 1, 4))
    at = random.randint(0, len(text))
    return {"ask": "tokens", "file": text[:at] + random.choice(["", *_PIECES]) + text[at + random.randint(0, 1) :]}


def frame(random: Random) -> Line:
    """Return bytes that may be a frame, of signatures by few keys."""
    schemes = random.choices([1, 1, 1, 2, 3, 0, 4], k=random.randint(0, 4))
    signatures = [
        bytes([scheme]) + bytes([random.randint(0, 4)]) * _LENGTHS[scheme][0] + bytes(_LENGTHS[scheme][1])
        for scheme in schemes
    ]
    count = random.choice([*[len(signatures)] * 5, 0, 1, 16, 17])
    whole = bytes([count]) + b"".join(signatures) + random.choice([b"payload", b""])
    cut = whole[: len(whole) - random.choice([0, 0, 0, 1, 8, 70])]
    return {"ask": "frame", "type": "bundle", "frame": cut.hex()}


def payload(random: Random) -> Line:
    """Return a payload with a change or two."""
    known = random.choice(_asked("payload") or _payloads())
    found = bytes.fromhex(known["payload"])
    for _ in range(random.randint(0, 2)):
        found = of_payload(random, found)
    return {"ask": "payload", "type": known["type"], "payload": found.hex()}


@cache
def _payloads() -> list[Line]:
    """Return payloads of each type."""
    found = [makers.root(makers.key("root")), makers.trust(makers.admitted(makers.key("vendor")))]
    made = [makers.revocations, makers.catalog, makers.bundle, makers.reset, makers.request, makers.receipt]
    documents = [*found, *(make() for make in made), makers.statement()]
    return [{"type": TYPE_OF[type(one)], "payload": encode(one).hex()} for one in documents]


def pin(random: Random) -> Line:
    """Return a text that may be a pin."""
    found = "lkroot1-" + base64.b32encode(random.randbytes(32)).decode().rstrip("=").lower()
    for _ in range(random.randint(0, 2)):
        at = random.choice([0, len(found), random.randint(0, len(found))])
        new = random.choice([" ", "\n", "\x0b", "\x1f", "\xa0", "\ufeff", "=", "a", "q", "b", "1", "A", ""])
        found = found[:at] + new + found[at + random.randint(0, 1) :]
    return {"ask": "pin", "pin": found}


def again(random: Random) -> Line:
    """Return a question of the kit with a change to one of its members."""
    ask = random.choice([one for one in _AGAIN if _asked(one)] or [""])
    if not ask:
        return pin(random)
    line = dict(random.choice(_asked(ask)))
    name = random.choice([name for name in line if name in _AGAIN[ask]] or [""])
    if name:
        line[name] = _AGAIN[ask][name](random, line[name])
    return line


def _of_hex(random: Random, value: str) -> str:
    return of_bytes(random, bytes.fromhex(value)).hex()


def _bit(random: Random, value: str) -> str:
    data = bytearray.fromhex(value)
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return data.hex()


def _of_text(random: Random, value: str) -> str:
    at = random.randint(0, len(value))
    return (
        value[:at] + random.choice(["", " ", "A", "g", "=", "-", "\n", "\ufeff"]) + value[at + random.randint(0, 1) :]
    )


def _of_hexes(random: Random, value: list[str]) -> list[str]:
    found = [*value]
    if found:
        at = random.randrange(len(found))
        found[at] = _bit(random, found[at])
    return found


Change = Callable[[Random, Any], Any]
_AGAIN: Final[dict[str, dict[str, Change]]] = {
    "public": {"public": _bit},
    "signature": {"public": _bit, "message": _of_hex, "signature": _bit},
    "key_file": {"text": _of_text},
    "chain": {"entries": _of_hexes, "hashes": _of_hexes},
    "write": {"document": of_plain},
    "sign": {"document": of_plain},
}
"""Asks of which cases of the kit are changed, and how each member is. What passphrases open is slow, and left out."""
