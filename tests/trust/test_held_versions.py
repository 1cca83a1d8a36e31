"""How an installation says which documents it holds."""

import pytest

from licensekit.trust.pack import Held, lowest, read_held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("2.14 2.13.7 2.14.20", Held((2, 14), (2, 13, 7), (2, 14, 20))),
        ("1.1 - 1.1.9999999999", Held((1, 1), (), (1, 1, 9_999_999_999))),
        ("10.20 1.2.3 -", Held((10, 20), (1, 2, 3), ())),
        ("1.1 - -", Held((1, 1))),
    ],
)
def test_what_is_held_is_read_as_it_was_written(text: str, held: Held) -> None:
    assert read_held(text) == held
    assert held.text == text


@pytest.mark.parametrize(
    "value",
    [None, 7, "", "1.1", "1.1 -", "1.1 - - -", "1 - -", "- - -", "1.1 1.1 -", "01.1 - -", "1.0 - -", "1.1 - 1.1.1 ",
     "1.1  - -", "1.1 1.1.1.1 -", "1.1 1.1.X1 -", "1.12345678901 - -", "1.1X - -"],
)  # fmt: skip
def test_any_other_form_says_nothing(value: str | int | None) -> None:
    assert read_held(value) is None


def test_the_lowest_of_each_document_is_that_of_several() -> None:
    first, second = Held((1, 2), (1, 2, 9), ()), Held((2, 1), (1, 1, 10), (1, 1, 1))
    assert lowest([first, second]) == Held((1, 2), (1, 1, 10), ())
    assert lowest([first]) == first
    assert first.is_beyond(second)
    assert second.is_beyond(first)
    assert not first.is_beyond(Held((1, 2), (1, 2, 9), (5, 5, 5)))
