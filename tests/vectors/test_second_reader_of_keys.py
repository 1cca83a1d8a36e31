"""Two readers that share no code make the same of every key text, whole or damaged."""

from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit import limits
from licensekit.errors import LicenseError
from licensekit.keys import keyfile
from licensekit.wire.frame import ED25519, INSTALLATION
from tests import makers, rare_keys
from tests.vectors.second_reader import key_files
from tests.vectors.second_reader.forms import RefusedError

PASSPHRASE = "blåbær".encode()
KEYS = [makers.key("vendor"), makers.key("installation", INSTALLATION)]


@pytest.fixture(scope="module")
def sealed() -> list[bytes]:
    """The contents of secret key files at the lowest cost that is read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
        return [contents(keyfile.seal(key, PASSPHRASE, label="Blå")) for key in KEYS]


LOWEST_COST = bytes([limits.SCRYPT_LOG2_N_MIN])
SHOWN = [keyfile.format_public(key.verifying_key, "Blå") for key in KEYS]


def contents(text: str) -> bytes:
    body = text.partition(".")[2]
    return b64decode(body + "=" * (-len(body) % 4))


def spelled(prefix: str, data: bytes) -> bytes:
    return prefix.encode() + b64encode(data).rstrip(b"=")


def our_public(text: bytes) -> object:
    try:
        part = keyfile.parse_public(text)
    except LicenseError as error:
        return error.code
    return part.verifying_key.scheme, part.verifying_key.public, part.label


def their_public(text: bytes) -> object:
    try:
        return tuple(key_files.public_key(text))
    except RefusedError as error:
        return error.args[0]


def our_secret(text: bytes, passphrase: bytes) -> object:
    try:
        key = keyfile.open_(text, passphrase)
    except LicenseError as error:
        return error.code
    return key.verifying_key.public, key.reveal_secret()


def their_secret(text: bytes, passphrase: bytes) -> object:
    try:
        shown, secret = key_files.secret_key(text, passphrase)
    except RefusedError as error:
        return error.args[0]
    return shown.public, secret


damages = st.tuples(st.integers(0, 40), st.integers(0, 2), st.binary(max_size=2))


def damaged(data: bytes, damage: tuple[int, int, bytes]) -> bytes:
    at, gone, new = damage
    return data[:at] + new + data[at + gone :]


@given(st.sampled_from(SHOWN), damages)
def test_both_make_the_same_of_a_damaged_public_key(text: str, damage: tuple[int, int, bytes]) -> None:
    """Also where the check fits what was damaged, so that the rest is judged."""
    whole = contents(text)
    body = damaged(whole[:-4], damage)
    fitting = sha256(b"lkpub1." + body).digest()[:4]
    for written in (
        damaged(text.encode(), damage),
        spelled("lkpub1.", body + whole[-4:]),
        spelled("lkpub1.", body + fitting),
    ):
        assert their_public(written) == our_public(written)


@pytest.mark.parametrize("key", [rare_keys.LOW_ORDER[0], rare_keys.NON_CANONICAL[0], b"short"])
def test_both_refuse_an_unsound_public_key_alike(key: bytes) -> None:
    body = bytes([ED25519, 0, 0]) + key
    text = spelled("lkpub1.", body + sha256(b"lkpub1." + body).digest()[:4])
    assert their_public(text) == our_public(text) == "key-invalid"


@given(st.integers(0, 1), damages)
def test_both_make_the_same_of_a_damaged_secret_key(
    sealed: list[bytes], which: int, damage: tuple[int, int, bytes]
) -> None:
    data = damaged(sealed[which], damage)
    if data[1:2] > LOWEST_COST:  # for the sake of time
        data = data[:1] + LOWEST_COST + data[2:]
    text = spelled("lkkey1.", data)
    assert their_secret(text, PASSPHRASE) == our_secret(text, PASSPHRASE)


@pytest.mark.parametrize("passphrase", [PASSPHRASE, b"another", b""])
@pytest.mark.parametrize("which", [0, 1])
def test_both_open_a_secret_key_alike(sealed: list[bytes], which: int, passphrase: bytes) -> None:
    text = b"\xef\xbb\xbf" + b"\n".join([spelled("lkkey1.", sealed[which]), b""])
    assert their_secret(text, passphrase) == our_secret(text, passphrase)


@pytest.mark.parametrize("cost", [0, 13, 21, 255])
def test_both_refuse_a_cost_outside_the_bounds_alike(sealed: list[bytes], cost: int) -> None:
    text = spelled("lkkey1.", sealed[0][:1] + bytes([cost]) + sealed[0][2:])
    assert their_secret(text, PASSPHRASE) == our_secret(text, PASSPHRASE) == "key-file-invalid"


def test_both_refuse_a_key_text_above_its_bound_alike() -> None:
    text = b"lkpub1." + b" " * limits.KEY_FILE_BYTES
    assert their_public(text) == our_public(text) == "too-large"
