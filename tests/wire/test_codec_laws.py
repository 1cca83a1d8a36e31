"""Laws of payloads: one document, one payload (`docs/format.md`, "Payloads")."""

from collections.abc import Iterator
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import LicenseError, NewerReaderNeeded, PayloadInvalid
from licensekit.wire.documents import (
    CLASS_OF,
    TYPE_OF,
    AfterGrace,
    AnyDocument,
    Bundle,
    Combine,
    Document,
    KeyState,
    Kind,
    LowestOfUses,
    MeterPeriod,
    ResetWhat,
    SeatKind,
    SettingType,
    SignedType,
    Use,
    UserKind,
    decode,
    encode,
)
from licensekit.wire.documents.codec import is_beginning, measure
from tests import any_document, makers

DOCUMENTS: list[AnyDocument] = [
    makers.root(makers.key("root")),
    makers.trust(makers.admitted(makers.key("vendor"))),
    makers.revocations(identities=[bytes(16)], serials=["1"], lowest={"2": {"base": LowestOfUses(3, None, None)}}),
    makers.catalog(),
    makers.bundle(),
    makers.reset(),
    makers.request(),
    makers.receipt(),
    makers.statement(),
]

any_document_at_all = st.sampled_from(list(any_document.BY_TYPE)).flatmap(lambda kind: any_document.BY_TYPE[kind])
kinds = st.sampled_from(list(CLASS_OF))


def decodes_to_itself(kind: str, payload: bytes) -> bool:
    """Return whether `payload` is taken; if it is, it must be what its document encodes to."""
    try:
        document = decode(CLASS_OF[kind], payload)
    except LicenseError:
        return False
    assert encode(document) == payload
    return True


def test_what_was_composed_once_is_checked_again_when_it_was_changed() -> None:
    """The payload that was checked last is not checked twice, and no other one passes for it."""
    bundle = makers.bundle()
    assert encode(bundle) == encode(bundle)
    bundle.system["Not A Code"] = 1
    for _ in range(2):
        with pytest.raises(PayloadInvalid):
            encode(bundle)


@given(any_document_at_all)
def test_a_document_decodes_as_it_was_encoded(document: AnyDocument) -> None:
    assert decode(type(document), encode(document)) == document


@pytest.mark.attack("canonical-form-collision")
@given(any_document_at_all, st.data())
def test_a_payload_is_never_read_as_another_document(document: AnyDocument, data: st.DataObject) -> None:
    """Any one byte replaced: refused, or exactly the spelling of another document."""
    payload = bytearray(encode(document))
    payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    name = next(name for name, cls in CLASS_OF.items() if cls is type(document))
    decodes_to_itself(name, bytes(payload))


@pytest.mark.attack("any-bytes")
@given(kinds, st.binary(max_size=60))
def test_any_bytes_are_a_document_or_a_license_error(kind: str, payload: bytes) -> None:
    decodes_to_itself(kind, payload)


@pytest.mark.attack("truncation-at-every-byte")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: type(d).__name__)
def test_a_payload_cut_anywhere_is_refused(document: AnyDocument) -> None:
    payload = encode(document)
    for length in range(len(payload)):
        with pytest.raises(PayloadInvalid):
            decode(type(document), payload[:length])


@pytest.mark.attack("document-passed-for-another")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: type(d).__name__)
def test_no_document_decodes_as_another_type(document: AnyDocument) -> None:
    payload = encode(document)
    for cls in CLASS_OF.values():
        if cls is not type(document):
            with pytest.raises(PayloadInvalid):
                decode(cls, payload)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: type(d).__name__)
def test_an_unknown_extension_is_carried_along(document: AnyDocument) -> None:
    extensions = {"acme.note": "see §4", "acme.level": -3, "acme.on": True}
    extended = makers.changed(document, extensions=extensions)
    assert decode(type(document), encode(extended)) == extended


@pytest.mark.attack("unknown-extension")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: type(d).__name__)
def test_an_extension_that_must_be_understood_asks_for_a_newer_reader(document: AnyDocument) -> None:
    extended = makers.changed(document, extensions={"!acme.rule": 1, "note": "x"})
    with pytest.raises(NewerReaderNeeded, match=r"`!acme\.rule`") as caught:
        encode(extended)
    assert caught.value.data["extension"] == "!acme.rule"


@given(any_document_at_all, st.binary(max_size=20))
def test_a_payload_is_measured_whatever_follows_it(document: AnyDocument, behind: bytes) -> None:
    payload = encode(document)
    assert measure(payload + behind) == len(payload)
    assert measure(payload[:-1]) is None


@given(any_document_at_all)
def test_the_beginning_of_a_payload_is_known_from_what_is_whole_or_wrong(document: AnyDocument) -> None:
    kind, payload = TYPE_OF[type(document)], encode(document)
    assert is_beginning(kind, payload[:-1])
    assert not is_beginning(kind, payload)
    assert not is_beginning(kind, b"\xc0" + payload)


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        (b"", "it was cut off"),
        (b"\x99", "it does not have the fields of this type"),
        (b"\xc0", "it does not have the fields of this type"),
        (b"\x9f\x01", "it does not have the fields of this type"),
    ],
)
def test_the_error_of_an_invalid_payload_says_what_is_wrong(payload: bytes, what: str) -> None:
    with pytest.raises(PayloadInvalid) as caught:
        decode(Bundle, payload)
    assert (caught.value.type, str(caught.value.what), caught.value.rule) == ("bundle", what, None)


def test_a_field_that_is_not_what_it_may_be_is_named() -> None:
    payload = encode(makers.bundle())
    with pytest.raises(PayloadInvalid) as caught:
        decode(Bundle, payload.replace(b"\xa4base", b"\xc4\x03ase"))
    assert str(caught.value.what) == "its field `part` has a value that is not allowed"


def test_the_lowest_sequence_of_a_use_is_raised_and_never_lowered() -> None:
    first = LowestOfUses.raised(None, Use.TRIAL, 4)
    assert first == LowestOfUses(None, 4, None)
    assert [first.of(use) for use in Use] == [1, 4, 1]
    assert LowestOfUses.raised(first, Use.TRIAL, 3) == first
    assert LowestOfUses.raised(first, Use.TRIAL, 5) == LowestOfUses(None, 5, None)
    assert LowestOfUses.raised(first, Use.DEMO, 2) == LowestOfUses(None, 4, 2)


def test_of_what_no_list_names_every_sequence_counts() -> None:
    listed = makers.revocations(lowest={"2": {"base": LowestOfUses(3, None, None)}})
    found = [
        listed.lowest_of(serial, part, Use.PRODUCTION) for serial, part in (("2", "base"), ("2", "x"), ("3", "base"))
    ]
    assert found == [3, 1, 1]
    assert listed.lowest_of("2", "base", Use.TRIAL) == 1


def _every(kind: type[Document]) -> Iterator[type[Document]]:
    for one in kind.__subclasses__():
        yield one
        yield from _every(one)


def test_documents_and_all_that_is_in_them_are_immutable() -> None:
    assert [one.__name__ for one in _every(Document) if not one.__struct_config__.frozen] == []


NUMBERED: list[tuple[type[IntEnum], str]] = [
    (AfterGrace, "READ_ONLY BLOCK ADVISORY"),
    (Combine, "LATEST SUM MOST"),
    (KeyState, "ACTIVE RETIRED REVOKED"),
    (Kind, "SYSTEM SITE USER"),
    (MeterPeriod, "DAY MONTH YEAR TERM"),
    (ResetWhat, "CLOCK SEQUENCE RESTORE"),
    (SeatKind, "NAMED CONCURRENT"),
    (SettingType, "TEXT NUMBER BOOLEAN"),
    (SignedType, "REVOCATIONS CATALOG BUNDLE RESET"),
    (Use, "PRODUCTION TRIAL DEMO"),
    (UserKind, "ASSOCIATE EXTERNAL SYSTEM ANONYMOUS"),
]
"""The words of the format that documents hold as numbers, from 0."""


@pytest.mark.parametrize(("kind", "names"), NUMBERED)
def test_a_word_is_the_number_that_the_format_gives_it(kind: type[IntEnum], names: str) -> None:
    assert {name: one.value for name, one in kind.__members__.items()} == {
        name: number for number, name in enumerate(names.split())
    }
    for document in DOCUMENTS:
        assert decode(type(document), encode(document)) == document
