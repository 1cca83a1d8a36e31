"""`suspend`, `revoke`, `void` and `reinstate` as their user types them, with the customer's side."""

from pathlib import Path

import pytest

from tests.cli.issuer.test_bound_life import Customers
from tests.issuer_command import Desk

SERIAL = "1010000014"
BUNDLE = f"{SERIAL}-base-1"
IN = ("-C", "acme")
ORDER = 'order = "S-1"\ncompany = "Fjord"\ndays = 365\nsystem = ["server"]\n'


@pytest.fixture
def sides(desk: Desk) -> Customers:
    """A vendor, and a customer who has activated a license."""
    sides = Customers(*desk)
    Path("order.toml").write_text(ORDER)
    sides.run("issue", "order.toml", "-o", "one.lic", *IN, *sides.passphrase)
    sides.at("home", "activate", "one.lic", *sides.believed)
    return sides


def works(sides: Customers) -> bool:
    """Return whether the customer's installation grants what was sold."""
    shown = sides.json("status", "--home", "home")
    return [one["state"] for one in shown["bundles"]] == ["active"]


@pytest.mark.parametrize("what", [("serial", SERIAL), ("bundle", BUNDLE), ("bundle", "one.lic")])
def test_an_installation_stops_when_it_is_suspended_and_goes_on_when_it_is_reinstated(
    sides: Customers, what: tuple[str, str]
) -> None:
    """It learns of both from the pack; the license is not activated a second time."""
    assert works(sides)
    said = sides.run("suspend", *what, *IN, "--reason", "unpaid", "--yes", *sides.passphrase)
    assert "Fjord loses 1010000014 base 1" in said.stderr
    assert "offline" in said.stderr
    assert works(sides)
    Path("old.lkp").write_bytes(Path("acme/acme.lkp").read_bytes())
    sides.at("home", "activate", "acme/acme.lkp")
    assert not works(sides)
    assert "was suspended or revoked by its issuer" in sides.at("home", "activate", "one.lic", code=4)
    assert not works(sides)
    sides.run("reinstate", *what, *IN, "--reason", "paid", "--yes", *sides.passphrase)
    sides.at("home", "activate", "acme/acme.lkp")
    assert works(sides)
    sides.at("home", "activate", "old.lkp")
    assert works(sides)


@pytest.mark.attack("older-document-brought-back")
def test_a_list_before_the_suspension_does_not_bring_the_license_back(sides: Customers) -> None:
    sides.run("pack", "--fresh-days", "10", *IN, *sides.passphrase)
    Path("before.lkp").write_bytes(Path("acme/acme.lkp").read_bytes())
    sides.run("suspend", "serial", SERIAL, *IN, "--yes", *sides.passphrase)
    sides.at("home", "activate", "acme/acme.lkp")
    sides.at("home", "activate", "before.lkp")
    assert not works(sides)


def test_reason_who_and_when_are_shown_wherever_a_bundle_is(sides: Customers) -> None:
    sides.run("suspend", "serial", SERIAL, *IN, "--reason", "unpaid", "--yes", *sides.passphrase)
    for view in (("ledger", "list", "--state", "suspended"), ("ledger", "show", BUNDLE)):
        assert "unpaid" in sides.run(*view, *IN).stdout
    [listed] = sides.json("ledger", "list", *IN)["bundles"]
    assert (listed["state"], listed["state_action"], listed["state_reason"]) == ("suspended", "suspend", "unpaid")
    assert sides.json("ledger", "show", BUNDLE, *IN)["entries"][0]["state_reason"] == "unpaid"
    assert "unpaid" in sides.run("ledger", "list", "--csv", *IN).stdout
    assert '"note": "unpaid"' in sides.run("ledger", "export", *IN).stdout


def test_without_a_terminal_nothing_is_taken_back_unless_it_is_confirmed(sides: Customers) -> None:
    for action in ("suspend", "revoke", "void"):
        said = sides.refused(6, action, "bundle", BUNDLE, *IN, *sides.passphrase)
        assert "--yes" in said


def test_on_a_terminal_what_is_lost_is_shown_before_it_is_asked_for(
    sides: Customers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licensekit.cli.inputs.is_terminal", lambda: True)
    ask = ("suspend", "serial", SERIAL, *IN, *sides.passphrase)
    assert "Fjord loses" in sides.run(*ask, typed="n\n", code=1).output
    assert [one["state"] for one in sides.json("ledger", "list", *IN)["bundles"]] == ["active"]
    sides.run(*ask, typed="y\n")
    assert [one["state"] for one in sides.json("ledger", "list", *IN)["bundles"]] == ["suspended"]


def test_a_slip_is_void_and_its_order_issued_again(sides: Customers) -> None:
    Path("slip.toml").write_text(ORDER.replace("S-1", "S-2").replace("365", "3650"))
    slip = sides.json("issue", "slip.toml", "-o", "slip.lic", *IN, *sides.passphrase)
    wrong = sides.refused(6, "reinstate", "bundle", "1010000022-base-9", *IN)
    assert "no bundle" in wrong
    shown = sides.json("void", "bundle", "slip.lic", *IN, "--reason", "ten years", "--yes", *sides.passphrase)
    assert [one["after"] for one in shown["changes"]] == ["void"]
    assert "is void" in sides.refused(6, "reinstate", "bundle", slip["identity"], *IN, "--yes", *sides.passphrase)
    Path("slip.toml").write_text(ORDER.replace("S-1", "S-2"))
    again = sides.json("issue", "slip.toml", "-o", "right.lic", *IN, *sides.passphrase)
    assert again["serial"] != slip["serial"]
    assert [one["state"] for one in sides.json("ledger", "show", "S-2", *IN)["entries"]] == ["void", "active"]
    believed = sides.believed
    said = sides.run("verify", "slip.lic", "--pack", "acme/acme.lkp", "--root", believed[-1], code=4)
    assert "revoked" in said.output
