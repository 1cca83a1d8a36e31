"""One error tree: stable codes, one line each, data that travels."""

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from licensekit import errors
from licensekit.errors import (
    CatalogInvalid,
    Fault,
    FormatError,
    LicenseError,
    NoneFree,
    PlanHeld,
    TooLarge,
)


def classes(root: type[LicenseError] = LicenseError) -> Iterator[type[LicenseError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__.startswith("licensekit."):
            yield from classes(child)


ALL = sorted({kind for kind in classes() if "code" in vars(kind)}, key=lambda kind: kind.code)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in ALL]
    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and " " not in code for code in codes)


def test_every_error_is_exported() -> None:
    exported = vars(errors)
    assert {kind for kind in ALL if exported.get(kind.__name__) is not kind} == set()
    assert exported["Fault"] is Fault


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_says_what_it_means(kind: type[LicenseError]) -> None:
    """The docstring is the meaning that `docs/errors.md` gives; a hint begins in lower case."""
    assert kind.__doc__
    assert not kind.default_hint[:1].isupper()
    assert not kind.default_hint.endswith(".")


def test_a_message_says_what_where_and_what_to_do_in_one_line() -> None:
    assert str(LicenseError("it broke")) == "it broke"
    assert str(LicenseError("it broke", hint="mend it")) == "it broke; mend it"
    assert str(LicenseError("it broke", where="a.lic")) == "a.lic: it broke"
    assert str(LicenseError("it broke", where="a.lic", hint="mend it")) == (
        "a.lic: it broke; mend it"
    )


def test_a_class_has_a_hint_for_its_reason() -> None:
    assert errors.UserUnknown(user="x").hint == errors.UserUnknown.hint_template
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
    assert str(LicenseError("x").at("here")) == "here: x"


def test_an_error_survives_the_way_between_processes() -> None:
    error = full(where="a.lic")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert type(copy) is NoneFree
    assert (str(copy), copy.data) == (str(error), error.data)


def test_a_refusal_knows_everything_that_stands_against_the_change() -> None:
    first, second = full(), PlanHeld(holder="anna", plans=("a", "b"), kept="a")
    together = first.with_more([second])
    assert first.faults == (first,)
    assert together.faults == (together, second)
    assert (str(together), together.data["license"]) == (str(first), "a")
    copy = pickle.loads(pickle.dumps(together.at("a.lic")))  # noqa: S301  # our own bytes
    assert [str(fault) for fault in copy.faults] == [f"a.lic: {first}", str(second)]
    assert [fault["code"] for fault in together.as_json()["data"]["more"]] == ["plan-held"]


def test_a_branch_can_be_caught_by_its_root() -> None:
    with pytest.raises(FormatError):
        raise TooLarge(reason="tokens", limit=1, size=2)


def test_faults_are_listed_in_the_order_of_the_file() -> None:
    faults = (Fault("licenses.a.kind", "is no kind"), Fault("", "is empty"))
    error = CatalogInvalid("2 faults", faults=faults)
    assert error.faults == faults
    assert [str(fault) for fault in faults] == ["licenses.a.kind: is no kind", "is empty"]
    assert CatalogInvalid("none").faults == ()
