"""The sample's full license, its pack and its root pin, signed by TEST KEYS.

`python -m tests.samples.sample_files` writes them where `keys/README.md` says.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.orders.bundle import check_order, make_bundle
from licensekit.issuer.orders.order_file import read_draft
from licensekit.keys.keyfile import seal
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.frame import ED25519
from tests import makers

TOP = Path(__file__).parents[2]
SAMPLE = TOP / "samples" / "superoffice"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ISSUED = int(NOW.timestamp())

LICENSE = SAMPLE / "nordlys-kraft.lic"
PACK = TOP / "keys" / "superoffice-crm.lkp"
KEY = TOP / "keys" / "vendor-TEST-KEY.key"
PASSPHRASE = b"everybody knows this"


class SampleFiles(NamedTuple):
    """What a vendor hands out."""

    token: armor.Token
    """The bundle of `nordlys-kraft.toml`: all 9 system, 3 site and 10 user licenses."""
    license: str
    pack: str
    root: str


def sample_files(scheme: int = ED25519) -> SampleFiles:
    """Sign the sample's catalog and its fullest order by a key of `scheme`."""
    vendor, product, issuer = makers.key("vendor", scheme), "superoffice-crm", "superoffice"
    catalog = read_catalog((SAMPLE / "catalog.toml").read_bytes(), version=1, issued=ISSUED)
    draft = read_draft((SAMPLE / "orders" / "nordlys-kraft.toml").read_bytes())
    order = check_order(draft, catalog)
    bundle = make_bundle(order, serial="1010000014", sequence=1, issued=ISSUED)
    root = sign(makers.root(makers.key("root"), product=product, issuer=issuer), makers.key("root"))
    window = {"valid_from": 0, "valid_to": None}
    admitted = makers.admitted(vendor, "TEST KEY vendor", **window, scope=makers.scope(issuers=[issuer]))
    trust = makers.trust(admitted, product=product, issued=ISSUED)
    token = sign(bundle, vendor)
    pack = makers.file_of(root, sign(trust, makers.key("root")), sign(catalog, vendor))
    return SampleFiles(token, armor.write(token), pack, makers.pin(root))


def main() -> None:
    """Write the files; the key file only if it is missing, for it is sealed with a new salt."""
    files = sample_files()
    LICENSE.write_text(f"{files.license}\n", "ascii")
    PACK.write_text(files.pack, "ascii")
    if not KEY.exists():
        KEY.write_text(seal(makers.key("vendor"), PASSPHRASE, label="TEST KEY vendor"), "ascii")


if __name__ == "__main__":
    main()
