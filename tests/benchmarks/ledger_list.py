"""What every list costs on a small ledger and on one of a million entries: by each filter, each pair, and as commands.

The ledgers are filled by entering bundles directly, a few thousand in a transaction. With FOLDER they are kept there,
and used again.

Run: python -m tests.benchmarks.ledger_list [ENTRIES [FOLDER]]
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import combinations, islice
from pathlib import Path
from statistics import median
from typing import Any, Final

from licensekit.dates import day_at
from licensekit.issuer.ledger.entries import append
from licensekit.issuer.ledger.lookup import LISTED_STATES, Filters
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.transaction import CLOCK_IS_RIGHT
from licensekit.issuer.workspace import Workspace
from licensekit.keys.verifying import sha256
from licensekit.trust.sign import sign
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, Usage, compose
from licensekit.wire.frame import ED25519, Frame, Signature, write
from tests import makers, workspaces
from tests.workspaces import DAY, WHO

ROOT: Final = Path(__file__).parents[2]
SMALL: Final = 1_000
BATCH: Final = 5_000
SOME: Final = 1000
"""In each group of this many bundles one is revoked, one ends within a month, and one has a statement."""
NOW: Final = int(time.time()) // DAY * DAY
"""When the ledgers end: today, as commands read the clock."""
MOST_SECONDS: Final = 1.0


def bundles(count: int) -> Iterator[Record]:
    """Return records of that many bundles, with invalid signatures: none is verified.

    A customer has four of them, of which the last takes the place of the one before.
    """
    today = day_at(NOW)
    signature = bytes(64)
    template = makers.bundle(issuer="acme", product="acme", starts=None, warning=None)
    fields = {name: getattr(template, name) for name in template.__struct_fields__}
    for number in range(count):
        expiry = today + 10 if number % SOME == 1 else today + 100 + number % 700
        is_renewal = number % 4 == 3
        told: dict[str, Any] = {
            "serial": f"S{number - is_renewal}",
            "sequence": 1 + is_renewal,
            "company": f"Company {number // 4}",
            "issued": NOW - (count - number),
            "expiry": expiry,
            "grace": expiry + 14,
        }
        bundle, payload = compose(Bundle, tuple({**fields, **told}.values()))
        token = Token("bundle", write(Frame((Signature(ED25519, bytes(8), signature),), payload)))
        order = json.dumps({"customer": f"C-{number // 4}", "purchase_order": f"PO-{number}"}, separators=(",", ":"))
        yield Record("issue", bundle.issued, WHO, token, bundle, f"A-{number}", order)


def statements(count: int) -> Iterator[Record]:
    """Return statements of some of their installations."""
    for number in range(2, count, SOME):
        told = {"serial": f"S{number}", "issued": NOW, "usage": {"sales-pro": Usage(number % 80, 50)}}
        statement = makers.statement(audit_head=sha256(b"%d" % number), **told)
        yield Record("accept", NOW, WHO, sign(statement, makers.installation_key(f"at {number}")), statement)


def fill(workspace: Workspace, count: int) -> None:
    """Enter that many bundles and statements of some, and take back some."""
    for records in (bundles(count), statements(count)):
        while batch := list(islice(records, BATCH)):
            with workspace.database.write() as ledger:
                append(ledger, batch)
    taken = sorted(f"S{number}" for number in range(0, count, SOME))
    key = workspaces.signer(workspace, "revocations", NOW)
    workspaces.take_back(workspace.overriding(CLOCK_IS_RIGHT), key, now=NOW, serials=taken, confirm=True)


def filled(folder: Path, count: int) -> Workspace:
    """Return a workspace with `count` bundles: the one that is kept in the folder, or a new one."""
    if Workspace.exists(folder):
        return Workspace.open(folder)
    workspace = workspaces.make(folder, now=NOW - count - 1)
    begin = time.perf_counter()
    fill(workspace, count)
    print(f"{count} bundles entered in {time.perf_counter() - begin:.0f} s")
    return workspace


ASKED: Final[tuple[tuple[str, Any], ...]] = (
    *(("company", name) for name in ("company 77", "company", "none")),
    ("customer", "C-77"),
    ("serial", "S77"),
    ("order", "A-77"),
    *(("product", code) for code in ("acme", "other")),
    *(("state", state) for state in LISTED_STATES),
    *(("expiring_within", days) for days in (0, 30, 700)),
    *(("since", time) for time in (NOW - 100, 0, NOW + 1)),
)
"""Filters that leave nothing, a few and everything."""
COMMANDS: Final = (
    "ledger list",
    "ledger list --expiring-within 30",
    "ledger list --state revoked --company company",
    "ledger list --customer C-77",
    "ledger show S77",
    "ledger show A-77",
    "ledger usage S2",
    "ledger file S77 -o {folder}/S77.lic",
    "ledger report",
    "ledger report --by customer --customer C-77",
    "explain S77",
    "renew --expiring-within 10 --days 365 --customer C-77 --preview",
    "renew --expiring-within 5 --days 365 --preview",
    "customers list",
    "customers list company",
    "customers list po-77",
    "customers show C-77",
)


def questions() -> Iterator[dict[str, Any]]:
    """Yield no filter, each one, and each pair."""
    for count in (0, 1, 2):
        for chosen in combinations(ASKED, count):
            if len({name for name, _ in chosen}) == count:
                yield dict(chosen)


def milliseconds(workspace: Workspace, asked: Filters) -> float:
    """Measure a page of 50 bundles, as a median."""

    def timed() -> float:
        begin = time.perf_counter()
        workspace.ledger.page(asked, now=NOW, limit=50)
        return (time.perf_counter() - begin) * 1000

    return median(timed() for _ in range(3))


def seconds(folder: Path, command: str) -> float:
    """Measure a whole command."""

    def timed() -> float:
        begin = time.perf_counter()
        (folder / "S77.lic").unlink(missing_ok=True)
        words = command.format(folder=folder).split()
        line = [sys.executable, "-m", "licensekit", *words, "-C", str(folder)]
        subprocess.run(line, cwd=ROOT, check=False, capture_output=True)
        return time.perf_counter() - begin

    return median(timed() for _ in range(3))


def main() -> None:
    """Measure it all."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as made:
        place = Path(sys.argv[2] if len(sys.argv) > 2 else made)
        folders = place / f"ledger-{SMALL}", place / f"ledger-{count}"
        with filled(folders[0], SMALL) as small, filled(folders[1], count) as large:
            for asked in questions():
                filters = Filters(**asked)
                few, many = milliseconds(small, filters), milliseconds(large, filters)
                print(f"{asked or 'newest'}: {few:.2f} ms of {SMALL}, {many:.2f} ms of {count}")
        for command in COMMANDS:
            few, many = (seconds(folder, command) for folder in folders)
            said = "" if many <= MOST_SECONDS else f" TOO SLOW (to reach: {MOST_SECONDS} s at most)"
            print(f"licensekit {command}: {few:.2f} s of {SMALL}, {many:.2f} s of {count}, {many / few:.2f}{said}")


if __name__ == "__main__":
    main()
