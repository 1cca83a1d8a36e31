"""Slips with the ledger: edited, cut, lost, restored from a backup that is old, copied."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.issuer.slips.shop import AT, NORDLYS, Shop, Slip, order, play, right


def saved(shop: Shop) -> None:
    """Back up the ledger, as it was when everybody had what they have."""
    shop.run("ledger", "backup", "saved.db", *AT)


def restored(shop: Shop) -> str:
    """Restore the backup, and go on."""
    shop.run("ledger", "restore", "saved.db", *AT, "--yes")
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
    """The ledger of another workspace is copied over the own one."""
    saved(shop)
    shutil.copy("borealis/ledger.db", "acme/ledger.db")
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS)))
    shop.sign("issue order.toml -o new.lic", code=6)
    assert "no key here may sign" in shop.sign("pack --yes", code=7).stderr


def backup_of_another_product(shop: Shop) -> None:
    shop.run("ledger", "backup", "other.db", "-C", "borealis")
    shop.refused(6, "ledger", "restore", "other.db", *AT)


LEDGERS: Final[dict[str, Slip]] = {
    "an entry edited": edited("UPDATE entries SET who = 'nobody' WHERE number = 4"),
    "an entry deleted": edited("DELETE FROM entries WHERE number = 5"),
    "the bundles edited": edited("UPDATE bundles SET state = 'revoked'"),
    "the ledger lost": Slip(lost, restored, leaves_a_ledger=False),
    "the ledger overwritten": Slip(overwritten, restored, leaves_a_ledger=False),
    "the ledger of another product": Slip(of_another_product, restored, leaves_a_ledger=False),
    "the backup of another product": Slip(backup_of_another_product, right),
}


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_harms_nobody_else_and_is_put_right(shop: Shop, name: str) -> None:
    play(shop, LEDGERS[name])
