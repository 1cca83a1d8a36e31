"""What an installation answers about itself, to screens and to programs."""

import json

import pytest

from licensekit.access import Access
from licensekit.errors import NotFound, UnknownCode
from licensekit.installation import EventScope, Given, Installation
from licensekit.wire.documents import Kind
from tests import makers
from tests.entitlements.engine import pack_of
from tests.homes import Home, bundle, file, pack

DAY = makers.ISSUED_DAY


def test_a_user_is_looked_up_with_what_everything_comes_through(crm: Installation) -> None:
    """What is assigned comes first, then what it includes, then what everybody has."""
    crm.users.assign("anna", "sales")
    details = crm.users.details("anna")
    assert details.user == crm.users.get("anna")
    assert [one for one in details.given if one.assigned] == [Given("sales", Access.FULL, assigned=True, through=())]
    origins = {one.license: one.origins for one in details.given}
    assert next(iter(origins)) == "sales"
    assert origins["sales"] == ("assigned",)
    assert origins["sale-cal"] == ("sales",)
    assert origins["server"] == ("installation",)
    assert "windows" not in origins


def test_only_events_that_concern_a_user_are_looked_up(crm: Installation) -> None:
    crm.users.set("anna", groups=["field"])
    crm.events.start("no-login", scope=EventScope.GROUP, subject="field")
    crm.events.start("no-travel", scope=EventScope.USER, subject="bob")
    assert [event.kind for event in crm.users.details("anna").events] == ["no-login"]
    assert [event.kind for event in crm.users.details("bob").events] == ["no-travel"]
    with pytest.raises(NotFound, match="no user"):
        crm.users.details("nobody")


def test_leases_are_listed_by_license_and_holder(crm_home: Home, crm: Installation) -> None:
    with crm_home.run() as licensing:
        licensing.seat("seat", holder="anna").take()
        licensing.seat("seat", holder="bob").take()
        assert [one.holder for one in crm.leases.list()] == ["anna", "bob"]
        assert [one.holder for one in crm.leases.list(holder="bob")] == ["bob"]
        assert len(crm.leases.list(license_code="demo.seat", holder="anna")) == 1
        assert crm.leases.list(license_code="sales") == ()
        with pytest.raises(UnknownCode, match="no catalog has a license"):
            crm.leases.list(license_code="none-such")


def test_the_dates_of_all_bundles_are_to_come_by_day(home: Home) -> None:
    """Maintenance is one of them; a day that has come is none."""
    with home.open() as installation:
        assert installation.state().coming_dates == ()
        installation.activate(file(bundle(maintenance=DAY + 100)))
        installation.activate(file(bundle(part="more", expiry=DAY + 340, warning=None, grace=None)))
        state = installation.state()
        first, *rest = state.coming_dates
        assert first.what == "end of maintenance"
        assert first.plain(state.now)["days"] == first.day - state.now // 86400
        assert [one.day for one in rest] == sorted(one.day for one in rest)
        assert {one.part.bundle.part for one in rest} == {"base", "more"}
        home.clock.move(days=200)
        found = installation.state().coming_dates[0]
        assert (found.what, found.day) == ("warning", DAY + 335)
        home.clock.move(days=1000)
        assert installation.state().coming_dates == ()


def test_a_product_without_a_name_is_called_by_its_code(home: Home) -> None:
    with home.open() as installation:
        assert installation.state().companies == ()
        installation.activate(file(bundle()))
        assert installation.state().product_name == "Demo CRM"
        assert installation.state().companies == ("Nordlys Kraft AS",)
    home.pack = pack(makers.catalog(version=2, names={}))
    with home.open() as installation:
        assert installation.state().product_name == installation.state().trust_store.product


def test_the_names_beside_a_partners_license_are_those_that_an_application_asks(home: Home) -> None:
    """Its catalog writes them bare: so they would be the vendor's."""
    of = makers.license_entry
    addon = makers.catalog(
        issuer="partner",
        licenses={
            "map": of(Kind.SYSTEM, full_with="map-cal"),
            "map-cal": of(),
            "layer": of(requires=["demo.user", "map-cal"]),
        },
        access={},
    )
    home.pack = pack_of(makers.catalog(), addon, partner="partner")
    with home.open() as installation:
        installation.activate(file(bundle(users={"user": 1})))
        license_, layer = installation.license("partner.map"), installation.license("partner.layer")
        assert license_.plain()["full_with"] == "partner.map-cal"
        assert layer.plain()["requires"] == ["user", "partner.map-cal"]
        assert installation.license("partner.map-cal").required_by == ("partner.layer",)


def test_everything_that_is_looked_up_is_plain_for_programs(crm_home: Home, crm: Installation) -> None:
    """`plain` holds nothing but what JSON can, and comes back from JSON as it was."""
    crm.users.assign("anna", "sales")
    event = crm.events.start("no-travel", message="down")
    with crm_home.run() as licensing:
        licensing.seat("seat", holder="anna").take()
        [lease] = crm.leases.list()
    proposal = crm.propose_activate(file(bundle(2, users={"service": 1})))
    assert proposal.preview.deficits
    assert proposal.preview.reasons
    found = [
        crm.state().plain(),
        crm.license("sales").plain(),
        crm.users.details("anna").plain(),
        crm.users.may_login("bob", "web").plain(),
        proposal.preview.plain(),
        lease.plain(),
        event.plain(),
        *(user.plain() for user in crm.users.list()),
        *(entry.plain() for entry in crm.audit.entries()),
        *(record.plain() for record in crm.bundles()),
    ]
    for one in found:
        assert json.loads(json.dumps(one)) == one
