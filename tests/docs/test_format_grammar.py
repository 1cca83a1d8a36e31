"""The grammar of `docs/format.md` accepts just what the reader accepts."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.catalog.tables import unsold, unsold_extension
from licensekit.dates import format_days, format_seconds
from licensekit.errors import ArmorInvalid, KeyFault, LicenseError, RootPinInvalid, TooLarge, UnexpectedType
from licensekit.keys import keyfile
from licensekit.trust.pack import read_held
from licensekit.trust.roots import parse_pin, pin_of
from licensekit.wire import armor
from licensekit.wire.documents.fields import hex_extension, is_code, is_serial, require_qualified
from tests import makers
from tests.docs.grammar import ABNF, NAMES, TYPES, accepts
from tests.docs.tables import text_of
from tests.vectors.our_reader.members import bytes_of
from tests.vectors.test_vectors import CASES

TEXT = text_of("format.md")
LONGEST = 1_000
"""Characters of the longest text that is parsed: parsers of ABNF are slow."""


def test_every_rule_is_defined_once_and_used_or_named_in_the_text() -> None:
    assert len(NAMES) == len(set(NAMES)) > 20
    used = set(re.findall(r"(?<![%\w\"-])([a-z][a-z0-9-]+)(?![\w\"-])", re.sub(r";.*", "", ABNF)))
    assert used <= set(NAMES)
    assert set(NAMES) - used <= {name for name in NAMES if f"`{name}`" in TEXT}


def test_the_types_are_in_reading_order() -> None:
    assert list(armor.TYPES) == TYPES


def is_read(file: bytes) -> bool:
    """Return whether the reader takes a file as tokens, whatever their size."""
    try:
        armor.read(file)
    except TooLarge:
        return True
    except (ArmorInvalid, UnexpectedType):
        return False
    return True


def is_file(file: bytes) -> bool:
    """Return whether what step 2 leaves, with one character for each byte, is of the grammar."""
    return accepts("file", armor.compact(file).decode("latin-1"))


FORMS = [
    pytest.param(data, id=case.id)
    for case in CASES
    if (case.ask == "tokens" or case.group == "tokens") and len(data := bytes_of(case.line(), "file")) <= LONGEST
]


@pytest.mark.parametrize("file", FORMS)
def test_files_of_the_cases_are_of_the_grammar_just_if_the_reader_divides_them(file: bytes) -> None:
    assert is_file(file) is is_read(file)


@given(
    st.lists(
        st.sampled_from(["lk1-", "bundle", "trust", ".", "AQ", "AAA", "B", "=", "-", "é", "AAAA", " ", "\ufeff"]),
        max_size=8,
    ).map(lambda pieces: "".join(pieces).encode())
    | st.text("lk1-rotbunde.AQgwEB+/=", max_size=24).map(lambda tail: b"lk1-root." + tail.encode())
)
def test_any_text_is_of_the_grammar_just_if_the_reader_divides_it(file: bytes) -> None:
    assert is_file(file) is is_read(file)


def is_pin(text: str) -> bool:
    try:
        parse_pin(text)
    except RootPinInvalid:
        return False
    return True


@given(st.binary(max_size=4), st.data())
def test_pins_in_any_spelling(payload: bytes, data: st.DataObject) -> None:
    pin = pin_of(payload)
    around = st.text(" \t\n\v\f\r\u00a0\u001c\ufeff", max_size=2)
    last = data.draw(st.sampled_from("abcdiqy27A="))
    for text in (pin, pin.upper(), pin[:-1] + last, pin + last, pin[:-1]):
        written = data.draw(around) + text + data.draw(around)
        assert accepts("written-pin", written) is is_pin(written)
        assert accepts("pin", text) is is_pin(text)


def is_qualified(text: str) -> bool:
    try:
        require_qualified([text])
    except ValueError:
        return False
    return True


WORDS: dict[str, Callable[[str], bool]] = {"code": is_code, "serial": is_serial, "qualified-code": is_qualified}


@pytest.mark.parametrize("rule", WORDS)
@given(
    st.text("a0-.Zé\n", max_size=5)
    | st.tuples(st.integers(30, 66), st.integers(0, 66)).map(
        lambda lengths: "a" * lengths[0] + "." * bool(lengths[1]) + "b" * lengths[1]
    )
)
def test_codes_and_serials_of_any_length(rule: str, text: str) -> None:
    assert accepts(rule, text) is WORDS[rule](text)


OTHER_FORMS = {"armor", "not-a-key-file", "not-a-public-key", "secret-key", "public-key"}


def opens(parse: Callable[[str], object], text: str) -> bool:
    """Return whether a key text has its form, whatever it holds."""
    try:
        parse(text)
    except KeyFault as error:
        return getattr(error, "reason", "") not in OTHER_FORMS
    return True


@given(st.text("AQEIgw048+/=", max_size=9))
def test_key_texts_in_any_spelling(body: str) -> None:
    for prefix in ("lkkey1.", "lkpub1.", "lkpub."):
        text = prefix + body
        assert accepts("secret-key", text) is opens(keyfile.peek, text)
        assert accepts("public-key", text) is opens(keyfile.parse_public, text)


@pytest.mark.parametrize(("rule", "size"), [("request-value", 16), ("pickup-value", 16), ("follows-value", 32)])
@given(data=st.data())
def test_values_of_extensions_in_any_spelling(rule: str, size: int, data: st.DataObject) -> None:
    value = data.draw(st.binary(min_size=size, max_size=size)).hex()
    shorter = value[: data.draw(st.integers(0, 2 * size))]
    for text in (value, value.upper(), shorter, value + "0", " " + value[1:], value[:-1] + "é"):
        assert accepts(rule, text) is (hex_extension({"x": text}, "x", size) is not None)


@given(st.from_regex(r"\A[1-90.]{1,4} [-1.]{1,5} [-1.]{1,5} ?\Z") | st.just("1.2 - 1.2.3") | st.just("1.2 1.2.3 -"))
def test_values_of_what_is_held(text: str) -> None:
    assert accepts("holds-value", text) is (read_held(text) is not None)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("1:" + "0f" * 32, True),
        ("9007199254740991:" + "0f" * 32, True),
        ("0:" + "0f" * 32, False),
        ("01:" + "0f" * 32, False),
        ("1:" + "0F" * 32, False),
        ("1:" + "0f" * 31, False),
        (":" + "0f" * 32, False),
    ],
)
def test_values_of_the_ledger_extension(text: str, *, good: bool) -> None:
    assert accepts("ledger-value", text) is good


@given(st.dictionaries(st.from_regex(r"\A[a-z0-9](-?[a-z0-9])*\Z"), st.sampled_from(["", "new"]), min_size=1))
def test_values_of_what_is_no_longer_sold(codes: dict[str, str]) -> None:
    said = unsold_extension("editions", codes)["unsold-editions"]
    assert accepts("unsold-value", said)
    assert unsold(makers.catalog(extensions={"unsold-editions": said}), "editions") == codes


@pytest.mark.parametrize("text", ["Fax", "fax ", "fax  sales", "fax/", "/fax", ""])
def test_other_values_of_what_is_no_longer_sold_count_as_absent(text: str) -> None:
    assert not accepts("unsold-value", text)
    assert unsold(makers.catalog(extensions={"unsold-editions": text}), "editions") == {}


@given(st.integers(0, 2_932_896), st.integers(0, 253_402_300_799), st.binary(max_size=3))
def test_dates_times_and_bytes_are_shown_as_the_grammar_says(day: int, second: int, data: bytes) -> None:
    assert accepts("plain-date", format_days(day))
    assert accepts("plain-time", format_seconds(second))
    assert accepts("plain-bytes", data.hex())


def test_what_the_writer_writes_is_of_the_grammar() -> None:
    key = makers.key("vendor")
    assert accepts("public-key", keyfile.format_public(key.verifying_key, "Blå"))
    assert accepts("file", armor.write(armor.Token("bundle", b"\x00")))
    with pytest.raises(LicenseError):
        armor.read("lk1-bundle.AB")
