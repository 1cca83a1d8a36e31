"""Groups have the names that a directory gives them, and are compared folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import EntryInvalid
from licensekit.text.names import check_groups, join_groups, split_groups

TEXTS: list[tuple[str, list[str]]] = [
    ("Domain Users;Vertrieb & Nord", ["Domain Users", "Vertrieb & Nord"]),
    ("Domain Users | night", ["Domain Users", "night"]),
    ('"Sales; North" ;day', ["Sales; North", "day"]),
    ('"a ""b"" c"', ['a "b" c']),
    ("sales, night", ["sales, night"]),
    (' ; | "" ', []),
    ("", []),
]


@pytest.mark.parametrize(("text", "groups"), TEXTS)
def test_semicolons_and_bars_separate_names_and_quotes_keep_them(text: str, groups: list[str]) -> None:
    assert split_groups(text) == groups


@given(st.lists(st.text(st.sampled_from('ab ;|"&é'), min_size=1).map(str.strip).filter(bool)))
def test_what_was_joined_is_split_again(groups: list[str]) -> None:
    assert split_groups(join_groups(groups)) == groups


def test_a_group_is_kept_once_however_it_is_written() -> None:
    assert check_groups(["Sales", " SALES ", "night", "a\u200bb"]) == ("ab", "night", "SALES")


@pytest.mark.parametrize("group", ["", " ", "a\nb", "a\x07", "x" * 300])
def test_what_nobody_can_see_is_not_a_group(group: str) -> None:
    with pytest.raises(EntryInvalid):
        check_groups([group])
