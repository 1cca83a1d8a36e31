"""Where more is bought: the page of an issuer, with what is asked for."""

import pytest

from licensekit.entitlements import where_to_buy
from licensekit.entitlements.questions import order_address
from tests import makers
from tests.entitlements.engine import USER, bare, granted, trust_store

SERIAL = "1010000014"
ISSUERS = (makers.ISSUER, makers.PARTNER)


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("https://buy.test", f"https://buy.test?serial={SERIAL}&license=user&number=3"),
        ("https://buy.test/?x=1", f"https://buy.test/?x=1&serial={SERIAL}&license=user&number=3"),
        ("https://buy.test/#now", f"https://buy.test/?serial={SERIAL}&license=user&number=3#now"),
        ("http://buy.test", f"http://buy.test?serial={SERIAL}&license=user&number=3"),
        ("mailto:sales@buy.test", None),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_a_page_gets_the_serial_and_what_is_asked_for(page: str | None, address: str | None) -> None:
    urls = {} if page is None else {"buy": page}
    shop = makers.catalog(licenses={"user": makers.license_entry(USER)}, access={}, urls=urls)
    sold = granted(trust_store(shop), bare(users={"user": 1}))
    assert order_address(sold, "demo", license="user", number="3") == address
    assert where_to_buy(sold, "user") == page


def test_an_issuer_that_is_not_here_sells_nothing() -> None:
    assert order_address(granted(trust_store(makers.catalog(access={})), bare()), "partner") is None


def test_without_a_bundle_there_is_no_serial() -> None:
    shop = makers.catalog(access={}, urls={"buy": "https://buy.test"})
    assert order_address(granted(trust_store(shop)), "demo") == "https://buy.test"


def test_each_issuer_is_told_the_serial_of_its_own_bundle() -> None:
    shops = [makers.catalog(issuer=one, licenses={}, access={}, urls={"buy": "https://buy.test"}) for one in ISSUERS]
    store = trust_store(*shops, partner=makers.PARTNER)
    sold = granted(store, bare(), bare(issuer=makers.PARTNER, serial="1010000022"))
    assert order_address(sold, makers.PARTNER) == "https://buy.test?serial=1010000022"
    assert order_address(sold, makers.ISSUER) == f"https://buy.test?serial={SERIAL}"
