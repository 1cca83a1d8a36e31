"""Valid documents in another spelling, and payloads that are not documents at all."""

import pytest

from licensekit.errors import FormatError, NotCanonical, PayloadInvalid
from licensekit.wire.documents import Bundle, Root, decode, encode
from tests import makers
from tests.spellings import NO_PAYLOADS, OTHER_SPELLINGS


@pytest.mark.attack("second-spelling")
@pytest.mark.parametrize("payload", OTHER_SPELLINGS.values(), ids=OTHER_SPELLINGS)
def test_another_spelling_of_a_valid_bundle_is_refused(payload: bytes) -> None:
    with pytest.raises(NotCanonical):
        decode(Bundle, payload)


@pytest.mark.attack("trailing-bytes")
@pytest.mark.attack("deep-nesting")
@pytest.mark.attack("text-that-is-not-utf-8")
@pytest.mark.parametrize("payload", NO_PAYLOADS.values(), ids=NO_PAYLOADS)
def test_what_is_not_a_bundle_is_refused(payload: bytes) -> None:
    with pytest.raises(PayloadInvalid) as caught:
        decode(Bundle, payload)
    assert not isinstance(caught.value, NotCanonical)
    assert str(caught.value).isascii(), "nothing from the file reaches a terminal as it is"


@pytest.mark.attack("length-lie")
def test_a_huge_list_is_refused_before_room_is_made_for_it() -> None:
    payload = encode(makers.root(makers.key("root")))
    assert payload.count(b"\x91\x92\x01\xc4") == 1
    with pytest.raises(PayloadInvalid, match="its field `keys`"):
        decode(Root, payload.replace(b"\x91\x92\x01\xc4", b"\xdd\xff\xff\xff\xff\x92\x01\xc4"))


def test_every_shortest_form_is_taken() -> None:
    """Numbers and texts at each step of MessagePack's lengths, each in its one spelling."""
    for number in (1, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1):
        document = makers.bundle(sequence=number)
        assert decode(Bundle, encode(document)) == document
    for length in (0, 31, 32, 199, 200):
        document = makers.bundle(company="å" * length)
        assert decode(Bundle, encode(document)) == document
    for number in (-(2**53 - 1), -(2**31) - 1, -32_769, -129, -128, -33, -32, -1, 0, 2**53 - 1):
        document = makers.bundle(settings={"level": number})
        assert decode(Bundle, encode(document)) == document


def test_what_cannot_be_written_is_refused_by_the_writer() -> None:
    for changes in (
        {"settings": {"level": 2**53}},
        {"settings": {"level": 2**64}},
        {"settings": {"level": 1.5}},
        {"settings": {"level": {1, 2}}},
        {"settings": {"level": object()}},
        {"company": "x" * 201},
        {"system": {"server": 0}},
        {"extensions": {"note": "\udc80"}},
    ):
        with pytest.raises(FormatError):
            encode(makers.bundle(**changes))
