"""Text to tokens and back (`docs/format.md`, "Tokens")."""

from base64 import b64decode
from binascii import Error as Base64Error
from binascii import b2a_base64
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import ArmorInvalid, LicenseError, TooLarge, UnexpectedType
from licensekit.limits import FILE_BYTES, FRAME_BYTES, TOKENS_PER_FILE
from licensekit.wire import armor
from licensekit.wire.armor import Token
from licensekit.wire.documents import TYPE_OF

tokens = st.builds(Token, st.sampled_from(armor.TYPES), st.binary(max_size=60))
white_space = st.text(alphabet=" \t\n\v\f\r", max_size=3)


@given(tokens)
def test_a_token_reads_back_as_it_was_written(token: Token) -> None:
    assert armor.read(armor.write(token)) == [token]


@pytest.mark.attack("any-bytes")
@given(st.binary(max_size=80) | st.binary(max_size=40).map(lambda tail: b"lk1-root." + tail))
def test_any_bytes_are_tokens_or_a_license_error(data: bytes) -> None:
    try:
        read = armor.read(data)
    except LicenseError:
        return
    assert read


@pytest.mark.attack("second-spelling")
@given(st.text(alphabet="lk1-bunde.AQg=+/_ ", max_size=40).map(lambda tail: "lk1-bundle." + tail))
def test_what_parses_is_written_again_as_it_was(text: str) -> None:
    """One content, one spelling: the file without its white space is what `write` gives."""
    try:
        read = armor.read(text)
    except LicenseError:
        return
    assert "".join(map(armor.write, read)) == text.replace(" ", "")


@given(tokens, st.data())
def test_white_space_anywhere_is_dropped(token: Token, data: st.DataObject) -> None:
    """Wrapped by a mail client, indented by YAML, ended by a file system: the same token."""
    text = "".join(data.draw(white_space) + letter for letter in armor.write(token))
    assert armor.read(text + data.draw(white_space)) == [token]


def test_a_leading_byte_order_mark_is_dropped() -> None:
    text = armor.write(Token("bundle", b"frame"))
    assert armor.read("\ufeff" + text) == [Token("bundle", b"frame")]
    assert armor.read(b"\xef\xbb\xbf" + text.encode()) == [Token("bundle", b"frame")]
    with pytest.raises(ArmorInvalid):
        armor.read(" \ufeff" + text)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("lk1-license.AA lk1-bundle.AB", "unexpected-type"),
        ("lk1-bundle.AB lk1-license.AA", "armor-invalid"),
        ("lk1-bundle.AB lk1-trust.A", "armor-invalid"),
        ("lk1-bundle.AB lk1-bundle." + "A" * 2_000_000, "armor-invalid"),
        ("lk1-bundle." + "A" * 2_000_000 + "lk1-bundle.AB", "too-large"),
    ],
)
def test_the_first_token_with_a_fault_decides_the_code(file: str, code: str) -> None:
    """In the order of the file, and not in that of the types or of the faults."""
    with pytest.raises(LicenseError) as caught:
        armor.read(file)
    assert caught.value.code == code


def test_tokens_need_nothing_between_them() -> None:
    pair = [Token("root", b"one"), Token("bundle", b"two")]
    assert armor.read("".join(map(armor.write, pair))) == pair


@given(st.permutations(armor.TYPES))
def test_tokens_are_read_in_the_order_of_their_types(types: list[str]) -> None:
    text = "\n".join(armor.write(Token(kind, b"x")) for kind in types)
    assert [token.type for token in armor.read(text)] == list(armor.TYPES)


def test_tokens_of_one_type_keep_their_order() -> None:
    file = [Token("bundle", b"2"), Token("trust", b"t"), Token("bundle", b"1")]
    read = armor.read("".join(map(armor.write, file)))
    assert read == [Token("trust", b"t"), Token("bundle", b"2"), Token("bundle", b"1")]


@pytest.mark.attack("second-spelling")
@pytest.mark.attack("version-downgrade")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \r\n", id="white space only"),
        pytest.param("lk1", id="less than the prefix"),
        pytest.param("hello lk1-bundle.AAAA", id="text in front"),
        pytest.param("LK1-bundle.AAAA", id="upper case"),
        pytest.param("lk2-bundle.AAAA", id="another version"),
        pytest.param("lk1-", id="nothing behind the prefix"),
        pytest.param("lk1-bundle", id="no contents"),
        pytest.param("lk1-lk1-bundle.AAAA", id="a prefix too many"),
        pytest.param("lk1-bundle.AAA=", id="padded"),
        pytest.param("lk1-bundle.AA==", id="padded twice"),
        pytest.param("lk1-bundle.AAAA====", id="padding of nothing"),
        pytest.param("lk1-bundle.=", id="padding alone"),
        pytest.param("lk1-bundle.A", id="one character too few"),
        pytest.param("lk1-bundle.AAAAA", id="one character too many"),
        pytest.param("lk1-bundle.AB", id="stray bits at two characters"),
        pytest.param("lk1-bundle.AAB", id="stray bits at three characters"),
        pytest.param("lk1-bundle.AA-_", id="the URL-safe alphabet"),
        pytest.param("lk1-bundle.AA.AA", id="a second dot"),
        pytest.param("lk1-bundle.AA\u00a0AA", id="a no-break space"),
        pytest.param("lk1-bundle.AA\ufeffAA", id="a byte order mark within"),
        pytest.param("lk1-bundle.AA\x00AA", id="a zero byte"),
        pytest.param("lk1-bundle.\ud800AAA", id="a lone surrogate"),
        pytest.param("lk1-bundle.AAAA;", id="text behind"),
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ArmorInvalid):
        armor.read(text)


@pytest.mark.attack("text-that-is-not-utf-8")
def test_utf_16_is_refused() -> None:
    """A redirect in an old Windows shell writes UTF-16, and the error says that this is not a license file."""
    with pytest.raises(ArmorInvalid, match="does not begin with `lk1-`"):
        armor.read(armor.write(Token("bundle", b"x")).encode("utf-16"))


@pytest.mark.attack("document-passed-for-another")
@pytest.mark.parametrize("kind", ["", "Bundle", "bundles", "license", "bundle\\", "\u202e"])
def test_a_type_that_the_format_does_not_have_is_refused(kind: str) -> None:
    with pytest.raises(UnexpectedType) as caught:
        armor.read(f"lk1-{kind}.AAAA")
    assert str(caught.value).isascii()


@pytest.mark.attack("oversize-file")
def test_a_file_above_its_bound_is_refused() -> None:
    text = "lk1-bundle.AAAA"
    assert armor.read(text + " " * (FILE_BYTES - len(text)))
    with pytest.raises(TooLarge):
        armor.read(text + " " * (FILE_BYTES - len(text) + 1))


@pytest.mark.attack("oversize-file")
def test_more_tokens_than_the_bound_are_refused() -> None:
    assert len(armor.read("lk1-bundle.AAAA" * TOKENS_PER_FILE)) == TOKENS_PER_FILE
    with pytest.raises(TooLarge):
        armor.read("lk1-bundle.AAAA" * (TOKENS_PER_FILE + 1))


def test_a_token_too_long_for_any_frame_is_not_even_decoded() -> None:
    longest = b2a_base64(bytes(FRAME_BYTES), newline=False).rstrip(b"=").decode()
    assert len(armor.read("lk1-bundle." + longest)[0].frame) == FRAME_BYTES
    with pytest.raises(TooLarge):
        armor.read("lk1-bundle." + longest + "*")


@given(st.binary(max_size=50))
def test_base64_is_the_inverse_of_itself(data: bytes) -> None:
    assert armor.decode(armor.encode(data).encode()) == data


@given(st.text("AEQgw9+/=-é", max_size=12))
def test_base64_is_taken_in_its_one_spelling_alone(text: str) -> None:
    """Decoded by whoever is lenient and encoded again, a text is itself only if it is that spelling."""
    body = text.encode()
    try:
        is_itself = armor.encode(b64decode(body + b"=" * (-len(body) % 4))).encode() == body
    except Base64Error:
        is_itself = False
    with nullcontext() if is_itself else pytest.raises(ArmorInvalid):
        armor.decode(body)


def test_the_text_of_a_token_is_what_it_always_was() -> None:
    """A golden literal: it may never change."""
    assert armor.write(Token("bundle", bytes(range(5)))) == "lk1-bundle.AAECAwQ"


@pytest.mark.parametrize("path", ["acme.lic", "packs/acme.lkp"])
def test_a_path_in_place_of_the_contents_of_its_file_is_reported_as_a_path(path: str) -> None:
    with pytest.raises(ArmorInvalid) as caught:
        armor.read(path)
    assert caught.value.reason == "path"
    with pytest.raises(TypeError, match=r"path\.read_bytes"):
        armor.read(Path(path))  # type: ignore[arg-type]  # this is what is refused


def test_what_is_too_large_says_what_was_wanted_and_how_much_there_was() -> None:
    with pytest.raises(TooLarge) as caught:
        armor.read(b" " * (FILE_BYTES + 1))
    assert (caught.value.wanted, caught.value.limit, caught.value.size) == (
        "a license file",
        FILE_BYTES,
        FILE_BYTES + 1,
    )


def test_of_an_unknown_type_the_first_twenty_letters_are_shown() -> None:
    with pytest.raises(UnexpectedType) as caught:
        armor.read(f"lk1-{'x' * 19}yz.AAAA")
    assert caught.value.type == "x" * 19 + "y"


def test_trailing_letters_of_base64_belong_to_the_contents() -> None:
    """Padding alone is taken off, and none of what looks like the end of a spelling."""
    assert armor.encode(b"\x00\x00\x17") == "AAAX"


def test_a_token_is_of_a_document_and_each_document_is_in_a_token() -> None:
    assert sorted(armor.TYPES) == sorted(TYPE_OF.values())
