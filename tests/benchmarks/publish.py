"""What it costs to publish many serials: the first time, and when nothing has changed.

The floors are what is done bare in the same run: as many signatures verified, and the same files written.

Run: python -m tests.benchmarks.publish [SERIALS [FOLDER]]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from licensekit.issuer.bulk.lines import bounded, json_lines
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey
from licensekit.wire.frame import ED25519
from tests import workspaces
from tests.benchmarks.issue_bulk import write_orders
from tests.workspaces import NOW, WHO


def fill(workspace: Workspace, orders: Path, count: int) -> None:
    """Issue that many orders, each with a serial of its own."""
    workspaces.offer_updates(workspace)
    write_orders(orders, count)
    with orders.open("rb") as file:
        lines = json_lines(bounded(file), "orders")
        for _ in workspace.issue_bulk(lines, workspaces.signer(workspace), who=WHO, now=NOW):
            pass


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Measure something by the clock and in processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    """Measure it all."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as made:
        place = Path(made)
        www, bare = place / "www", place / "bare"
        www.mkdir()
        bare.mkdir()
        key = SigningKey.generate(ED25519)
        signature = key.sign(b"message")

        def verify() -> None:
            for _ in range(count):
                key.verifying_key.verify(b"message", signature)

        def write() -> None:
            for path in www.iterdir():
                (bare / path.name).write_bytes(path.read_bytes())

        with workspaces.make(place / "acme") as workspace:
            fill(workspace, place / "orders.jsonl", count)
            first, again = (seconds(lambda: list(workspace.publish(www, now=NOW))) for _ in range(2))
        verified, written = seconds(verify), seconds(write)
    for name, (clock, processor), floor in (
        ("all new", first, verified[1] + written[1]),
        ("all unchanged", again, verified[1]),
    ):
        ratio = f"{processor / floor:.1f} times the bare work"
        print(f"{count} serials, {name}: {clock:.1f} s, {processor:.1f} s of the processor, {ratio}")


if __name__ == "__main__":
    main()
