"""Two readers that share no code make the same of every case, file, frame and payload."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licensekit_testkit.case_files import KitCase

from licensekit.errors import LicenseError
from licensekit.trust.signed import open_frame
from licensekit.wire import armor
from licensekit.wire.documents import CLASS_OF, Bundle, decode, encode
from licensekit.wire.plain import plain
from tests.any_document import BY_TYPE
from tests.spellings import NO_PAYLOADS, OTHER_SPELLINGS
from tests.vectors.make_vectors import LEVEL
from tests.vectors.our_reader.asks import answer as our_answer
from tests.vectors.second_reader import fields, forms
from tests.vectors.second_reader.forms import RefusedError
from tests.vectors.second_reader.questions import ASKS, answer
from tests.vectors.test_vectors import CASES, wrong_answers


def their_answer(line: dict[str, Any]) -> dict[str, Any]:
    """Return what the second reader answers to a line."""
    return answer(json.dumps(line).encode())


def test_the_second_reader_can_be_asked_everything() -> None:
    assert {case.ask for case in CASES} <= set(ASKS)


@pytest.mark.parametrize("group", LEVEL)
def test_the_second_reader_answers_as_the_cases_of_a_group_expect(group: str) -> None:
    assert wrong_answers(group, their_answer) == {}


def our_tokens(file: bytes) -> object:
    """Return what the package makes of a file: its tokens, or the code of its refusal."""
    try:
        return [tuple(token) for token in armor.read(file)]
    except LicenseError as error:
        return error.code


def their_tokens(file: bytes) -> object:
    """Return what the second reader makes of it."""
    try:
        return [tuple(token) for token in forms.tokens_of(file)]
    except RefusedError as error:
        return error.args[0]


PIECES = ["lk1-", "bundle", "root", "Root", ".", "AQ", "AAA", "B", "A" * 1_398_102, "=", " ", "\ufeff"]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_both_divide_a_file_alike(pieces: list[str]) -> None:
    """The same tokens in the same order, or the same code, whatever has a fault first."""
    file = "".join(pieces).encode()
    assert their_tokens(file) == our_tokens(file)


def our_frame(token: armor.Token) -> object:
    """Return what the package makes of a bundle's frame."""
    try:
        opened = open_frame(token, Bundle)
    except LicenseError as error:
        return error.code
    return [tuple(signature) for signature in opened.signatures], opened.payload


def their_frame(token: armor.Token) -> object:
    """Return what the second reader makes of it."""
    try:
        signatures, payload = forms.divide(forms.Token(*token), "bundle")
    except RefusedError as error:
        return error.args[0]
    return [tuple(signature) for signature in signatures], payload


LENGTHS = {0: (8, 64), 1: (8, 64), 2: (8, 3373), 3: (32, 64), 4: (8, 64)}


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """Return a frame of signatures by few keys, often with a fault or two."""
    signatures = [
        bytes([scheme]) + bytes([key]) * LENGTHS[scheme][0] + bytes(LENGTHS[scheme][1])
        for scheme, key in draw(st.lists(st.tuples(st.sampled_from([1, 2, 3, 0, 4]), st.integers(0, 4)), max_size=4))
    ]
    count = draw(st.sampled_from([len(signatures), len(signatures), 0, 1, 16, 17]))
    whole = bytes([count]) + b"".join(signatures) + draw(st.sampled_from([b"payload", b""]))
    return whole[: len(whole) - draw(st.sampled_from([0, 0, 1, 70]))]


@given(st.sampled_from(["bundle", "bundle", "bundle", "reset"]), frames())
def test_both_divide_a_frame_alike(kind: str, frame: bytes) -> None:
    token = armor.Token(kind, frame)
    assert their_frame(token) == our_frame(token)


def ours(kind: str, payload: bytes) -> object:
    """Return what the package makes of a payload: plain data, or the code of its refusal."""
    try:
        return plain(decode(CLASS_OF[kind], payload))
    except LicenseError as error:
        return error.code


def theirs(kind: str, payload: bytes) -> object:
    """Return what the second reader makes of it."""
    try:
        return fields.read(kind, payload).plain
    except RefusedError as error:
        return error.args[0]


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Return a payload in which a few bytes are replaced, left out or put in."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(data)


@pytest.mark.parametrize("kind", BY_TYPE)
@given(data=st.data())
def test_both_show_a_document_alike(kind: str, data: st.DataObject) -> None:
    payload = encode(data.draw(BY_TYPE[kind]))
    assert theirs(kind, payload) == ours(kind, payload)


@pytest.mark.parametrize("kind", BY_TYPE)
@given(data=st.data())
def test_both_write_a_document_alike(kind: str, data: st.DataObject) -> None:
    """The second reader makes of plain data the payload that the package made of the document."""
    payload = encode(data.draw(BY_TYPE[kind]))
    assert fields.write(kind, fields.read(kind, payload).plain) == payload


@pytest.mark.parametrize("kind", BY_TYPE)
@given(data=st.data())
def test_both_refuse_a_damaged_payload_alike(kind: str, data: st.DataObject) -> None:
    """The same code, whatever was damaged; or both take it."""
    payload = data.draw(damaged(encode(data.draw(BY_TYPE[kind]))))
    mine, its = ours(kind, payload), theirs(kind, payload)
    assert (its if isinstance(its, str) else "taken") == (mine if isinstance(mine, str) else "taken")


@pytest.mark.attack("second-spelling")
@pytest.mark.parametrize(
    "payload", [*OTHER_SPELLINGS.values(), *NO_PAYLOADS.values()], ids=[*OTHER_SPELLINGS, *NO_PAYLOADS]
)
def test_both_refuse_other_spellings_alike(payload: bytes) -> None:
    assert theirs("bundle", payload) == ours("bundle", payload)
    assert isinstance(ours("bundle", payload), str)


TRUST_GROUPS = ("pins", "rotations", "trust-documents", "lists", "files", "packs", "revoked")
WORLDS: dict[str, list[KitCase]] = defaultdict(list)
"""Pin to the cases under it."""
for _case in CASES:
    if _case.group in TRUST_GROUPS:
        WORLDS[_case.given["root"]].append(_case)
TOKENS = {
    pin: sorted(
        {
            token
            for case in world
            for token in re.findall(r"lk1-\w+\.[\w+/]+", case.given["pack"] + case.line().get("file", ""))
        }
    )
    for pin, world in WORLDS.items()
}


def without_message(said: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without the message, which is not compared."""
    return {name: value for name, value in said.items() if name != "message"}


@given(data=st.data())
def test_both_make_the_same_of_any_mixture_of_documents(data: st.DataObject) -> None:
    """Tokens of all vectors under one pin, as pack and as file, with any floor and at any time."""
    pin = data.draw(st.sampled_from(sorted(WORLDS)))
    world, tokens = WORLDS[pin], TOKENS[pin]
    case = data.draw(st.sampled_from(world))
    mixed = data.draw(st.lists(st.sampled_from(tokens), max_size=3))
    seen = [other.given["seen"] for other in world if "seen" in other.given]
    floor = data.draw(st.sampled_from([None, *seen]))
    line: dict[str, Any] = {
        "ask": "file",
        "root": pin,
        "pack": "\n".join([case.given["pack"], *mixed]),
        "now": data.draw(st.sampled_from(["2027-01-01T01:00:00Z", "2020-01-01T00:00:00Z"])),
        "file": "\n".join(data.draw(st.lists(st.sampled_from(tokens), min_size=1, max_size=6))),
    } | ({} if floor is None else {"seen": floor})
    assert their_answer(line) == without_message(our_answer(line))


@given(data=st.data())
def test_both_make_the_same_of_any_document_alone(data: st.DataObject) -> None:
    pin = data.draw(st.sampled_from(sorted(WORLDS)))
    line: dict[str, Any] = {
        "ask": "file",
        "root": pin,
        "pack": data.draw(st.sampled_from(WORLDS[pin])).given["pack"],
        "now": "2027-01-01T01:00:00Z",
        "file": data.draw(st.sampled_from(TOKENS[pin])),
        "alone": True,
    }
    assert their_answer(line) == without_message(our_answer(line))
