"""Slips with the ledger: edited, cut, lost, restored from a backup that is old, copied."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.issuer.slips.shop import AT, NORDLYS, SOLD, Shop, Slip, order, play, right


def saved(shop: Shop) -> None:
    """Back up the ledger, as it was when everybody had what they have."""
    shop.run("ledger", "backup", "saved.db", *AT)


def restore(shop: Shop) -> None:
    """Restore the backup."""
    shop.run("ledger", "restore", "saved.db", *AT, "--yes")


def restored(shop: Shop) -> str:
    """Restore the backup, and go on."""
    restore(shop)
    shop.run("ledger", "verify", *AT)
    return right(shop)


def edited(*statements: str) -> Slip:
    """Return the slip of a ledger that is edited by hand: verifying it finds the place."""

    def made(shop: Shop) -> None:
        saved(shop)
        shop.sql(*statements)
        shop.run("ledger", "verify", *AT, code=6)

    return Slip(made, restored, leaves_a_ledger=False)


def lost(shop: Shop) -> None:
    saved(shop)
    for path in Path("acme").glob("ledger.db*"):
        path.unlink()
    shop.no_issue(order(serial=shop.serial(NORDLYS)), code=6)


def overwritten(shop: Shop) -> None:
    saved(shop)
    Path("acme/ledger.db").write_bytes(b"order = 'N-2'\n" * 500)
    shop.no_issue(order(serial=shop.serial(NORDLYS)), code=8)


def of_another_product(shop: Shop) -> None:
    """The ledger of another workspace is copied over this one's."""
    saved(shop)
    shutil.copy("borealis/ledger.db", "acme/ledger.db")
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS)))
    shop.sign("issue order.toml -o new.lic", code=6)
    assert "was restored or cut" in shop.sign("pack --yes", code=6).stderr


def backup_of_another_product(shop: Shop) -> None:
    shop.run("ledger", "backup", "other.db", "-C", "borealis")
    shop.refused(6, "ledger", "restore", "other.db", *AT)


def older(put_back: Callable[[Shop], object]) -> Callable[[Shop], None]:
    """Return the slip of an older state of the ledger, after more was sold and sent."""

    def made(shop: Shop) -> None:
        saved(shop)
        shutil.copy("acme/ledger.db", "copied.db")
        shop.takes(NORDLYS, shop.issue(order(serial=shop.serial(NORDLYS), users=SOLD + 1), name="second.lic"))
        shop.issue(order("O-1", company="Oslo"), name="oslo.lic")
        put_back(shop)
        Path("order.toml").write_text(order("N-3", serial=shop.serial(NORDLYS)))
        assert "was restored or cut" in shop.sign("issue order.toml -o new.lic", code=6).stderr

    return made


def copied_back(_: Shop) -> None:
    """Put the file of the ledger back that somebody had copied."""
    for path in Path("acme").glob("ledger.db-*"):
        path.unlink()
    shutil.copy("copied.db", "acme/ledger.db")


def absorbed(*files: str) -> Callable[[Shop], str]:
    """Return the way back: take in the files that are still there, and go on."""

    def back(shop: Shop) -> str:
        shop.run("ledger", "absorb", *files, *AT, "--yes")
        shop.run("ledger", "verify", *AT)
        known = {one["serial"] for one in shop.listed()} | {serial_of(shop, "oslo.lic")}
        bergen = shop.issue(order("B-1", company="Bergen"), name="bergen.lic")
        assert serial_of(shop, bergen) not in known
        return right(shop)

    return back


def serial_of(shop: Shop, file: str) -> str:
    """Return the serial of a license file."""
    documents = shop.json("inspect", file)["documents"]
    return str(next(one["document"]["serial"] for one in documents if one["type"] == "bundle"))


def copied(shop: Shop) -> None:
    """A copy of the workspace signs for a new customer, and so does the workspace."""
    shutil.copytree("acme", "copy")
    Path("order.toml").write_text(order("O-1", company="Oslo"))
    shop.run("issue", "order.toml", "-C", "copy", "-o", "oslo.lic", *shop.passphrase)
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS), users=SOLD + 1))
    shop.run("issue", "order.toml", "-C", "copy", "-o", "second.lic", *shop.passphrase)
    shop.takes(NORDLYS, "second.lic")


LEDGERS: Final[dict[str, Slip]] = {
    "an entry edited": edited("UPDATE entries SET who = 'nobody' WHERE number = 4"),
    "an entry deleted": edited("DELETE FROM entries WHERE number = 5"),
    "the bundles edited": edited("UPDATE bundles SET state = 'revoked'"),
    "the ledger lost": Slip(lost, restored, leaves_a_ledger=False),
    "the ledger overwritten": Slip(overwritten, restored, leaves_a_ledger=False),
    "the ledger of another product": Slip(of_another_product, restored, leaves_a_ledger=False),
    "a backup over a newer ledger": Slip(older(restore), absorbed("second.lic", "oslo.lic")),
    "a backup over a newer ledger, and no files": Slip(older(restore), absorbed()),
    "an old file of the ledger": Slip(older(copied_back), absorbed("oslo.lic", "second.lic", "acme/acme.lkp")),
    "a copy of the workspace that signed as well": Slip(copied, absorbed("second.lic", "oslo.lic")),
    "the backup of another product": Slip(backup_of_another_product, right),
}


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_harms_nobody_else_and_is_put_right(shop: Shop, name: str) -> None:
    play(shop, LEDGERS[name])
