"""How people call licenses: codes in any case, and shown names."""

import pytest

from licensekit.entitlements.questions import called
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
        ("sales-por", ()),
    ],
)
def test_a_license_is_found_by_code_or_name_in_any_case(name: str, found: tuple[str, ...]) -> None:
    assert called(HERE, name) == found
