"""What proposing and signing one bundle costs.

First without a ledger: the sample's fullest order is compared with its catalog and made a bundle, which is signed and
written as text. The floor in the same process is to encode that bundle, sign the bytes and write them as text, with
nothing compared and nothing checked. Then the whole with a ledger in a file, which decides the rest: serial, sequence,
doubts, the entry, and that all of it is worked out twice and durable.

Run: python -m tests.benchmarks.sign
"""

import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.msgpack import Encoder

from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.orders.bundle import check_order, make_bundle
from licensekit.issuer.orders.order_file import read_draft
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import Bundle
from tests import makers, workspaces
from tests.benchmarks import callgrind
from tests.benchmarks.measure import Pair, compare, looped, measure
from tests.samples.sample_files import ISSUED, SAMPLE

VENDOR = makers.key("vendor")


def bare_signing(bundle: Bundle) -> Callable[[], bytes]:
    """Return the floor: the same bytes, without a check."""
    key = Ed25519PrivateKey.from_private_bytes(VENDOR.reveal_secret())
    encode, reference = Encoder(order="sorted").encode, VENDOR.verifying_key.reference
    prefix = frame.message("bundle", frame.ED25519, reference, b"")
    first = b"\x01\x01" + reference

    def bare() -> bytes:
        payload = encode(bundle)
        return b"lk1-bundle." + b64encode(first + key.sign(prefix + payload) + payload).rstrip(b"=")

    return bare


def without_ledger() -> Pair:
    """Compare the sample's order, checked and signed, with its bundle that is only signed."""
    catalog = read_catalog((SAMPLE / "catalog.toml").read_bytes(), version=1, issued=ISSUED)
    draft = read_draft((SAMPLE / "orders" / "nordlys-kraft.toml").read_bytes())

    def proposed() -> Bundle:
        return make_bundle(check_order(draft, catalog), serial="1010000014", sequence=1, issued=ISSUED)

    def ours() -> str:
        return armor.write(sign(proposed(), VENDOR))

    bare = bare_signing(proposed())
    if bare().decode() != ours():
        raise AssertionError("the floor makes another license")
    return Pair("propose and sign, without ledger", looped(ours), looped(bare), calls=50, most=1.3)


def with_ledger() -> None:
    """Compare one order after the other in a workspace with a bundle that is only signed; there is nothing to reach."""
    with tempfile.TemporaryDirectory() as folder, workspaces.make(Path(folder, "workspace")) as workspace:
        key, draft, now = workspaces.signer(workspace), workspaces.ordered(), workspaces.NOW

        def ours() -> LicenseFile:
            return workspace.propose_issue(draft, now=now).sign(key, who=workspaces.WHO)

        measured = measure(ours, bare_signing(ours().bundle), calls=10)
        print(f"propose and sign, with a ledger: {measured.ours * 1e6:.0f} us, ratio {measured.ratio:.1f}")


def main() -> None:
    """Compare both."""
    compare("tests.benchmarks.sign", [without_ledger()])
    if callgrind.COUNT not in sys.argv:
        with_ledger()


if __name__ == "__main__":
    main()
