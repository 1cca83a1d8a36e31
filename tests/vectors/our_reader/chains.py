"""Hash chains and their entries, as our reader makes and verifies them."""

from typing import Any

from licensekit.dates import parse_seconds
from licensekit.issuer.ledger.entries import LedgerEntry
from licensekit.wire.armor import Token
from licensekit.wire.chain import GENESIS, Link, canonical_json, link, unbroken


class _BrokenError(Exception):
    """The chain is broken at the entry of this number."""


def chain(line: dict[str, Any]) -> dict[str, Any]:
    """Return the hash of the newest entry, or the first entry whose hash does not follow."""
    entries = [bytes.fromhex(entry) for entry in line["entries"]]
    if "hashes" not in line:
        head = GENESIS
        for entry in entries:
            head = link(head, entry)
        return {"head": head.hex()}
    hashes = [bytes.fromhex(one) for one in line["hashes"]]
    links = [Link(*one) for one in zip(range(1, len(entries) + 1), entries, hashes, strict=True)]
    try:
        list(unbroken(links, lambda one: one, lambda _, number: _BrokenError(number)))
    except _BrokenError as broken:
        return {"broken_at": broken.args[0]}
    return {"head": (hashes[-1] if hashes else GENESIS).hex()}


def ledger_entry(line: dict[str, Any]) -> dict[str, Any]:
    """Return the bytes of an entry of the ledger."""
    request = line.get("request")
    entry = LedgerEntry(
        number=line["number"],
        action=line["action"],
        at=parse_seconds(line["time"]),
        who=line["who"],
        token=Token(line["type"], bytes.fromhex(line["frame"])),
        order_number=line.get("order_number"),
        order=line.get("order"),
        request=None if request is None else bytes.fromhex(request),
        note=line["note"],
        hash=b"",
    )
    return {"entry": entry.content().hex()}


def audit_entry(line: dict[str, Any]) -> dict[str, Any]:
    """Return the bytes of an entry of an audit log."""
    return {"entry": canonical_json(line["object"]).encode().hex()}
