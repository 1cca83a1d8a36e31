"""Questions about files, and about what a reader keeps over many of them."""

import re
from random import Random
from typing import Any, Final

from licensekit.dates import format_seconds
from tests.makers import ISSUED, NOW
from tests.vectors.differential.damage import of_bytes, some
from tests.vectors.differential.worlds import ISSUERS, World, world

Line = dict[str, Any]
_NOWS: Final = (
    *[NOW] * 6,
    ISSUED,
    ISSUED - 1,
    ISSUED - 86_400,
    ISSUED - 86_401,
    ISSUED + 86_400,
    NOW + 400 * 86_400,
    NOW - 10**8,
)
_LOSSES: Final = [
    "root",
    "trust",
    *(f"{kind}:{issuer}" for kind in ("revocations", "catalog") for issuer in ISSUERS),
    "seen",
]


_OF_APPLICATIONS: Final = re.compile(r"lk1-(root|trust|revocations|catalog|bundle)\.")
_OF_PACKS: Final = re.compile(r"lk1-(root|trust|revocations|catalog)\.")


def file(random: Random) -> Line:
    """Return a file that falls on a pack."""
    made = world(random)
    line: Line = {
        "ask": "file",
        "root": made.pin,
        "pack": _pack(random, made),
        "now": _now(random),
        "file": _file(random, made),
    }
    kind = random.random()
    if kind < 0.2:
        line["seen"] = _seen(random)
    elif kind < 0.3:
        line |= {"alone": True, "file": random.choice(made.tokens)}
    if random.random() < 0.08:
        return _damaged(random, line)
    return line


def sequence(random: Random) -> Line:
    """Return many files, with restarts, losses and a clock that moves.

    They hold what an application has a use for: what others exchange, a reader may refuse.
    """
    made = world(random)
    made = made._replace(tokens=[token for token in made.tokens if _OF_APPLICATIONS.match(token)])
    steps = [_step(random, made) for _ in range(random.randint(2, 6))]
    return {"ask": "sequence", "root": made.pin, "pack": _pack(random, made), "steps": steps}


def _step(random: Random, made: World) -> Line:
    kind = random.choices(["take", "restart", "bundles", "verify"], [6, 3, 2, 2])[0]
    step: Line = {"do": kind, "now": _now(random)}
    if kind == "take":
        return step | {"file": _file(random, made)}
    if kind == "verify":
        return step | {"file": _with_one_bundle(random, made)}
    if kind == "restart":
        if random.random() < 0.4:
            step["pack"] = _pack(random, made)
        if random.random() < 0.5:
            step["lost"] = some(random, _LOSSES, 1, 2)
    return step


def _now(random: Random) -> str:
    return format_seconds(random.choice(_NOWS))


def _pack(random: Random, made: World) -> str:
    tokens = random.choice([made.newest, made.newest, made.base])
    if random.random() < 0.4:
        tokens = tokens + some(random, [token for token in made.tokens if _OF_PACKS.match(token)], 1, 3)
    if random.random() < 0.03:
        tokens = some(random, made.tokens, 1, 3)
    return "\n".join(tokens) + "\n"


def _file(random: Random, made: World) -> str:
    tokens = some(random, made.tokens, 1, random.choice([1, 2, 2, 3, 6]))
    if random.random() < 0.1:
        tokens.append(random.choice(tokens))
    return "\n".join(tokens)


def _with_one_bundle(random: Random, made: World) -> str:
    """Return a file as programs verify one that keep no state."""
    bundles = [token for token in made.tokens if token.startswith("lk1-bundle.")]
    others = [token for token in made.tokens if re.match(r"lk1-(root|trust|revocations)\.", token)]
    return "\n".join([random.choice(bundles), *some(random, others, 0, 3)])


def _seen(random: Random) -> Line:
    """Return a floor of places that nothing here may have."""
    return {
        "root": random.choice([None, _place(random, 1)]),
        "trust": random.choice([None, _place(random, 2)]),
        "lists": {issuer: _place(random, 3) for issuer in ISSUERS if random.random() < 0.4},
        "catalogs": {issuer: _place(random, 3) for issuer in ISSUERS if random.random() < 0.4},
    }


def _place(random: Random, length: int) -> Line:
    return {"version": [random.randint(1, 2) for _ in range(length)], "identity": random.randbytes(16).hex()}


def _damaged(random: Random, line: Line) -> Line:
    data = of_bytes(random, line["file"].encode())
    try:
        return line | {"file": data.decode()}
    except UnicodeDecodeError:
        return {name: value for name, value in line.items() if name != "file"} | {"file_hex": data.hex()}
