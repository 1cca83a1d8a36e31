"""A license file goes where nothing is lost: over an older or equal file of its own, or where nothing is."""

import os
from pathlib import Path

import pytest

from tests.issuer_command import Desk

ORDER = 'company = "{0}"\n[system]\nserver = true\n'
SERIAL = "1010000014"


def words(desk: Desk, company: str = "Oslo AS", more: str = "", *, output: str = "a.lic") -> tuple[str, ...]:
    """Write an order, and return the words that issue it."""
    Path("order.toml").write_text(more + ORDER.format(company))
    return "issue", "order.toml", "-C", "acme", "-o", output, *desk.passphrase


def test_an_older_or_equal_file_of_the_same_license_is_overwritten(desk: Desk) -> None:
    desk.run(*words(desk))
    desk.run(*words(desk, more=f'order = "2"\nserial = "{SERIAL}"\n'))
    second = Path("a.lic").read_bytes()
    desk.run(*words(desk, more=f'order = "2"\nserial = "{SERIAL}"\n'))
    assert Path("a.lic").read_bytes() == second


@pytest.mark.attack("file-overwritten")
@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("order", "a.lic: the existing file contains another license, 1010000014 base 1 of 'Oslo AS'"),
        ("newer", "a.lic: the existing file is a newer file of this license, 1010000014 base 2"),
        ("text", "a.lic: the existing file is not a license file"),
        ("pack", "a.lic: the existing file is not a license file"),
    ],
)
def test_anything_else_is_kept_and_nothing_is_signed(desk: Desk, there: str, said: str) -> None:
    more = 'order = "1"\n'
    desk.run(*words(desk, more=more))
    company = "Oslo AS"
    if there == "order":
        company, more = "Bergen AS", 'order = "3"\n'
    elif there == "newer":
        desk.run(*words(desk, more=f'order = "2"\nserial = "{SERIAL}"\n'))
    else:
        Path("a.lic").write_bytes(b"notes" if there == "text" else Path("acme/acme.lkp").read_bytes())
    typed = words(desk, company, more)
    error = desk.refused(8, *typed)
    assert said in error
    assert "write to another path with -o, or move that file away first" in error
    assert len(desk.json("ledger", "list", "-C", "acme", "--all")["bundles"]) == (2 if there == "newer" else 1)
    desk.run(*words(desk, company, more, output="b.lic"))


@pytest.mark.parametrize("slash", sorted({"/", os.sep}))
def test_a_path_that_ends_in_a_slash_is_a_folder_which_is_made(desk: Desk, slash: str) -> None:
    for _ in range(2):
        desk.run(*words(desk, more='order = "1"\n', output=f"new{slash}"))
    assert [path.name for path in Path("new").iterdir()] == [f"acme-{SERIAL}-base-1.lic"]
    assert "none: there is no such folder" in desk.refused(8, *words(desk, output=f"none/new{slash}"))
    Path("file").write_text("")
    desk.refused(8, *words(desk, output=f"file{slash}"))


def test_without_a_slash_a_new_name_is_a_file(desk: Desk) -> None:
    desk.run(*words(desk, output="new"))
    assert Path("new").is_file()


def test_an_empty_file_is_in_nobodys_way(desk: Desk) -> None:
    Path("a.lic").touch()
    desk.run(*words(desk))
    assert Path("a.lic").read_text().startswith("lk1-bundle.")


@pytest.mark.attack("file-overwritten")
def test_in_bulk_and_signed_again_nothing_else_is_overwritten(desk: Desk) -> None:
    Path("orders").mkdir()
    Path("orders/1.toml").write_text('order = "1"\n' + ORDER.format("Oslo AS"))
    bulk = ("issue", "orders", "-C", "acme", "-o", "out", *desk.passphrase)
    desk.run(*bulk)
    file = Path(f"out/acme-{SERIAL}-base-1.lic")
    license_ = file.read_bytes()
    desk.run(*bulk)
    assert file.read_bytes() == license_
    file.write_bytes(b"notes")
    assert f"{file}: the existing file is not a license file" in desk.run(*bulk, code=8).stderr
    desk.run("keys", "rotate", "-C", "acme", *desk.both_passphrases)
    again = ("reissue", "--signed-by", "signing-1", "-C", "acme", "-o", "out", *desk.passphrase)
    assert f"{file}: the existing file is not a license file" in desk.run(*again, code=8).stderr
    assert file.read_bytes() == b"notes"
    file.unlink()
    desk.run(*again)
    assert file.read_bytes().endswith(b"\n")


def test_a_reset_takes_the_place_of_one_for_the_same_installation_only(desk: Desk) -> None:
    desk.run(*words(desk))
    for home in ("one", "two"):
        desk.run("activate", "a.lic", "--home", home, "--pack", "acme/acme.lkp")
        desk.run("request", "--home", home, "-o", f"{home}.lkq")
    reset = ("answer", "--reset", "clock", "-C", "acme", *desk.passphrase, "-o")
    assert "another license" in desk.run(*reset, "a.lic", "one.lkq", code=8).stderr
    for _ in range(2):
        desk.run(*reset, "r.lic", "one.lkq")
    first = Path("r.lic").read_bytes()
    assert "contains a reset for another installation" in desk.run(*reset, "r.lic", "two.lkq", code=8).stderr
    assert Path("r.lic").read_bytes() == first
    assert "contains a reset" in desk.refused(8, *words(desk, output="r.lic"))


def test_a_list_that_is_new_for_as_long_already_is_not_signed_again(desk: Desk) -> None:
    pack = ("pack", "-C", "acme", *desk.passphrase, "--fresh-days")
    desk.run(*pack, "30")
    before = Path("acme/acme.lkp").read_bytes()
    for days in ("30", "10"):
        desk.run(*pack, days)
        assert Path("acme/acme.lkp").read_bytes() == before
    desk.run(*pack, "31")
    assert Path("acme/acme.lkp").read_bytes() != before
