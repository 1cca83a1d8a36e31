"""Frames to signatures and payload and back (`docs/format.md`, "Frames")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import FrameInvalid, LicenseError, TooLarge
from licensekit.limits import FRAME_BYTES, SIGNATURES
from licensekit.wire import frame
from licensekit.wire.frame import Frame, Signature

LENGTHS = {frame.ED25519: (8, 64), frame.HYBRID: (8, 64 + 3309), frame.INSTALLATION: (32, 64)}


@st.composite
def signatures(draw: st.DrawFn) -> Signature:
    scheme = draw(st.sampled_from([frame.ED25519, frame.ED25519, frame.INSTALLATION, frame.HYBRID]))
    key_bytes, signature_bytes = LENGTHS[scheme]
    fill = draw(st.binary(min_size=1, max_size=1))
    return Signature(scheme, fill * key_bytes, fill * signature_bytes)


frames = st.builds(Frame, st.lists(signatures(), min_size=1, max_size=4).map(tuple), st.binary(min_size=1, max_size=20))


def one_signature(payload: bytes = b"p") -> bytes:
    return frame.write(Frame((Signature(1, b"k" * 8, b"s" * 64),), payload))


@given(frames)
def test_a_frame_reads_back_as_it_was_written(written: Frame) -> None:
    assert frame.read(frame.write(written)) == written


@pytest.mark.attack("any-bytes")
@given(
    st.binary(max_size=200)
    | st.binary(max_size=200).map(lambda tail: b"\x01\x01" + tail)
    | st.binary(min_size=130, max_size=200).map(lambda tail: b"\x02\x01" + tail)
)
def test_any_bytes_divide_in_one_way_or_are_refused(data: bytes) -> None:
    try:
        read = frame.read(data)
    except LicenseError:
        return
    assert frame.write(read) == data


@pytest.mark.attack("truncation-at-every-byte")
@pytest.mark.parametrize("scheme", LENGTHS)
def test_a_frame_cut_anywhere_before_its_payload_is_refused(scheme: int) -> None:
    key_bytes, signature_bytes = LENGTHS[scheme]
    written = frame.write(Frame((Signature(scheme, b"k" * key_bytes, b"s" * signature_bytes),), b""))
    for length in range(len(written) + 1):
        with pytest.raises(FrameInvalid):
            frame.read(written[:length])
    assert frame.read(written + b"p").payload == b"p"


@pytest.mark.attack("length-lie")
def test_a_count_that_promises_more_than_there_is_is_refused() -> None:
    data = one_signature()
    with pytest.raises(FrameInvalid, match="cut short"):
        frame.read(b"\x02" + data[1:-1])


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00payload"])
def test_a_document_without_a_signature_is_refused(data: bytes) -> None:
    with pytest.raises(FrameInvalid, match="no signature"):
        frame.read(data)


@pytest.mark.attack("algorithm-downgrade")
@pytest.mark.parametrize("scheme", [0, 4, 255])
def test_an_unknown_scheme_is_refused(scheme: int) -> None:
    with pytest.raises(FrameInvalid, match="not known"):
        frame.read(bytes([1, scheme]) + bytes(200))


def test_more_signatures_than_the_bound_are_refused() -> None:
    body = one_signature(b"")[1:]
    most = bytes([SIGNATURES]) + body * SIGNATURES + b"p"
    assert len(frame.read(most).signatures) == SIGNATURES
    with pytest.raises(TooLarge):
        frame.read(bytes([SIGNATURES + 1]) + body * (SIGNATURES + 1) + b"p")


def test_a_frame_above_its_bound_is_refused() -> None:
    head = len(one_signature(b""))
    assert frame.read(one_signature(bytes(FRAME_BYTES - head)))
    with pytest.raises(TooLarge):
        frame.read(one_signature(bytes(FRAME_BYTES - head + 1)))


def test_what_a_signature_signs_is_what_it_always_was() -> None:
    """A golden literal: it may never change."""
    message = frame.message("bundle", 1, b"8bytekey", b"payload")
    assert message == b"licensekit/lk1\x00bundle\x00\x018bytekeypayload"


@pytest.mark.attack("canonical-form-collision")
@given(
    st.tuples(st.sampled_from(["root", "trust", "bundle"]), signatures(), st.binary(max_size=9)),
    st.tuples(st.sampled_from(["root", "trust", "bundle"]), signatures(), st.binary(max_size=9)),
)
def test_two_signings_never_share_a_message(
    one: tuple[str, Signature, bytes], other: tuple[str, Signature, bytes]
) -> None:
    """The message is injective: nothing signed in one meaning verifies in another."""
    parts = [(kind, s.scheme, s.key, payload) for kind, s, payload in (one, other)]
    messages = [frame.message(*part) for part in parts]
    assert (messages[0] == messages[1]) == (parts[0] == parts[1])
