"""The `pkcs11:` URIs of RFC 7512, as far as they name a key that signs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit import errors
from licensekit.keys.pkcs11 import TOKEN_ATTRIBUTES, KeyPlace, parse

MODULE = "module-path=/usr/lib/softhsm/libsofthsm2.so"

PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=40)
PLACES = st.builds(
    KeyPlace,
    module=PRINTABLE.map("/{}".format),
    token=st.dictionaries(st.sampled_from(TOKEN_ATTRIBUTES), PRINTABLE, min_size=1),
    object=st.none() | PRINTABLE,
    id=st.none() | st.binary(min_size=1, max_size=40),
)


def test_a_uri_says_where_the_key_is() -> None:
    place = parse(f"pkcs11:token=acme%20licenses;object=signing;id=%00%FF?{MODULE}")
    assert place == KeyPlace("/usr/lib/softhsm/libsofthsm2.so", {"token": "acme licenses"}, "signing", b"\x00\xff")


@given(PLACES)
def test_what_is_written_is_read_back(place: KeyPlace) -> None:
    assert place.uri().isascii()
    assert parse(place.uri()) == place


def test_an_empty_part_between_separators_means_nothing() -> None:
    assert parse(f"pkcs11:;token=acme;?&{MODULE}&") == parse(f"pkcs11:token=acme?{MODULE}")


REFUSED = {
    "": "begins|URI",
    "token=acme": "a token is named by a URI",
    f"PKCS11:token=acme?{MODULE}": "a token is named by a URI",
    f"pkcs11:token=Æsir?{MODULE}": "ASCII",
    f"pkcs11:token=\ud800?{MODULE}": "ASCII",
    f"pkcs11:?{MODULE}": "names no token",
    f"pkcs11:object=signing?{MODULE}": "names no token",
    "pkcs11:token=acme": "module-path",
    "pkcs11:token=acme?module-path=libsofthsm2.so": "absolute",
    f"pkcs11:token=acme?{MODULE}&pin-value=1234": "PIN",
    f"pkcs11:token=acme?pin-source=file:/etc/pin&{MODULE}": "PIN",
    f"pkcs11:token=acme;pin-value=1234?{MODULE}": "the URI attribute 'pin-value' is not known",
    f"pkcs11:token=acme?{MODULE}&module-name=softhsm2": "the URI attribute 'module-name' is not known",
    f"pkcs11:token=acme;slot-id=0?{MODULE}": "the URI attribute 'slot-id' is not known",
    f"pkcs11:token=acme;token=other?{MODULE}": "`token` is malformed",
    f"pkcs11:token?{MODULE}": "`token` is malformed",
    f"pkcs11:token=?{MODULE}": "`token` is malformed",
    f"pkcs11:token=50%?{MODULE}": "`token` is malformed",
    f"pkcs11:token=%zz?{MODULE}": "`token` is malformed",
    f"pkcs11:token=%ff?{MODULE}": "not UTF-8",
    f"pkcs11:token=a%0Ab?{MODULE}": "control",
    "pkcs11:token=acme?module-path=/a%00b": "control",
    f"pkcs11:token=acme;type=public?{MODULE}": "private key",
}


@pytest.mark.parametrize(("uri", "why"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_cannot_be_followed_is_refused(uri: str, why: str) -> None:
    with pytest.raises(errors.SignerUnavailable, match=why) as caught:
        parse(uri)
    assert caught.value.hint
    assert "1234" not in str(caught.value)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_read_or_refused(path: str, query: str) -> None:
    for uri in (path, f"pkcs11:{path}?{query}", f"pkcs11:token={path}?{MODULE}"):
        try:
            place = parse(uri)
        except errors.SignerUnavailable:
            continue
        assert parse(place.uri()) == place
