"""What `Licensing.allows` costs against a bare method call that does one dict look-up, and `require` against `allows`.

Of a user that is known both are asked as programs do, `licensing.user(id).require(code)`, and of a `User` that a
program keeps. One of whom the application says what it holds is asked likewise.

Run: python -m tests.benchmarks.allows
"""

import tempfile

from licensekit import Licensing
from licensekit.dates import moment_of
from licensekit.installation import Installation
from licensekit.trust.sign import sign
from tests import makers
from tests.benchmarks.instructions.programs.marks import Loop
from tests.benchmarks.measure import Pair, compare

VENDOR = makers.key("vendor")
CALLS = 2_000
ASK = "def loop(calls):\n    for _ in range(calls):\n        {question}\n"


class Bare:
    """The floor: a method that does one look-up."""

    def __init__(self, granted: dict[str, bool]) -> None:
        self.granted = granted

    def allows(self, code: str) -> bool:
        """Look `code` up."""
        return self.granted[code]


def asking(question: str, **names: object) -> Loop:
    """Return a loop that asks `question`, without a call of its own around each."""
    exec(ASK.format(question=question), names)  # noqa: S102  # texts of this module
    loop: Loop = names["loop"]  # type: ignore[assignment]  # what `ASK` defines
    return loop


def pairs(licensing: Licensing) -> list[Pair]:
    """Return the questions and what each is compared with."""
    names = {"licensing": licensing, "anna": licensing.user("anna"), "bare": Bare({"server": True, "quote": False})}
    floor = asking('bare.allows("server")', **names)

    def pair(question: str, most: float, compared: Loop = floor) -> Pair:
        return Pair(question, asking(question, **names), compared, CALLS, most)

    asked = ("licensing", 'licensing.user("anna")', "anna", 'licensing.user("anna", licenses=["user"])')
    return [
        pair('licensing.allows("server")', 1.2),
        pair('licensing.user("anna").allows("server")', 3),
        pair('anna.allows("server")', 2),
        *(pair(f'{who}.require("server")', 1.5, asking(f'{who}.allows("server")', **names)) for who in asked),
    ]


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
            compare("tests.benchmarks.allows", pairs(licensing))


if __name__ == "__main__":
    main()
