"""Laws of payloads: one document, one payload (`docs/format.md`, "Payloads")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import LicenseError, NewerReaderNeeded, PayloadInvalid
from licensekit.wire.documents import CLASS_OF, AnyDocument, LowestOfUses, decode, encode
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
