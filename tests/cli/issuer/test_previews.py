"""`--preview` shows what a command would sign; it needs no key and changes nothing."""

import shutil
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licensekit.cli.main import COMMANDS
from tests.cli.command_tree import every_command
from tests.cli.issuer.test_signatures_once import CASES, IN
from tests.issuer_command import Desk
from tests.workspaces import SERIAL, snapshot

VENDOR = {name for name, one in COMMANDS.items() if one.section.startswith("Commands for the vendor")}
PREVIEWS: dict[str, tuple[tuple[str, ...], str]] = {
    "issue": (("issue", "acme/orders/example.toml"), "company"),
    "renew": (("renew", SERIAL, "--days", "30"), "expiry"),
    "amend": (("amend", SERIAL, "--set", "standard=50"), "users.standard"),
    "revoke serial": (("revoke", "serial", SERIAL), f"bundles.{SERIAL} base 1"),
    "revoke bundle": (("revoke", "bundle", f"{SERIAL}-base-1"), f"bundles.{SERIAL} base 1"),
    "revoke key": (("revoke", "key", "signing-1"), "trust"),
    "keys retire": (("keys", "retire", "signing-1"), "trust"),
    "keys new": (("keys", "new", "trials", "--use", "trial"), "keys.trials.uses"),
    "keys rotate": (("keys", "rotate"), "keys.signing-2.file"),
    "keys rotate-root": (("keys", "rotate-root"), "root.root-v2.file"),
    "pack": (("pack",), "catalog"),
    "reissue": (("reissue", "--signed-by", "signing-1", "-o", "out"), "bundles"),
}


def halfway(desk: Desk) -> None:
    """Begin a change that two root keys must sign, and give the second one."""
    shutil.rmtree("acme")
    desk.run("init", "acme", "--root-keys", "2", "--threshold", "2", *desk.both_passphrases)
    Path("acme/root/root-2.key").rename("root-2.key")
    desk.run("keys", "retire", "signing-1", *IN, *desk.root_passphrase)


def with_another_key(_: Desk) -> None:
    """Write a key of another form."""
    key = Ed25519PrivateKey.generate()
    form = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    Path("id_ed25519").write_bytes(key.private_bytes(*form))


SIGNING = {
    **CASES,
    "keys rotate-root": (None, ("keys", "rotate-root"), ()),
    "keys import": (with_another_key, ("keys", "import", "id_ed25519", "imported"), ()),
    "keys sign-trust": (halfway, ("keys", "sign-trust", "acme/trust-2.signing", "--root-key", "root-2.key"), ()),
}
READING = (
    "catalog", "product", "ledger", "keys list", "keys export", "keys default", "keys passphrase", "keys abandon",
    "init", "publish", "customers",
)  # fmt: skip
"""The issuer's commands that sign nothing in a workspace: `init` makes one, of which nothing could be shown before."""


def test_every_command_that_signs_has_a_preview_and_takes_a_clock_that_is_right() -> None:
    """The tables of this module list all of them."""
    commands = [one for one in every_command() if one.words[0] == "licensekit" and one.words[1:2] != ()]
    found: set[str] = set()
    for one in commands:
        is_reading = any(f"{one.path} ".startswith(f"{name} ") for name in READING)
        if one.words[1] not in VENDOR or isinstance(one.command, click.Group) or is_reading:
            continue
        options = {name for parameter in one.command.params for name in parameter.opts}
        assert {"--preview", "--clock-is-right"} <= options, one.path
        found.add(one.path)
    tried = {path for path in found for _, words, _ in SIGNING.values() if " ".join(words).startswith(path)}
    assert found == tried


@pytest.mark.parametrize("name", SIGNING)
def test_a_preview_leaves_every_byte_as_it_is(desk: Desk, name: str) -> None:
    """It opens no key: no passphrase is given."""
    prepare, words, _ = SIGNING[name]
    if prepare is not None:
        prepare(desk)
    before = snapshot(desk.folder)
    shown = desk.json(*words, *IN, "--preview")
    assert shown.get("changes") or shown["missing"]
    assert desk.run(*words, *IN, "--preview").stdout
    assert snapshot(desk.folder) == before


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """A desk that has issued an order and changed its catalog since."""
    desk.run("issue", "acme/orders/example.toml", "-C", "acme", *desk.passphrase)
    order = Path("acme/orders/example.toml")
    order.write_text(order.read_text("utf-8").replace("example-1", "example-2"), "utf-8")
    return desk


@pytest.mark.parametrize("name", PREVIEWS)
def test_a_preview_needs_no_key_and_changes_nothing(sold: Desk, name: str) -> None:
    words, path = PREVIEWS[name]
    if name == "pack":
        catalog = Path("acme/catalog.toml")
        text = catalog.read_text("utf-8")
        catalog.write_text(text.replace('name = "Server"', 'name = "The server"'), "utf-8")
    before = snapshot(sold.folder)
    shown = sold.json(*words, "-C", "acme", "--preview")
    assert path in {one["path"] for one in shown["changes"]}
    assert {"consequences", "warnings", "needs_confirmation"} <= shown.keys()
    assert path in sold.run(*words, "-C", "acme", "--preview").stdout
    assert snapshot(sold.folder) == before


def test_a_catalog_that_takes_away_is_asked_about(sold: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Path("acme/catalog.toml")
    text = catalog.read_text("utf-8").replace('"report-editor", "user"]', '"user"]')
    catalog.write_text(text, "utf-8")
    shown = sold.json("pack", "-C", "acme", "--preview")
    assert [one["code"] for one in shown["needs_confirmation"]] == ["takes-away"]
    monkeypatch.setattr("licensekit.cli.inputs.is_terminal", lambda: True)
    ask = ("pack", "-C", "acme", *sold.passphrase)
    assert "licenses.professional.includes" in sold.run(*ask, typed="n\n", code=1).stderr
    assert "version 2, signed now" in sold.run(*ask, typed="y\n").stdout


JUDGED = {
    "issue": ("issue", "acme/orders/example.toml"),
    "renew": ("renew", SERIAL, "--days", "30"),
    "amend": ("amend", SERIAL, "--set", "standard=50"),
    "answer": ("answer", "a.lkr", "--order", "acme/orders/example.toml"),
    "reset": ("answer", "a.lkr", "--reset", "clock"),
    "reissue": ("reissue", "--signed-by", "signing-1", "-o", "out"),
}
"""Commands that sign with the key that `--key` names."""


@pytest.fixture
def limited(sold: Desk) -> Desk:
    """The same with a key for short trials alone, and the request of an installation."""
    grow = ("keys", "new", "trials", "--use", "trial", "--longest-term", "30", "-C", "acme")
    sold.run(*grow, "--from", "2020-01-01", *sold.both_passphrases)
    root = sold.json("pack", "-C", "acme")["root"]
    trusted = ("--pack", "acme/acme.lkp", "--root", root, "--home", "home")
    sold.run("request", "-o", "first.lkr", *trusted)
    example = Path("acme/orders/example.toml")
    first = example.read_text("utf-8").replace("example-2", "bound-1")
    Path("bound.toml").write_text(first, "utf-8")
    answer = ("answer", "first.lkr", "--order", "bound.toml", "-C", "acme", "-o", "first.lic")
    sold.run(*answer, *sold.passphrase)
    sold.run("activate", "first.lic", *trusted)
    sold.run("request", "-o", "a.lkr", "--home", "home")
    return sold


@pytest.mark.parametrize("name", JUDGED)
def test_a_preview_refuses_a_key_that_signing_refuses(limited: Desk, name: str) -> None:
    ask = (*JUDGED[name], "-C", "acme", "--key", "trials")
    said = limited.refused(4, *ask, "--preview")
    assert "key `trials`" in said
    assert limited.refused(4, *ask, *confirmed(name), *limited.passphrase) == said


@pytest.mark.parametrize("name", JUDGED)
def test_a_preview_takes_a_key_that_signing_takes(limited: Desk, name: str) -> None:
    grow = ("keys", "new", "second", "--from", "2020-01-01", "-C", "acme")
    limited.run(*grow, *limited.both_passphrases)
    before = snapshot(limited.folder)
    ask = (*JUDGED[name], "-C", "acme", "--key", "second")
    assert limited.json(*ask, "--preview")["changes"]
    assert snapshot(limited.folder) == before
    limited.run(*ask, *confirmed(name), *limited.passphrase)


@pytest.mark.parametrize("name", ["issue", "renew", "amend"])
def test_a_preview_judges_the_key_that_would_be_chosen_if_it_is_here(limited: Desk, name: str) -> None:
    """On a machine that has none, it shows what would be signed and names no key."""
    ask = (*JUDGED[name], "-C", "acme", "--preview")
    Path("acme/keys/signing-1.key").rename("signing-1.key")
    assert "key `trials`" in limited.refused(4, *ask)
    Path("acme/keys/trials.key").rename("trials.key")
    assert limited.json(*ask)["changes"]
    assert "no key `trials` here" in limited.refused(7, *ask, "--key", "trials")


def test_a_preview_judges_a_meter_over_its_term(desk: Desk) -> None:
    """What a key may sign of it is bounded by what it grants in all, as for signing."""
    catalog = Path("acme/catalog.toml")
    meter = '[licenses.calls]\nkind = "system"\nname = "Calls"\nquantity = "calls"\nper = "day"\n'
    catalog.write_text(f"{catalog.read_text('utf-8')}\n{meter}", "utf-8")
    desk.run("pack", "-C", "acme", *desk.passphrase)
    grow = ("keys", "new", "shop", "--parts", "base", "--most", "30", "-C", "acme")
    desk.run(*grow, *desk.both_passphrases)
    order = Path("order.toml")
    order.write_text('company = "A"\ndays = 30\n[system]\ncalls = 20\n', "utf-8")
    ask = ("issue", "order.toml", "-C", "acme", "--key", "shop")
    said = desk.refused(4, *ask, "--preview")
    assert "over the term" in said
    assert desk.refused(4, *ask, *desk.passphrase) == said
    order.write_text('company = "A"\ndays = 9\n[system]\ncalls = 3\n', "utf-8")
    assert "3 calls per day" in desk.run(*ask, "--preview").stdout


def confirmed(name: str) -> tuple[str, ...]:
    """Return the option that agrees to a change of what was sold."""
    return ("--yes",) if name in {"renew", "amend"} else ()


def test_what_was_issued_before_is_named_by_a_preview_and_needs_no_key(sold: Desk) -> None:
    order = Path("acme/orders/example.toml")
    order.write_text(order.read_text("utf-8").replace("example-2", "example-1"), "utf-8")
    shown = sold.run("issue", str(order), "-C", "acme", "--key", "none", "--preview").stdout
    assert f"issued before  {SERIAL} base 1" in shown
    assert "Nothing would change." in shown


def test_every_proposal_is_shown_in_one_table(sold: Desk) -> None:
    """What is new has no column for what was there before."""
    new = sold.run(*PREVIEWS["issue"][0], "-C", "acme", "--preview").stdout.splitlines()
    assert new[0].split() == ["what", "then"]
    assert ["users.standard", "25"] in [line.split() for line in new]
    for name in ("amend", "keys new", "revoke serial"):
        words, path = PREVIEWS[name]
        lines = sold.run(*words, "-C", "acme", "--preview").stdout.splitlines()
        assert ["what", "now", "then"] in [line.split() for line in lines]
        assert any(line.startswith(path) for line in lines)
