"""Slips in an order: whose it is, what it says, when it ends."""

from pathlib import Path
from typing import Any, Final

import pytest

from tests.issuer.slips.shop import AT_HOME, FJORD, NORDLYS, RIGHT, SOLD, VIKEN, Shop, Slip, order, play, right


def of(whose: str, /, **keys: Any) -> Slip:
    """Return the slip of an order for the serial of a customer, or with other `keys`."""
    return Slip(lambda shop: shop.no_issue(order(serial=shop.serial(whose), **keys)), right)


def mistyped(shop: Shop, *, swapped: bool) -> str:
    serial = shop.serial(NORDLYS)
    if swapped:
        place = next(p for p in range(1, 9) if serial[p] != serial[p + 1] and {*serial[p : p + 2]} != {"0", "9"})
        return serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]
    return serial[:-2] + str((int(serial[-2]) + 1) % 10) + serial[-1]


def far_too_long(shop: Shop) -> None:
    shop.issue(order(serial=shop.serial(NORDLYS), days=None, expiry="2207-11-30"))


def the_last_sequence(shop: Shop) -> None:
    shop.issue(order(serial=shop.serial(NORDLYS), sequence=4_294_967_295), name="last.lic")
    assert "has no sequence after" in shop.no_issue(order("N-3", serial=shop.serial(NORDLYS)))


def a_trial(shop: Shop) -> None:
    shop.takes(NORDLYS, shop.issue(order(serial=shop.serial(NORDLYS), use="trial", after_grace="block")))
    assert shop.users(AT_HOME[NORDLYS]) == SOLD


def edited_afterwards(shop: Shop) -> None:
    shop.issue(order(serial=shop.serial(NORDLYS), users=SOLD + 1))
    assert "another order N-2" in shop.no_issue(order(serial=shop.serial(NORDLYS)), code=6)


def twice(shop: Shop) -> str:
    first, second = (shop.issue(order(serial=shop.serial(NORDLYS)), name=name) for name in ("one.lic", "two.lic"))
    assert Path(first).read_bytes() == Path(second).read_bytes()
    assert len(shop.listed("--order-number", "N-2")) == 1
    return second


ORDERS: Final[dict[str, Slip]] = {
    "another customer's serial": of(FJORD),
    "the serial of a customer on trial": of(VIKEN, use="trial"),
    "another customer's serial is replaced": Slip(
        lambda shop: shop.no_issue(order(replaces=shop.serial(FJORD))),
        lambda shop: shop.issue(order(replaces=shop.serial(NORDLYS))),
    ),
    "a serial is replaced that nobody has": Slip(lambda shop: shop.no_issue(order(replaces="1010000048")), right),
    "a serial that nobody has": Slip(lambda shop: shop.no_issue(order(serial="1010000048")), right),
    "a mistyped serial": Slip(lambda shop: shop.no_issue(order(serial=mistyped(shop, swapped=False))), right),
    "a serial with two digits swapped": Slip(
        lambda shop: shop.no_issue(order(serial=mistyped(shop, swapped=True))), right
    ),
    "a serial of another script": of(NORDLYS, company=NORDLYS.replace("o", "\u043e")),
    "another company's name": of(NORDLYS, company=FJORD),
    "a mistyped part": of(NORDLYS, part="bsae"),
    "a part for an add-on that is there": of(NORDLYS, part="site"),
    "the year before": of(NORDLYS, days=None, expiry="2020-11-30"),
    "a local date": of(NORDLYS, days=None, expiry="30.11.2037"),
    "an American date": of(NORDLYS, days=None, expiry="11/30/2037"),
    "a warning behind the end": of(NORDLYS, warning_days=None, days=None, expiry="2037-11-30", warning="2038-01-01"),
    "a count with a point": of(NORDLYS, users="1.000"),
    "a count of 0": of(NORDLYS, users=0),
    "a count that is a decimal number": of(NORDLYS, users=20.5),
    "true where a count belongs": of(NORDLYS, users=True),
    "a use that is not one": of(NORDLYS, use="Production"),
    "a key that is not one": of(NORDLYS, expires="2037-11-30"),
    "no serial": Slip(
        lambda shop: shop.issue(order(), name="wrong.lic"),
        lambda shop: shop.issue(order("N-3", serial=shop.serial(NORDLYS))),
    ),
    "a trial in place of what was bought": Slip(a_trial, right),
    "a term of centuries": Slip(
        far_too_long, lambda shop: shop.amend(f"--set=users.standard={RIGHT}", "--set=days=365")
    ),
    "the last sequence": Slip(the_last_sequence, lambda shop: shop.issue(order("N-3", replaces=shop.serial(NORDLYS)))),
    "an order edited after it was issued": Slip(edited_afterwards, right),
    "an order number of another customer": Slip(
        lambda shop: shop.no_issue(order("F-1", serial=shop.serial(NORDLYS)), code=6), right
    ),
    "the same command twice": Slip(twice, twice),
}


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_harms_nobody_else_and_is_put_right(shop: Shop, name: str) -> None:
    play(shop, ORDERS[name])


def test_the_law_notices_who_is_harmed(shop: Shop) -> None:
    """It would prove nothing otherwise."""
    with pytest.raises(AssertionError):
        play(shop, Slip(lambda shop: shop.sign("revoke serial", shop.serial(FJORD), "--yes"), right))
    assert shop.harmed() == [FJORD]
