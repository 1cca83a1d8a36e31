"""`licensekit ledger doctor`, `backup` and `restore`, as they are typed."""

import json

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
    assert "absorb" in desk.refused(6, "ledger", "verify", *at)
    assert "restored or cut" in desk.run("ledger", "list", *at).stderr
    findings = json.loads(desk.run("ledger", "doctor", *at, "--json", code=1).stdout)["findings"]
    checks = [one["check"] for one in findings]
    assert checks == ["database", "schema", "ledger", "mark", "files", "space", "versions"]
    assert [one["check"] for one in findings if one["state"] == "error"] == ["mark"]


def test_a_restored_ledger_absorbs_what_it_lost(desk: Desk) -> None:
    at = ("-C", "acme")
    desk.run("ledger", "backup", "saved", *at)
    issue = ("issue", "acme/orders/example.toml", *at, *desk.passphrase)
    desk.run(*issue, "-o", "sent.lic")
    desk.run("ledger", "restore", "saved", "--yes", *at)
    assert "licensekit ledger absorb FILES" in desk.refused(6, *issue)
    assert "stays unknown" in desk.refused(6, "ledger", "absorb", "sent.lic", *at)
    assert "bundles.1010000014 base 1" in desk.run("ledger", "absorb", "sent.lic", "--preview", *at).stdout
    assert "bundles    1" in desk.run("ledger", "absorb", "sent.lic", "--yes", *at).stdout
    (desk.folder / "note.txt").write_text("not a license")
    done = json.loads(desk.run("ledger", "absorb", "sent.lic", "note.txt", *at, "--json", code=1).stdout)
    assert (done["bundles"], done["known"], len(done["refused"])) == (0, 1, 1)
    desk.run(*issue)
    desk.run("ledger", "verify", *at)


def test_a_restored_ledger_is_refused_before_a_change_is_shown(desk: Desk) -> None:
    at = ("-C", "acme")
    serial = desk.json("issue", "acme/orders/example.toml", *at, "-o", "one.lic", *desk.passphrase)["serial"]
    desk.run("ledger", "backup", "saved", *at)
    desk.run("renew", serial, "--days", "365", "--yes", "-o", "two.lic", *at, *desk.passphrase)
    desk.run("ledger", "restore", "saved", "--yes", *at)
    for words in (("renew", serial, "--days", "365"), ("revoke", "serial", serial)):
        assert "absorb" in desk.refused(6, *words, "--yes", *at, *desk.passphrase)
        assert desk.run(*words, "--preview", *at).stdout
