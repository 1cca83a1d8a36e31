"""Key files: secret keys under a passphrase, public keys as text."""

import subprocess
import sys
import textwrap
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from hypothesis import given
from hypothesis import strategies as st

from licensekit import errors, limits
from licensekit.keys import keyfile
from licensekit.keys.signing import SigningKey
from licensekit.wire.frame import ED25519, HYBRID, INSTALLATION
from tests.cheap_keys import cheap_keys
from tests.keys import edwards

__all__ = ["cheap_keys"]

SCHEMES = [ED25519, HYBRID, INSTALLATION]
PASSPHRASE = "Blåbærsyltetøy 26".encode()
LABEL = "Æsir, signing 2026"
KEY = SigningKey.from_secret(ED25519, bytes(range(32)))
"""A test key that everyone knows."""
REFUSED = (errors.KeyFileInvalid, errors.PassphraseWrong)


@pytest.fixture(scope="module")
def sealed() -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
        return keyfile.seal(KEY, PASSPHRASE, label=LABEL)


@pytest.fixture
def quickly_sealed(monkeypatch: pytest.MonkeyPatch) -> str:
    """A key file for tests that open it hundreds of times; its cost is below the bounds."""
    monkeypatch.setattr(keyfile, "LOG2_N", 2)
    monkeypatch.setattr(limits, "SCRYPT_LOG2_N_MIN", 1)
    monkeypatch.setattr(limits, "SCRYPT_LOG2_N_MAX", 3)
    return keyfile.seal(KEY, PASSPHRASE, label=LABEL)


def contents(text: str) -> bytes:
    body = text.partition(".")[2]
    return b64decode(body + "=" * (-len(body) % 4))


def text_of(prefix: str, data: bytes) -> str:
    return prefix + b64encode(data).rstrip(b"=").decode()


def resealed(text: str, secret: bytes) -> str:
    """Return what someone who knows the passphrase can make: another secret behind the header."""
    data = contents(text)
    start, salt = data[: -len(secret) - 16], data[2:18]
    key = Scrypt(salt, 32, 2 ** data[1], 8, 1).derive(PASSPHRASE)
    sealed = ChaCha20Poly1305(key).encrypt(bytes(12), secret, b"lkkey1." + start)
    return text_of("lkkey1.", start + sealed)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_was_sealed_opens_with_its_passphrase(scheme: int) -> None:
    key = SigningKey.generate(scheme)
    text = keyfile.seal(key, PASSPHRASE, label=LABEL)
    opened = keyfile.open_(text, PASSPHRASE)
    assert opened.verifying_key == key.verifying_key
    assert opened.reveal_secret() == key.reveal_secret()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_public_key_and_label_show_without_passphrase(scheme: int) -> None:
    key = SigningKey.generate(scheme)
    part = keyfile.peek(keyfile.seal(key, PASSPHRASE, label=LABEL))
    assert part == (key.verifying_key, LABEL)


def test_a_key_file_is_one_line_of_ascii(sealed: str) -> None:
    assert sealed.startswith("lkkey1.")
    assert sealed.isascii()
    assert sealed.split() == [sealed]


def test_files_of_earlier_versions_still_open() -> None:
    """These are literals, so that no change of the code changes the format unnoticed. The key is not secret."""
    secret = (
        "lkkey1.AQ4AAQIDBAUGBwgJCgsMDQ4PAARUZXN0A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbgHsUahvn8k"
        "0SuNdn1nLdlUNG0jg1bYsjHbveeChpj/JTXLNq/Royyrv8zTIw/mthU"
    )
    public = "lkpub1.AQAEVGVzdAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4IOrmxg"
    assert keyfile.open_(secret, b"test").reveal_secret() == KEY.reveal_secret()
    assert keyfile.peek(secret) == (KEY.verifying_key, "Test")
    assert keyfile.format_public(KEY.verifying_key, "Test") == public


def test_two_seals_of_one_key_share_neither_salt_nor_secret(sealed: str) -> None:
    other = keyfile.seal(KEY, PASSPHRASE, label=LABEL)
    assert contents(other)[2:18] != contents(sealed)[2:18]
    assert contents(other)[-48:] != contents(sealed)[-48:]


def test_the_default_cost_is_within_the_bounds_and_takes_128_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert limits.SCRYPT_LOG2_N_MIN < keyfile.LOG2_N < limits.SCRYPT_LOG2_N_MAX
    assert 128 * limits.SCRYPT_R * 2**keyfile.LOG2_N == 128 * 2**20
    text = keyfile.seal(KEY, PASSPHRASE, label=LABEL)
    assert contents(text)[1] == keyfile.LOG2_N
    assert keyfile.open_(text, PASSPHRASE).verifying_key == KEY.verifying_key


@pytest.mark.parametrize("wrong", [b"", b"x", PASSPHRASE + b"\n", PASSPHRASE[:-1], b"\xff" * 1024])
def test_another_passphrase_does_not_open_it(sealed: str, wrong: bytes) -> None:
    with pytest.raises(errors.PassphraseWrong):
        keyfile.open_(sealed, wrong)


def test_an_empty_passphrase_seals_nothing() -> None:
    with pytest.raises(errors.PassphraseMissing):
        keyfile.seal(KEY, b"", label=LABEL)


def test_every_altered_character_is_refused(quickly_sealed: str) -> None:
    raw = quickly_sealed.encode()
    for place in range(len(raw)):
        for flip in (0x01, 0x20, 0x80):
            altered = bytearray(raw)
            altered[place] ^= flip
            with pytest.raises(REFUSED):
                keyfile.open_(bytes(altered), PASSPHRASE)


@pytest.mark.attack("altered-anywhere")
def test_every_altered_byte_of_the_contents_is_refused(quickly_sealed: str) -> None:
    data = contents(quickly_sealed)
    for place in range(len(data)):
        for flip in (0x01, 0x10, 0x80, 0xFF):
            altered = bytearray(data)
            altered[place] ^= flip
            with pytest.raises(REFUSED):
                keyfile.open_(text_of("lkkey1.", bytes(altered)), PASSPHRASE)


@pytest.mark.attack("truncation-at-every-byte")
def test_every_truncation_is_refused(sealed: str) -> None:
    for end in range(len(sealed)):
        with pytest.raises(errors.KeyFileInvalid):
            keyfile.open_(sealed[:end], PASSPHRASE)


@pytest.mark.attack("trailing-bytes")
@pytest.mark.parametrize("more", ["A", "AAAA", "=", "==", ".", "lkkey1.AAAA"])
def test_anything_after_it_is_refused(sealed: str, more: str) -> None:
    with pytest.raises(errors.KeyFileInvalid):
        keyfile.open_(sealed + more, PASSPHRASE)


def test_wrapping_and_pasting_do_no_harm(sealed: str) -> None:
    lines = textwrap.wrap(sealed, 20)
    pasted = [sealed + "\n", "\ufeff" + sealed, "\r\n".join(lines), "  " + "\t".join(sealed)]
    for text in pasted:
        assert keyfile.open_(text, PASSPHRASE).verifying_key == KEY.verifying_key
        assert keyfile.open_(text.encode(), PASSPHRASE).verifying_key == KEY.verifying_key


@pytest.mark.attack("costly-to-derive")
@pytest.mark.parametrize("log2_n", [0, 1, 13, 21, 30, 63, 255])
def test_a_cost_outside_the_bounds_is_refused_before_any_derivation(
    sealed: str, log2_n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(contents(sealed))
    data[1] = log2_n
    monkeypatch.setattr(keyfile, "Scrypt", None)  # whoever derives a key now fails otherwise
    with pytest.raises(errors.KeyFileInvalid, match=rf"2\^{log2_n}, outside"):
        keyfile.open_(text_of("lkkey1.", bytes(data)), PASSPHRASE)


@pytest.mark.attack("costly-to-derive")
def test_the_cost_is_authenticated(sealed: str) -> None:
    data = bytearray(contents(sealed))
    data[1] += 1
    with pytest.raises(errors.PassphraseWrong):
        keyfile.open_(text_of("lkkey1.", bytes(data)), PASSPHRASE)


@pytest.mark.process
def test_a_cost_beyond_the_memory_is_reported_as_such(sealed: str) -> None:
    """In a process that may not have the gibibyte that the highest cost takes."""
    data = bytearray(contents(sealed))
    data[1] = limits.SCRYPT_LOG2_N_MAX
    program = textwrap.dedent("""\
        import resource, sys
        from licensekit import errors
        from licensekit.keys import keyfile
        resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))
        try:
            keyfile.open_(sys.argv[1], b"x")
        except errors.KeyFileInvalid as error:
            print(error)
    """)
    result = subprocess.run(
        [sys.executable, "-c", program, text_of("lkkey1.", bytes(data))], check=True, capture_output=True, text=True
    )
    assert "needs 1024 MiB of memory" in result.stdout


@pytest.mark.attack("self-supplied-key")
def test_another_public_key_in_front_of_the_secret_is_refused(sealed: str) -> None:
    """Even from one who knows the passphrase: what is shown is what signs."""
    other = SigningKey.from_secret(ED25519, bytes(32)).reveal_secret()
    same = keyfile.open_(resealed(sealed, KEY.reveal_secret()), PASSPHRASE)
    assert same.verifying_key == KEY.verifying_key
    with pytest.raises(errors.KeyFileInvalid, match="public key in the key file does not belong"):
        keyfile.open_(resealed(sealed, other), PASSPHRASE)


@pytest.mark.attack("low-order-key")
def test_a_low_order_public_key_in_front_is_refused(sealed: str) -> None:
    data = bytearray(contents(sealed))
    data[-80:-48] = edwards.encode(edwards.IDENTITY)
    with pytest.raises(errors.KeyFileInvalid, match="the public key in the key file is not valid"):
        keyfile.peek(text_of("lkkey1.", bytes(data)))


@pytest.mark.parametrize("scheme", [0, 4, 255])
def test_an_unknown_scheme_is_refused(sealed: str, scheme: int) -> None:
    data = bytearray(contents(sealed))
    data[0] = scheme
    with pytest.raises(errors.KeyFileInvalid, match=f"scheme {scheme}"):
        keyfile.open_(text_of("lkkey1.", bytes(data)), PASSPHRASE)


BAD_LABELS = {
    "a line\nmore": "control",
    "right\u202eto left": "an invisible one",
    "e\u0301": "normalization",
    "x" * (limits.NAME_LENGTH + 1): "longer than 200",
    "half \ud83d": "half of a surrogate pair",
}


@pytest.mark.parametrize(("label", "why"), BAD_LABELS.items(), ids=range(len(BAD_LABELS)))
def test_a_label_that_may_not_be_shown_is_never_written(label: str, why: str) -> None:
    with pytest.raises(errors.KeyInvalid, match=why):
        keyfile.seal(KEY, PASSPHRASE, label=label)
    with pytest.raises(errors.KeyInvalid, match=why):
        keyfile.format_public(KEY.verifying_key, label)


@pytest.mark.parametrize("label", [b"a\nb", b"\xff\xfe", "\u202e".encode(), b"x" * 201])
def test_nor_is_one_believed(sealed: str, label: bytes) -> None:
    data = contents(sealed)
    length = 2 + int.from_bytes(data[18:20], "big")
    written = data[:18] + len(label).to_bytes(2, "big") + label + data[18 + length :]
    with pytest.raises(errors.KeyFileInvalid, match="label"):
        keyfile.peek(text_of("lkkey1.", written))


@pytest.mark.parametrize("label", ["", "x" * limits.NAME_LENGTH, "🔑" * limits.NAME_LENGTH])
def test_labels_count_characters_and_not_bytes(label: str) -> None:
    assert keyfile.peek(keyfile.seal(KEY, PASSPHRASE, label=label)).label == label
    assert keyfile.parse_public(keyfile.format_public(KEY.verifying_key, label)).label == label


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_public_key_comes_back_from_its_text(scheme: int) -> None:
    key = SigningKey.generate(scheme).verifying_key
    text = keyfile.format_public(key, LABEL)
    assert text.startswith("lkpub1.")
    assert text.split() == [text]
    assert keyfile.parse_public(text) == (key, LABEL)
    assert keyfile.parse_public(textwrap.fill(text, 30).encode()) == (key, LABEL)


def test_every_altered_character_of_a_public_key_is_refused() -> None:
    raw = keyfile.format_public(KEY.verifying_key, LABEL).encode()
    for place in range(len(raw)):
        for flip in (0x01, 0x20, 0x80):
            altered = bytearray(raw)
            altered[place] ^= flip
            with pytest.raises(errors.KeyFileInvalid):
                keyfile.parse_public(bytes(altered))


@pytest.mark.attack("low-order-key")
def test_a_low_order_key_is_refused_as_a_public_key() -> None:
    public = edwards.encode(edwards.IDENTITY)
    body = bytes([ED25519, 0, 0]) + public
    check = sha256(b"lkpub1." + body).digest()[:4]
    with pytest.raises(errors.KeyInvalid, match="low order"):
        keyfile.parse_public(text_of("lkpub1.", body + check))


def test_a_label_that_runs_beyond_the_end_is_refused() -> None:
    """A public key whose check fits is refused likewise: the file is damaged, not its key."""
    body = bytes([ED25519, 0, 200]) + b"label"
    check = sha256(b"lkpub1." + body).digest()[:4]
    with pytest.raises(errors.KeyFileInvalid, match="cut short"):
        keyfile.parse_public(text_of("lkpub1.", body + check))


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        ("lkpub1.AAAA", "public-key", "contains the secret"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "other-form", "import"),
        ("lk1-bundle.AAAA", "license-file", "license file"),
        ("", "not-a-key-file", "backup"),
        ("hello", "not-a-key-file", "backup"),
        ("\ud800", "not-a-key-file", "backup"),
    ],
)
def test_a_file_of_another_kind_is_told_apart(text: str, reason: str, said: str) -> None:
    with pytest.raises(errors.KeyFileInvalid, match="not a key file") as caught:
        keyfile.open_(text, PASSPHRASE)
    assert caught.value.reason == reason
    assert said in str(caught.value)


def test_a_secret_key_file_in_place_of_a_public_key_is_told_apart(sealed: str) -> None:
    with pytest.raises(errors.KeyFileInvalid, match="secret key file"):
        keyfile.parse_public(sealed)


@pytest.mark.attack("oversize-file")
@pytest.mark.parametrize("read", [keyfile.peek, keyfile.parse_public])
def test_a_file_beyond_the_bound_is_not_read(read: Callable[[bytes], keyfile.PublicPart]) -> None:
    with pytest.raises(errors.TooLarge):
        read(b" " * (limits.KEY_FILE_BYTES + 1))


@pytest.mark.attack("any-bytes")
@given(st.sampled_from(["", "lkkey1.", "lkpub1."]), st.binary(max_size=200), st.booleans())
def test_any_bytes_give_a_key_or_a_refusal(prefix: str, data: bytes, encoded: bool) -> None:  # noqa: FBT001  # drawn
    text = text_of(prefix, data).encode() if encoded else prefix.encode() + data
    for read in (keyfile.peek, keyfile.parse_public):
        with pytest.raises((errors.KeyFault, errors.TooLarge)):
            read(text)


@given(st.text(max_size=limits.NAME_LENGTH), st.sampled_from([ED25519, INSTALLATION]))
def test_a_label_is_written_and_read_back_or_refused(label: str, scheme: int) -> None:
    key = SigningKey.from_secret(scheme, bytes(32)).verifying_key
    try:
        text = keyfile.format_public(key, label)
    except errors.KeyInvalid:
        return
    assert keyfile.parse_public(text) == (key, label)


@pytest.mark.attack("secret-in-a-traceback")
def test_no_refusal_shows_passphrase_or_secret(sealed: str) -> None:
    with pytest.raises(errors.PassphraseWrong) as caught:
        keyfile.open_(sealed, b"opensesame")
    shown = f"{caught.value} {caught.value!r} {caught.value.data} {caught.value.__cause__!r}"
    assert "opensesame" not in shown
