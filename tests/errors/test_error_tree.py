"""One error tree: stable codes, one line each, data that travels."""

import pickle
from typing import Any

import pytest

from licensekit import errors
from licensekit.errors import CatalogInvalid, FormatError, NoneFree, OrderInvalid, PlanHeld, TooLarge
from tests.errors.coded_classes import ERRORS
from tests.faults import Broken, Odd


def test_every_error_is_exported() -> None:
    assert {kind for kind in ERRORS if getattr(errors, kind.__name__, None) is not kind} == set()


def test_a_message_says_what_where_and_what_to_do_in_one_line() -> None:
    assert str(Broken(said="it broke")) == "it broke"
    assert str(Broken(said="it broke", hinted="mend it")) == "it broke; mend it"
    assert str(Broken(said="it broke", where="a.lic")) == "a.lic: it broke"
    assert str(Broken(said="it broke", where="a.lic", hinted="mend it")) == ("a.lic: it broke; mend it")


def test_a_class_has_a_hint_for_its_reason() -> None:
    assert errors.NotFound(reason="user", name="x").hint == "look at `users list`"
    assert full(reason="for-sale", buy="https://x").hint == "release one, or buy more: https://x"


def full(**changes: Any) -> NoneFree:
    """Return an error with data of every kind."""
    data: dict[str, Any] = {"reason": "assigned", "license": "a", "in_use": 9, "total": 9}
    return NoneFree(**{**data, **changes})


def test_a_place_is_put_in_front_and_the_rest_stays() -> None:
    cause = ValueError("inner")
    error = full(where="line 3")
    error.__cause__ = cause
    moved = error.at("orders.csv")
    again = moved.at("import")
    assert type(moved) is NoneFree
    assert str(moved) == f"orders.csv: line 3: {error.message}; {error.hint}"
    assert str(again) == f"import: orders.csv: line 3: {error.message}; {error.hint}"
    assert moved.data == error.data
    assert moved.__cause__ is cause
    assert str(Broken(said="x").at("here")) == "here: x"
    assert str(Broken(said="x", where="here").at("")) == "here: x"


def test_a_refusal_has_every_reason_against_the_change() -> None:
    first, second = full(), PlanHeld(holder="anna", plans=("a", "b"), kept="a")
    together = first.replace(more=(second,))
    assert first.faults == (first,)
    assert together.faults == (together, second)
    assert (str(together), together.data["license"]) == (str(first), "a")
    copy = pickle.loads(pickle.dumps(together.at("a.lic")))  # noqa: S301  # our own bytes
    assert [str(fault) for fault in copy.faults] == [f"a.lic: {first}", str(second)]
    assert [fault["code"] for fault in together.as_json()["data"]["more"]] == ["plan-held"]


def test_a_branch_can_be_caught_by_its_root() -> None:
    with pytest.raises(FormatError):
        raise TooLarge(reason="tokens", limit=1, size=2)


FAULTS = (Odd(said="is no kind", where="licenses.a.kind"), Odd(said="is empty"))


def test_the_message_of_a_file_with_faults_is_the_first_and_how_many_more_there_are() -> None:
    assert str(CatalogInvalid(faults=FAULTS[:1])) == "licenses.a.kind: is no kind"
    told = "licenses.a.kind: is no kind (and 1 more fault)"
    assert str(CatalogInvalid(faults=FAULTS, where="catalog.toml")) == f"catalog.toml: {told}"
    assert OrderInvalid(faults=FAULTS * 2).message.endswith("(and 3 more faults)")


def test_every_fault_shows_its_code_place_message_and_data() -> None:
    listed = CatalogInvalid(faults=FAULTS).as_json()["data"]["faults"]
    assert listed[0] == {
        "code": "test-odd",
        "message": "is no kind",
        "data": {"said": "is no kind"},
        "hint": None,
        "where": "licenses.a.kind",
    }
    assert listed[1]["where"] is None


def test_a_fault_is_the_same_however_its_place_was_given() -> None:
    assert Odd(said="x", where="a") == Odd(said="x").at("a")
    assert Odd(said="x", where="a") != Odd(said="x", where="b")
    assert Odd(said="x") != Broken(said="x")
