"""What people write: catalogs, orders, users, and what is to be settled."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

from licensekit.entitlements.login import UserFacts
from licensekit.installation import Installation
from licensekit.installation.assignments import parse_ids
from licensekit.installation.settlement import Settlement, table_of
from licensekit.installation.user_table import parse_directory, parse_users, profiles, user_lines
from licensekit.issuer.bulk.lines import csv_lines, json_lines
from licensekit.issuer.bulk.renewals import renewal_lines
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.orders.bundle import check_order, make_bundle
from licensekit.issuer.orders.order import OrderDraft
from licensekit.issuer.orders.order_file import read_draft
from licensekit.text.columns import TableOptions
from licensekit.text.rows import ENCODINGS
from licensekit.wire.documents import Catalog, decode, encode
from licensekit.wire.plain import plain
from tests import homes, makers
from tests.crm import SOLD, crm_catalog
from tests.fuzz import kit

_PIECE: Final = 7  # bytes of the pieces in which tables come here: a table may be cut anywhere


def catalog(data: bytes) -> None:
    """Read a catalog: what is sound is a document like any other."""
    found = read_catalog(data, version=1, issued=makers.NOW)
    assert decode(Catalog, encode(found)) == found
    json.dumps(plain(found))


def catalog_seeds() -> Iterator[bytes]:
    """Yield the sample's catalog, and one with every key."""
    yield from kit.samples("catalog.toml")
    yield _CATALOG.encode()


_CATALOG: Final = """\
product = "demo-crm"
product_name = "Demo"
issuer = {code = "demo", name = "D", buy = "https://a.b/c", support = "mailto:a@b.c", update = "https://a.b"}
[licenses.server]
kind = "system"
name = "Server"
quantity = "core"
per = "month"
[licenses.user]
kind = "user"
name = "User"
description = "text"
plan = true
hidden = false
includes = ["cal"]
requires = ["server", "partner.x"]
full_with = "cal"
seats = "concurrent"
names = {nb = "Bruker"}
replaced_by = "cal"
[licenses.cal]
kind = "user"
name = "CAL"
sold = false
[licenses.site]
kind = "site"
name = "Site"
limits = "sites"
[settings.storage]
type = "number"
name = "GB"
lowest = 1
highest = 9
default = 5
combine = "sum"
[settings.region]
type = "text"
name = "Region"
choices = ["a", "b"]
[access.web]
all = ["server"]
users = ["associate", "external"]
[editions.basic]
name = "Basic"
system = {server = 4}
sites = {site = "unrestricted"}
users = {user = 5}
settings = {storage = 5, region = "a"}
sold = false
"""


def orders(data: bytes) -> None:
    """Read orders as TOML, JSON Lines or a table, as the first byte says, and make bundles of those that are sound."""
    _ORDERS[data[0] % len(_ORDERS) if data else 0](data[1:])


def _toml(data: bytes) -> None:
    _sold(read_draft(data))


def _lines(data: bytes) -> None:
    for line in json_lines(data.splitlines(keepends=True), "orders.jsonl"):
        _judged(line.draft)


def _table(data: bytes) -> None:
    for line in csv_lines(_pieces(data[1:]), "orders.csv", crm_catalog(), _options(data)):
        _judged(line.draft)


def _renewals(data: bytes) -> None:
    for line in renewal_lines(_pieces(data[1:]), "renewals.csv", crm_catalog(), _options(data)):
        assert line.where
        for fault in line.draft.faults:
            assert str(fault)


def _judged(draft: OrderDraft) -> None:
    if draft.faults:
        assert all(str(fault) and json.dumps(fault.as_json()) for fault in draft.faults)
    else:
        _sold(draft)


def _sold(draft: OrderDraft) -> None:
    checked = check_order(draft, _catalog())
    made = make_bundle(checked, serial=draft.order.serial or makers.SERIAL, sequence=1, issued=makers.NOW)
    assert encode(made)


@cache
def _catalog() -> Catalog:
    (text,) = kit.samples("catalog.toml")
    return read_catalog(text, version=1, issued=makers.NOW)


_ORDERS: Final[Sequence[Callable[[bytes], None]]] = (_toml, _lines, _table, _renewals)


def orders_seeds() -> Iterator[bytes]:
    """Yield orders of each form."""
    yield from (b"\0" + order for order in kit.samples("orders/*.toml"))
    yield b'\1{"company": "A", "users": {"sales-pro": 5}, "days": 30}\n{"order": 1e999}\n{"a":"\\u00e6"}\n'
    yield b'\2\0order,company,users.sales,system.server,expiry\n1,A,5,x,2027-12-31\n2,"B, C",unlimited,1,31.12.2027\n'
    yield b"\2\1order;company;sales\n1;\xc3\x86;'=1\n"
    yield b"\2\0sep=;\norder;company;days;settings.x\n1;A;30;\n"
    yield b"\3\0order,serial,part,sequence,days,expiry,company\nR-1,1010000014,base,1,30,,A\n,1010000014,,2,,,\n"


def users(data: bytes) -> None:
    """Read a table as one of users, of a directory, of ids or of a settlement, as the first bytes say."""
    _USERS[data[0] % len(_USERS) if data else 0](data[1:])


def _users(data: bytes) -> None:
    rows = parse_users(data[1:], _options(data))
    facts: list[UserFacts] = []
    for row in rows:
        if row.fault is not None:
            assert str(row.fault)
            json.dumps(row.fault.as_json())
        else:
            own: dict[str, Any] = {"retired": False, **row.changes}
            facts.append(UserFacts(row.user_id, written=row.user_id, **own))
    again = parse_users("".join(user_lines(facts)))
    assert [row.fault for row in again] == [None] * len(facts)
    assert [row.user_id for row in again] == [one.written for one in facts]
    assert [row.changes["groups"] for row in again] == [one.groups for one in facts]
    assert [row.changes["name"] for row in again] == [one.name for one in facts]


def _directory(data: bytes) -> None:
    names = ("", *profiles())
    for row in parse_directory(data[2:], _options(data), names[data[1] % len(names)] if data[1:] else ""):
        assert row.fault is None or str(row.fault)


def _ids(data: bytes) -> None:
    assert all(parse_ids(data[1:], _options(data)))


def _settlement(data: bytes) -> None:
    settled = _settling().read(data[1:], _options(data))
    assert _settling().read(table_of(settled.rows)).choices == settled.choices


@cache
def _settling() -> Settlement:
    from licensekit.state.home import open_in_memory  # noqa: PLC0415  # what a fuzzer measures is loaded by `worker.load`

    installation = Installation(homes.opened(open_in_memory(), pack=homes.pack(crm_catalog())))
    installation.activate(homes.file(makers.bundle(**SOLD)))
    for user in ("anna", "bob"):
        installation.users.add(user)
        installation.users.assign(user, "sales", "windows")
    less = makers.bundle(sequence=2, **{**SOLD, "users": {**SOLD["users"], "sales": 1}})
    return installation.propose_activate(homes.file(less)).settlement


_USERS: Final[Sequence[Callable[[bytes], None]]] = (_users, _directory, _ids, _settlement)


def users_seeds() -> Iterator[bytes]:
    """Yield tables of each kind, in several encodings."""
    table = "id,name,kind,can_log_in,administrator,groups,licenses,retired\nanna,Anna Å,associate,yes,no,a,sales,no\n"
    yield b"\0\0" + table.encode()
    yield b"\0\0" + table.replace(",", ";").encode("utf-8-sig")
    yield b"\0\1" + table.encode("utf-16")
    yield b"\0\4" + table.encode("windows-1252", "replace")
    yield b"\0\0id,groups\n'=1+1,'a;b\n"
    yield b'\1\0\0UserPrincipalName,DisplayName,AccountEnabled,memberOf\na@b.c,A,True,"CN=x\\,y,OU=z;CN=w,DC=q"\n'
    yield b"\1\0\0#TYPE Microsoft.ActiveDirectory\nSamAccountName,Name,Enabled,userAccountControl\nanna,Anna,True,514\n"
    yield b"\1\0\0Primary Email,First Name,Last Name,Status\na@b.c,A,B,Active\n"
    yield b"\1\0\0login,firstName,lastName,status\na@b.c,A,B,DEPROVISIONED\n"
    yield b"\2\0id\nanna\nbob\n"
    yield b"\3\0" + table_of(_settling().rows).encode()


def _options(data: bytes) -> TableOptions:
    return TableOptions(ENCODINGS[data[0] % len(ENCODINGS)] if data else ENCODINGS[0])


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
