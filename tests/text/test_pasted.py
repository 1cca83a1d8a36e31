"""Pasted licenses: tokens are found in a mail, a page or a shell's file, and a damaged token is reported as such."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import ArmorInvalid, FormatError, LicenseError, TooLarge, UnexpectedType
from licensekit.limits import FILE_BYTES, FRAME_BYTES
from licensekit.text.tokens import find_tokens
from licensekit.trust.sign import sign
from licensekit.wire import armor
from tests import makers
from tests.text.envelopes import ENCODINGS, ENVELOPES, INNERMOST, MAILS, attached, wrapped

TOKENS = [makers.first_root(), makers.first_trust(), sign(makers.catalog(), makers.key("vendor"))]
BUNDLE = sign(makers.bundle(), makers.key("vendor"))
BARE = armor.write_file([*TOKENS, BUNDLE])
TEXT = armor.write(BUNDLE)
LINES = wrapped(TEXT).split("\n")
MIDDLE = len(TEXT) // 2


def found(data: str | bytes) -> list[armor.Token]:
    return armor.read(find_tokens(data.encode() if isinstance(data, str) else data).data)


def reasons(data: str | bytes) -> list[str]:
    left_out = find_tokens(data.encode() if isinstance(data, str) else data).left_out
    return [one.reason for one in left_out]


@pytest.mark.parametrize("name", [*INNERMOST, *ENVELOPES])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_tokens_are_found_in_each_envelope(name: str, encoding: str) -> None:
    envelope = {**INNERMOST, **ENVELOPES}[name]
    for text in (BARE, wrapped(BARE)):
        assert found(envelope(text).encode(encoding)) == [*TOKENS, BUNDLE]


@given(
    st.sampled_from(sorted(INNERMOST.keys() - {"break opportunities"})),  # twice a page no program writes
    st.lists(st.sampled_from(sorted(ENVELOPES.keys() - MAILS)), max_size=1),
    st.lists(st.sampled_from(sorted(MAILS)), max_size=1),
    st.sampled_from(ENCODINGS),
    st.integers(20, 200),
)
def test_the_tokens_are_found_in_every_composition(
    inner: str, names: list[str], mails: list[str], encoding: str, width: int
) -> None:
    text = INNERMOST[inner](wrapped(BARE, width))
    for name in [*names, *mails]:
        text = ENVELOPES[name](text)
    assert found(text.encode(encoding, "surrogatepass")) == [*TOKENS, BUNDLE]


@pytest.mark.attack("any-bytes")
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | st.binary(max_size=90).map(TEXT.encode().__add__)
)
def test_any_bytes_are_tokens_or_a_license_error(data: bytes) -> None:
    with suppress(LicenseError):
        assert found(data)


@pytest.mark.parametrize("data", [BARE.encode(), b"\xef\xbb\xbf" + wrapped(BARE).encode(), BARE.encode() * 2])
def test_a_file_of_tokens_passes_byte_for_byte(data: bytes) -> None:
    read = find_tokens(data)
    assert read.data is data
    assert read.left_out == ()


def test_several_attachments_are_one_file_and_copies_are_taken_once() -> None:
    mail = attached(armor.write_file(TOKENS), BARE)
    assert found(mail) == [*TOKENS, BUNDLE]
    assert find_tokens(mail.encode()).left_out[-1].message == "3 copies"


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        (f"Hello\n{TEXT}", ["text"]),
        (f"{TEXT}\nHello!", ["text"]),
        (f'"{TEXT}"', ["quotes"]),
        (f"\n\ufeff{TEXT}", ["unseen"]),
        (f"<p>{TEXT}</p>", ["html"]),
        ("".join(f"> {line}\n" for line in LINES), ["quotes"]),
        ("=\n".join(LINES), ["quoted-printable"]),
        (TEXT.encode("utf-16"), ["encoding"]),
        (f"{TEXT}\n-- \n{TEXT}", ["text", "copies"]),
        (attached(TEXT), ["mail"]),
    ],
)
def test_what_was_taken_away_is_reported(text: str | bytes, left_out: list[str]) -> None:
    assert reasons(text) == left_out


GREETING, SIGNATURE = "Hello Anna,\n\n", "\n\nBest regards\nOla\n"


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        pytest.param("\n".join(LINES[:-2]), "cut-off", id="lines at the end are missing"),
        pytest.param(TEXT[:-2], "cut-off", id="the last characters are gone"),
        pytest.param(TEXT[: TEXT.index(".") + 161], "cut-off", id="it ends where a byte does"),
        pytest.param(TEXT[:40], "cut-off", id="it ends in its signature"),
        pytest.param(TEXT[:MIDDLE] + "\u2026", "cut-off", id="an ellipsis"),
        pytest.param(TEXT[:MIDDLE] + " [message clipped]", "cut-off", id="clipped by a mail program"),
        pytest.param(TEXT[:MIDDLE] + "*" + TEXT[MIDDLE + 1 :], "foreign", id="a foreign character"),
        pytest.param(TEXT[:MIDDLE] + "\u00e4" + TEXT[MIDDLE:], "foreign", id="a letter that base64 does not have"),
    ],
)
def test_a_cut_off_token_is_told_from_an_altered_one(damaged: str, reason: str) -> None:
    """Alone, and in a mail whose words are letters of base64 as well."""
    for text in (damaged, f"{GREETING}{damaged}{SIGNATURE}"):
        with pytest.raises(ArmorInvalid) as caught:
            found(text)
        assert (caught.value.reason, caught.value.type) == (reason, "bundle")
        assert caught.value.behind in damaged.replace("\n", "")


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(TEXT[:MIDDLE] + ("A" if TEXT[MIDDLE] != "A" else "B") + TEXT[MIDDLE + 1 :], id="a changed letter"),
        pytest.param("\n".join(LINES[:2] + LINES[3:]), id="a line in the middle is missing"),
        pytest.param("\n".join([*LINES[:2], LINES[3], LINES[2], *LINES[4:]]), id="two lines changed places"),
    ],
)
def test_what_lengths_and_letters_cannot_tell_is_left_to_the_signature(altered: str) -> None:
    """It is a token for the reader, or was altered; it is never said to be cut off."""
    for text in (altered, f"{GREETING}{altered}{SIGNATURE}"):
        try:
            assert found(text) != [BUNDLE]
        except ArmorInvalid as error:
            assert error.reason == "altered"  # noqa: PT017  # either may happen


def test_a_damaged_copy_of_a_whole_token_is_left_out() -> None:
    assert found(f"{TEXT[: MIDDLE + 20]}\u2026\n\n{TEXT}") == [BUNDLE]


def test_a_token_that_is_only_mentioned_is_not_read() -> None:
    assert found(f"It begins with `lk1-bundle.AQEj\u2026`, or `lk1-bundle.`:\n{TEXT}") == [BUNDLE]


def test_a_damaged_token_beside_whole_ones_is_not_lost() -> None:
    with pytest.raises(ArmorInvalid, match="the bundle is cut off"):
        found(f"Hello\n{armor.write_file(TOKENS)}{TEXT[:MIDDLE]}")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Hello\nlk1-lease.AQEjkYT3AQEjkYT3AQEjkYT3", UnexpectedType),
        ("Hello\nlk1-bundle." + "A" * (FRAME_BYTES * 2), ArmorInvalid),
        ("x" * (FILE_BYTES + 1), TooLarge),
        ("Hello\nlk1-bundle." + "/" * 200, ArmorInvalid),
        ("Hello\nlk1-bundle.AQEj", ArmorInvalid),
        ("Hello\nlk1-bundle.!" + "EQ" * 300, FormatError),
        ("&#" + "9" * 9000 + " &#x110000; \\ud800 \\\\u0000 =FF=\r\n =C3 <", FormatError),
    ],
)
def test_what_is_not_a_token_is_refused(text: str, error: type[LicenseError]) -> None:
    with pytest.raises(error):
        found(text)


@pytest.mark.attack("mail-without-end")
@pytest.mark.parametrize("line", ["<a ", "\n", "=\n", "<![if x"])
def test_a_mail_that_is_divided_without_end_is_read_as_text(line: str) -> None:
    mail = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(400))
    assert found(f"{mail}{line * 1000}\n{TEXT}") == [BUNDLE]


@pytest.mark.attack("mail-without-end")
def test_a_header_without_end_is_cut() -> None:
    assert found(f"Content-Type: text/plain{';' * 100_000}\n\n{TEXT}") == [BUNDLE]


@pytest.mark.attack("mail-without-end")
def test_what_is_wrapped_more_often_than_is_undone_is_refused() -> None:
    with pytest.raises(ArmorInvalid):
        found(f"lk1&{'amp;' * 20}#45;bundle")


def test_more_tokens_than_a_file_may_have_are_refused() -> None:
    key = makers.key("vendor")
    many = [sign(makers.bundle(sequence=number), key) for number in range(1, 258)]
    with pytest.raises(TooLarge) as caught:
        found("Hello\n" + armor.write_file(many))
    assert caught.value.reason == "tokens"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lkkey1.AAAA", "key-file"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "key-file"),
        ("lkpub1.AAAA", "public-key"),
        ("lkroot1-AAAA", "root-pin"),
        ('# a comment\norder = "7"\n', "order"),
        ('product = "crm"\n[licenses.sale]\n', "catalog"),
        ("\ufeff \n", "empty"),
        ("hello", "no-token"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name(text: str, reason: str) -> None:
    with pytest.raises(ArmorInvalid) as caught:
        found(text)
    assert caught.value.reason == reason
