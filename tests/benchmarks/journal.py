"""What it costs to read a journal of 1,000 entries: verified, and replayed.

The floor is its hash chain and its JSON alone: 1,000 times `json.loads` and SHA-256.

Run: python -m tests.benchmarks.journal
"""

import json
from hashlib import sha256

from licensekit.state.journal import verify
from licensekit.state.journal_entries import REPLACED, BundleEnded, BundleTaken, DocumentSeen, Entry, TimeFloor
from tests.benchmarks.measure import measure, report
from tests.state.test_journal import KEY, written

ENTRIES = 1000


def entry(number: int) -> Entry:
    """Return one of the entries that there are most of in a long life."""
    identity = number.to_bytes(16, "big")
    kinds: tuple[Entry, ...] = (
        BundleTaken(identity, "demo", "A-1", "base", 0, number, 0, 0, 1, b"k" * 8, 9, 365, 0),
        TimeFloor(0, 86_400 * number, "clock", b""),
        DocumentSeen("trust", "", (1, number), identity, 0, 1, b"k" * 8),
        BundleEnded(max(0, number - 3).to_bytes(16, "big"), REPLACED),
    )
    return kinds[number % len(kinds)]


def main() -> None:
    """Verify and replay a journal, beside the bare chain."""
    rows, head = written([entry(number) for number in range(ENTRIES)])
    key = KEY.verifying_key

    def bare() -> None:
        previous = bytes(32)
        for row in rows:
            json.loads(row.entry)
            previous = sha256(previous + row.entry).digest()

    assert verify(rows, head, key).fault is None
    measured = measure(lambda: verify(rows, head, key), bare, calls=1)
    report(f"a journal of {ENTRIES:,} entries", measured, most=4)


if __name__ == "__main__":
    main()
