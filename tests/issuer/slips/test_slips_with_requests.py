"""Slips with what installations send: of another customer, answered twice, by the wrong order."""

from pathlib import Path
from typing import Final

import pytest

from tests.issuer.slips.shop import AT_HOME, FJORD, NORDLYS, Shop, Slip, order, play, right


def asked(shop: Shop, company: str) -> None:
    """Let an installation ask for a bound license, and write the order of Nordlys."""
    shop.run("request", "--home", AT_HOME[company], "-o", "asked.lkr")
    Path("order.toml").write_text(order(serial=shop.serial(NORDLYS)))


def answered(shop: Shop) -> str:
    """Answer the request of Nordlys by its order."""
    Path("asked.lkr").unlink(missing_ok=True)
    asked(shop, NORDLYS)
    shop.sign("answer asked.lkr --order order.toml -o bound.lic")
    return "bound.lic"


def request_of_another(shop: Shop) -> None:
    asked(shop, FJORD)
    shop.no("answer asked.lkr --order order.toml -o bound.lic")


def order_of_another(shop: Shop) -> None:
    """The request of Nordlys meets the order of Fjord."""
    asked(shop, NORDLYS)
    Path("order.toml").write_text(order("F-2", company=FJORD))
    shop.no("answer asked.lkr --order order.toml -o bound.lic")


def issued_order(shop: Shop) -> None:
    """The order was issued to everybody already."""
    asked(shop, NORDLYS)
    right(shop)
    Path("order.toml").write_text(order("N-9", serial=shop.serial(NORDLYS)))
    shop.no("answer asked.lkr --order order.toml -o bound.lic", code=6)


def twice(shop: Shop) -> str:
    file = answered(shop)
    first = Path(file).read_bytes()
    shop.sign("answer asked.lkr --order order.toml -o bound.lic")
    assert Path(file).read_bytes() == first
    return file


def accepted_as_another(shop: Shop) -> None:
    """A request is not a receipt."""
    asked(shop, NORDLYS)
    shop.no("accept asked.lkr", code=3)


def no_request(shop: Shop) -> None:
    asked(shop, NORDLYS)
    shop.no("answer sent/F-1.lic --order order.toml -o bound.lic", code=3)


REQUESTS: Final[dict[str, Slip]] = {
    "the request of another customer": Slip(request_of_another, answered),
    "the order of another customer": Slip(order_of_another, answered),
    "an order that was issued": Slip(issued_order, answered),
    "the same request twice": Slip(twice, twice),
    "a request in place of a receipt": Slip(accepted_as_another, answered),
    "a license file in place of a request": Slip(no_request, answered),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_harms_nobody_else_and_is_put_right(shop: Shop, name: str) -> None:
    play(shop, REQUESTS[name])
