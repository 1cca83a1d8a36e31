"""`licensekit ledger doctor`, `backup` and `restore`, as they are typed."""

from tests.issuer_command import Desk


def test_a_ledger_is_backed_up_restored_and_looked_through(desk: Desk) -> None:
    at = ("-C", "acme")
    assert desk.run("ledger", "backup", "saved", *at).stdout == "written and verified: saved\n"
    desk.run("issue", "acme/orders/example.toml", *at, *desk.passphrase)
    before = desk.json("ledger", "verify", *at)
    refused = desk.refused(6, "ledger", "restore", "saved", *at)
    assert "1 entry made after this backup will be gone" in refused
    assert desk.json("ledger", "verify", *at) == before
    told = desk.json("ledger", "restore", "saved", "--yes", *at)
    assert told["entries"] == before["entries"] - 1
    assert desk.json("ledger", "verify", *at)["entries"] == told["entries"]
    findings = desk.json("ledger", "doctor", *at)
    assert findings["ok"]
    checks = [one["check"] for one in findings["findings"]]
    assert checks == ["database", "schema", "ledger", "files", "space", "versions"]
