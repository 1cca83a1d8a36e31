"""What an issuer's program does: issue bundles."""

from itertools import count

from licensekit.issuer import Workspace, draft_from
from licensekit.keys.signing import SigningKey
from licensekit.wire.frame import ED25519
from tests.benchmarks.instructions.programs import sample
from tests.benchmarks.instructions.programs.marks import Loop


def issue() -> Loop:
    """Return what issues a bundle and enters it in the ledger, each time for another company."""
    workspace = Workspace.open(sample.WORKSPACE)
    key = SigningKey.from_secret(ED25519, sample.SECRET.read_bytes())
    numbers, now = count(1), int(sample.NOW.timestamp())

    def loop(calls: int) -> None:
        for _ in range(calls):
            order = {
                "company": f"Company {next(numbers)} AS",
                "days": 365,
                "system": {"server": True, "reports": True},
                "users": {"standard": 25},
            }
            workspace.issue(draft_from(order), key, who="anna", now=now)

    return loop
