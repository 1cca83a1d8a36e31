"""What a renewal or amendment alters, as people and programs read it."""

from typing import Any

from licensekit.cli.output import emit, facts, table, warn
from licensekit.cli.views import spelling
from licensekit.issuer.orders.changes import ChangeProposal


def show_changes(proposed: ChangeProposal) -> None:
    """Print what is there now and what is to be."""
    before, after = proposed.before.bundle, proposed.after
    if not proposed.differences:
        emit(f"Nothing is to be signed: {proposed.before.label} says this already.")
        return
    facts(
        [
            ("company", before.company),
            ("serial", f"{before.serial}, {before.part}"),
            ("sequence", f"{before.sequence}, and then {after.sequence}"),
        ]
    )
    emit()
    rows = [
        (one.path, _shown(one.path, one.before), _shown(one.path, one.after))
        for one in proposed.differences
    ]
    table(["what", ">now", ">then"], rows)
    emit()
    for row in proposed.short:
        warn(
            f"{row.license}: {row.in_use} were in use when it was stated last, and {row.sold} are"
            f" sold then. The customer must release {row.missing} before activating this."
        )


def changes_json(proposed: ChangeProposal) -> dict[str, Any]:
    """Return the same as `--json` prints it."""
    return {
        "serial": proposed.before.bundle.serial,
        "part": proposed.before.bundle.part,
        "sequence": proposed.before.bundle.sequence,
        "new_sequence": proposed.after.sequence,
        "changes": [
            {"what": one.path, "before": one.before, "after": one.after}
            for one in proposed.differences
        ],
        "short": [
            {"license": row.license, "sold": row.sold, "in_use": row.in_use}
            for row in proposed.short
        ],
    }


def _shown(path: str, value: object) -> str:
    if value is None:
        return spelling.PERPETUAL if path == "expiry" else spelling.ABSENT
    return spelling.value(value)
