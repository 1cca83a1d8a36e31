"""Cases of the ask `tokens`: the bounds of "Tokens", and which fault comes first."""

from collections.abc import Iterator
from itertools import permutations
from typing import Final

from tests.vectors.field_kinds import BOUNDS
from tests.vectors.of_armor import ONE, READ, Long, given, refused, taken, token
from tests.vectors.payload_cases import slug
from tests.vectors.vector import Case

LONGEST: Final = 1_398_102
"""Characters that spell a frame of `FRAME_BYTES`."""


ROOM: Final = BOUNDS["FILE_BYTES"] - len(ONE)
"""Bytes beside one token in the largest file."""
MARKED: Final = "\ufeff" + ONE

TAKEN: Final[dict[str, tuple[str, Long, int]]] = {
    "a file of a byte less than `FILE_BYTES`": ("1", [[ONE, 1], [" ", ROOM - 1]], 1),
    "a file of `FILE_BYTES`, white space included": ("1", [[ONE, 1], [" ", ROOM]], 1),
    "a file of `FILE_BYTES`, its byte order mark included": ("1", [[MARKED, 1], ["\n", ROOM - 3]], 1),
    "255 tokens": ("4", [[ONE, 255]], 255),
    "256 tokens": ("4", [[ONE, 256]], 256),
}
"""What a file is to the step that it shows, the file, and how often it has the token."""
REFUSED: Final[dict[str, tuple[str, Long, str]]] = {
    "a file of `FILE_BYTES` and a byte more": ("1", [[ONE, 1], [" ", ROOM + 1]], "too-large"),
    "a file of `FILE_BYTES` and a thousand bytes more": ("1", [[ONE, 1], [" ", ROOM + 1000]], "too-large"),
    "a file in which a byte order mark is one byte too many": ("1", [[MARKED, 1], ["\n", ROOM - 2]], "too-large"),
    "a file in which letters of two bytes are too many": ("1", [["å", BOUNDS["FILE_BYTES"] // 2 + 1]], "too-large"),
    "a file of `FILE_BYTES` that is no token": ("3", [["a", BOUNDS["FILE_BYTES"]]], "armor-invalid"),
    "257 tokens": ("4", [[ONE, 257]], "too-large"),
    "300 tokens": ("4", [[ONE, 300]], "too-large"),
    "a body of a character fewer than the longest": ("5.4", [["lk1-bundle.", 1], ["A", LONGEST - 1]], "armor-invalid"),
    **{
        f"a body of {LONGEST + more} characters": ("5.3", [["lk1-bundle.", 1], ["A", LONGEST + more]], "too-large")
        for more in (1, 2, 3)
    },
}
"""What a file is to the step that refuses it, the file, and the code."""
BODIES: Final[dict[str, tuple[Long, int]]] = {
    f"a body of {LONGEST - 2} characters": ([["A", LONGEST - 2]], BOUNDS["FRAME_BYTES"] - 1),
    f"a body of {LONGEST} characters": ([["A", LONGEST]], BOUNDS["FRAME_BYTES"]),
    f"a body of {LONGEST} characters, and white space": ([["AAAA ", LONGEST // 4], ["AA", 1]], BOUNDS["FRAME_BYTES"]),
}
"""What a body is to the body, and the bytes of its frame, which are all 0."""


def sizes() -> Iterator[Case]:
    """The bounds of Tokens, and which fault comes first where there are two."""
    flags, musts = ("bound",), ("readers-2",)
    for about, (step, file, times) in TAKEN.items():
        yield taken(slug(about), about, file, *[READ] * times, rule=f"Tokens {step}", flags=flags, musts=musts)
    for about, (step, file, code) in REFUSED.items():
        yield refused(slug(about), about, file, code, f"Tokens {step}", flags=flags, musts=musts)
    for about, (body, length) in BODIES.items():
        tokens = [{"type": "bundle", "frame": {"concat": [["00", length]]}}]
        line = given([["lk1-bundle.", 1], *body])
        yield Case(slug(about), about, "Tokens 5.3", "tokens", line, {"tokens": tokens}, flags, musts)
    yield from _first_faults()


FAULTS: Final[dict[str, tuple[Long, str]]] = {
    "a piece without a dot": ([["lk1-bundle", 1]], "armor-invalid"),
    "an unknown type": ([["lk1-license.AA", 1]], "unexpected-type"),
    "a body that is too long": ([["lk1-bundle.", 1], ["A", LONGEST + 1]], "too-large"),
    "stray bits": ([["lk1-bundle.AB", 1]], "armor-invalid"),
}


def _first_faults() -> Iterator[Case]:
    for (first, (file, code)), (second, (behind, other)) in permutations(FAULTS.items(), 2):
        if code != other:
            about = f"of two faults that of the first token: {first}, then {second}"
            yield refused(slug(f"{first} then {second}"), about, file + behind, code, "Tokens 5", flags=("precedence",))
    one: dict[str, tuple[Long, str, str]] = {
        "a file that is too large, and no token": ([["a", BOUNDS["FILE_BYTES"] + 1]], "too-large", "Tokens 1"),
        "no prefix, and 257 pieces behind": ([["x", 1], [ONE, 257]], "armor-invalid", "Tokens 3"),
        "257 pieces, the first without a dot": ([["lk1-", 257]], "too-large", "Tokens 4"),
        "257 pieces of an unknown type": ([["lk1-license.AA", 257]], "too-large", "Tokens 4"),
        "257 pieces with stray bits": ([["lk1-bundle.AB", 257]], "too-large", "Tokens 4"),
        "256 pieces with stray bits": ([["lk1-bundle.AB", 256]], "armor-invalid", "Tokens 5.4"),
        "no dot, and too long": ([["lk1-", 1], ["A", LONGEST + 1]], "armor-invalid", "Tokens 5.1"),
        "an unknown type, and too long": ([["lk1-license.", 1], ["A", LONGEST + 1]], "unexpected-type", "Tokens 5.2"),
        "an unknown type, and no base64": ([["lk1-license.*", 1]], "unexpected-type", "Tokens 5.2"),
        "too long, and no base64": ([["lk1-bundle.*", 1], ["A", LONGEST]], "too-large", "Tokens 5.3"),
        "too long, and padded": ([["lk1-bundle.", 1], ["A", LONGEST], ["==", 1]], "too-large", "Tokens 5.3"),
        "a good root behind a damaged bundle": (
            [["lk1-bundle.AB", 1], [token("root"), 1]],
            "armor-invalid",
            "Tokens 5",
        ),
    }
    for about, (file, code, rule) in one.items():
        yield refused(
            slug(about),
            f"of two faults the first: {about}",
            file,
            code,
            rule,
            flags=("precedence",),
            musts=("readers-1a", "readers-1b"),
        )
