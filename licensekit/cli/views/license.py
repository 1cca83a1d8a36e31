"""Everything about one license as people read it."""

from licensekit.cli.output import emit, facts, table
from licensekit.cli.views import spelling
from licensekit.installation import LicenseDetails
from licensekit.wire.documents import SeatKind

_SHOWN = 20


def show_license(details: LicenseDetails) -> None:
    """Print everything about a license."""
    row, license_ = details.row, details.license
    marks = [
        ("plan", row.plan),
        ("hidden", row.hidden),
        ("limits sites", license_.limits_sites),
        ("concurrent seats", license_.seats is SeatKind.CONCURRENT),
    ]
    facts(
        ("license", row.code),
        ("name", row.name),
        ("description", license_.description or None),
        ("kind", spelling.name_of(row.kind)),
        ("remarks", spelling.listed(mark for mark, applies in marks if applies)),
        ("issuer", row.issuer),
        ("access", spelling.name_of(row.access)),
        ("total", spelling.amount_of(row.total, row)),
        ("in use", row.in_use),
        ("full with", details.full_with),
        ("includes", spelling.listed(details.includes)),
        ("replaced by", details.replaced_by),
        ("requires", spelling.listed(details.requires)),
        ("required by", spelling.listed(details.required_by)),
        ("buy more", details.buy),
    )
    if details.explanations:
        emit()
        table(
            ["granted by", "state", "access", ">count", "through"],
            [
                (
                    e.bundle,
                    spelling.name_of(e.state),
                    spelling.name_of(e.access),
                    None if e.via else spelling.amount_of(e.amount, row._replace(per=e.per)),
                    f"{e.via}, whose place it took" if e.successor else e.via,
                )
                for e in details.explanations
            ],
        )
    if details.holders:
        emit()
        _show_holders(details)
    if details.history:
        emit()
        table(
            ["activated", "bundle", "now"],
            [(spelling.moment(one.activated), one.label, one.state) for one in details.history],
        )


def _show_holders(details: LicenseDetails) -> None:
    shown = details.holders[:_SHOWN]
    more = details.row.in_use - len(shown)
    emit(f"held by  {', '.join(shown)}{f' and {more} more' if more > 0 else ''}")
