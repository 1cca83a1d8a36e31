"""What a form says of fields that others may have changed since it was shown."""

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from licensekit.console.visit import Conflict, Form

NAMES = st.sampled_from(["", "Anna", "Berta", "Carla"])


@given(before=NAMES, theirs=NAMES, yours=NAMES)
def test_three_ways_are_merged(before: str, theirs: str, yours: str) -> None:
    edits = Form(FormData({"was.name": before, "name": yours})).edits({"name": theirs})
    if yours == before:
        assert edits == ({"name": theirs}, ())
    elif theirs in {before, yours}:
        assert edits == ({"name": yours}, ())
    else:
        assert edits == ({"name": yours}, (Conflict("name", before, theirs, yours),))


def test_a_field_that_was_not_there_is_left_alone() -> None:
    assert Form(FormData({})).edits({"name": "Anna"}) == ({"name": "Anna"}, ())
