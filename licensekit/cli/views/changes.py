"""What a renewal or amendment alters, as people read it."""

from licensekit.cli.output import emit, facts, table, warn
from licensekit.cli.views import spelling
from licensekit.issuer import ChangeProposal


def show_changes(proposed: ChangeProposal) -> None:
    """Print what is there now and what is to be."""
    before, after = proposed.before.bundle, proposed.after
    if not proposed.changes:
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
        for one in proposed.changes
    ]
    table(["what", ">now", ">then"], rows)
    emit()
    for one in proposed.warnings:
        warn(f"{one.message}.")


def _shown(path: str, value: object) -> str:
    if value is None:
        return spelling.PERPETUAL if path == "expiry" else spelling.ABSENT
    return spelling.value(value)
