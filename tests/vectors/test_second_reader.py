"""Two readers that share no code make the same of every vector and of every payload."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import LicenseError
from licensekit.wire.documents import CLASS_OF, decode, encode
from licensekit.wire.plain import plain
from tests.any_document import BY_TYPE
from tests.spellings import NO_PAYLOADS, OTHER_SPELLINGS
from tests.vectors.second_reader import fields, files
from tests.vectors.second_reader.forms import RefusedError
from tests.vectors.test_vectors import ALL, FILES


@pytest.mark.parametrize(("group", "vector"), ALL)
def test_the_second_reader_makes_of_it_what_the_vector_says(
    group: str, vector: dict[str, Any]
) -> None:
    assert files.run(vector, FILES[group]["grounds"][vector["ground"]]) == vector["expect"]


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
def test_both_refuse_a_damaged_payload_alike(kind: str, data: st.DataObject) -> None:
    """The same code, whatever was damaged; or both take it."""
    payload = data.draw(damaged(encode(data.draw(BY_TYPE[kind]))))
    mine, its = ours(kind, payload), theirs(kind, payload)
    assert (its if isinstance(its, str) else "taken") == (
        mine if isinstance(mine, str) else "taken"
    )


@pytest.mark.parametrize(
    "payload",
    [*OTHER_SPELLINGS.values(), *NO_PAYLOADS.values()],
    ids=[*OTHER_SPELLINGS, *NO_PAYLOADS],
)
def test_both_refuse_other_spellings_alike(payload: bytes) -> None:
    assert theirs("bundle", payload) == ours("bundle", payload)
    assert isinstance(ours("bundle", payload), str)
