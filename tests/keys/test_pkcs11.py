"""Keys in a PKCS#11 token, on SoftHSM2."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, Session, TokenFlag

from licensekit import errors
from licensekit.keys.pkcs11 import TokenSigner, generate, open_signer, parse
from licensekit.keys.verifying import load
from licensekit.wire.frame import ED25519
from tests.keys import edwards
from tests.keys.conftest import Hsm

ED25519_CURVE = bytes.fromhex("06032b6570")
ED448_CURVE = bytes.fromhex("06032b6571")


@contextmanager
def session(hsm: Hsm) -> Generator[Session]:
    """Do something in the token that licensekit itself does not do."""
    token = pkcs11.lib(hsm.module).get_token(token_label="acme")
    with token.open(rw=True, user_pin=hsm.pin) as opened:
        yield opened


def make_pair(opened: Session, *, curve: bytes = ED25519_CURVE, id_: bytes = b"\x01", sign: bool = True) -> None:
    domain = opened.create_domain_parameters(KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: curve}, local=True)
    domain.generate_keypair(
        mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
        store=True,
        label="made",
        id=id_,
        private_template={Attribute.SIGN: sign},
    )


def refused(hsm: Hsm, path: str) -> errors.SignerUnavailable:
    with pytest.raises(errors.SignerUnavailable) as caught:
        open_signer(hsm.uri(path), hsm.ask_pin)
    return caught.value


def assert_signs(signer: TokenSigner) -> None:
    key = signer.verifying_key
    assert key.scheme == ED25519
    load(ED25519, key.public).verify(b"message", signer.sign(b"message"))


def test_a_key_made_in_the_token_signs(hsm: Hsm) -> None:
    assert_signs(generate(hsm.uri("token=acme"), hsm.ask_pin, "signing 2026"))


def test_a_key_is_opened_again_by_its_uri(hsm: Hsm) -> None:
    made = generate(hsm.uri("token=acme"), hsm.ask_pin, "signing 2026")
    opened = open_signer(made.uri, hsm.ask_pin)
    assert opened.verifying_key == made.verifying_key
    assert opened.uri == made.uri
    assert_signs(opened)


def test_a_key_is_opened_by_its_label_alone_and_by_its_id_alone(hsm: Hsm) -> None:
    made = generate(hsm.uri("token=acme"), hsm.ask_pin, "signing")
    place = parse(made.uri)
    by_label = place._replace(id=None).uri()
    by_id = place._replace(object=None).uri()
    for uri in (by_label, by_id):
        assert open_signer(uri, hsm.ask_pin).verifying_key == made.verifying_key


def test_the_uri_of_an_existing_tool_opens_it(hsm: Hsm) -> None:
    """With model, manufacturer, serial and type, as `p11tool --list-all` prints it."""
    made = generate(hsm.uri("token=acme;object=signing;id=%01"), hsm.ask_pin, "signing")
    serial = pkcs11.lib(hsm.module).get_token(token_label="acme").serial.decode()
    path = (
        f"model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial={serial};token=acme;"
        "id=%01;object=signing;type=private"
    )
    assert open_signer(hsm.uri(path), hsm.ask_pin).verifying_key == made.verifying_key


def test_several_keys_of_one_token_sign_side_by_side(hsm: Hsm) -> None:
    signers = [generate(hsm.uri("token=acme"), hsm.ask_pin, f"root {n}") for n in range(3)]
    assert len({signer.verifying_key for signer in signers}) == 3
    for signer in signers:
        assert_signs(signer)


@pytest.mark.attack("secret-sent-to-another-token")
def test_the_secret_cannot_leave_the_token(hsm: Hsm) -> None:
    generate(hsm.uri("token=acme"), hsm.ask_pin, "signing")
    pkcs11.lib(hsm.module).reinitialize()
    with session(hsm) as opened:
        private = opened.get_key(ObjectClass.PRIVATE_KEY, label="signing")
        assert private[Attribute.SENSITIVE]
        assert not private[Attribute.EXTRACTABLE]
        with pytest.raises(pkcs11.AttributeSensitive):
            private[Attribute.VALUE]


def test_a_label_that_the_token_has_already_makes_no_second_key(hsm: Hsm) -> None:
    made = generate(hsm.uri("token=acme"), hsm.ask_pin, "signing")
    with pytest.raises(errors.SignerUnavailable, match="`signing` already"):
        generate(hsm.uri("token=acme"), hsm.ask_pin, "signing")
    again = open_signer(hsm.uri("token=acme;object=signing"), hsm.ask_pin)
    assert again.verifying_key == made.verifying_key


@pytest.mark.parametrize("pin", ["wrong", "", "x" * 300, "\udcff"])
def test_a_wrong_pin_is_refused_and_says_so(hsm: Hsm, pin: str) -> None:
    uri = generate(hsm.uri("token=acme"), hsm.ask_pin, "signing").uri
    pkcs11.lib(hsm.module).reinitialize()
    with pytest.raises(errors.SignerUnavailable, match="refuses the PIN"):
        open_signer(uri, lambda: pin)


def test_a_refused_pin_says_that_few_tries_are_left(hsm: Hsm) -> None:
    uri = generate(hsm.uri("token=acme"), hsm.ask_pin, "signing").uri
    pkcs11.lib(hsm.module).reinitialize()
    asked: list[str] = []

    def wrong() -> str:
        asked.append("wrong")
        return "wrong pin"

    with pytest.raises(errors.SignerUnavailable, match=r"token `acme`: .* few tries are left") as caught:
        open_signer(uri, wrong)
    assert (caught.value.reason, asked) == ("few", ["wrong"])
    assert_signs(open_signer(uri, hsm.ask_pin))


@pytest.mark.attack("secret-sent-to-another-token")
@pytest.mark.parametrize(
    ("flag", "reason"), [(TokenFlag.USER_PIN_FINAL_TRY, "last"), (TokenFlag.USER_PIN_LOCKED, "locked")]
)
def test_the_last_try_is_never_taken(monkeypatch: pytest.MonkeyPatch, flag: TokenFlag, reason: str) -> None:
    """No PIN is asked for, and nobody logs in; SoftHSM never says so, hence a token that does."""
    named = {"label": "acme", "serial": b"1", "model": "m", "manufacturer_id": "n"}
    token = SimpleNamespace(**named, flags=TokenFlag.USER_PIN_COUNT_LOW | flag)
    module = SimpleNamespace(get_tokens=lambda: [token])

    def lib(_: str) -> SimpleNamespace:
        return module

    monkeypatch.setattr(pkcs11, "lib", lib)
    with pytest.raises(errors.SignerUnavailable) as caught:
        open_signer("pkcs11:token=acme;object=a?module-path=/m.so", lambda: pytest.fail("no PIN is asked for"))
    assert caught.value.reason == reason


def test_the_pin_is_asked_only_when_the_token_is_there(hsm: Hsm) -> None:
    def never() -> str:
        raise AssertionError("no PIN is needed")

    with pytest.raises(errors.SignerUnavailable, match="token `other`: there is no such token"):
        open_signer(hsm.uri("token=other;object=signing"), never)


@pytest.mark.parametrize("path", ["serial=0000", "model=other", "manufacturer=other"])
def test_every_attribute_of_the_token_must_be_its_own(hsm: Hsm, path: str) -> None:
    assert "no such token" in refused(hsm, f"token=acme;{path};object=signing").message


def test_of_two_tokens_of_one_label_the_serial_tells(hsm: Hsm) -> None:
    hsm.add_token("acme")
    assert "serial=" in refused(hsm, "token=acme;object=signing").hint
    serial = next(iter(pkcs11.lib(hsm.module).get_tokens(token_label="acme"))).serial.decode()
    assert_signs(generate(hsm.uri(f"token=acme;serial={serial}"), hsm.ask_pin, "signing"))


def test_a_key_that_is_not_there_is_not_there(hsm: Hsm) -> None:
    error = refused(hsm, "token=acme;object=nothing")
    assert str(error).startswith("token `acme`: the token has no such Ed25519 key")


def test_of_two_keys_of_one_label_the_id_tells(hsm: Hsm) -> None:
    with session(hsm) as opened:
        make_pair(opened, id_=b"\x01")
        make_pair(opened, id_=b"\x02")
    assert "id=" in refused(hsm, "token=acme;object=made").hint
    assert_signs(open_signer(hsm.uri("token=acme;object=made;id=%02"), hsm.ask_pin))


def test_a_key_that_may_not_sign_is_refused(hsm: Hsm) -> None:
    with session(hsm) as opened:
        make_pair(opened, sign=False)
    assert "may not sign" in refused(hsm, "token=acme;object=made").message


def test_a_key_of_another_curve_is_refused(hsm: Hsm) -> None:
    with session(hsm) as opened:
        make_pair(opened, curve=ED448_CURVE)
    assert "not an Ed25519 key" in refused(hsm, "token=acme;object=made").message


def replace_public(hsm: Hsm, point: bytes) -> None:
    """Put another public key beside the private one."""
    with session(hsm) as opened:
        make_pair(opened, id_=b"\x01")
        opened.get_key(ObjectClass.PUBLIC_KEY, label="made").destroy()
        opened.create_object(
            {
                Attribute.CLASS: ObjectClass.PUBLIC_KEY,
                Attribute.KEY_TYPE: KeyType.EC_EDWARDS,
                Attribute.TOKEN: True,
                Attribute.LABEL: "made",
                Attribute.ID: b"\x01",
                Attribute.EC_PARAMS: ED25519_CURVE,
                Attribute.EC_POINT: point,
            }
        )


@pytest.mark.attack("low-order-key")
def test_a_public_key_of_low_order_is_refused(hsm: Hsm) -> None:
    replace_public(hsm, b"\x04\x20" + edwards.encode(edwards.IDENTITY))
    assert "not an Ed25519 key" in refused(hsm, "token=acme;object=made").message


@pytest.mark.parametrize("prefix", [b"", b"\x04\x20", b"\x03\x21\x00"])
def test_the_point_is_read_in_the_spellings_that_tokens_use(hsm: Hsm, prefix: bytes) -> None:
    replace_public(hsm, prefix + edwards.encode(edwards.BASE))
    signer = open_signer(hsm.uri("token=acme;object=made"), hsm.ask_pin)
    assert signer.verifying_key.public == edwards.encode(edwards.BASE)


def test_a_signature_that_its_public_key_does_not_verify_is_never_given_out(hsm: Hsm) -> None:
    replace_public(hsm, b"\x04\x20" + edwards.encode(edwards.BASE))
    signer = open_signer(hsm.uri("token=acme;object=made"), hsm.ask_pin)
    with pytest.raises(errors.SignerUnavailable, match="a key that does not match its public key"):
        signer.sign(b"message")


def test_a_session_that_broke_off_is_reported(hsm: Hsm) -> None:
    signer = generate(hsm.uri("token=acme"), hsm.ask_pin, "signing")
    pkcs11.lib(hsm.module).reinitialize()
    with pytest.raises(errors.SignerUnavailable, match="taken away"):
        signer.sign(b"message")


def test_whatever_else_the_module_reports_is_named(hsm: Hsm) -> None:
    signer = generate(hsm.uri("token=acme"), hsm.ask_pin, "signing")
    library = pkcs11.lib(hsm.module)
    library.finalize()
    with pytest.raises(errors.SignerUnavailable, match="the PKCS#11 module reports") as caught:
        signer.sign(b"message")
    assert caught.value.data["reported"] in str(caught.value)
    library.initialize()


def test_a_file_that_is_not_a_module_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "module.so"
    text.write_text("no module")
    for path in (tmp_path / "missing.so", text, tmp_path, Path(sys.executable)):
        with pytest.raises(errors.SignerUnavailable, match="module cannot be used"):
            open_signer(f"pkcs11:token=acme;object=a?module-path={path}", str)


@pytest.mark.parametrize("label", ["", "two\nlines", "\u202e", "\udcff"])
def test_a_label_that_no_uri_can_name_is_refused(hsm: Hsm, label: str) -> None:
    with pytest.raises(errors.SignerUnavailable, match="not a valid label"):
        generate(hsm.uri("token=acme"), hsm.ask_pin, label)


def test_a_uri_that_names_another_key_than_the_label_is_refused(hsm: Hsm) -> None:
    with pytest.raises(errors.SignerUnavailable, match="leave object= out"):
        generate(hsm.uri("token=acme;object=a"), hsm.ask_pin, "b")


def test_a_uri_that_names_no_key_opens_none(hsm: Hsm) -> None:
    assert "names no key" in refused(hsm, "token=acme").message


def test_without_python_pkcs11_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    monkeypatch.delitem(sys.modules, "licensekit.keys.pkcs11.session", raising=False)
    monkeypatch.delattr("licensekit.keys.pkcs11.session", raising=False)
    uri = "pkcs11:token=acme?module-path=/module.so"
    with pytest.raises(errors.SignerUnavailable, match=r"licensekit-files\[pkcs11\]"):
        generate(uri, str, "signing")
    with pytest.raises(errors.SignerUnavailable, match=r"licensekit-files\[pkcs11\]"):
        open_signer(uri.replace("?", ";object=a?"), str)


@pytest.mark.attack("secret-in-a-traceback")
def test_neither_uri_nor_refusal_shows_the_pin(hsm: Hsm) -> None:
    signer = generate(hsm.uri("token=acme"), hsm.ask_pin, "signing")
    pkcs11.lib(hsm.module).reinitialize()
    with pytest.raises(errors.SignerUnavailable) as caught:
        open_signer(signer.uri, lambda: "8765 wrong")
    shown = f"{signer.uri} {signer!r} {caught.value} {caught.value!r} {caught.value.data}"
    assert hsm.pin not in shown
    assert "8765" not in shown
