"""What `docs/` says about the files that people write is what is read."""

import re
from pathlib import Path

from licensekit.issuer.catalog import catalog_file
from licensekit.issuer.catalog.tables import SETTING_KEYS
from licensekit.issuer.orders import order_file
from licensekit.issuer.orders.order_file import read_draft

DOCS = Path(__file__).parents[3] / "docs"


def keys_in(document: str) -> set[str]:
    """Return the keys in the first column of a document's tables whose first column is `key`."""
    tables = re.findall(r"(?m)^\| key \|.*\n((?:^\|.*\n)+)", (DOCS / document).read_text("utf-8"))
    rows = [row for table in tables for row in re.findall(r"(?m)^\| (`[^|]+) \|", table)]
    return {key for row in rows for key in re.findall(r"`([^`]+)`", row)}


def test_orders_have_the_keys_that_are_documented() -> None:
    assert keys_in("reference/orders.md") == order_file.KEYS


def test_the_order_that_is_documented_can_be_read() -> None:
    blocks = re.findall(r'(?s)```toml title="order.toml"\n(.*?)```', (DOCS / "reference/orders.md").read_text("utf-8"))
    drafts = [read_draft(block.encode()) for block in blocks]
    assert [(draft.order.company, draft.faults) for draft in drafts] == [("Nordlys Kraft AS", ())]


def test_catalogs_have_the_keys_that_are_documented() -> None:
    tables = {"issuer", "licenses", "settings", "access", "editions"}
    assert keys_in("reference/catalog.md") == {
        *(key for key in catalog_file.FILE_KEYS if key not in tables),
        *(f"issuer.{key}" for key in catalog_file.ISSUER_KEYS),
        *catalog_file.LICENSE_KEYS,
        *SETTING_KEYS,
        *catalog_file.ACCESS_KEYS,
    }
