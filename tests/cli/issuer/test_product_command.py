"""`licensekit product` writes the module of an application, and checks that it is up to date."""

from pathlib import Path

from tests.issuer_command import Desk

PACK = "acme/acme.lkp"
MODULE = "acme_licensing.py"


def test_the_module_is_written_and_then_up_to_date(desk: Desk) -> None:
    shown = desk.run("product", PACK, "-o", MODULE).stdout
    assert "lkroot1-" in shown
    assert "acme: Final = Product[AcmeLicensing](" in Path(MODULE).read_text()
    assert "what the pack makes" in desk.run("product", PACK, "-o", MODULE, "--check").stdout


def test_a_module_of_another_pack_or_version_is_out_of_date_and_stays(desk: Desk) -> None:
    desk.run("product", PACK, "-o", MODULE, "--released", "2027-03-01")
    before = Path(MODULE).read_bytes()
    assert "write it again" in desk.run("product", PACK, "-o", MODULE, "--check", code=1).stdout
    assert Path(MODULE).read_bytes() == before
    assert b"released=date(2027, 3, 1)" in before


def test_the_module_can_be_printed(desk: Desk) -> None:
    assert desk.run("product", PACK, "-o", "-").stdout.startswith('"""What is licensed of acme.')


def test_what_is_no_pack_is_refused_with_its_name(desk: Desk) -> None:
    assert "acme/catalog.toml" in desk.refused(3, "product", "acme/catalog.toml", "-o", MODULE)
    assert not Path(MODULE).exists()


def test_a_check_needs_the_file(desk: Desk) -> None:
    assert MODULE in desk.refused(8, "product", PACK, "-o", MODULE, "--check")
