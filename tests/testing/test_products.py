"""The `testing` of a product: its own catalogs, its own `open`, and nothing that its root would believe."""

import gc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from licensekit import Access, Licensing
from licensekit.errors import (
    DatabaseUnavailable,
    KeyUnknown,
    OrderInvalid,
    RootMismatch,
    SettingWrong,
    ThresholdNotMet,
    UnknownCode,
)
from licensekit.installation import Installation, UserFilter
from licensekit.product import Product
from licensekit.testing.signing import MARK, NOTHING, issuer_for, merged
from licensekit.trust.pack import open_pack, pin_in_pack
from licensekit.trust.sign import sign
from licensekit.wire.documents import Kind, SettingType
from tests import homes, makers
from tests.crm import crm_catalog

PARTNERS = makers.catalog(issuer=makers.PARTNER, licenses={"addon": makers.license_entry(Kind.SYSTEM)}, access={})
SETTING = makers.setting(SettingType.NUMBER, lowest=1, highest=9)
VENDORS = makers.changed(crm_catalog(), settings={"rows": SETTING}, version=7)
SCOPE = makers.scope(issuers=[makers.ISSUER, makers.PARTNER])
TRUST = sign(makers.trust(makers.admitted(makers.key("vendor"), scope=SCOPE)), makers.key("root"))
PACK = makers.file_of(homes.ROOT, TRUST, homes.signed(VENDORS), homes.signed(PARTNERS))


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product[Licensing]:
    """A product of two issuers, whose installation on this machine is empty."""
    monkeypatch.setenv("DEMO_CRM_LICENSE_HOME", str(tmp_path / "home"))
    return Product(makers.PRODUCT, root=homes.PIN, pack=PACK)


def test_its_codes_mean_what_its_catalogs_say(crm: Product[Licensing]) -> None:
    with crm.testing(
        system=["server", "partner.addon"], users={"sales": 2}, settings={"rows": 5}, assigned={"anna": ["sales"]}
    ) as licensing:
        assert licensing.allows("server")
        assert licensing.allows("partner.addon")
        assert licensing.access("area") is Access.NONE
        assert licensing.user("anna").allows("sale-cal")
        assert licensing.user("anna").may_login("web")
        assert licensing.setting("rows") == 5
        licensing.withdraw("partner.addon")
        assert licensing.access("partner.addon") is Access.NONE
        with pytest.raises(UnknownCode, match="no catalog has a license"):
            licensing.allows("other")


@pytest.mark.parametrize("system", [["serber"], ["stranger.addon"], ["sales"], {"server": 4}])
def test_what_its_catalogs_do_not_sell_is_refused(crm: Product[Licensing], system: list[str]) -> None:
    with pytest.raises(OrderInvalid), crm.testing(system=system):
        pass


def test_a_setting_has_a_value_that_fits(crm: Product[Licensing]) -> None:
    with pytest.raises(OrderInvalid) as refused, crm.testing(settings={"rows": 10}):
        pass
    assert isinstance(refused.value.faults[0], SettingWrong)


def test_what_the_program_opens_in_the_block_follows_it(crm: Product[Licensing]) -> None:
    with crm.testing(system=["server"], expiry=30) as licensing:
        opened = crm.open()
        assert opened.allows("server")
        licensing.travel(31)
        assert not opened.allows("server")


def test_what_the_program_opened_before_follows_it_for_the_block(crm: Product[Licensing]) -> None:
    opened = crm.open()
    itself = repr(opened)
    assert opened.access("server") is Access.NONE
    for _ in range(2):
        with crm.testing(system=["server"]) as licensing:
            assert opened.allows("server")
            licensing.withdraw("server")
            assert not opened.allows("server")
        assert opened.access("server") is Access.NONE
        assert repr(opened) == itself
    opened.close()


def test_what_was_opened_in_an_earlier_block_follows_the_next_one(crm: Product[Licensing]) -> None:
    with crm.testing(system=["server"]):
        opened = crm.open()
    with pytest.raises(DatabaseUnavailable):
        opened.allows("server")
    with crm.testing(system=["server"]):
        assert opened.allows("server")


def test_a_program_that_closes_what_it_opened_closes_nothing_else(crm: Product[Licensing]) -> None:
    with crm.testing(users={"seat": 1}) as licensing:
        for _ in range(2):
            with crm.open() as opened:
                lease = opened.seat("seat", holder="anna").take()
                assert licensing.count("seat").free == 0, lease
            assert licensing.count("seat").free == 1


def test_a_seat_whose_holder_is_gone_is_free_once_the_clock_has_moved_on(crm: Product[Licensing]) -> None:
    with crm.testing(users={"seat": 1}) as licensing:
        licensing.seat("seat", holder="anna", ttl=60).take()
        gc.collect()
        licensing.travel(timedelta(seconds=50))
        assert licensing.count("seat").free == 0
        licensing.travel(timedelta(seconds=20))
        assert licensing.count("seat").free == 1
        licensing.seat("seat", holder="bob").take().release()


def test_seats_that_a_program_leaves_end_with_the_block(crm: Product[Licensing]) -> None:
    before = crm.open()
    with crm.testing(users={"seat": 2}) as licensing:
        leases = [one.seat("seat", holder="anna").take() for one in (before, crm.open())]
        assert licensing.count("seat").free == 0
    assert [lease.is_held for lease in leases] == [False, False]
    before.close()


def test_whom_the_program_has_seen_is_written_when_it_is_told(crm: Product[Licensing]) -> None:
    with crm.testing(users={"sales": 2}, assigned={"anna": ["sales"], "bob": ["sales"]}) as licensing:
        crm.open().seen("anna")
        licensing.seen("bob")
        licensing.travel(91)
        crm.open().seen("bob")
        users = licensing.installation.users
        assert [row.user.id for row in users.list(UserFilter(idle=90))] == ["anna"]
        licensing.refresh()
        assert "idle-users" in [one.code for one in licensing.notices]


def test_the_inner_of_two_blocks_counts(crm: Product[Licensing]) -> None:
    with crm.testing(system=["server"]):
        opened = crm.open()
        with crm.testing(system={"server": 0}):
            assert not opened.allows("server")
        assert opened.allows("server")
        assert crm.open().allows("server")


def test_its_version_is_the_one_that_was_released() -> None:
    product: Product[Licensing] = Product(makers.PRODUCT, root=homes.PIN, pack=PACK, released=date(2027, 3, 1))
    with product.testing(system=["server"]) as licensing:
        assert licensing.installation.state().released == makers.ISSUED_DAY + 59


def test_nothing_that_is_signed_in_a_test_is_believed_by_the_product(crm: Product[Licensing]) -> None:
    """Neither its verifier nor an installation accepts it: alone, with its root, or in place of the pack."""
    issuer = issuer_for(crm.pack, crm.root)
    pin, pack = issuer.root, issuer.pack
    file = issuer.file(merged(NOTHING, {"system": ["server"]}, date(2027, 1, 1)), number=1, now=makers.NOW)
    now = datetime(2027, 1, 1, 2, tzinfo=UTC)
    with Installation.open(crm.home, root=crm.root, pack=crm.pack) as installation:
        before = installation.state()
        for data, error in ((file, KeyUnknown), (pack + file, ThresholdNotMet)):
            with pytest.raises(error):
                crm.verifier().verify(data, now=now)
            with pytest.raises(error):
                installation.activate(data)
        after = installation.state()
        assert (after.kept, after.stored.head) == (before.kept, before.stored.head) == ((), before.stored.head)
    with pytest.raises(RootMismatch):
        open_pack(pack, crm.root)
    assert pin_in_pack(pack) == pin != crm.root


def test_its_root_says_what_it_is() -> None:
    assert open_pack(issuer_for().pack, issuer_for().root).trust.root.extensions == {MARK: True}
