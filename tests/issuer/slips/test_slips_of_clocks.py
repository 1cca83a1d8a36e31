"""A vendor's clock that is wrong while something is signed, and that is right afterwards."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.issuer.slips.shop import AT, NORDLYS, Shop, Slip, order, play, right


def refused_until_right(words: str, *, days: float) -> Slip:
    """Return the slip of a clock that the ledger contradicts: nothing is signed."""

    def made(shop: Shop) -> None:
        prepare(shop)
        with shop.clock(days=days):
            assert "--clock-is-right" in shop.no(words, code=6)

    return Slip(made, right)


def prepare(shop: Shop) -> None:
    """Write an order, and change the catalog's names."""
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS)))


def packed(shop: Shop) -> None:
    catalog = Path("acme/catalog.toml")
    catalog.write_text(catalog.read_text().replace('name = "Standard user"', 'name = "Standard"'))
    shop.sign("pack --yes")


def signed_ahead(act: Callable[[Shop], object], *, days: float = 30) -> Slip:
    """Return the slip of something that is signed by a clock that is ahead.

    The next command names it; then what is right is signed, although the ledger disagrees.
    """

    def made(shop: Shop) -> None:
        with shop.clock(days=days):
            act(shop)
        said = shop.no_issue(order("N-9", serial=shop.serial(NORDLYS)), code=6)
        assert "of the ledger was made on" in said

    return Slip(made, right_although)


def voided(shop: Shop) -> str:
    """Take back what nobody was sent, and issue the same order by the right clock."""
    shop.sign("void bundle new.lic --yes --clock-is-right")
    Path("new.lic").unlink()
    return shop.issue(order(serial=shop.serial(NORDLYS)), "--clock-is-right")


def right_although(shop: Shop) -> str:
    """Sign by the right clock what the wrong one has dated, and then what is right."""
    shop.sign("pack --clock-is-right --yes")
    return shop.issue(order("N-9", serial=shop.serial(NORDLYS)), "--clock-is-right")


def revoked(shop: Shop) -> None:
    shop.issue(order("O-1", company="Oslo"), name="wrong.lic")
    shop.sign("revoke bundle wrong.lic --yes")


def in_another_zone(shop: Shop) -> None:
    """The terminal is on the other side of the world, and dates are still UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Pacific/Kiritimati")
        time.tzset()
        far = shop.json("issue", write("far", shop), *AT, "-o", "far.lic", *shop.passphrase)
    time.tzset()
    near = shop.json("issue", write("near", shop), *AT, "-o", "near.lic", *shop.passphrase)
    ends = {one["expiry"] for one in shop.listed() if one["serial"] in {far["serial"], near["serial"]}}
    assert len(ends) == 1


def write(name: str, shop: Shop) -> str:
    assert shop
    Path(f"{name}.toml").write_text(order(name, company=name))
    return f"{name}.toml"


def rotated(shop: Shop) -> None:
    shutil.copytree("stick-acme", "acme/root")
    shop.run("keys", "rotate", "signing-1", *AT, *shop.both_passphrases)


def rotated_again(shop: Shop) -> str:
    """No key counts yet that was made by the wrong clock: another takes over by the right one."""
    shop.run("keys", "rotate", "signing-2", *AT, *shop.both_passphrases, "--clock-is-right")
    return right_although(shop)


CLOCKS: Final[dict[str, Slip]] = {
    "behind, an order": refused_until_right("issue order.toml -o new.lic", days=-2),
    "behind, in bulk": refused_until_right("issue order.toml order.toml -o sent", days=-2),
    "behind, a pack": refused_until_right("pack", days=-2),
    "behind, a key": refused_until_right(
        "keys new other --root-key stick-acme/root.key --root-passphrase-file ../shop-secrets/root", days=-2
    ),
    "behind, a revocation": refused_until_right("revoke bundle sent/N-1.lic --yes", days=-2),
    "years ahead, an order": refused_until_right("issue order.toml -o new.lic", days=2000),
    "ahead, an order": signed_ahead(lambda shop: shop.issue(order(serial=shop.serial(NORDLYS)))),
    "ahead, an order that is issued again": replace(
        signed_ahead(lambda shop: shop.issue(order(serial=shop.serial(NORDLYS)))), back=voided
    ),
    "ahead, a pack": signed_ahead(packed),
    "ahead, a revocation": signed_ahead(revoked),
    "ahead, a key": replace(signed_ahead(rotated), back=rotated_again),
    "another zone": Slip(in_another_zone, right),
}


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_harms_nobody_else_and_is_put_right(shop: Shop, name: str) -> None:
    play(shop, CLOCKS[name])
