"""What a customer's program does: verify a file, open an installation, ask."""

from licensekit import Licensing, Verifier
from tests.benchmarks.instructions.programs import sample
from tests.benchmarks.instructions.programs.marks import Loop


def verify() -> Loop:
    """Return what verifies the sample's license, with a verifier that is there."""
    root, pack = sample.root_and_pack()
    verifier, text = Verifier(root=root, pack=pack), sample.LICENSE.read_bytes()

    def loop(calls: int) -> None:
        for _ in range(calls):
            verifier.verify(text, now=sample.NOW)

    return loop


def opening() -> Loop:
    """Return what opens the installation, asks once and closes it."""

    def loop(calls: int) -> None:
        for _ in range(calls):
            with _opened() as licensing:
                assert licensing.allows(sample.CODE)

    return loop


def allows() -> Loop:
    """Return what asks an installation that is open."""
    licensing, code = _opened(), sample.CODE

    def loop(calls: int) -> None:
        for _ in range(calls):
            licensing.allows(code)

    return loop


def _opened() -> Licensing:
    """Open the installation; no thread follows the time or the database."""
    root, pack = sample.root_and_pack()
    return Licensing.open(sample.HOME, root=root, pack=pack, clock=lambda: sample.NOW, watch=False)
