"""Documents as plain data (`docs/format.md`, "Plain data")."""

import json
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.wire.documents import AfterGrace, AnyDocument, Binding
from licensekit.wire.plain import plain, plain_fields, word
from tests import any_document, makers


@given(st.sampled_from(list(any_document.BY_TYPE)).flatmap(lambda kind: any_document.BY_TYPE[kind]))
def test_every_document_is_json_with_its_fields_in_order(document: AnyDocument) -> None:
    shown = plain(document)
    assert list(shown) == list(document.__struct_fields__)
    assert json.loads(json.dumps(shown)) == shown


def test_a_bundle_as_plain_data() -> None:
    bundle = makers.bundle(
        maintenance=makers.ISSUED_DAY,
        settings={"level": 3, "mode": "fast", "beta": True},
        binding=Binding(b"\xaa" * 32, 1, {"host": b"\xbb" * 16}),
        extensions={"starts": 7},
    )
    assert plain(bundle) == {
        "issuer": "demo",
        "product": "demo-crm",
        "serial": "1010000014",
        "part": "base",
        "sequence": 1,
        "replaces": [],
        "company": "Nordlys Kraft AS",
        "use": "production",
        "issued": "2027-01-01T00:00:00Z",
        "starts": "2027-01-01",
        "warning": "2027-12-02",
        "expiry": "2028-01-01",
        "grace": "2028-01-31",
        "maintenance": "2027-01-01",
        "next_check": None,
        "system": {"server": 1},
        "sites": {"satellite": 2},
        "users": {"sales-pro": 50, "user": None},
        "settings": {"level": 3, "mode": "fast", "beta": True},
        "binding": {"installation": "aa" * 32, "needed": 1, "facts": {"host": "bb" * 16}},
        "after_grace": "read-only",
        "offline_hours": 24,
        "borrow_hours": 0,
        "extensions": {"starts": 7},
    }


def test_a_trust_document_as_plain_data() -> None:
    shown = plain(makers.trust(makers.admitted(makers.key("vendor"), valid_to=None)))
    (key,) = shown["keys"]
    assert (key["state"], key["valid_from"], key["valid_to"]) == ("active", "2025-12-31T00:00:00Z", None)
    assert key["scope"]["types"] == ["revocations", "catalog", "bundle", "reset"]
    assert key["public"] == makers.key("vendor").verifying_key.public.hex()


@pytest.mark.parametrize(
    ("value", "said"),
    [(AfterGrace.READ_ONLY, "read-only"), (AfterGrace.BLOCK, "block"), (AfterGrace.ADVISORY, "advisory")],
)
def test_the_word_for_a_value_of_a_closed_list(value: AfterGrace, said: str) -> None:
    assert word(value) == said


class Worded(NamedTuple):
    """A value that says itself how it is shown."""

    number: int

    def plain(self) -> str:
        """Return what is shown."""
        return f"number {self.number}"


class Row(NamedTuple):
    """A row of a list."""

    order_number: str
    at: int | None
    expiry: int | None
    worded: Worded


def test_fields_of_a_row_have_the_names_that_are_asked_for() -> None:
    row = Row("o-7", makers.ISSUED, makers.ISSUED_DAY, Worded(3))
    assert plain_fields(row, "number=order_number at expiry worded") == {
        "number": "o-7",
        "at": "2027-01-01T00:00:00Z",
        "expiry": "2027-01-01",
        "worded": "number 3",
    }
    assert plain_fields(Row("", None, None, Worded(3)), "at expiry") == {"at": None, "expiry": None}


class Times(NamedTuple):
    """A row in which each field is a time."""

    at: int
    stated: int
    taken: int
    expires: int
    started: int
    expected_end: int
    ended: int
    period_ends: int


def test_each_time_is_shown_as_a_time() -> None:
    second = makers.ISSUED
    shown = plain_fields(Times(*[second] * len(Times._fields)), " ".join(Times._fields))
    assert shown == dict.fromkeys(Times._fields, "2027-01-01T00:00:00Z")
    trust = plain(
        makers.trust(makers.admitted(makers.key("a"), valid_from=second, valid_to=second), fresh_until=second)
    )
    times = trust["issued"], trust["fresh_until"], trust["keys"][0]["valid_from"], trust["keys"][0]["valid_to"]
    assert times == ("2027-01-01T00:00:00Z",) * 4
