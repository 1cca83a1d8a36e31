"""Slips in a sheet of orders, which a spreadsheet has saved, and with a folder of orders."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.issuer.slips.shop import FJORD, NORDLYS, RIGHT, VIKEN, Shop, Slip, order, play, right

Rows = list[list[object]]
HEADINGS: Final = ["order", "company", "serial", "days", "server", "standard"]
OSLO: Final = ["O-1", "Oslo Spektrum", "", 365, "TRUE", 5]
"""An order of a new customer, in the row below that of Nordlys."""


def sheet(
    shop: Shop, *, delimiter: str = ";", encoding: str = "utf-8", edit: Callable[[Rows], object] | None = None
) -> None:
    """Save the sheet with the right orders of Nordlys and of Oslo, edited."""
    rows: Rows = [[*HEADINGS], ["N-2", NORDLYS, shop.serial(NORDLYS), 365, "TRUE", RIGHT], [*OSLO]]
    if edit is not None:
        edit(rows)
    text = "".join(delimiter.join(map(str, row)) + "\r\n" for row in rows)
    Path("orders.csv").write_bytes(text.encode(encoding))


def issued(shop: Shop, *words: str) -> str:
    """Issue the sheet, and return the file of Nordlys."""
    shop.sign("issue orders.csv -o out", *words)
    return of_nordlys(shop)


def saved_again(shop: Shop) -> str:
    """Save the sheet without the slip, and issue it."""
    sheet(shop)
    return issued(shop)


def refused(edit: Callable[[Rows], object] | None, said: str = "", **how: str) -> Slip:
    """Return the slip of an edited sheet: all of it is refused."""

    def made(shop: Shop) -> None:
        sheet(shop, edit=edit, **how)
        Path("out").mkdir()
        assert said in shop.no("issue orders.csv -o out")

    return Slip(made, saved_again)


def cell(column: str, value: object) -> Callable[[Rows], object]:
    """Return the edit of a cell of Nordlys."""

    def edit(rows: Rows) -> None:
        rows[1][HEADINGS.index(column)] = value

    return edit


def column(heading: object, *values: object) -> Callable[[Rows], object]:
    """Return the edit that adds a column."""

    def edit(rows: Rows) -> None:
        for row, value in zip(rows, (heading, *values), strict=True):
            row.append(value)

    return edit


def serials_shifted(rows: Rows) -> None:
    """Sort a column without the others."""
    rows[1][2], rows[2][2] = rows[2][2], rows[1][2]


def saved_in_a_code_page(shop: Shop) -> None:
    sheet(shop, encoding="windows-1252", edit=lambda rows: rows[2].__setitem__(1, "Ærø A/S"))
    Path("out").mkdir()
    assert "--encoding windows-1252" in shop.no("issue orders.csv -o out")


def good_ones_first(shop: Shop) -> None:
    sheet(shop, edit=cell("standard", "5,5"))
    shop.sign("issue orders.csv -o out --keep-going", code=5)
    assert [one["order"] for one in shop.listed() if one["order"] in {"N-2", "O-1"}] == ["O-1"]


def false_in_a_sheet(shop: Shop) -> None:
    """Excel writes FALSE for a module that was not bought, and that does not count as yes."""
    sheet(shop, edit=column("reports", "FALSE", "TRUE"))
    issued(shop)
    [bundle] = shop.json("inspect", issued(shop))["documents"]
    assert bundle["document"]["system"] == {"server": 1}


def old_orders_among_new_ones(shop: Shop) -> None:
    """A folder that was merged by hand has an old order, and one that was renumbered badly."""
    Path("orders").mkdir()
    Path("orders/old.toml").write_text(order("F-1", company=FJORD, users=7))
    Path("orders/other.toml").write_text(order("V-1", company=VIKEN, users=30))
    Path("orders/new.toml").write_text(order("N-2", serial=shop.serial(NORDLYS)))
    assert "another order V-1" in shop.sign("issue orders -o out", code=5).stderr
    assert shop.listed("--order-number", "N-2") == []


def folder_without_it(shop: Shop) -> str:
    Path("orders/other.toml").unlink()
    shop.sign("issue orders -o out")
    assert len(shop.listed("--order-number", "F-1")) == 1
    return of_nordlys(shop)


def of_nordlys(shop: Shop) -> str:
    """Return the file of the order N-2."""
    [bundle] = shop.listed("--order-number", "N-2")
    [file] = Path("out").glob(f"*{bundle['serial']}-base-{bundle['sequence']}.lic")
    return str(file)


SHEETS: Final[dict[str, Slip]] = {
    "1.000": refused(cell("standard", "1.000"), "write 1000 or 1"),
    "1,000": refused(cell("standard", '"1,000"'), "write 1 or 1000"),
    "a decimal comma": refused(cell("standard", "20,5"), "decimal number"),
    "a percentage": refused(cell("standard", "20%")),
    "a date as a number of days": refused(column("expiry", 46387, "")),
    "a local date": refused(column("starts", "31.12.2037", ""), "write 2037-12-31"),
    "a date of either order": refused(column("starts", "01/02/2037", ""), "2037-02-01 or 2037-01-02"),
    "a date in place of a code": refused(column("part", "02. Jan", "")),
    "numbers that became the same date": refused(lambda rows: [row.__setitem__(0, "01.03.2027") for row in rows[1:]]),
    "a serial in powers of ten": refused(cell("serial", "1,01E+09")),
    "the serials sorted alone": refused(serials_shifted, "was issued to"),
    "a heading twice": refused(column("Server", "x", "x"), "occurs twice"),
    "a heading mistyped": refused(column("standrad", 5, 5), "did you mean `standard`"),
    "users beside users.standard": refused(column("users", 5, 5), "users.CODE"),
    "the display name of a license": refused(column("Standard User", 5, 5), "did you mean `standard`"),
    "remarks behind the table": refused(column("", "call back", ""), "cells"),
    "no delimiter at all": refused(None, "column", delimiter="|"),
    "a column of another department": refused(column("phone", "+47 1", ""), "`--ignore"),
    "FALSE": Slip(false_in_a_sheet, issued),
    "a code page": Slip(saved_in_a_code_page, lambda shop: issued(shop, "--encoding", "windows-1252")),
    "UTF-16 and tabs": Slip(lambda shop: sheet(shop, delimiter="\t", encoding="utf-16"), issued),
    "blank columns and rows": Slip(lambda shop: sheet(shop, edit=lambda rows: rows.insert(1, [""] * 9)), issued),
    "some were good": Slip(good_ones_first, saved_again),
    "old orders among new ones": Slip(old_orders_among_new_ones, folder_without_it),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_harms_nobody_else_and_is_put_right(shop: Shop, name: str) -> None:
    play(shop, SHEETS[name])


@pytest.mark.parametrize("form", ["toml", "csv", "jsonl"])
@pytest.mark.parametrize("wrong", ["acme/acme.lkp", "sent/F-1.lic", "acme/catalog.toml", "acme", "nowhere"])
def test_what_is_not_an_order_is_refused_in_every_form(shop: Shop, wrong: str, form: str) -> None:
    Path("out").mkdir()
    code = 8 if wrong == "nowhere" else 5
    play(shop, Slip(lambda shop: shop.no(f"issue {wrong} --format {form} -o out", code=code), right))
