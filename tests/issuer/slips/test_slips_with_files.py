"""Slips with files and folders: the wrong one, an edited one, a lost one, a place that cannot be written."""

import resource
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from licensekit.files import write_atomically
from tests.issuer.slips.shop import AT, NORDLYS, Shop, Slip, order, play, right

CATALOG: Final = Path("acme/catalog.toml")


def right_order(shop: Shop) -> str:
    return order(serial=shop.serial(NORDLYS))


def edited(path: str, old: str, new: str) -> None:
    """Edit a file as a person does."""
    text = Path(path).read_text("utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new), "utf-8")


def edited_between_check_and_pack(shop: Shop) -> None:
    """The catalog that was found good gets a fault before it is signed."""
    edited("acme/catalog.toml", 'name = "Archive"', 'name = "Archives"')
    shop.run("catalog", "check", *AT)
    edited("acme/catalog.toml", 'kind = "site"', 'kind = "sites"')
    shop.no("pack")
    shop.no_issue(right_order(shop), code=6)


def catalog_put_right(shop: Shop) -> str:
    edited("acme/catalog.toml", 'kind = "sites"', 'kind = "site"')
    shop.sign("pack")
    return right(shop)


def catalog_not_packed(shop: Shop) -> None:
    edited("acme/catalog.toml", 'name = "Standard user"', 'name = "Standard"')
    assert "licensekit pack" in shop.no_issue(right_order(shop), code=6)


def packed(shop: Shop) -> str:
    shop.sign("pack")
    return right(shop)


def a_license_deleted(shop: Shop) -> None:
    """The catalog loses what was sold."""
    text = CATALOG.read_text("utf-8")
    before, _, rest = text.partition("[licenses.archive]")
    CATALOG.with_name("catalog.old").write_text(text, "utf-8")
    CATALOG.write_text(before + rest[rest.index("# User licenses") :], "utf-8")
    assert "licenses.archive" in shop.no("pack", code=6)


def catalog_restored(shop: Shop) -> str:
    CATALOG.with_name("catalog.old").rename(CATALOG)
    return packed(shop)


def an_old_catalog(shop: Shop) -> None:
    """A new license was signed; then the file of before comes back."""
    old = CATALOG.read_text("utf-8")
    CATALOG.write_text(old + '[licenses.maps]\nkind = "system"\nname = "Maps"\n', "utf-8")
    shop.sign("pack")
    CATALOG.with_name("catalog.old").write_text(CATALOG.read_text("utf-8"), "utf-8")
    CATALOG.write_text(old, "utf-8")
    shop.no_issue(right_order(shop), code=6)


def the_order_as_the_catalog(shop: Shop) -> None:
    CATALOG.rename(CATALOG.with_name("catalog.old"))
    CATALOG.write_text(right_order(shop), "utf-8")
    shop.no("pack")
    shop.no_issue(right_order(shop), code=6)


def pack_edited(_: Shop) -> None:
    edited("acme/acme.lkp", "lk1-trust.", "lk1-trust.A")


def pack_written(shop: Shop) -> str:
    """The pack is written from the ledger."""
    shop.sign("pack")
    assert Path("acme/acme.lkp").read_bytes() == Path("shipped.lkp").read_bytes()
    return right(shop)


def other_pack(shop: Shop) -> None:
    shutil.copy("borealis/borealis.lkp", "acme/acme.lkp")
    shop.no("pack borealis/borealis.lkp", code=4)


def lost(shop: Shop) -> None:
    Path(shop.issue(right_order(shop))).unlink()


def issued_again(shop: Shop) -> str:
    return shop.issue(right_order(shop))


def over_an_order(shop: Shop) -> None:
    """The name of the order is given for the license."""
    Path("order.toml").write_text(right_order(shop))
    assert "is not a license file" in shop.no("issue order.toml -o order.toml", code=8)


def over_another_customers_file(shop: Shop) -> None:
    """The license is to go where that of another customer is."""
    Path("order.toml").write_text(right_order(shop))
    assert "Fjord" in shop.no("issue order.toml -o sent/F-1.lic", code=8)


def over_a_link(shop: Shop) -> None:
    """The name for the license is a link to what another customer got."""
    Path("new.lic").symlink_to("sent/F-1.lic")
    Path("order.toml").write_text(right_order(shop))
    assert "symbolic link" in shop.no("issue order.toml -o new.lic", code=8)


def without_the_link(shop: Shop) -> str:
    Path("new.lic").unlink()
    return issued_again(shop)


def a_folder_for_the_file(shop: Shop) -> None:
    Path("new.lic").mkdir()
    shop.issue(right_order(shop))


def from_the_folder(_: Shop) -> str:
    [file] = Path("new.lic").iterdir()
    return str(file)


def renamed_workspace(shop: Shop) -> None:
    Path("acme").rename("moved")
    assert "not a workspace" in shop.no_issue(right_order(shop), code=6)


def in_the_moved_folder(shop: Shop) -> str:
    shop.run("issue", "order.toml", "-C", "moved", "-o", "new.lic", *shop.passphrase)
    Path("moved").rename("acme")
    return "new.lic"


def url_written_by_hand(shop: Shop) -> None:
    """Half of a move to a server: the ledger is taken away, and its URL written by hand."""
    Path("acme/ledger.db").rename("ledger.db")
    Path("acme/ledger.url").write_text("server/ledger\n")
    shop.no_issue(right_order(shop), code=6)


def ledger_brought_back(shop: Shop) -> str:
    Path("ledger.db").rename("acme/ledger.db")
    Path("acme/ledger.url").unlink()
    return right(shop)


@contextmanager
def small_files(size: int) -> Generator[None]:
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def full_disk(shop: Shop) -> None:
    Path("order.toml").write_text(right_order(shop))
    with small_files(100):
        shop.sign("issue order.toml -o new.lic", code=8)
    assert not Path("new.lic").exists()


def full_disk_for_the_file(shop: Shop) -> None:
    """There is room for the entry, and none for a file that is as long."""
    Path("order.toml").write_text(right_order(shop))
    Path("new.lic").write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("licensekit.cli.inputs.write_output", no_room)
        shop.sign("issue order.toml -o new.lic", code=8)


def no_room(path: str, data: bytes) -> None:
    """Write a file where there is room for a part of it."""
    with small_files(len(data) // 2):
        write_atomically(Path(path), data)


FILES: Final[dict[str, Slip]] = {
    "a catalog edited between check and pack": Slip(edited_between_check_and_pack, catalog_put_right),
    "a catalog that was not packed": Slip(catalog_not_packed, packed),
    "a license deleted from the catalog": Slip(a_license_deleted, catalog_restored),
    "an old catalog": Slip(an_old_catalog, catalog_restored),
    "an order in place of the catalog": Slip(the_order_as_the_catalog, catalog_restored),
    "a pack edited by hand": Slip(pack_edited, pack_written),
    "the pack of another product": Slip(other_pack, pack_written),
    "a license file lost": Slip(lost, issued_again),
    "the name of the order for the license": Slip(over_an_order, issued_again),
    "the file of another customer for the license": Slip(over_another_customers_file, issued_again),
    "a link to the file of another customer": Slip(over_a_link, without_the_link),
    "a folder for the license": Slip(a_folder_for_the_file, from_the_folder),
    "a folder that is not there": Slip(lambda shop: shop.no("issue order.toml -o nowhere/new.lic", code=8), right),
    "a workspace that was moved": Slip(renamed_workspace, in_the_moved_folder, leaves_a_ledger=False),
    "a ledger's URL written by hand": Slip(url_written_by_hand, ledger_brought_back, leaves_a_ledger=False),
    "a full disk for the ledger": Slip(full_disk, issued_again),
    "a full disk for the license": Slip(full_disk_for_the_file, issued_again),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_harms_nobody_else_and_is_put_right(shop: Shop, name: str) -> None:
    play(shop, FILES[name])


@pytest.fixture
def read_only(shop: Shop) -> Iterator[Shop]:
    """A shop whose workspace is on a file system that may only be read, until it is mounted again."""
    place = str(shop.folder / "acme")
    for words in (["--bind", place, place], ["-o", "remount,ro,bind", place]):
        if not sys.platform.startswith("linux") or subprocess.run(["/bin/mount", *words], check=False).returncode:
            pytest.skip("only root may mount")
    yield shop
    subprocess.run(["/bin/umount", "-l", place], check=False)


def test_a_workspace_that_may_only_be_read_harms_nobody_else(read_only: Shop) -> None:
    def made(shop: Shop) -> None:
        Path("order.toml").write_text(right_order(shop))
        assert "is not writable" in shop.sign("issue order.toml -o new.lic", code=8).stderr

    def back(shop: Shop) -> str:
        subprocess.run(["/bin/umount", "-l", str(shop.folder / "acme")], check=True)
        return issued_again(shop)

    play(read_only, Slip(made, back))


def test_files_that_everybody_may_read_are_made_private_by_the_command_that_warns(shop: Shop) -> None:
    key = Path("acme/keys/signing-1.key")

    def made(shop: Shop) -> None:
        key.chmod(0o644)
        Path("order.toml").write_text(order("O-1", company="Oslo"))
        assert f"chmod 600 {key}" in shop.sign("issue order.toml -o oslo.lic").stderr

    def back(shop: Shop) -> str:
        key.chmod(0o600)
        return right(shop)

    play(shop, Slip(made, back))
