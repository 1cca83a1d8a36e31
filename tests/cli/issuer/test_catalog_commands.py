"""`licensekit catalog`: the file written again from the signed catalog, and the module for applications to import."""

from pathlib import Path

from tests.issuer_command import Desk
from tests.workspaces import snapshot

CATALOG = Path("acme/catalog.toml")


def test_the_file_is_written_again_from_what_was_signed(desk: Desk) -> None:
    CATALOG.unlink()
    desk.run("catalog", "export", "-C", "acme", "-o", str(CATALOG))
    said = desk.json("catalog", "check", "-C", "acme")
    assert (said["changed"], said["licenses"]) == (False, 8)


def test_a_pack_alone_is_enough_and_a_workspace_may_begin_with_its_catalog(desk: Desk) -> None:
    pack = Path("acme/acme.lkp").rename("taken.lkp").name
    written = desk.run("catalog", "export", pack).stdout
    assert desk.run("catalog", "export", "-C", "acme").stdout == written
    Path("taken.toml").write_text(written)
    said = desk.json("init", "mine", "--catalog", "taken.toml", *desk.both_passphrases)
    assert (said["product"], said["issuer"]) == ("acme", "acme")


def test_what_is_not_a_pack_writes_nothing(desk: Desk) -> None:
    before = snapshot(desk.folder)
    assert "not a license file" in desk.refused(3, "catalog", "export", "acme/catalog.toml", "-o", "out.toml")
    assert "no such file" in desk.refused(8, "catalog", "export", "nothing.lkp", "-o", "out.toml")
    assert "not a workspace" in desk.refused(6, "catalog", "export", "-C", "elsewhere", "-o", "out.toml")
    assert snapshot(desk.folder) == before


def test_a_customer_sees_what_took_the_place_of_a_license(desk: Desk) -> None:
    text = CATALOG.read_text()
    fleet = '[licenses.fleet]\nkind = "site"\nname = "Fleet"\n\n[access.web]'
    text = text.replace("[access.web]", fleet).replace('name = "Archive"', 'name = "Archive"\nreplaced_by = "fleet"')
    CATALOG.write_text(text)
    desk.run("pack", "-C", "acme", *desk.passphrase)
    Path("order.toml").write_text('company = "Fjord AS"\nsystem = ["server"]\nsites.archive = 2\n')
    issue = "issue", "order.toml", "-C", "acme", "-o", "fjord.lic"
    refused = desk.refused(5, *issue, *desk.passphrase)
    assert "sites.archive: `archive` is no longer sold and was replaced by fleet" in refused
    desk.run(*issue, "--no-longer-sold", *desk.passphrase)
    pin = desk.json("pack", "-C", "acme", *desk.passphrase)["root"]
    desk.run("activate", "fjord.lic", "--pack", "acme/acme.lkp", "--root", pin, "--home", "home")
    shown = [line.split() for line in desk.run("status", "--home", "home").stdout.splitlines()]
    assert ["Archive", "archive", "site", "0", "2", "2", "full", "fleet"] in shown
    explained = desk.run("explain", "fleet", "--home", "home").stdout
    assert "archive, which it replaced" in explained


def test_check_diff_and_pack_show_whom_a_change_concerns(desk: Desk) -> None:
    desk.run("issue", "acme/orders/example.toml", "-C", "acme", *desk.passphrase)
    CATALOG.write_text(CATALOG.read_text().replace('name = "Reports"', 'name = "Reports"\nrequires = ["server"]'))
    said = "licenses.reports: 1 bundle in force of 1 customer: Example Company"
    assert said in desk.run("catalog", "check", "-C", "acme", code=6).stderr
    assert said in desk.run("catalog", "diff", "-C", "acme").stdout
    assert said in desk.run("pack", "--preview", "-C", "acme").stderr
    [concerned] = desk.json("catalog", "diff", "-C", "acme")["concerned"]
    assert (concerned["data"]["bundles"], concerned["data"]["names"]) == (1, ["Example Company"])


def test_init_names_no_module_that_it_did_not_write(desk: Desk) -> None:
    """The one that is there is of another root: who pastes it would believe other keys."""
    ran = desk.run("init", "other/acme", *desk.both_passphrases)
    assert "acme_licensing.py was not written" in ran.stderr
    assert "acme_licensing" not in ran.stdout
    assert "import" not in ran.stdout
