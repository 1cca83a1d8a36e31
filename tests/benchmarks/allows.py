"""What `Licensing.allows` costs against a bare method call that does one dict look-up.

Run: python -m tests.benchmarks.allows
"""

import tempfile

from licensekit import Licensing
from licensekit.dates import moment_of
from licensekit.installation import Installation
from licensekit.trust.sign import sign
from tests import makers
from tests.benchmarks.measure import measure, report

VENDOR = makers.key("vendor")


class Bare:
    """The floor: a method that does one look-up."""

    def __init__(self, granted: dict[str, bool]) -> None:
        self.granted = granted

    def allows(self, code: str) -> bool:
        """Look `code` up."""
        return self.granted[code]


def main() -> None:
    """Activate one bundle and time the question about it."""
    pack = makers.file_of(makers.first_root(), makers.first_trust(), sign(makers.catalog(), VENDOR))
    root = makers.pin(makers.first_root())
    with tempfile.TemporaryDirectory() as home:
        now = moment_of(makers.NOW)
        with Installation.open(home, root=root, pack=pack, clock=lambda: now) as installation:
            installation.activate(makers.file_of(sign(makers.bundle(), VENDOR)))
        with Licensing.open(home, root=root, pack=pack, clock=lambda: now, watch=True) as licensing:
            bare = Bare({"server": True, "quote": False})
            measured = measure(lambda: licensing.allows("server"), lambda: bare.allows("server"), calls=20_000)
    report("allows", measured, most=2)


if __name__ == "__main__":
    main()
