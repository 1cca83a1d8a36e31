"""How people call licenses: codes in any case, shown names, and what is near."""

import pytest

from licensekit.entitlements.questions import called
from licensekit.errors import UnknownCode
from tests.entitlements.engine import USER, catalog, granted, trust_store
from tests.homes import bundle
from tests.makers import license_entry

STORE = trust_store(
    catalog(
        sales_pro=license_entry(USER, "Sales Pro", names={"de": "Verkäufer"}),
        sales=license_entry(USER, "Sales"),
        more=license_entry(USER, "Sales pro"),
    )
)
HERE = granted(STORE, bundle())


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("sales-pro", ("sales-pro",)),
        ("Sales-PRO", ("sales-pro",)),
        ("demo.Sales-Pro", ("sales-pro",)),
        (" SALES PRO", ("more", "sales-pro")),
        ("VERKÄUFER", ("sales-pro",)),
        ("Sales", ("sales",)),
    ],
)
def test_a_license_is_found_by_code_or_name_in_any_case(name: str, found: tuple[str, ...]) -> None:
    assert called(HERE, name) == found


@pytest.mark.parametrize(("name", "guess"), [("sales-por", "sales-pro"), ("Verkaufer", "sales-pro"), ("xyz", "")])
def test_what_is_near_is_guessed(name: str, guess: str) -> None:
    with pytest.raises(UnknownCode) as caught:
        called(HERE, name)
    assert caught.value.guess == guess
