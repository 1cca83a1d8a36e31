"""What a license file would change, as people read it."""

from collections.abc import Iterator
from typing import Final

from licensekit.access import Access
from licensekit.cli.output import emit, facts, table
from licensekit.cli.views import spelling
from licensekit.cli.views.status import by_issuer_and_kind
from licensekit.installation import Preview, PreviewRow
from licensekit.wire.documents import Bundle, Kind, Use
from licensekit.wire.plain import plain

_NAMED: Final = 5
"""How many licenses that end are named."""


def show_preview(preview: Preview, *, show_all: bool) -> None:
    """Print the bundles and the table of licenses; only those that change unless `show_all`."""
    facts(
        ("company", preview.company or None),
        ("serial", preview.serial),
        *(("new", describe(bundle)) for bundle in preview.new),
        *(("no effect", _idle(bundle)) for bundle in preview.without_effect),
        *(("signed again", describe(bundle)) for bundle in preview.again),
        *(("replaces", describe(bundle)) for bundle in preview.replaced),
        *(("makes void", f"{describe(one.bundle)}: {one.why.message}") for one in preview.void),
        *(("activated before", describe(bundle)) for bundle in preview.same),
        *(("refused", f"{describe(b)}, for {b.company}") for b in preview.refused),
        *(("brings", what) for what in preview.trust),
        ("from", spelling.moment(preview.moment) if preview.moment > preview.now else None),
        *_consequences(preview),
    )
    rows = [row for row in preview.rows if show_all or row.altered]
    if rows:
        emit()
        columns = ["kind", "license", "name", ">in use", ">free", ">total now", ">added"]
        in_order = sorted(rows, key=by_issuer_and_kind)
        table([*columns, ">new total", ">new free", "can be activated"], map(_row, in_order))
    settings = [one for one in preview.settings if show_all or one.altered]
    if settings:
        emit()
        columns = ["setting", "name", "now", "then"]
        table(columns, [(s.code, s.name, *map(spelling.value, s[2:])) for s in settings])
    emit()


def _consequences(preview: Preview) -> Iterator[tuple[str, str]]:
    """Yield until when the product is licensed, what ends and how many people may log in."""
    covered = spelling.covered(preview.consequences.covered_new)
    yield "licensed until", f"{covered}; now {spelling.covered(preview.consequences.covered_now)}"
    for loss in preview.consequences.losses:
        what = "read-only" if loss.access is Access.READ else "ends"
        named, more = loss.licenses[:_NAMED], len(loss.licenses) - _NAMED
        listed = ", ".join((*named, *([f"{more} more"] if more > 0 else [])))
        yield what, f"{_since(preview, loss.at)}: {listed}"
    people = [f"{one.people} {_since(preview, one.at)}" for one in preview.consequences.logins[1:]]
    if people:
        yield "may log in", "; ".join((f"{preview.consequences.logins[0].people} now", *people))


def _since(preview: Preview, at: int) -> str:
    return f"from {spelling.moment(at)} on" if at > preview.now else "with this file"


def describe(bundle: Bundle) -> str:
    """Return a bundle in a line: what it is, by whom and until when."""
    shown = plain(bundle)
    end = spelling.expiry(bundle.expiry)
    ends = end if bundle.expiry is None else f"until {end}"
    starts = f"from {shown['starts']} " if shown["starts"] else ""
    use = "" if bundle.use is Use.PRODUCTION else f"{bundle.use.word}, "
    return f"{bundle.serial} {bundle.part}, {use}sequence {bundle.sequence}, by {bundle.issuer}, {starts}{ends}"


def _idle(bundle: Bundle) -> str:
    return f"{bundle.label} grants nothing beside what is active here; it counts once that is gone"


def _row(row: PreviewRow) -> tuple[object, ...]:
    free_now, total_now = _counts(row, row.total_now, row.free_now, row.access_now)
    free_new, total_new = _counts(row, row.total_new, row.free_new, row.access_new)
    remark = row.reason or row.due
    can = spelling.yes_no(row.reason is None)
    return (
        spelling.name_of(row.kind),
        row.code,
        row.name,
        None if row.kind is Kind.SYSTEM else row.in_use,
        free_now,
        total_now,
        spelling.amount_of(f"{row.added:+}", row) if row.added else None,
        total_new,
        free_new,
        f"{can}: {remark}" if remark else can,
    )


def _counts(row: PreviewRow, total: int | None, free: int | None, access: Access) -> tuple[str | None, str]:
    """Return what is free and the total; what all have through another is not counted."""
    if row.kind is Kind.SYSTEM:
        return None, spelling.amount_of(total, row)
    if total == 0 and access is Access.FULL:
        return None, spelling.ALL_OF[row.kind]
    return spelling.amount(free), spelling.amount(total)
