"""License files on their way out: where they go, and what is said about them."""

from pathlib import Path
from typing import Any

from licensekit.cli.document_view import amount
from licensekit.cli.inputs import STANDARD, write_output
from licensekit.cli.output import emit_json, facts
from licensekit.dates import format_days
from licensekit.errors import FileUnusable
from licensekit.identity import identity_of
from licensekit.vendor.issuing import LicenseFile
from licensekit.wire.documents import Bundle
from licensekit.wire.frame import read


def require_place(output: str | None) -> None:
    """Make sure that there is a folder for what is to be signed, before it is signed.

    Raises:
        FileUnusable: there is none.
    """
    if output == STANDARD:
        return
    place = Path() if output is None else Path(output)
    folder = place if place.is_dir() else place.parent
    if not folder.is_dir():
        raise FileUnusable(
            "there is no such folder", where=str(folder), hint="make it first, or choose another"
        )


def hand_out(file: LicenseFile, output: str | None, *, as_json: bool) -> None:
    """Write a license file where it should go, and say what it is."""
    place = _place(output, file)
    write_output(place, file.data)
    if as_json and place != STANDARD:
        emit_json(_json(file, place))
    elif place != STANDARD:
        _show(file, place)


def _place(output: str | None, file: LicenseFile) -> str:
    if output is None:
        return file.name
    return str(Path(output) / file.name) if Path(output).is_dir() else output


def _show(file: LicenseFile, place: str) -> None:
    bundle = file.bundle
    again = "  (issued before: the same bundle again)" if file.is_repeated else ""
    facts(
        [
            ("file", f"{place}{again}"),
            ("company", bundle.company),
            ("serial", f"{bundle.serial}, {bundle.part}, sequence {bundle.sequence}"),
            ("until", "for ever" if bundle.expiry is None else format_days(bundle.expiry)),
            ("licenses", _licenses(bundle)),
        ]
    )


def _licenses(bundle: Bundle) -> str:
    counted = [*sorted(bundle.sites.items()), *sorted(bundle.users.items())]
    return ", ".join([*sorted(bundle.system), *(f"{code} {amount(n)}" for code, n in counted)])


def _json(file: LicenseFile, place: str) -> dict[str, Any]:
    bundle, token = file.bundle, file.token
    return {
        "file": place,
        "identity": identity_of(token.type, read(token.frame).payload).hex(),
        "serial": bundle.serial,
        "part": bundle.part,
        "sequence": bundle.sequence,
        "repeated": file.is_repeated,
        "bytes": len(file.data),
    }
