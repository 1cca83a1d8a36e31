"""`licensekit product` writes the module of an application, and checks that it is up to date."""

from pathlib import Path

import pytest

from tests.issuer_command import Desk

PACK = "acme/acme.lkp"
MODULE = "the_module.py"


def test_the_module_is_written_and_then_up_to_date(desk: Desk) -> None:
    shown = desk.run("product", PACK, "-o", MODULE).stdout
    assert "lkroot1-" in shown
    assert "acme: Final = Product[AcmeLicensing](" in Path(MODULE).read_text()
    assert "up to date with the pack" in desk.run("product", PACK, "-o", MODULE, "--check").stdout


def test_a_module_of_another_pack_or_version_is_out_of_date_and_stays(desk: Desk) -> None:
    desk.run("product", PACK, "-o", MODULE, "--released", "2027-03-01")
    before = Path(MODULE).read_bytes()
    other = desk.run("product", PACK, "-o", MODULE, "--released", "2027-04-01", "--check", code=1)
    assert "write it again" in other.stdout
    assert Path(MODULE).read_bytes() == before
    assert b"released=date(2027, 3, 1)" in before


def test_the_date_of_release_is_kept_unless_another_is_given(desk: Desk) -> None:
    for given, kept in (("2027-03-01", b"2027, 3, 1"), ("", b"2027, 3, 1"), ("2027-04-01", b"2027, 4, 1")):
        desk.run("product", PACK, "-o", MODULE, *(["--released", given] if given else []))
        assert b"released=date(" + kept in Path(MODULE).read_bytes()
    assert "up to date with the pack" in desk.run("product", PACK, "-o", MODULE, "--check").stdout


@pytest.mark.parametrize("text", ["print('mine')", 'ROOT: Final = "lkroot1-other"\n    released=None,\n'])
def test_what_is_not_a_module_of_the_product_is_never_overwritten(desk: Desk, text: str) -> None:
    Path(MODULE).write_text(text)
    assert f"{MODULE}: the existing file is not a module" in desk.refused(8, "product", PACK, "-o", MODULE)
    assert Path(MODULE).read_text() == text


def test_the_module_can_be_printed(desk: Desk) -> None:
    assert desk.run("product", PACK, "-o", "-").stdout.startswith('"""The licensing of acme.')


def test_what_is_not_a_pack_is_refused_with_its_name(desk: Desk) -> None:
    assert "acme/catalog.toml" in desk.refused(3, "product", "acme/catalog.toml", "-o", MODULE)
    assert not Path(MODULE).exists()


def test_a_check_needs_the_file(desk: Desk) -> None:
    assert MODULE in desk.refused(8, "product", PACK, "-o", MODULE, "--check")


HERE = "acme_licensing.py"


def change_catalog() -> None:
    """Add a license to the catalog."""
    with Path("acme/catalog.toml").open("a") as file:
        file.write('\n[licenses.extra]\nkind = "system"\nname = "Extra"\n')


def test_init_writes_the_module_into_the_current_folder(desk: Desk) -> None:
    assert "up to date with the pack" in desk.run("product", PACK, "-o", HERE, "--check").stdout


@pytest.mark.parametrize("there", ["file", "folder"])
def test_init_leaves_what_is_there_and_says_so(place: Desk, there: str) -> None:
    Path(HERE).write_text("mine") if there == "file" else Path(HERE).mkdir()
    ran = place.run("init", "acme", *place.both_passphrases)
    assert f"{HERE} was not written: " in ran.stderr
    assert f"; move it away, then run `licensekit product {PACK} -o {HERE}`" in ran.stderr
    assert "the application imports it" not in ran.stdout
    assert Path(HERE).is_dir() or Path(HERE).read_text() == "mine"
    assert Path(PACK).exists()


def test_a_partner_writes_none(place: Desk) -> None:
    place.run("init", "acme", *place.both_passphrases)
    before = Path(HERE).read_bytes()
    place.run("init", "maps", "--partner-of", PACK, *place.passphrase)
    place.run("keys", "admit", "maps/maps.pub", "--issuer", "maps", "-C", "acme", *place.root_passphrase)
    place.run("pack", PACK, "-C", "maps", *place.passphrase)
    assert Path(HERE).read_bytes() == before
    assert [path.name for path in Path().glob("*_licensing.py")] == [HERE]


def test_pack_writes_the_module_again_with_its_date(desk: Desk) -> None:
    desk.run("product", PACK, "-o", HERE, "--released", "2027-03-01")
    change_catalog()
    ran = desk.run("pack", "-C", "acme", *desk.passphrase)
    assert f"{HERE}, written again" in ran.stdout
    assert '"extra"' in Path(HERE).read_text()
    desk.run("product", PACK, "-o", HERE, "--released", "2027-03-01", "--check")
    assert desk.json("pack", "-C", "acme", *desk.passphrase)["module"] == HERE


def test_pack_writes_no_module_where_there_is_none_or_for_a_preview(desk: Desk) -> None:
    change_catalog()
    before = Path(HERE).read_bytes()
    desk.run("pack", "-C", "acme", "--preview")
    assert Path(HERE).read_bytes() == before
    Path(HERE).unlink()
    assert desk.json("pack", "-C", "acme", *desk.passphrase)["module"] is None
    assert not Path(HERE).exists()


@pytest.mark.parametrize(("old", "new"), [("lkroot1-", "lkroot1-a"), ("=None,", "=today(),"), ("ROOT", "X")])
def test_pack_leaves_what_is_not_a_module_of_its_root(desk: Desk, old: str, new: str) -> None:
    Path(HERE).write_text(Path(HERE).read_text().replace(old, new))
    before = Path(HERE).read_bytes()
    assert "was left as it is" in desk.run("pack", "-C", "acme", *desk.passphrase).stderr
    assert Path(HERE).read_bytes() == before


def test_pack_signs_nothing_where_the_module_cannot_be_read(desk: Desk) -> None:
    change_catalog()
    Path(HERE).unlink()
    Path(HERE).mkdir()
    assert HERE in desk.refused(8, "pack", "-C", "acme", *desk.passphrase)
