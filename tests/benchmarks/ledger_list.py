"""What a page of `ledger list` costs on a small ledger and on one of a million entries.

The ledgers are filled by entering signed bundles directly, a few thousand in a transaction.

Run: python -m tests.benchmarks.ledger_list [ENTRIES [FOLDER]]
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final

from licensekit.dates import day_at
from licensekit.issuer.ledger.entries import append
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, compose
from licensekit.wire.frame import ED25519, Frame, Signature, write
from tests import makers, workspaces
from tests.workspaces import NOW, WHO

ROOT: Final = Path(__file__).parents[2]
SMALL: Final = 10_000
BATCH: Final = 5_000
SOME: Final = 1000
"""One bundle in so many is revoked, and one ends within a month."""


def bundles(count: int) -> Iterator[Record]:
    """Return records of that many bundles, with invalid signatures: none is verified."""
    today = day_at(NOW)
    signature = bytes(64)
    template = makers.bundle(issuer="acme", product="acme", starts=None, warning=None)
    fields = {name: getattr(template, name) for name in template.__struct_fields__}
    for number in range(count):
        expiry = today + 10 if number % SOME == 1 else today + 100 + number % 700
        told: dict[str, Any] = {
            "serial": f"S{number}",
            "company": f"Company {number // 4}",
            "issued": NOW - (count - number),
            "expiry": expiry,
            "grace": expiry + 14,
        }
        bundle, payload = compose(Bundle, tuple({**fields, **told}.values()))
        token = Token("bundle", write(Frame((Signature(ED25519, bytes(8), signature),), payload)))
        yield Record("issue", bundle.issued, WHO, token, bundle, f"A-{number}", "{}")


def fill(workspace: Workspace, count: int) -> None:
    """Enter that many bundles, and take back some."""
    records = bundles(count)
    while batch := list(islice(records, BATCH)):
        with workspace.database.write() as ledger:
            append(ledger, batch)
    taken = sorted(f"S{number}" for number in range(0, count, SOME))
    lists = makers.revocations(issuer="acme", product="acme", issued=NOW, serials=taken)
    token = sign(lists, makers.key("vendor"))
    with workspace.database.write() as ledger:
        append(ledger, [Record("revoke", NOW, WHO, token, lists)])


def filters() -> dict[str, Filters]:
    """Return a filter of each kind that selects equally much in every ledger."""
    return {
        "newest": Filters(),
        "--company": Filters(company="company 77"),
        "--serial": Filters(serial="S77"),
        "--order": Filters(order="A-77"),
        "--product": Filters(product="acme"),
        "--product, none such": Filters(product="other"),
        "--state current": Filters(state="active"),
        "--state revoked": Filters(state="revoked"),
        "--state expired, none": Filters(state="expired"),
        "--expiring-within 30": Filters(expiring_within=30),
        "--since, the last hundred": Filters(since=NOW - 100),
        "--company --state": Filters(company="company 77", state="active"),
    }


def milliseconds(workspace: Workspace, asked: Filters) -> float:
    """Measure a page of 50 bundles, as a median."""

    def timed() -> float:
        begin = time.perf_counter()
        workspace.ledger.page(asked, now=NOW, limit=50)
        return (time.perf_counter() - begin) * 1000

    return median(timed() for _ in range(15))


def command(folder: Path, *words: str) -> float:
    """Measure the whole command, in seconds."""
    begin = time.perf_counter()
    line = [sys.executable, "-m", "licensekit", "ledger", "list", "-C", str(folder), *words]
    subprocess.run(line, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begin


def main() -> None:
    """Measure it all."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as made:
        place = Path(made)
        with workspaces.make(place / "small") as small, workspaces.make(place / "large") as large:
            fill(small, SMALL)
            begin = time.perf_counter()
            fill(large, count)
            print(f"{count} bundles entered in {time.perf_counter() - begin:.0f} s")
            for name, asked in filters().items():
                few, many = milliseconds(small, asked), milliseconds(large, asked)
                print(f"{name}: {few:.2f} ms of {SMALL}, {many:.2f} ms of {count}")
        seconds = command(place / "large", "--expiring-within", "30")
        print(f"the command with a filter: {seconds:.2f} s (to reach: 1 s at most)")


if __name__ == "__main__":
    main()
