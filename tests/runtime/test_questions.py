"""Every question of an application, on a folder and on a server."""

import gc
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from licensekit import Access, Count, Licensing, NotEntitled
from licensekit.entitlements import Severity
from licensekit.errors import (
    DatabaseUnavailable,
    FormatError,
    HomeInvalid,
    LicenseError,
    RootPinInvalid,
    TrustError,
    UnknownCode,
    WrongKind,
)
from licensekit.installation import EventScope, Installation
from licensekit.runtime import holders
from licensekit.trust.sign import sign
from tests import makers
from tests.crm import SOLD
from tests.homes import PIN, Home, bundle, file
from tests.runtime.conftest import Open

MISTAKES: list[Callable[[Licensing], object]] = [
    lambda asked: asked.allows("no-such"),
    lambda asked: asked.access("no-such"),
    lambda asked: asked.require("no-such"),
    lambda asked: asked.count("no-such"),
    lambda asked: asked.explain("no-such"),
    lambda asked: asked.user("anna").allows("no-such"),
    lambda asked: asked.user("anna").access("demo.no-such"),
    lambda asked: asked.user("nobody").require("no-such"),
    lambda asked: asked.site("nowhere").allows("no-such"),
]


def test_what_a_bundle_grants_the_installation_may_use(licensing: Licensing) -> None:
    assert licensing.allows("server")
    assert licensing.access("server") is Access.FULL
    licensing.require("server")


def test_what_is_known_and_not_granted_is_none(licensing: Licensing) -> None:
    assert not licensing.allows("expander")
    assert licensing.access("expander") is Access.NONE
    assert not licensing.allows("expander", Access.READ)
    with pytest.raises(NotEntitled, match="`expander` is not granted: "):
        licensing.require("expander")


def test_a_license_that_users_complete_is_read_to_the_installation(licensing: Licensing) -> None:
    assert licensing.access("sale") is Access.READ
    assert licensing.allows("sale", Access.READ)
    assert not licensing.allows("sale")
    licensing.require("sale", Access.READ)


def test_a_license_of_the_vendor_has_a_bare_and_a_full_name(licensing: Licensing, admin: Installation) -> None:
    admin.users.assign("anna", "sales")
    licensing.refresh()
    assert licensing.allows("demo.server")
    assert licensing.user("anna").allows("demo.sale")
    assert licensing.count("demo.sales") == licensing.count("sales") == Count(2, 1)


@pytest.mark.parametrize("ask", MISTAKES)
def test_a_code_that_no_catalog_has_is_a_mistake(licensing: Licensing, ask: Callable[[Licensing], object]) -> None:
    with pytest.raises(UnknownCode, match="no catalog has a license"):
        ask(licensing)


@pytest.mark.parametrize("code", ["sales", "satellite"])
@pytest.mark.parametrize("question", ["allows", "access", "require"])
def test_a_license_of_users_or_sites_cannot_be_asked_of_the_installation(
    licensing: Licensing, code: str, question: str
) -> None:
    with pytest.raises(WrongKind):
        getattr(licensing, question)(code)


def test_a_user_may_what_is_assigned_and_what_it_includes(licensing: Licensing, admin: Installation) -> None:
    admin.users.assign("anna", "sales")
    licensing.refresh()
    anna, bob = licensing.user("anna"), licensing.user("bob")
    assert anna.allows("sale")
    assert anna.access("user") is Access.FULL
    assert bob.access("sale") is Access.READ
    assert not bob.allows("sale")
    with pytest.raises(NotEntitled, match="`sale` is not granted: alone it gives read access, and with"):
        bob.require("sale")
    anna.require("sale")


def test_whom_the_installation_does_not_know_and_who_is_retired_may_nothing(
    licensing: Licensing, admin: Installation
) -> None:
    admin.users.assign("anna", "sales")
    admin.users.retire("anna")
    licensing.refresh()
    for user in ("anna", "nobody", "half\0an id", "half \udc80 a character"):
        assert licensing.user(user).access("server") is Access.NONE
        assert not licensing.user(user).may_login("web")
    assert licensing.site("nowhere").access("server") is Access.NONE


def test_a_site_may_what_it_was_assigned_and_its_users_with_it(licensing: Licensing, admin: Installation) -> None:
    admin.sites.add("oslo", central=True)
    admin.sites.add("bergen")
    admin.sites.assign("bergen", "reporter")
    licensing.refresh()
    assert licensing.site("bergen").allows("reporter")
    assert not licensing.site("oslo").allows("reporter")
    assert licensing.user("anna", site="bergen").allows("reporter-cal")
    assert not licensing.user("anna", site="oslo").allows("reporter-cal")
    assert not licensing.user("anna", site="nowhere").allows("reporter-cal")
    assert not licensing.user("anna").allows("reporter-cal")
    assert licensing.count("satellite") == Count(2, 1)


def test_a_login_is_decided_with_every_reason(licensing: Licensing, admin: Installation) -> None:
    admin.users.assign("anna", "sales")
    admin.events.start("no-login", scope=EventScope.USER, subject="bob", message="moving house")
    licensing.refresh()
    assert licensing.user("anna").may_login("web")
    refused = licensing.user("bob").may_login("web")
    assert [reason.code for reason in refused.reasons] == ["not-held", "event"]
    with pytest.raises(UnknownCode, match="no catalog has a way"):
        licensing.user("anna").may_login("telepathy")


def test_counts_say_what_there_is_and_what_is_in_use(licensing: Licensing, admin: Installation) -> None:
    admin.users.assign("anna", "sales", "windows")
    licensing.refresh()
    sales, windows = licensing.count("sales"), licensing.count("windows")
    assert (sales.total, sales.in_use, sales.free) == (2, 1, 1)
    assert (windows.total, windows.in_use, windows.unrestricted) == (None, 1, True)
    rows = {row.code: row for row in licensing.licenses}
    assert rows["sales"].in_use == 1
    assert not rows["expander"].granted
    assert rows.keys() >= {"server", "sales", "satellite", "reporter-cal"}


def test_an_answer_names_the_bundle_that_it_comes_from(licensing: Licensing) -> None:
    [direct] = licensing.explain("sales")
    assert (direct.bundle, direct.via) == (f"{makers.SERIAL} base 1", None)
    assert {found.via for found in licensing.explain("user")} == {None, "sales", "service"}
    assert licensing.explain("expander") == ()


def test_the_date_of_the_product_is_held_against_maintenance(admin: Installation, open_licensing: Open) -> None:
    admin.activate(file(bundle(2, maintenance=makers.ISSUED_DAY + 100, **SOLD)))
    before = open_licensing(released=date(2027, 1, 2))
    after = open_licensing(released=date(2028, 1, 1))
    assert before.allows("server")
    assert not after.allows("server")
    assert [notice.code for notice in after.notices] == ["unmaintained"]


def test_before_the_first_activation_nothing_is_granted_and_everything_is_known(
    open_licensing: Open, home: Home
) -> None:
    licensing = open_licensing()
    assert licensing.access("server") is Access.NONE
    assert licensing.count("sales") == Count(0, 0)
    [notice] = licensing.notices
    assert (notice.code, notice.severity) == ("not-activated", Severity.ERROR)
    assert licensing.user("anna").access("sale") is Access.NONE
    with home.open() as installation:
        installation.activate(file(bundle()))
    licensing.refresh()
    assert "not-activated" not in {notice.code for notice in licensing.notices}
    assert licensing.allows("server")


@pytest.mark.attack("swapped-root")
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"root": "lkroot1-x"}, RootPinInvalid),
        ({"root": PIN[:-4] + "aaaa"}, TrustError),
        ({"pack": b"lk1-root.AAAA"}, FormatError),
        ({"pack": makers.file_of(makers.first_root())}, TrustError),
    ],
)
def test_another_pin_and_a_bad_pack_are_refused_and_leave_no_connection_open(
    admin: Installation, open_licensing: Open, options: dict[str, Any], error: type[LicenseError]
) -> None:
    before = admin.state().stored
    with pytest.raises(error):
        open_licensing(**options)
    gc.collect()  # a connection that was left open would warn here
    assert admin.state().stored == before


@pytest.mark.attack("another-products-file")
@pytest.mark.usefixtures("admin")
def test_another_vendors_application_is_refused(open_licensing: Open) -> None:
    key = makers.key("another-root")
    foreign = sign(makers.root(key), key)
    trust = sign(makers.trust(makers.admitted(makers.key("vendor"))), key)
    catalog = sign(makers.catalog(), makers.key("vendor"))
    with pytest.raises(HomeInvalid):
        open_licensing(root=makers.pin(foreign), pack=makers.file_of(foreign, trust, catalog))


def test_a_closed_licensing_answers_nothing_any_more(licensing: Licensing) -> None:
    anna = licensing.user("anna")
    assert anna.access("sale") is Access.READ
    licensing.close()
    licensing.close()
    asked: list[Callable[[], object]] = [
        lambda: licensing.allows("server"),
        lambda: licensing.access("server"),
        lambda: licensing.require("server"),
        lambda: licensing.count("sales"),
        lambda: licensing.explain("sales"),
        lambda: licensing.licenses,
        lambda: licensing.notices,
        lambda: licensing.user("anna"),
        lambda: licensing.site("oslo"),
        lambda: anna.allows("sale"),
        lambda: anna.may_login("web"),
        licensing.refresh,
    ]
    for ask in asked:
        with pytest.raises(DatabaseUnavailable, match="closed by this program"):
            ask()


def test_more_users_than_are_remembered_are_still_answered_right(
    licensing: Licensing, admin: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "REMEMBERED", 2)
    admin.users.assign("bob", "sales")
    licensing.refresh()
    for _ in range(2):
        for user in ("anna", "bob", "nobody"):
            assert licensing.user(user).allows("sale") == (user == "bob")
