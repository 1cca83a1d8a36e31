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


def sizes() -> Iterator[Case]:
    """The bounds of Tokens, and which fault comes first where there are two."""
    flags = ("bound",)
    room = BOUNDS["FILE_BYTES"] - len(ONE)
    for what, more in {"a byte less than `FILE_BYTES`": -1, "`FILE_BYTES`": 0}.items():
        yield taken(
            slug(f"file of {what}"),
            f"a file of {what}, white space included",
            [[ONE, 1], [" ", room + more]],
            READ,
            rule="Tokens 1",
            flags=flags,
        )
    for what, more in {"one byte more": 1, "a thousand bytes more": 1000}.items():
        about = f"a file of `FILE_BYTES` and {what}"
        yield refused(
            slug(about),
            about,
            [[ONE, 1], [" ", room + more]],
            "too-large",
            "Tokens 1",
            flags=flags,
            musts=("readers-2",),
        )
    marked: Long = [["\ufeff" + ONE, 1], ["\n", room - 3]]
    yield taken(
        "file-with-a-mark",
        "a file of `FILE_BYTES`, its byte order mark included",
        marked,
        READ,
        rule="Tokens 1",
        flags=flags,
    )
    yield refused(
        "file-with-a-mark-too-large",
        "a byte order mark counts as three bytes",
        [["\ufeff" + ONE, 1], ["\n", room - 2]],
        "too-large",
        "Tokens 1",
        flags=flags,
    )
    about = "letters of two bytes count as two"
    yield refused(
        "two-byte-letters", about, [["å", BOUNDS["FILE_BYTES"] // 2 + 1]], "too-large", "Tokens 1", flags=flags
    )
    about = "a file of `FILE_BYTES` that is no token"
    yield refused("full-of-nothing", about, [["a", BOUNDS["FILE_BYTES"]]], "armor-invalid", "Tokens 3", flags=flags)
    for count in (255, 256):
        tokens = [("bundle", b"\1\2\3")] * count
        yield taken(f"tokens-{count}", f"{count} tokens", [[ONE, count]], *tokens, rule="Tokens 4", flags=flags)
    for count in (257, 300):
        yield refused(
            f"tokens-{count}",
            f"{count} tokens",
            [[ONE, count]],
            "too-large",
            "Tokens 4",
            flags=flags,
            musts=("readers-2",),
        )
    for length in (LONGEST - 2, LONGEST):
        yield _of_length(length, f"a body of {length} characters")
    yield refused(
        f"body-of-{LONGEST - 1}",
        f"a body of {LONGEST - 1} characters, which is 1 modulo 4",
        [["lk1-bundle.", 1], ["A", LONGEST - 1]],
        "armor-invalid",
        "Tokens 5.4",
        flags=flags,
    )
    for more in (1, 2, 3):
        about = f"a body of {LONGEST + more} characters"
        yield refused(
            slug(about),
            about,
            [["lk1-bundle.", 1], ["A", LONGEST + more]],
            "too-large",
            "Tokens 5.3",
            flags=flags,
            musts=("readers-2",),
        )
    spaced: Long = [["lk1-bundle.", 1], ["AAAA ", LONGEST // 4], ["AA", 1]]
    frame = {"concat": [["00", BOUNDS["FRAME_BYTES"]]]}
    about = "a body of 1398102 characters, and white space that does not count"
    yield Case(
        "longest-body-with-spaces",
        about,
        "Tokens 5.3",
        "tokens",
        given(spaced),
        {"tokens": [{"type": "bundle", "frame": frame}]},
        flags,
    )
    yield from _first_faults()


def _of_length(length: int, about: str) -> Case:
    frame = {"concat": [["00", length * 6 // 8]]}
    members = given([["lk1-bundle.", 1], ["A", length]])
    return Case(
        slug(about),
        about,
        "Tokens 5.3",
        "tokens",
        members,
        {"tokens": [{"type": "bundle", "frame": frame}]},
        ("bound",),
    )


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
            musts=("readers-1a",),
        )
