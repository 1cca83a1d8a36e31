"""`licensekit verify`: is this file genuine, and what does it grant?"""

import click

from licensekit.cli.checking import Finding, check, read_trust_store, trust_options
from licensekit.cli.inputs import located, now_option, read_input
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.cli.views.documents import show
from licensekit.dates import format_seconds
from licensekit.entitlements.parts import state_by_dates
from licensekit.wire import armor
from licensekit.wire.documents import Bundle


@click.command()
@click.argument("file")
@trust_options
@now_option
@json_option
def verify(file: str, pack: str | None, root: str | None, now: int, *, as_json: bool) -> None:
    """Verify a file against a pack and a pinned root.

    FILE is a license file, or `-` for standard input. Every document in it must be genuine; the
    first that is not ends the command with its reason.
    Expired bundles verify: their state is shown.
    """
    if pack is None or root is None:
        raise click.UsageError("--pack FILE and --root PIN are needed; `inspect` looks without.")
    with located(file):
        tokens = armor.read(read_input(file, what="a license file"))
        findings = check(tokens, read_trust_store(pack, root, now), now)
    for finding in findings:
        if finding.error is not None:
            raise finding.error.at(file)
    if as_json:
        documents = [{**f.as_json(), **_state(f, now)} for f in findings]
        emit_json({"file": file, "verified": True, "documents": documents})
        return
    for number, finding in enumerate(findings):
        if number:
            emit()
        click.secho(f"{finding.type.upper()}  {finding.status.upper()}", fg="green", bold=True)
        state = [
            (name, f"{s} at {format_seconds(now)}") for name, s in _state(finding, now).items()
        ]
        show(finding.document, state)


def _state(finding: Finding, now: int) -> dict[str, str]:
    document = finding.document
    return {"state": state_by_dates(document, now)[0]} if isinstance(document, Bundle) else {}
