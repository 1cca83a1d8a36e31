"""`init --ledger URL`: a team's ledger on a server, as a desk sets it up and goes on."""

from tests.issuer_command import Desk


def test_what_was_issued_is_in_the_ledger_on_the_server(place: Desk, postgres_location: str) -> None:
    place.run("init", "acme", "--ledger", postgres_location, *place.both_passphrases)
    place.run("issue", "acme/orders/example.toml", "-C", "acme", *place.passphrase)
    assert not (place.folder / "acme" / "ledger.db").exists()
    (issued,) = place.json("ledger", "list", "-C", "acme")["bundles"]
    assert issued["company"] == "Example Company"


def test_a_password_in_the_address_is_refused_before_a_passphrase_is_asked_for(place: Desk) -> None:
    secret = "TEST-SECRET"
    said = place.refused(6, "init", "acme", "--ledger", f"postgresql://anna:{secret}@host/database")
    assert secret not in said


def test_a_ledger_moves_to_a_server_and_back(desk: Desk, postgres_location: str) -> None:
    at = ("-C", "acme")
    desk.run("issue", "acme/orders/example.toml", *at, *desk.passphrase)
    before = desk.json("ledger", "verify", *at)
    assert desk.run("ledger", "move", postgres_location, *at).stdout.startswith("moved and verified: postgresql://")
    assert desk.json("ledger", "verify", *at) == before
    assert "not the URL of a ledger" in desk.refused(6, "ledger", "move", "elsewhere.db", *at)
    assert desk.json("ledger", "move", "ledger.db", *at) == {"ledger": str(desk.folder / "acme" / "ledger.db")}
    assert desk.json("ledger", "verify", *at) == before
    desk.run("issue", "acme/orders/example.toml", *at, *desk.passphrase)
