"""A cell means what the catalog says of its column; a heading is one that the catalog knows."""

from typing import Any

import pytest

from licensekit.errors.coded import Located
from licensekit.issuer.bulk.lines import OrderLine, csv_lines
from licensekit.issuer.orders.order_file import parse_key
from licensekit.wire.documents import Combine, Setting, SettingType
from tests import makers


def setting(kind: SettingType) -> Setting:
    return Setting(kind, "", None, None, [], None, Combine.LATEST)


CATALOG = makers.catalog(
    settings={
        "theme": setting(SettingType.TEXT),
        "rows": setting(SettingType.NUMBER),
        "beta": setting(SettingType.BOOLEAN),
    }
)


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("settings.beta", "FALSE", False),
        ("settings.beta", "No", False),
        ("settings.beta", "0", False),
        ("settings.beta", "TRUE", True),
        ("settings.beta", "x", True),
        ("settings.beta", "1", True),
        ("settings.beta", "WAHR", "WAHR"),
        ("settings.theme", "FALSE", "FALSE"),
        ("settings.theme", "25", "25"),
        ("settings.rows", "-25", -25),
        ("settings.rows", "1 000", "1 000"),
        ("settings.other", "7", 7),
        ("server", "TRUE", True),
        ("server", "FALSE", False),
        ("server", "0", False),
        ("server", "1", 1),
        ("system.server", "unrestricted", "unrestricted"),
        ("users.user", "0", 0),
        ("users.user", "FALSE", "FALSE"),
        ("days", "365", 365),
        ("days", "9" * 20, "9" * 20),
        ("company", "1", "1"),
    ],
)
def test_a_cell_is_read_as_its_column_needs_it(path: str, text: str, value: object) -> None:
    found = parse_key(path, CATALOG).read(text)
    assert (type(found), found) == (type(value), value)


def lines(text: str) -> list[OrderLine]:
    return list(csv_lines([text.encode()], "a.csv", CATALOG))


def test_what_is_false_is_not_sold() -> None:
    text = "Order,Company,Days,server,User,Settings.Beta\nA-1,Oslo,365,FALSE,5,FALSE\n"
    [line] = lines(text)
    assert line.draft.faults == ()
    order = line.draft.order
    assert (order.system, order.users, order.settings) == ({}, {"user": 5}, {"beta": False})


def test_what_is_false_beside_an_edition_is_refused() -> None:
    """The edition might sell it."""
    [line] = lines("order,company,days,server,edition\nA-1,Oslo,365,no,team\n")
    assert [fault.where for fault in line.draft.faults] == ["system.server"]


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        ("order,company,users,users.user", "the column 'users' is not known; did you me"),
        ("order,company,user,users.user", "the column `user` occurs twice"),
        ("order,company,Sales user", "the column 'sales user' is not known; did you mea"),
        ("order,company,Sales-por", "the column 'sales-por' is not known; did you mean"),
        ("order,company,system.user", "the column 'system.user' is not known; did you"),
        ("order,company,settings.them", "the column 'settings.them' is not known; did"),
        ("order,days", "there is no column `company`; columns are `"),
    ],
)
def test_a_fault_of_the_headings_is_reported_once(headings: str, said: str) -> None:
    [line] = lines(f"{headings}\nA-1,Oslo,,\nA-2,Oslo,,\n")
    assert line.where == "a.csv:1"
    assert str(line.draft.faults[0]).startswith(said)


def hints(draft: Any) -> list[str]:
    faults: tuple[Located, ...] = draft.faults
    return [f"{fault.where}: {fault.hint}" for fault in faults]


def test_local_dates_and_numbers_are_answered_with_ours() -> None:
    [line] = lines('order;company;expiry;user\nA-1;Oslo;31.12.2037;"1 000"\n')
    assert hints(line.draft) == ["expiry: write 2037-12-31", "users.user: write 1000"]
