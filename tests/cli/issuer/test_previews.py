"""`--preview` shows what a command would sign; it needs no key and changes nothing."""

from pathlib import Path

import pytest

from tests.issuer_command import Desk
from tests.workspaces import SERIAL, snapshot

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


def test_a_catalog_that_takes_away_is_asked_about(
    sold: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = Path("acme/catalog.toml")
    text = catalog.read_text("utf-8").replace('"report-editor", "user"]', '"user"]')
    catalog.write_text(text, "utf-8")
    shown = sold.json("pack", "-C", "acme", "--preview")
    assert [one["code"] for one in shown["needs_confirmation"]] == ["takes-away"]
    monkeypatch.setattr("licensekit.cli.proposals.is_terminal", lambda: True)
    ask = ("pack", "-C", "acme", *sold.passphrase)
    assert "licenses.professional.includes" in sold.run(*ask, typed="n\n", code=1).stderr
    assert "version 2, signed now" in sold.run(*ask, typed="y\n").stdout
