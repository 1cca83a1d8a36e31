"""Codes with typed data: each message is made of its template and the fields of its class."""

import json
import pickle
import re
from collections.abc import Iterator, Mapping

import pytest

from licensekit.errors import Fault, LicenseError, NotEntitled
from licensekit.errors.coded import Coded, Message
from tests.errors.coded_classes import below


class Full(LicenseError):
    """A code for these tests alone."""

    code = "test-full"
    template = "{used:count seat|seats} of `{license}` are taken until {day:day}"
    hint_template = "release one of {names:list nobody}"
    license: str
    used: int
    day: int = 20_000
    names: tuple[str, ...] = ()


class Refused(LicenseError, reasons=True):
    """A code of several reasons, for these tests alone."""

    code = "test-refused"
    template = {"old": "it is old; ask for a newer one", "odd": "{key:hex} is odd"}  # noqa: RUF012  # see `Coded`
    key: bytes = b""


CODED = sorted(set(below(Coded)), key=lambda kind: kind.code)


def reasons_of(kind: type[Coded]) -> set[str]:
    """Return the values that the field `reason` of a class may have."""
    template: str | Mapping[str, str] = getattr(kind, "template", "")
    return set() if isinstance(template, str) else set(template)


def templates(kind: type[Coded]) -> list[str]:
    """Return every text of a class."""
    reasons = reasons_of(kind) or ([""] if hasattr(kind, "template") else [])
    more = [getattr(kind, name, "") for name in ("consequence_template", "remedy_template")]
    others = [text for one in more for text in ([one] if isinstance(one, str) else one.values())]
    return [*others, *(text for reason in reasons for text in kind.texts(reason))]


def trees() -> Iterator[list[type[Coded]]]:
    """Yield the classes whose codes programs tell apart: an error lists faults and errors."""
    yield [*below(LicenseError), *below(Fault)]
    yield from ([one, *below(one)] for one in Message.__subclasses__() if one is not Fault)


@pytest.mark.parametrize("tree", list(trees()), ids=lambda tree: tree[0].__name__)
def test_every_error_fault_notice_reason_and_event_has_a_code_of_its_own(tree: list[type[Coded]]) -> None:
    ours = {kind for kind in tree if kind.__module__.startswith("licensekit.")}  # one may have two bases
    codes = [kind.code for kind in ours]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in codes)
    assert all(kind.__doc__ for kind in ours), "the docstring is the meaning that `docs/errors.md` gives"


def test_a_code_is_the_name_of_its_class_unless_it_states_another() -> None:
    class SeatTakenError(Message):
        """A seat that somebody has."""

        template = "it is taken"

    assert (SeatTakenError.code, Full.code) == ("seat-taken", "test-full")


@pytest.mark.parametrize("kind", CODED, ids=lambda kind: kind.code)
def test_a_template_names_fields_of_its_class_and_nothing_else(kind: type[Coded]) -> None:
    named = {name for text in templates(kind) for name in re.findall(r"{(\w+)", text.replace("{{", ""))}
    assert named <= set(kind.fields)


@pytest.mark.parametrize("kind", CODED, ids=lambda kind: kind.code)
def test_a_message_is_a_sentence_that_goes_on(kind: type[Coded]) -> None:
    """A message is printed in one line, between the place and the hint."""
    for text in templates(kind):
        assert "\n" not in text
        assert not text.endswith(".")


@pytest.mark.parametrize("kind", CODED, ids=lambda kind: kind.code)
def test_a_code_has_reasons_where_it_has_several_messages(kind: type[Coded]) -> None:
    is_of_another = kind is NotEntitled  # its reason sums up that of `why`, which has the message
    assert ("reason" in kind.fields) == (bool(reasons_of(kind)) or is_of_another)
    if not isinstance(kind.hint_template, str):
        assert set(kind.hint_template) <= reasons_of(kind)
        assert all(kind.texts(one)[1] == hint for one, hint in kind.hint_template.items()), "it has two hints"


@pytest.mark.parametrize("kind", CODED, ids=lambda kind: kind.code)
def test_a_field_hides_nothing_that_every_error_has(kind: type[Coded]) -> None:
    assert not {"args", *dir(Coded)} & set(kind.fields) - {"reason"}


@pytest.mark.parametrize("kind", [kind for kind in CODED if hasattr(kind, "template")], ids=lambda kind: kind.code)
@pytest.mark.parametrize(
    "value",
    [None, b"\xff", "\udc80\x1b[2J", 10**5000, -(10**12), {}],
    ids=["nothing", "bytes", "text", "many digits", "before the calendar", "mapping"],
)
def test_a_message_never_fails_whatever_the_data(kind: type[Coded], value: object) -> None:
    for reason in reasons_of(kind) or {"none"}:
        data = {**dict.fromkeys(kind.fields, value), "reason": reason, "where": "a.lic"}
        error = kind(**{name: data[name] for name in kind.fields})
        assert error.message
        assert "\n" not in error.hint


def test_a_message_says_the_data_of_its_error() -> None:
    error = Full(license="sales", used=1)
    assert error.message == "1 seat of `sales` are taken until 2024-10-04"
    assert str(error.at("a.lic")) == f"a.lic: {error.message}; release one of nobody"
    assert Full(license="x", used=2, names=("anna", "bo")).hint == "release one of anna, bo"


def test_a_reason_chooses_its_message_and_its_hint() -> None:
    assert (Refused(reason="old").message, Refused(reason="old").hint) == ("it is old", "ask for a newer one")
    odd = Refused(reason="odd", key=b"\x01\xff")
    assert (odd.message, odd.hint) == ("01ff is odd", "")


def test_a_reason_without_a_message_fails_the_test_that_makes_it() -> None:
    with pytest.raises(TypeError, match="no reason 'new'"):
        Refused(reason="new")


def test_an_empty_list_takes_its_words_along() -> None:
    class Retired(Message):
        """A user who was retired."""

        code = "test-retired"
        template = "retired {user}{released:led , released }"
        user: str
        released: tuple[str, ...] = ()

    assert str(Retired(user="anna")) == "retired anna"
    assert str(Retired(user="anna", released=("a", "b"))) == "retired anna, released a, b"


def test_an_error_is_plain_json() -> None:
    error = Refused(reason="odd", key=b"\x01")
    assert json.loads(json.dumps(error.as_json())) == {
        "code": "test-refused",
        "message": "01 is odd",
        "data": {"reason": "odd", "key": "01"},
        "hint": None,
        "where": None,
    }


def test_data_that_a_class_does_not_have_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="no field"):
        Full(license="a", used=1, colour="red")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # what is tested
    with pytest.raises(TypeError, match="missing"):
        Full(license="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # what is tested


def test_an_error_survives_the_way_between_processes() -> None:
    error = Full(license="a", used=3, where="line 3")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (type(copy), str(copy), copy.data) == (Full, str(error), error.data)
