"""The default key signs where no other is named, and no key takes its place by itself."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from licensekit.cli.inputs import SecretSource
from licensekit.cli.issuer.options import read_pin
from licensekit.errors import PassphraseMissing
from tests.issuer_command import Desk
from tests.keys.conftest import Hsm

ORDER = Path("acme/orders/example.toml")


def default_of(desk: Desk, workspace: str = "acme") -> str:
    """Return the name of the default key, as `keys list` marks it."""
    listed = desk.json("keys", "list", "-C", workspace)["keys"]
    (name,) = (key["name"] for key in listed if key["default"])
    (marked,) = (line for line in desk.run("keys", "list", "-C", workspace).stdout.splitlines() if ", default" in line)
    assert marked.startswith(f"{name} ")
    return str(name)


def grow(desk: Desk, *words: str) -> None:
    """Run a `keys` command with both passphrases."""
    desk.run("keys", *words, "-C", "acme", *desk.both_passphrases)


@pytest.mark.parametrize("words", [("new", "second"), ("import", "elsewhere.pem", "second")])
def test_a_new_key_signs_only_where_it_is_named(desk: Desk, words: tuple[str, ...]) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    Path("elsewhere.pem").write_bytes(pem)
    said = desk.run("keys", *words, "-C", "acme", *desk.both_passphrases).stderr
    assert "keys default second" in said
    assert default_of(desk) == "signing-1"
    issued = desk.json("issue", str(ORDER), "-C", "acme", *desk.passphrase)
    [bundle] = desk.json("ledger", "list", "-C", "acme")["bundles"]
    known = {key["key_id"]: key["name"] for key in desk.json("keys", "list", "-C", "acme")["keys"]}
    assert (issued["sequence"], known[bundle["key_id"]]) == (1, "signing-1")


def test_a_key_that_takes_over_from_the_default_becomes_it(desk: Desk) -> None:
    grow(desk, "new", "second")
    grow(desk, "rotate", "second")
    assert default_of(desk) == "signing-1"
    grow(desk, "rotate")
    assert default_of(desk) == "signing-3"


def test_it_becomes_the_default_when_the_last_root_key_has_signed(place: Desk) -> None:
    """Not before: until then the old key signs."""
    desk = place
    desk.run("init", "acme", "--root-keys", "2", "--threshold", "2", *desk.both_passphrases)
    grow(desk, "rotate", "--root-key", "acme/root/root-1.key")
    assert default_of(desk) == "signing-1"
    last = ("--root-key", "acme/root/root-2.key", *desk.root_passphrase)
    desk.run("keys", "sign-trust", "acme/trust-2.signing", "-C", "acme", *last)
    assert default_of(desk) == "signing-2"


def retire_first(desk: Desk) -> None:
    """Retire the default key."""
    desk.run("keys", "retire", "signing-1", "-C", "acme", *desk.root_passphrase)


def remove_first(desk: Desk) -> None:
    """Take its file away."""
    (desk.folder / "acme/keys/signing-1.key").unlink()


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("spoil", [pytest.param(retire_first, id="retired"), pytest.param(remove_first, id="not here")])
def test_where_the_default_cannot_sign_the_error_names_a_key_that_can(
    desk: Desk, spoil: Callable[[Desk], object], *, bulk: bool
) -> None:
    grow(desk, "new", "second")
    spoil(desk)
    orders = [str(ORDER)]
    if bulk:
        Path("two.toml").write_text(ORDER.read_text().replace("example-1", "two"))
        orders += ["two.toml", "-o", "out"]
    words = ("issue", *orders, "-C", "acme", *desk.passphrase)
    said = desk.run(*words, code=7).stderr
    assert "`second` may: name it with --key" in said
    assert "keys default second" in said
    assert desk.json("ledger", "list", "-C", "acme")["bundles"] == []
    desk.run(*words, "--key", "second")


def test_a_preview_refuses_what_the_default_may_not_sign(desk: Desk) -> None:
    grow(desk, "new", "trials", "--use", "trial")
    grow(desk, "new", "second")
    desk.run("keys", "default", "trials", "-C", "acme")
    said = desk.refused(7, "issue", str(ORDER), "-C", "acme", "--preview")
    assert "the default key `trials` may not sign this bundle; `second` may" in said


def test_where_no_key_can_the_default_says_why(desk: Desk) -> None:
    grow(desk, "new", "trials", "--use", "trial")
    desk.run("keys", "default", "trials", "-C", "acme")
    Path("acme/keys/signing-1.key").unlink()
    said = desk.refused(4, "issue", str(ORDER), "-C", "acme", *desk.passphrase)
    assert "`trials`" in said
    desk.run("keys", "default", "signing-1", "-C", "acme", code=7)


def test_lists_and_catalogs_are_signed_by_the_key_that_is_named(desk: Desk) -> None:
    """Every command that signs has --key: the default may be a key for bundles alone."""
    grow(desk, "new", "sales", "--signs", "bundle")
    desk.run("keys", "default", "sales", "-C", "acme")
    issued = desk.json("issue", str(ORDER), "-C", "acme", *desk.passphrase)
    revoke = ("revoke", "serial", "--yes", issued["serial"], "-C", "acme", *desk.passphrase)
    assert "may not sign this revocation list; `signing-1` may" in desk.refused(7, *revoke)
    desk.run(*revoke, "--key", "signing-1")
    Path("acme/catalog.toml").write_text(Path("acme/catalog.toml").read_text().replace("Standard user", "Standard"))
    words = ("pack", "-C", "acme", *desk.passphrase)
    assert "may not sign this catalog; `signing-1` may" in desk.refused(7, *words)
    assert desk.json(*words, "--key", "signing-1")["catalog_signed"]


def test_a_retired_key_is_never_made_the_default(desk: Desk) -> None:
    grow(desk, "rotate")
    assert "retired already" in desk.refused(6, "keys", "default", "signing-1", "-C", "acme")
    assert "no key `nobody`" in desk.refused(7, "keys", "default", "nobody", "-C", "acme")
    assert desk.json("keys", "default", "signing-2", "-C", "acme")["default"] == "signing-2"


def test_a_partners_key_is_its_default_before_it_is_admitted(desk: Desk) -> None:
    pin = desk.json("pack", "-C", "acme")["root"]
    desk.run("init", "fjord", "--partner-of", "acme/acme.lkp", "--root", pin, *desk.passphrase)
    assert default_of(desk, "fjord") == "signing-1"
    desk.run("keys", "new", "second", "-C", "fjord", *desk.passphrase)
    assert default_of(desk, "fjord") == "signing-1"
    desk.run("keys", "default", "second", "-C", "fjord")
    assert default_of(desk, "fjord") == "second"


def rotated_into(desk: Desk, hsm: Hsm) -> tuple[str, str]:
    """Let a key in the token take over from the default; return the options that give its PIN."""
    pin = desk.secrets / "pin"
    pin.write_text(f"{hsm.pin}\n")
    words = ("keys", "rotate", "--pkcs11", hsm.uri("token=acme"), "-C", "acme", *desk.root_passphrase)
    before = {path: path.read_bytes() for path in Path("tokens").rglob("*.object")}
    shown = json.loads(desk.run(*words, "--preview", "--json").stdout)
    assert "acme/keys/signing-2.p11" in [change["after"] for change in shown["changes"]]
    assert before == {path: path.read_bytes() for path in Path("tokens").rglob("*.object")}
    desk.run(*words, "--pin-file", str(pin))
    return "--pin-file", str(pin)


def test_a_key_in_a_token_takes_over_and_one_in_a_file_from_it(desk: Desk, hsm: Hsm) -> None:
    with_pin = rotated_into(desk, hsm)
    assert default_of(desk) == "signing-2"
    desk.run("issue", str(ORDER), "-C", "acme", *with_pin)
    grow(desk, "rotate")
    assert default_of(desk) == "signing-3"
    Path("two.toml").write_text(ORDER.read_text().replace("example-1", "two"))
    desk.run("issue", "two.toml", "-C", "acme", *desk.passphrase)


@pytest.mark.attack("secret-sent-to-another-token")
def test_a_passphrase_is_never_sent_to_a_token(desk: Desk, hsm: Hsm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a PIN taken for the passphrase of a file."""
    with_pin = rotated_into(desk, hsm)

    def never(*_: object) -> None:
        raise AssertionError("the token was asked")

    with monkeypatch.context() as patch:
        patch.setattr("licensekit.keys.pkcs11.open_signer", never)
        said = desk.refused(7, "issue", str(ORDER), "-C", "acme", *desk.passphrase)
    assert "signing-2.p11: this key is in a token, which has a PIN" in said
    assert "give --pin-file FILE" in said
    new = ("keys", "new", "--pkcs11", hsm.uri("token=acme"), "-C", "acme", *desk.both_passphrases)
    assert "give --pin-file FILE" in desk.refused(7, *new)
    grow(desk, "rotate")
    said = desk.refused(7, "issue", str(ORDER), "-C", "acme", *with_pin)
    assert "Passphrase of acme/keys/signing-3.key: no passphrase was given" in said


@pytest.mark.attack("secret-sent-to-another-token")
def test_a_pin_is_sent_to_one_token_alone(tmp_path: Path) -> None:
    """Another token would count it as a wrong one."""
    (tmp_path / "pin").write_bytes(b"1234\r\n")
    source = SecretSource("pin", (str(tmp_path / "pin"),))
    first, second = (f"pkcs11:token={name}?module-path=/nowhere.so" for name in ("first", "second"))
    with click.Context(click.Command("issue")):
        assert [read_pin(source, first, "of a key") for _ in range(2)] == [b"1234"] * 2
        with pytest.raises(PassphraseMissing) as caught:
            read_pin(source, second, "of another.p11")
    assert str(caught.value).startswith(
        "PIN of the token second, of another.p11: no pin was given; give --pin-file FILE"
    )
