"""`keys`, `revoke`, `reissue` and `init --partner-of`, as people at desks use them."""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from licensekit.cli.issuer.options import KeyOptions
from licensekit.dates import DAY_SECONDS, format_seconds
from licensekit.issuer import KeyFile
from licensekit.keys.signing import Signer
from licensekit.wire import armor
from tests.issuer_command import Desk
from tests.keys.conftest import Hsm
from tests.workspaces import PASSPHRASE, snapshot

ORDER = Path("acme/orders/example.toml")


def issue(desk: Desk, number: str, *more: str, workspace: str = "acme") -> dict[str, Any]:
    """Issue the example order under another number."""
    text = (Path(workspace) / "orders" / "example.toml").read_text()
    Path("order.toml").write_text(text.replace("example-1", number))
    return desk.json("issue", "order.toml", "-C", workspace, *more, *desk.passphrase)


def keys(desk: Desk) -> dict[str, dict[str, Any]]:
    """Return the keys that `keys list` names."""
    return {key["name"]: key for key in desk.json("keys", "list", "-C", "acme")["keys"]}


def grow(desk: Desk, *words: str) -> dict[str, Any]:
    """Run a `keys` command in the workspace with both passphrases."""
    return desk.json("keys", *words, "-C", "acme", *desk.both_passphrases)


def rotate_root(desk: Desk, *words: str) -> dict[str, Any]:
    """Run `keys rotate-root` in the workspace with the passphrase of the root."""
    return desk.json("keys", "rotate-root", *words, "-C", "acme", *desk.root_passphrase)


def types(path: str) -> list[str]:
    """Return the types of a file's tokens."""
    return [token.type for token in armor.read(Path(path).read_bytes())]


def test_list_shows_what_each_key_may_sign_and_where_it_is(desk: Desk) -> None:
    (key,) = keys(desk).values()
    assert (key["name"], key["state"], key["file"]) == ("signing-1", "active", "acme/keys/signing-1.key")
    lines = desk.run("keys", "list", "-C", "acme").stdout.splitlines()
    assert "everything for acme" in lines[1]


def test_new_admits_a_key_with_limits_immediately(desk: Desk) -> None:
    limits = ("--use", "trial", "--longest-term", "60", "--signs", "bundle", "--to", "2100-01-01")
    made = grow(desk, "new", "sales", *limits)
    assert (made["key"], made["in_force"], made["missing"]) == ("sales", True, 0)
    line = desk.run("keys", "list", "-C", "acme").stdout.splitlines()[2]
    assert "bundle for acme, trial only, at most 60 days" in line
    assert "to 2100-01-01" in line
    assert types(issue(desk, "2")["file"]) == ["trust", "bundle"]
    order = ORDER.read_text().replace("example-1", "3")
    Path("trial.toml").write_text(f'use = "trial"\nafter_grace = "block"\n{order.replace("365", "30")}')
    trial = ("issue", "trial.toml", "-C", "acme", "--key", "sales", *desk.passphrase)
    assert desk.json(*trial)["sequence"] == 1
    Path("trial.toml").write_text(order.replace('3"', '4"'))
    assert "may not sign" in desk.refused(4, *trial)


def test_new_makes_hybrid_keys(desk: Desk) -> None:
    grow(desk, "new", "strong", "--scheme", "hybrid")
    assert keys(desk)["strong"]["scheme"] == 2


@pytest.mark.parametrize("when", ["tomorrow", "2100-01-01T00:00:00"])
def test_new_takes_times_with_their_zone(desk: Desk, when: str) -> None:
    result = desk.run("keys", "new", "x", "-C", "acme", "--from", when, code=2)
    assert "Invalid value for '--from'" in result.stderr


def test_rotate_hands_over_to_a_new_key_and_retires_the_old(desk: Desk) -> None:
    issue(desk, "1")
    grow(desk, "rotate")
    listed = keys(desk)
    assert (listed["signing-1"]["state"], listed["signing-2"]["state"]) == ("retired", "active")
    assert types(issue(desk, "2")["file"]) == ["trust", "bundle"]
    assert grow(desk, "rotate", "signing-2")["key"] == "signing-3"


def test_rotate_root_gives_a_new_pin_and_old_files_go_on(desk: Desk) -> None:
    before = desk.json("pack", "-C", "acme")["root"]
    made = rotate_root(desk, "--root-keys", "2", "--threshold", "2")
    assert made["signed"] == ["root 2", "trust document 2"]
    assert made["root"] == desk.json("pack", "-C", "acme")["root"] != before
    issued = issue(desk, "2")
    for pin in (before, made["root"]):
        desk.run("verify", issued["file"], "--pack", "acme/acme.lkp", "--root", pin)


def test_a_key_file_of_the_new_root_that_is_in_the_way_stops_the_rotation(desk: Desk) -> None:
    Path("acme/root/root-2-v2.key").write_text("ours")
    words = ("keys", "rotate-root", "--root-keys", "2", "-C", "acme", *desk.root_passphrase)
    Path("acme/root/root.key").rename("root.key")
    desk.refused(8, *words, "--root-key", "root.key")


def test_a_new_root_and_its_trust_document_travel_together(place: Desk) -> None:
    place.run("init", "acme", "--root-keys", "2", "--threshold", "2", *place.both_passphrases)
    Path("acme/root/root-2.key").rename("root-2.key")
    said = place.run("keys", "rotate-root", "-C", "acme", *place.root_passphrase).stdout
    assert "root 2: 1 more of the keys of root 1 must sign" in said
    assert "trust document 2: complete" in said
    sign = ("keys", "sign-trust", "acme/root-2.signing", "-C", "acme", *place.root_passphrase)
    said = place.run(*sign, "--root-key", "root-2.key").stdout
    assert "root 2 is signed" in said
    assert re.findall(r"^pin +(\S+)$", said, re.MULTILINE) == [place.json("pack", "-C", "acme")["root"]]


def test_retire_and_revoke_change_the_state_of_a_key(desk: Desk) -> None:
    grow(desk, "new", "second")
    root = desk.root_passphrase
    assert desk.json("keys", "retire", "signing-1", "-C", "acme", *root)["in_force"]
    assert keys(desk)["signing-1"]["state"] == "retired"
    assert "retired already" in desk.refused(6, "keys", "retire", "signing-1", "-C", "acme")


def test_signing_in_several_sittings(place: Desk) -> None:
    begin = ("init", "acme", "--root-keys", "3", "--threshold", "2", *place.both_passphrases)
    place.run(*begin)
    Path("stick").mkdir()
    for name in ("root-2.key", "root-3.key"):
        Path("acme/root", name).rename(Path("stick", name))
    before = keys(place)
    made = grow(place, "new", "second")
    assert (made["in_force"], made["missing"], made["file"]) == (False, 1, "acme/trust-2.signing")
    assert keys(place)["second"]["state"] == "not-admitted"
    assert "not admitted" in place.run("keys", "list", "-C", "acme").stdout
    assert keys(place)["signing-1"] == before["signing-1"]
    sign = ("keys", "sign-trust", made["file"], *place.root_passphrase)
    assert "still needs to sign" in place.refused(7, *sign, "-C", "acme")
    result = place.run(*sign, "-C", "acme", "--root-key", "stick/root-2.key")
    assert "You sign trust document 2" in result.stdout
    assert "is signed and in the pack" in result.stdout
    assert result.stderr == f"{made['file']} is no longer needed.\n"
    assert keys(place)["second"]["state"] == "active"


def test_a_change_that_is_in_signing_is_not_overwritten_by_the_next(place: Desk) -> None:
    place.run("init", "acme", "--root-keys", "2", "--threshold", "2", *place.both_passphrases)
    Path("acme/root/root-2.key").rename("root-2.key")
    grow(place, "new", "second")
    words = ("keys", "new", "third", "-C", "acme", *place.both_passphrases)
    said = place.refused(6, *words)
    assert "acme/trust-2.signing: another change is waiting for signatures" in said
    Path("acme/trust-2.signing").rename("given-up.signing")
    assert not grow(place, "new", "third")["in_force"]


def test_a_document_signed_elsewhere_is_taken_in_by_pack(place: Desk) -> None:
    place.run("init", "acme", "--root-keys", "3", "--threshold", "3", *place.both_passphrases)
    Path("stick").mkdir()
    for name in ("root-2.key", "root-3.key"):
        Path("acme/root", name).rename(Path("stick", name))
    said = place.run("keys", "new", "second", "-C", "acme", *place.both_passphrases).stdout
    assert "2 more of the keys of root 1 must sign" in said
    Path("acme/trust-2.signing").rename("stick/trust-2.signing")
    sign = ("keys", "sign-trust", "stick/trust-2.signing", "-C", "stick", *place.root_passphrase)
    said = place.run(*sign, "--root-key", "stick/root-2.key").stdout
    assert "1 more of the keys of root 1 must sign" in said
    assert place.json(*sign, "--root-key", "stick/root-3.key")["complete"]
    assert "not-admitted" in {key["state"] for key in keys(place).values()}
    place.run("pack", "stick/trust-2.signing", "-C", "acme")
    assert keys(place)["second"]["state"] == "active"


@pytest.mark.parametrize("is_workspace", [False, True])
def test_the_last_signature_elsewhere_says_what_to_do_with_it(place: Desk, *, is_workspace: bool) -> None:
    """Also in a workspace of another root, which puts nothing in force."""
    place.run("init", "acme", "--root-keys", "2", "--threshold", "2", *place.both_passphrases)
    place.run("init", "stick", *place.both_passphrases) if is_workspace else Path("stick").mkdir()
    Path("acme/root/root-2.key").rename("stick/root-2.key")
    grow(place, "new", "second")
    sign = ("keys", "sign-trust", "acme/trust-2.signing", "-C", "stick", *place.root_passphrase)
    said = place.run(*sign, "--root-key", "stick/root-2.key").stdout
    assert "`licensekit pack acme/trust-2.signing` puts it in force" in said
    assert "has all its signatures" in place.refused(4, *sign)


def test_without_a_root_key_nothing_is_begun_and_no_key_stays_behind(desk: Desk) -> None:
    Path("acme/root").rename("stick")
    for words in (("new", "second"), ("rotate",), ("retire", "signing-1")):
        options = desk.root_passphrase if words[0] == "retire" else desk.both_passphrases
        message = desk.refused(7, "keys", *words, "-C", "acme", *options)
        assert "--root-key FILE" in message


def test_a_key_file_that_is_in_the_way_leaves_the_trust_document_as_it_was(desk: Desk) -> None:
    Path("acme/keys/second.key").write_bytes(Path("acme/keys/signing-1.key").read_bytes())
    desk.refused(8, "keys", "new", "second", "-C", "acme", *desk.both_passphrases)


def test_a_trust_document_that_came_too_late_is_refused_and_its_key_removed(place: Desk) -> None:
    """Two drafts of one version: the second can never count, and its file stays as it was."""
    place.run("init", "acme", "--root-keys", "2", "--threshold", "2", *place.both_passphrases)
    Path("stick").mkdir()
    Path("acme/root/root-2.key").rename("stick/root-2.key")
    grow(place, "new", "second")
    Path("acme/trust-2.signing").rename("late.signing")
    Path("stick/root-2.key").rename("acme/root/root-2.key")
    grow(place, "new", "third")
    sign = ("keys", "sign-trust", "late.signing", "-C", "acme", *place.root_passphrase)
    place.run(*sign, code=6)
    assert "second" not in {n for n, k in keys(place).items() if k["state"] == "active"}


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "rotate-root", "signing-1"),
        ("keys", "rotate-root", "--threshold", "2"),
        ("init", "new", "--threshold", "2"),
        ("keys", "rotate", "--root-keys", "2"),
        ("keys", "admit", "key.pub"),
        ("keys", "new", "--scheme", "hybrid", "--pkcs11", "pkcs11:token=acme"),
        ("init", "new", "--partner-of", "acme/acme.lkp", "--root-keys", "2"),
        ("init", "new", "--root", "lkroot1-0"),
    ],
)
def test_options_that_contradict_each_other_are_usage_errors(desk: Desk, words: Sequence[str]) -> None:
    Path("key.pub").write_text(desk.run("keys", "export", "signing-1", "-C", "acme").stdout)
    assert desk.run(*words, code=2).stdout == ""


def test_export_gives_the_public_key_in_each_form(desk: Desk) -> None:
    begins = {"licensekit": "lkpub1.", "openssh": "ssh-ed25519 ", "pem": "-----BEGIN PUBLIC KEY"}
    for form, begin in begins.items():
        words = ("keys", "export", "signing-1", "-C", "acme", "--form", form)
        assert desk.run(*words).stdout.startswith(begin)
    desk.run("keys", "export", "signing-1", "-C", "acme", "-o", "one.pub")
    assert Path("one.pub").read_text().startswith("lkpub1.")
    assert "no key `nobody`" in desk.refused(7, "keys", "export", "nobody", "-C", "acme")


@pytest.mark.parametrize("sealed", [False, True], ids=["in the open", "encrypted"])
def test_import_takes_over_a_key_of_another_form(desk: Desk, sealed: bool) -> None:  # noqa: FBT001  # a column of the table
    encryption = BestAvailableEncryption(PASSPHRASE) if sealed else NoEncryption()
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    Path("foreign.pem").write_bytes(pem)
    made = grow(desk, "import", "foreign.pem", "foreign")
    assert keys(desk)["foreign"]["key_id"] == made["key_id"]
    desk.run("issue", str(ORDER), "-C", "acme", "--key", "foreign", *desk.passphrase)


def test_import_says_what_is_not_a_key(desk: Desk) -> None:
    Path("foreign.pem").write_text("hello")
    words = ("keys", "import", "foreign.pem", "-C", "acme", *desk.both_passphrases)
    assert "foreign.pem" in desk.refused(7, *words)


def preview_in_token(desk: Desk, uri: str) -> dict[str, Any]:
    """Preview a new key in a token, without a PIN; return what would be different."""
    before = snapshot(desk.folder)
    shown = desk.json("keys", "new", "hsm", "--pkcs11", uri, "-C", "acme", "--preview")
    assert snapshot(desk.folder) == before
    return {one["path"]: one["after"] for one in shown["changes"]}


def test_a_preview_of_a_key_in_a_token_shows_what_it_will_be(desk: Desk) -> None:
    """Neither the module nor the token has to be there; a bad URI is refused even so."""
    uri = "pkcs11:token=away?module-path=/nowhere.so"
    changes = preview_in_token(desk, uri)
    assert changes == {
        "trust": 2,
        "keys.hsm": "active",
        "keys.hsm.name": "hsm",
        "keys.hsm.scheme": "ed25519",
        "keys.hsm.types": "revocations, catalog, bundle, reset",
        "keys.hsm.issuers": "acme",
        "keys.hsm.uses": "production, trial, demo",
        "keys.hsm.valid_from": changes["keys.hsm.valid_from"],
        "keys.hsm.file": "acme/keys/hsm.p11",
        "keys.hsm.token": uri,
    }
    words = ("keys", "new", "--pkcs11", f"{uri}&pin-value=1", "-C", "acme", "--preview")
    assert "PIN" in desk.refused(7, *words)


def test_a_preview_of_a_key_in_a_token_leaves_the_token_alone(desk: Desk, hsm: Hsm) -> None:
    """The token is a folder beside the workspace here."""
    assert any("tokens" in name for name in snapshot(desk.folder))
    assert preview_in_token(desk, hsm.uri("token=acme"))["keys.hsm"] == "active"


def test_keys_in_a_token_sign_and_are_used_where_they_are(desk: Desk, hsm: Hsm, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text(hsm.pin)
    with_pin = ("-C", "acme", "--pin-file", str(pin), *desk.root_passphrase)
    new = ("keys", "new", "hsm", "--pkcs11", hsm.uri("token=acme"), *with_pin)
    Path("acme/root").rename("stick")
    assert "a key of root 1 must sign the change" in desk.refused(7, *new)
    Path("stick").rename("acme/root")
    made = desk.json(*new)
    issued = desk.json("issue", str(ORDER), "-C", "acme", "--key", "hsm", *with_pin[2:4])
    assert made["key"] == "hsm"
    assert keys(desk)["hsm"]["file"] == "acme/keys/hsm.p11"
    pack = desk.json("pack", "-C", "acme")
    desk.run("verify", issued["file"], "--pack", pack["pack"], "--root", pack["root"])
    again = ("keys", "new", "again", "--pkcs11", hsm.uri("token=acme;object=hsm"), *with_pin)
    assert "names this key already" in desk.refused(6, *again)
    Path("acme/keys/hsm.p11").write_text(
        Path("acme/keys/hsm.p11").read_text().splitlines()[0]
        + "\n"
        + desk.run("keys", "export", "signing-1", "-C", "acme").stdout
    )
    order = Path("acme/orders/example.toml").read_text().replace("example-1", "other")
    Path("order.toml").write_text(order)
    other = ("issue", "order.toml", "-C", "acme", "--key", "hsm", *with_pin[2:4])
    assert "another key in this place" in desk.refused(7, *other)


def test_revoke_takes_back_bundles_by_name_and_by_file(desk: Desk) -> None:
    first, second = issue(desk, "1"), issue(desk, "2")
    revoke = ("revoke", "bundle", "--yes", "1010000014-base-1", second["file"], "-C", "acme")
    said = desk.json(*revoke, "--reason", "unpaid", *desk.passphrase)
    assert (said["list"], said["bundles"], said["serials"]) == (1, 2, 0)
    pack = desk.json("pack", "-C", "acme")
    for issued in (first, second):
        verify = ("verify", issued["file"], "--pack", pack["pack"], "--root", pack["root"])
        assert "or revoked" in desk.refused(4, *verify)
    shown = desk.run("revoke", "serial", "--yes", "1010000014", "-C", "acme", *desk.passphrase).stdout
    assert "2 bundles, 1 serial" in shown


def test_what_is_revoked_twice_is_signed_once_and_needs_no_passphrase(desk: Desk) -> None:
    revoke = ("revoke", "serial", "--yes", issue(desk, "1")["serial"], "-C", "acme")
    first = desk.run(*revoke, *desk.passphrase)
    again = desk.run(*revoke)
    assert again.stdout == first.stdout
    assert "nothing was signed" in again.stderr
    assert "nothing was signed" not in first.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("revoke", "bundle", "--yes", "1010000014-base-9"), 6, "no bundle"),
        (("revoke", "bundle", "--yes", "acme/acme.lkp"), 3, "contains no bundle"),
        (("revoke", "serial", "--yes", "1010000041"), 6, "mistyped"),
        (("revoke", "key", "nobody"), 7, "no key `nobody`"),
        (("reissue", "--signed-by", "nobody", "-o", "."), 7, "no key `nobody`"),
        (("reissue", "--signed-by", "signing-1", "-o", "."), 7, "keys rotate signing-1`"),
        (("reissue", "--signed-by", "signing-1", "-o", ".", "--key", "signing-1"), 6, "the lost one"),
        (("reissue", "--signed-by", "signing-1", "-o", ".", "--key", "two"), 4, "key `two`"),
        (("reissue", "--signed-by", "signing-1", "-o", "none/new", "--key", "old"), 8, "there is no such folder"),
    ],
)
def test_what_cannot_be_taken_back_is_reported(desk: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    grow(desk, "new", "two", "--signs", "catalog")
    if "old" in words:
        grow(desk, "new", "old", "--from", "2020-01-01")
    issue(desk, "1")
    assert said in desk.refused(code, *words, "-C", "acme")


def test_a_lost_key_is_revoked_and_what_it_signed_is_signed_again(desk: Desk) -> None:
    old = issue(desk, "1")
    desk.run("revoke", "serial", "--yes", issue(desk, "2")["serial"], "-C", "acme", *desk.passphrase)
    grow(desk, "rotate")
    revoke = ("revoke", "key", "signing-1", "-C", "acme", *desk.both_passphrases)
    assert "1 bundle is void" in desk.refused(6, *revoke)
    result = desk.run(*revoke, "--yes")
    assert "reissue --signed-by signing-1" in result.stderr
    pack = desk.json("pack", "-C", "acme")
    assert (pack["catalog"], pack["catalog_signed"]) == (2, False)
    verify = ("--pack", pack["pack"], "--root", pack["root"])
    assert "was revoked" in desk.refused(4, "verify", old["file"], *verify)
    reissue = ("reissue", "--signed-by", "signing-1", "-C", "acme", "-o", "out", *desk.passphrase)
    assert desk.run(*reissue).stdout == "1 bundle signed again, in out.\n"
    desk.run("verify", "out/acme-1010000014-base-1.lic", *verify)


def test_what_an_earlier_run_signed_again_is_counted_by_itself_and_needs_no_key(desk: Desk) -> None:
    issue(desk, "1")
    grow(desk, "rotate")
    reissue = ("reissue", "--signed-by", "signing-1", "-C", "acme", "-o", "out")
    desk.run(*reissue, *desk.passphrase)
    Path("out/acme-1010000014-base-1.lic").unlink()
    assert desk.run(*reissue).stdout.splitlines() == [
        "0 bundles signed again, in out.",
        "1 bundle signed again before: only the files are new.",
    ]
    assert Path("out/acme-1010000014-base-1.lic").is_file()
    issue(desk, "2", "--key", "signing-2")
    said = desk.json(*reissue)
    assert (said["reissued"], said["repeated"], len(said["files"])) == (0, 1, 1)


@pytest.mark.parametrize(
    ("state", "said"), [("active", "keys rotate signing-1`"), ("retired", "keys new --from TIME`")]
)
def test_reissue_without_a_fitting_key_says_how_to_make_one(desk: Desk, state: str, said: str) -> None:
    """A key that may sign other things is not to blame."""
    issue(desk, "1")
    grow(desk, "new", "trials", "--use", "trial", "--from", "2020-01-01")
    if state == "retired":
        desk.run("keys", "retire", "signing-1", "-C", "acme", *desk.root_passphrase)
    ask = ("reissue", "--signed-by", "signing-1", "-C", "acme", "-o", "out", *desk.passphrase)
    refused = desk.refused(7, *ask)
    assert said in refused
    assert "trials" not in refused


def test_what_counts_no_more_is_not_handed_out_again(desk: Desk) -> None:
    """An order of one number gives the same bundle again, but not one that customers refuse."""
    taken_back, signed_anew, kept = (issue(desk, number) for number in ("1", "2", "3"))
    desk.run("revoke", "bundle", "--yes", taken_back["identity"], "-C", "acme", *desk.passphrase)
    grow(desk, "rotate")
    assert issue(desk, "3") == kept | {"repeated": True, "bytes": issue(desk, "3")["bytes"]}
    again = ("issue", "order.toml", "-C", "acme", *desk.passphrase)
    Path("order.toml").write_text(ORDER.read_text().replace("example-1", "1"))
    assert "acme-1010000014-base-1.lic, which is no longer valid" in desk.refused(6, *again)
    desk.run("revoke", "key", "signing-1", "-C", "acme", "--yes", *desk.both_passphrases)
    Path("order.toml").write_text(ORDER.read_text().replace("example-1", "2"))
    said = desk.refused(6, *again)
    assert "key `signing-1`" in said
    assert "give the order a number of its own" in said
    assert signed_anew["serial"] in said


def test_the_only_key_can_be_revoked_and_a_new_one_takes_over(desk: Desk) -> None:
    """The revocation counts immediately; what it says to do about the catalog works."""
    issue(desk, "1")
    result = desk.run("revoke", "key", "signing-1", "-C", "acme", "--yes", *desk.both_passphrases)
    assert "trust document 2 is signed and in the pack" in result.stdout
    assert "create another with `licensekit keys new` and make it the default. Then run " in result.stderr
    early = ("issue", str(ORDER), "-C", "acme", *desk.passphrase)
    assert "the key that signed it may not sign it any more" in desk.refused(6, *early)
    grow(desk, "new")
    assert "`licensekit pack` to sign it again" in desk.refused(6, *early)
    assert "keys default signing-2" in desk.refused(7, "pack", "-C", "acme", *desk.passphrase)
    desk.run("keys", "default", "signing-2", "-C", "acme")
    assert desk.json("pack", "-C", "acme", *desk.passphrase)["catalog_signed"]
    desk.run(*early)


def test_past_its_time_a_trust_document_or_list_is_a_notice(desk: Desk) -> None:
    """It stops nothing; a newer one puts it right."""
    grow(desk, "rotate", "--fresh-days", "30")
    revoke = ("revoke", "serial", "--yes", issue(desk, "1")["serial"], "-C", "acme", "--fresh-days", "10")
    desk.run(*revoke, *desk.passphrase)
    pack = desk.json("pack", "-C", "acme")
    issued = issue(desk, "2")
    trusted = ("--pack", pack["pack"], "--root", pack["root"], "--home", "home")
    desk.run("activate", issued["file"], *trusted)
    in_days = {days: date_in(days) for days in (1, 15, 35)}
    said = {days: desk.run("status", "--home", "home", "--now", day).stdout for days, day in in_days.items()}
    assert "past its time" not in said[1]
    assert "the revocation list of `acme` has been out of date since" in said[15]
    assert "the trust document has been out of date since" not in said[15]
    assert "the trust document has been out of date since" in said[35]
    assert "active" in said[35]
    desk.run("pack", "-C", "acme", "--fresh-days", "60", *desk.passphrase)
    grow(desk, "rotate")
    desk.run("activate", issue(desk, "2")["file"], "--home", "home")
    renewed = desk.run("status", "--home", "home", "--now", in_days[35]).stdout
    assert "past its time" not in renewed


def date_in(days: int) -> str:
    """Return the date in this many days."""
    return format_seconds(int(time.time()) + days * DAY_SECONDS)


def test_people_compare_whole_fingerprints_read_aloud_in_groups_of_four(desk: Desk) -> None:
    """Wherever a key is shown to be compared, and as one text in JSON."""
    [key] = desk.json("keys", "list", "-C", "acme")["keys"]
    digits = key["fingerprint"]
    assert (len(digits), digits[:16]) == (64, key["key_id"])
    spelled = " ".join(digits[place : place + 4] for place in range(0, 64, 4))
    export = desk.run("keys", "export", "signing-1", "-C", "acme", "-o", "key.pub")
    shown = (desk.run("keys", "list", "-C", "acme").stdout, export.stderr, desk.run("inspect", "acme/acme.lkp").stdout)
    assert all(spelled in one for one in shown)
    words = ("--issuer", "fjord", "-C", "acme", *desk.root_passphrase)
    pin = desk.json("pack", "-C", "acme")["root"]
    under = ("--partner-of", "acme/acme.lkp", "--root", pin)
    partner = desk.json("init", "fjord", *under, *desk.passphrase)
    admitted = desk.run("keys", "admit", "fjord/fjord.pub", *words).stdout
    assert partner["fingerprint"] in admitted.replace(" ", "")


def test_a_list_whose_key_was_revoked_keeps_its_time_when_it_is_signed_again(desk: Desk) -> None:
    words = ("-C", "acme", *desk.passphrase)
    desk.run("revoke", "serial", "--yes", issue(desk, "1")["serial"], "--fresh-days", "10", *words)
    before = fresh_until_of_list(desk)
    grow(desk, "rotate")
    desk.run("revoke", "key", "signing-1", *words, *desk.root_passphrase)
    assert fresh_until_of_list(desk) == before


def fresh_until_of_list(desk: Desk) -> str:
    """Return the time of the list in the pack."""
    shown = desk.run("inspect", "acme/acme.lkp").stdout.partition("REVOCATIONS")[2]
    (line,) = (line for line in shown.splitlines() if line.startswith("fresh until"))
    return line


def test_reissue_chooses_a_key_that_may_sign_what_was_signed_then(desk: Desk) -> None:
    """Neither the newest key nor one for trials: the one that took over."""
    issue(desk, "1")
    grow(desk, "new", "late", "--from", "2999-01-01")
    grow(desk, "rotate", "signing-1")
    grow(desk, "new", "trials", "--use", "trial")
    words = ("-C", "acme", "-o", "out", *desk.passphrase)
    assert desk.json("reissue", "--signed-by", "signing-1", *words)["reissued"] == 1
    [bundle] = desk.json("ledger", "list", "-C", "acme")["bundles"]
    known = {key["key_id"]: key["name"] for key in desk.json("keys", "list", "-C", "acme")["keys"]}
    assert known[bundle["key_id"]] == "signing-2"


def test_reissue_names_what_was_revoked_meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = issue(desk, "1"), issue(desk, "2")
    grow(desk, "rotate")

    def revoke_meanwhile(options: KeyOptions, file: KeyFile) -> Signer:
        monkeypatch.undo()
        monkeypatch.chdir(desk.folder)
        desk.run("revoke", "serial", "--yes", first["serial"], "-C", "acme", *desk.passphrase)
        return options.open(file)

    monkeypatch.setattr(KeyOptions, "open", revoke_meanwhile)
    words = ("reissue", "--signed-by", "signing-1", "-C", "acme", "-o", "out", *desk.passphrase)
    result = desk.run(*words)
    assert "1 bundle signed again" in result.stdout
    assert f"{first['serial']} base 1 is now revoked" in result.stderr
    assert [path.name for path in Path("out").iterdir()] == [f"acme-{second['serial']}-base-1.lic"]


def test_reissue_makes_its_folder_and_counts_what_it_signs(desk: Desk) -> None:
    first, second = issue(desk, "1"), issue(desk, "2")
    grow(desk, "rotate")
    words = ("reissue", "--signed-by", "signing-1", "-C", "acme", "-o", "out", "--no-attachments")
    said = desk.json(*words, *desk.passphrase)
    names = [f"acme-{issued['serial']}-base-1.lic" for issued in (first, second)]
    assert said == {"reissued": 2, "repeated": 0, "files": names, "left": []}
    assert sorted(path.name for path in Path("out").iterdir()) == names
    assert types(f"out/{names[0]}") == ["bundle"]
    Path("file").write_text("")
    assert "file" in desk.refused(8, *words[:5], "-o", "file", *desk.passphrase)


def test_an_application_shipped_before_any_change_takes_what_this_years_key_signs(desk: Desk) -> None:
    """The first pack and pin accept a license after the root and the keys were rotated."""
    pin = desk.json("pack", "-C", "acme")["root"]
    Path("shipped.lkp").write_bytes(Path("acme/acme.lkp").read_bytes())
    for _ in range(3):
        rotate_root(desk)
        grow(desk, "rotate")
    issued = issue(desk, "1")
    trusted = ("--pack", "shipped.lkp", "--root", pin, "--home", "home")
    desk.run("activate", issued["file"], *trusted)
    assert "active" in desk.run("status", "--home", "home").stdout
    bare = issue(desk, "2", "--no-attachments")
    verify = ("verify", bare["file"], "--pack", "shipped.lkp", "--root", pin)
    assert "does not name" in desk.refused(4, *verify)


def test_a_file_may_be_for_the_application_that_ships_a_pack(desk: Desk) -> None:
    shipped = Path("shipped.lkp")
    grow(desk, "rotate")
    shipped.write_bytes(Path("acme/acme.lkp").read_bytes())
    words = ("issue", "order.toml", "-C", "acme", *desk.passphrase)
    order = 'order = "{0}"\ncompany = "A"\n[system]\nserver = true\n'
    Path("order.toml").write_text(order.format("1"))
    said = desk.run(*words, "--for-pack", "shipped.lkp", "-o", "small.lic").stderr
    assert types("small.lic") == ["bundle"]
    assert "An application that ships an older pack may refuse it: --for-pack oldest attaches" in said
    again = desk.run(*words, "--for-pack", "oldest", "-o", "whole.lic")
    assert types("whole.lic") == ["trust", "bundle"]
    assert "older pack" not in again.stderr
    assert "small.lic: there is no root in this pack" in desk.refused(4, *words, "--for-pack", "small.lic")
    assert "small.lic" in desk.refused(4, "pack", "-C", "acme", "--oldest", "small.lic", *desk.passphrase)
    desk.run("pack", "-C", "acme", "--oldest", "shipped.lkp", *desk.passphrase)
    Path("order.toml").write_text(order.format("2"))
    assert "older pack" not in desk.run(*words, "-o", "next.lic").stderr
    assert types("next.lic") == ["bundle"]


def test_a_new_root_asks_for_no_passphrase_where_no_old_one_is_at_hand(desk: Desk) -> None:
    Path("acme/root").rename("stick")
    assert "--root-key" in desk.refused(7, "keys", "rotate-root", "-C", "acme")


def test_a_key_that_has_signed_nothing_is_revoked_without_more_ado(desk: Desk) -> None:
    grow(desk, "new", "second", "--signs", "bundle")
    revoke = ("revoke", "key", "second", "-C", "acme", *desk.root_passphrase)
    assert desk.json(*revoke)["bundles_void"] == 0


def test_a_list_and_a_catalog_follow_the_revocation_of_a_key_that_could_sign_them(desk: Desk) -> None:
    """Whoever had it may have run up numbers, whatever it had signed here."""
    grow(desk, "new", "second")
    desk.run("revoke", "key", "second", "-C", "acme", *desk.both_passphrases)
    assert types(issue(desk, "2")["file"]) == ["trust", "revocations", "catalog", "bundle"]


def test_a_revocation_that_needs_more_signatures_changes_nothing_yet(place: Desk) -> None:
    place.run("init", "acme", "--root-keys", "2", "--threshold", "2", *place.both_passphrases)
    Path("acme/root/root-2.key").rename("root-2.key")
    said = place.json("revoke", "key", "signing-1", "-C", "acme", *place.root_passphrase)
    assert not said["in_force"]
    assert keys(place)["signing-1"]["state"] == "active"


@pytest.fixture
def partner(desk: Desk) -> dict[str, Any]:
    """A partner's new workspace `fjord`, not admitted yet."""
    pin = desk.json("pack", "-C", "acme")["root"]
    words = ("--partner-of", "acme/acme.lkp", "--root", pin)
    return desk.json("init", "fjord", *words, *desk.passphrase)


def test_a_partner_sells_under_its_own_issuer_once_it_is_admitted(desk: Desk, partner: dict[str, Any]) -> None:
    assert (partner["product"], partner["issuer"]) == ("acme", "fjord")
    early = ("issue", "fjord/orders/example.toml", "-C", "fjord", *desk.passphrase)
    assert "`licensekit pack` to sign the new catalog" in desk.refused(6, *early)
    assert "Nothing was signed yet" in desk.run("catalog", "check", "-C", "fjord").stdout
    admit = ("keys", "admit", "fjord/fjord.pub", "--issuer", "fjord", "-C", "acme")
    assert desk.json(*admit, *desk.root_passphrase)["key_id"] == partner["key_id"]
    desk.run("pack", "acme/acme.lkp", "-C", "fjord", *desk.passphrase)
    issued = issue(desk, "1", workspace="fjord")
    assert types(issued["file"]) == ["trust", "catalog", "bundle"]
    vendors = issue(desk, "1", "-o", "vendors.lic")
    assert vendors["serial"] == issued["serial"]
    pin = desk.json("pack", "-C", "acme")["root"]
    trusted = ("--pack", "acme/acme.lkp", "--root", pin, "--home", "home")
    desk.run("activate", vendors["file"], *trusted)
    desk.run("activate", issued["file"], "--home", "home")
    shown = desk.run("status", "--home", "home").stdout
    for issuer in ("acme", "fjord"):
        assert f"\n{issuer} " in shown
    assert desk.json("status", "--home", "home")["company"] == "Example Company"


@pytest.mark.attack("partner-that-grants-the-vendors-licenses")
def test_a_partner_can_sign_nothing_else(desk: Desk, partner: dict[str, Any]) -> None:
    """Its key is refused for the vendor's name, by the command and by whoever verifies."""
    admit = ("keys", "admit", "fjord/fjord.pub", "--issuer", "fjord", "-C", "acme")
    desk.run(*admit, *desk.root_passphrase)
    assert partner["issuer"] == "fjord"
    Path("fjord/keys/signing-1.key").rename("acme/keys/stolen.key")
    words = ("issue", str(ORDER), "-C", "acme", "--key", "stolen", *desk.passphrase)
    assert "may not sign for issuer `acme`" in desk.refused(4, *words)


def test_a_partner_alone_cannot_change_keys(desk: Desk, partner: dict[str, Any]) -> None:
    assert partner["root"]
    for words in (("rotate",), ("rotate-root",), ("retire", "signing-1")):
        message = desk.refused(6, "keys", *words, "-C", "fjord", *desk.root_passphrase)
        assert "ask the vendor" in message
    made = desk.json("keys", "new", "second", "-C", "fjord", *desk.passphrase)
    assert made["public"].startswith("lkpub1.")
    said = desk.run("keys", "new", "third", "-C", "fjord", *desk.passphrase).stdout
    assert "Send the vendor the public half" in said


def test_a_root_taken_from_the_pack_itself_is_warned_of(desk: Desk) -> None:
    words = ("init", "fjord", "--partner-of", "acme/acme.lkp", *desk.passphrase)
    result = desk.run(*words)
    assert "Compare it with the vendor's" in result.stderr
    assert "licensekit keys admit fjord.pub --issuer fjord" in result.stdout
    assert "\\n" not in result.stdout


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--issuer", "acme"), 6, "is the vendor itself"),
        (("--root", "lkroot1-nonsense"), 4, "is not a root pin"),
        (("--catalog", "other.toml"), 6, "for product `other`"),
        (("--ledger", "postgresql://anna:TEST-SECRET@host/database"), 6, "password"),
    ],
)
def test_a_partner_that_does_not_fit_is_refused(desk: Desk, more: tuple[str, ...], code: int, said: str) -> None:
    Path("other.toml").write_text(
        'product = "other"\n[issuer]\ncode = "fjord"\nname = "Fjord"\n'
        '[licenses.server]\nkind = "system"\nname = "Server"\n'
    )
    words = ("init", "fjord", "--partner-of", "acme/acme.lkp", *more, *desk.passphrase)
    assert said in desk.refused(code, *words)


def test_a_license_file_is_not_a_vendors_pack(desk: Desk) -> None:
    issued = issue(desk, "1")
    words = ("init", "fjord", "--partner-of", issued["file"], *desk.passphrase)
    assert "no root in this pack" in desk.refused(4, *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--most", "5"), "--most needs --parts"),
        (("--signs", "catalog", "--use", "trial"), "--use is about bundles: add --signs bundle"),
        (("--signs", "catalog", "--longest-term", "9"), "a key may sign only bundles"),
        (("--signs", "reset", "--signs", "bundle", "--parts", "a"), "a key may sign only bundles"),
        (("--from", "2030-01-02", "--to", "2030-01-01"), "--to is before --from"),
        (("--issuer", "acme", "--issuer", "fjord"), "--issuer is given twice"),
    ],
)
@pytest.mark.parametrize("command", [("new", "k"), ("import", "file"), ("admit", "file")])
def test_what_no_key_can_have_is_a_mistake_on_the_command_line(
    desk: Desk, command: tuple[str, ...], words: tuple[str, ...], said: str
) -> None:
    issuer = () if "--issuer" in words or command[0] != "admit" else ("--issuer", "acme")
    before = snapshot(desk.folder)
    assert said in desk.run("keys", *command, *words, *issuer, "-C", "acme", code=2).stderr
    assert snapshot(desk.folder) == before


@pytest.mark.parametrize("more", [(), ("--preview",)])
def test_a_name_longer_than_a_document_holds_is_refused_before_a_key_is_made(desk: Desk, more: tuple[str, ...]) -> None:
    words = ("keys", "new", "k" * 201, "-C", "acme", *desk.both_passphrases, *more)
    assert "is longer than 200 characters" in desk.refused(6, *words)


def test_a_use_beside_signing_bundles_is_taken(desk: Desk) -> None:
    grow(desk, "new", "demos", "--signs", "bundle", "--signs", "catalog", "--use", "demo")
    assert keys(desk)["demos"]["scope"]["uses"] == ["demo"]
    assert keys(desk)["signing-1"]["scope"]["uses"] == ["production", "trial", "demo"]
