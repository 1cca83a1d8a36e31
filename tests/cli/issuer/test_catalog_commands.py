"""`licensekit catalog`: the file written again from what was signed, and what an application is told to import."""

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


def test_what_is_no_pack_writes_nothing(desk: Desk) -> None:
    before = snapshot(desk.folder)
    assert "not a license file" in desk.refused(3, "catalog", "export", "acme/catalog.toml", "-o", "out.toml")
    assert "no such file" in desk.refused(8, "catalog", "export", "nothing.lkp", "-o", "out.toml")
    assert "not a workspace" in desk.refused(6, "catalog", "export", "-C", "elsewhere", "-o", "out.toml")
    assert snapshot(desk.folder) == before


def test_init_names_no_module_that_it_did_not_write(desk: Desk) -> None:
    """The one that is there is of another root: who pastes it would believe other keys."""
    ran = desk.run("init", "other/acme", *desk.both_passphrases)
    assert "acme_licensing.py was not written" in ran.stderr
    assert "acme_licensing" not in ran.stdout
    assert "import" not in ran.stdout
