"""What `Licensing.allows` costs against a bare method call that does one dict look-up, and `require` against `allows`.

Of a user that is known both are asked as programs do, `licensing.user(id).require(code)`, and of a `User` that a
program keeps. One of whom the application says what it holds is asked likewise.

Run: python -m tests.benchmarks.allows
"""

import tempfile
from collections.abc import Callable

from licensekit import Licensing
from licensekit.dates import moment_of
from licensekit.installation import Installation
from licensekit.trust.sign import sign
from tests import makers
from tests.benchmarks.measure import measure, measure_loops, report

VENDOR = makers.key("vendor")
CALLS = 20_000
ASK = "def loop(calls):\n    for _ in range(calls):\n        {question}\n"


class Bare:
    """The floor: a method that does one look-up."""

    def __init__(self, granted: dict[str, bool]) -> None:
        self.granted = granted

    def allows(self, code: str) -> bool:
        """Look `code` up."""
        return self.granted[code]


def looped(question: str, **names: object) -> Callable[[int], None]:
    """Return a loop that asks `question`, without a call of its own around each."""
    exec(ASK.format(question=question), names)  # noqa: S102  # texts of this module
    loop: Callable[[int], None] = names["loop"]  # type: ignore[assignment]  # what `ASK` defines
    return loop


def main() -> None:
    """Activate one bundle and time the questions about it."""
    pack = makers.file_of(makers.first_root(), makers.first_trust(), sign(makers.catalog(), VENDOR))
    root = makers.pin(makers.first_root())
    with tempfile.TemporaryDirectory() as home:
        now = moment_of(makers.NOW)
        with Installation.open(home, root=root, pack=pack, clock=lambda: now) as installation:
            installation.activate(makers.file_of(sign(makers.bundle(), VENDOR)))
            installation.users.add("anna")
        with Licensing.open(home, root=root, pack=pack, clock=lambda: now, watch=True) as licensing:
            bare = Bare({"server": True, "quote": False})
            measured = measure(lambda: licensing.allows("server"), lambda: bare.allows("server"), calls=CALLS)
            report("allows", measured, most=2)
            anna = licensing.user("anna")
            for who in ("licensing", 'licensing.user("anna")', "anna", 'licensing.user("anna", licenses=["user"])'):
                require, allows = (
                    looped(f'{who}.{question}("server")', licensing=licensing, anna=anna)
                    for question in ("require", "allows")
                )
                report(f"{who}.require", measure_loops(require, allows, calls=CALLS), most=1.5)


if __name__ == "__main__":
    main()
