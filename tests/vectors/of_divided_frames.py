"""Cases of the ask `frame`: the steps of "Frames", from bytes to signatures and a payload."""

from collections.abc import Iterator
from typing import Any, Final

from tests.vectors.field_kinds import BOUNDS
from tests.vectors.payload_cases import slug
from tests.vectors.spelled import Run, Spelled, member, written_out
from tests.vectors.vector import Case

LENGTHS: Final = {1: (8, 64), 2: (8, 3373), 3: (32, 64)}
"""Scheme to the bytes of the key reference and of the signature."""
PAYLOAD: Final = b"\x90"


def signature(scheme: int, number: int = 1, more: int = 0) -> Spelled:
    """Return a signature whose key reference is of this number and whose length is its scheme's, and `more`."""
    key, length = LENGTHS[scheme]
    return [bytes([scheme]) + number.to_bytes(key, "big"), Run("5a", length + more)]


def frame(*signatures: Spelled, payload: bytes = PAYLOAD, count: int | None = None) -> Spelled:
    """Return a frame, whose count is right unless it is given."""
    counted = len(signatures) if count is None else count
    return [bytes([counted]), *(part for one in signatures for part in one), payload]


def divided_frames() -> Iterator[Case]:
    """Frames: lengths of each scheme, counts, references, sizes."""
    for scheme, (key, _) in LENGTHS.items():
        yield _taken(f"one signature of scheme {scheme}", frame(signature(scheme)), [(scheme, 1)])
        whole = written_out(frame(signature(scheme), payload=b""))
        for end, what in {
            2: "behind the scheme",
            1 + key: "within the key reference",
            2 + key: "behind the key reference",
            len(whole) - 1: "a byte before the end of the signature",
            len(whole): "behind the signature",
        }.items():
            about = f"a frame of scheme {scheme} that ends {what}"
            yield _refused(about, [whole[:end]], "frame-invalid", "Frames 3")
        yield from _shifted(scheme)
    yield from _counts()
    yield from _schemes()
    yield from _references()
    yield from _sizes()


def _shifted(scheme: int) -> Iterator[Case]:
    """Yield signatures of a byte more and a byte fewer: the frame still divides, at the length of the scheme."""
    length = LENGTHS[scheme][1]
    about = f"a signature of scheme {scheme} and a byte more, which is payload"
    yield _taken(about, frame(signature(scheme, more=1)), [(scheme, 1)], b"\x5a" + PAYLOAD)
    about = f"a signature of scheme {scheme} without its last byte: the first of the payload is in its place"
    case = _taken(about, frame(signature(scheme, more=-1), payload=PAYLOAD + b"\x91"), [(scheme, 1)], b"\x91")
    case.expect["signatures"][0]["signature"] = member([Run("5a", length - 1), PAYLOAD])
    yield case


def _taken(
    about: str,
    spelled: Spelled,
    signatures: list[tuple[int, int]],
    payload: bytes = PAYLOAD,
    flags: tuple[str, ...] = (),
) -> Case:
    """Return a case of a frame that divides; all signatures are `5a` again and again."""
    shown = [
        {
            "scheme": scheme,
            "key": number.to_bytes(LENGTHS[scheme][0], "big").hex(),
            "signature": member([Run("5a", LENGTHS[scheme][1])]),
        }
        for scheme, number in signatures
    ]
    return Case(
        slug(about), about, "Frames", "frame", _given(spelled), {"signatures": shown, "payload": payload.hex()}, flags
    )


def _refused(about: str, spelled: Spelled, code: str, rule: str, **more: Any) -> Case:
    return Case(slug(about), about, rule, "frame", _given(spelled), {"code": code}, **more)


def _given(spelled: Spelled) -> dict[str, Any]:
    return {"type": "bundle", "frame": member(spelled)}


def _counts() -> Iterator[Case]:
    many = [signature(1, number) for number in range(1, 18)]
    yield _refused("an empty frame", [b""], "frame-invalid", "Frames 2")
    yield _refused("a count of 0 and a payload", frame(), "frame-invalid", "Frames 2")
    yield _refused("a count of 0 and a signature", frame(signature(1), count=0), "frame-invalid", "Frames 2")
    yield _refused("a count alone", [b"\x01"], "frame-invalid", "Frames 3")
    for count in (2, 15, 16):
        about = f"{count} signatures"
        yield _taken(about, frame(*many[:count]), [(1, number) for number in range(1, count + 1)], flags=("bound",))
    yield _refused("17 signatures", frame(*many), "too-large", "Frames 2", flags=("bound",), musts=("readers-2",))
    for count in (17, 128, 255):
        about = f"a count of {count} and nothing behind it"
        yield _refused(about, [bytes([count])], "too-large", "Frames 2", flags=("bound",), musts=("readers-2",))
    yield _refused("a count of 16 and 15 signatures", frame(*many[:15], count=16), "frame-invalid", "Frames 3")
    yield _refused("a count of 2 and one signature", frame(signature(1), count=2), "frame-invalid", "Frames 3")
    first, second = (b"".join((b"\x01", number.to_bytes(8, "big"), b"\x5a" * 64)) for number in (1, 2))
    about = "a count of 1 and two signatures: the second is payload"
    yield _taken(about, [b"\x01", first, second, PAYLOAD], [(1, 1)], second + PAYLOAD)
    mixed = [signature(1, 1), signature(3, 2), signature(2, 3)]
    yield _taken("a signature of each scheme", frame(*mixed), [(1, 1), (3, 2), (2, 3)])


def _schemes() -> Iterator[Case]:
    contents = written_out(signature(1))[1:]
    for scheme in (0, 4, 5, 127, 128, 255):
        yield _refused(
            f"a signature of scheme {scheme}",
            [b"\x01", bytes([scheme]), contents, PAYLOAD],
            "frame-invalid",
            "Frames 3",
        )
    second: Spelled = [b"\x02", *signature(1), b"\x00", contents, PAYLOAD]
    yield _refused("a second signature of scheme 0", second, "frame-invalid", "Frames 3")
    short: Spelled = [b"\x01\x02", contents, PAYLOAD]
    yield _refused("scheme 2 with a signature as long as that of scheme 1", short, "frame-invalid", "Frames 3")
    short = [b"\x01\x03", contents[:72], PAYLOAD]
    yield _refused("scheme 3 with a reference as short as that of scheme 1", short, "frame-invalid", "Frames 3")


def _references() -> Iterator[Case]:
    rows: dict[str, tuple[list[Spelled], str | None]] = {
        "one reference twice": ([signature(1, 7), signature(1, 7)], "signature-count"),
        "one reference twice, with one between": (
            [signature(1, 7), signature(1, 8), signature(1, 7)],
            "signature-count",
        ),
        "one reference under schemes 1 and 2": ([signature(1, 7), signature(2, 7)], "signature-count"),
        "one public key twice, of scheme 3": ([signature(3, 7), signature(3, 7)], "signature-count"),
        "references of other lengths whose numbers are one": ([signature(1, 7), signature(3, 7)], None),
        "references that differ in the last bit": ([signature(1, 6), signature(1, 7)], None),
        "references that differ in the first bit": ([signature(1, 7), signature(1, 7 | 1 << 63)], None),
    }
    for about, (signatures, code) in rows.items():
        if code:
            yield _refused(about, frame(*signatures), code, "Frames 4")
        else:
            shown = [
                (written_out(one)[0], int.from_bytes(written_out(one)[1 : 1 + LENGTHS[written_out(one)[0]][0]], "big"))
                for one in signatures
            ]
            yield _taken(about, frame(*signatures), shown)
    twice = [signature(1, 7), signature(1, 7)]
    faults: dict[str, tuple[Spelled, str]] = {
        "one reference twice, and no payload": (frame(*twice, payload=b""), "frame-invalid"),
        "one reference twice, and a third signature cut short": (frame(*twice, count=3), "frame-invalid"),
        "17 signatures by one key": (frame(*[signature(1, 7)] * 17), "too-large"),
        "a count of 255 and an unknown scheme": ([b"\xff\x00", PAYLOAD], "too-large"),
    }
    for about, (spelled, code) in faults.items():
        yield _refused(
            f"of two faults the first: {about}", spelled, code, "Frames", flags=("precedence",), musts=("readers-1a",)
        )


def _sizes() -> Iterator[Case]:
    head: Spelled = [b"\x01", *signature(1)]
    room = BOUNDS["FRAME_BYTES"] - len(written_out(head))
    for what, length in {"a byte less than `FRAME_BYTES`": room - 1, "`FRAME_BYTES`": room}.items():
        payload = Run("90", length)
        expect = {
            "signatures": [{"scheme": 1, "key": f"{1:016x}", "signature": member([Run("5a", 64)])}],
            "payload": member([payload]),
        }
        about = f"a frame of {what}"
        yield Case(slug(about), about, "Frames 1", "frame", _given([*head, payload]), expect, ("bound",))
    about = "a frame of `FRAME_BYTES` and a byte more"
    yield _refused(about, [*head, Run("90", room + 1)], "too-large", "Frames 1", flags=("bound",), musts=("readers-2",))
    about = "of two faults the first: a byte more than `FRAME_BYTES`, and a count of 0"
    yield _refused(about, [Run("00", BOUNDS["FRAME_BYTES"] + 1)], "too-large", "Frames 1", flags=("precedence",))
    about = "a count of 0, in a frame of `FRAME_BYTES`"
    yield _refused(about, [Run("00", BOUNDS["FRAME_BYTES"])], "frame-invalid", "Frames 2", flags=("bound",))
