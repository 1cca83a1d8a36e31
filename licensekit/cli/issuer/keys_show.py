"""`licensekit keys list`, `keys default` and `keys export`."""

from collections.abc import Callable, Mapping
from typing import Final

import click

from licensekit.cli.inputs import STANDARD, write_output
from licensekit.cli.issuer.options import in_workspace, operator, to_sign, with_workspace
from licensekit.cli.options import option
from licensekit.cli.output import counted, emit, emit_json, facts, json_option, remark, table
from licensekit.cli.views.spelling import day_of, fingerprint, limits_of, name_of
from licensekit.issuer import KnownKey, Workspace
from licensekit.keys.keyfile import PublicPart, format_public
from licensekit.keys.other_forms import export_openssh, export_pem
from licensekit.wire.documents import AdmittedKey, SignedType, Use

_FORMS: Final[Mapping[str, Callable[[PublicPart], str]]] = {
    "licensekit": lambda part: format_public(*part),
    "openssh": lambda part: export_openssh(*part),
    "pem": lambda part: export_pem(part.verifying_key),
}


@click.command("list")
@in_workspace
@json_option
def list_(*, workspace: Workspace, now: int, as_json: bool) -> None:
    """List the keys that the trust document names, and which of them are here."""
    keys, travelling = workspace.keys.known(now), workspace.keys.under_way(now)
    if as_json:
        found = {"keys": [one.plain() for one in keys], "in_signing": [one.plain() for one in travelling]}
        emit_json({"trust": workspace.state(now).trust.version, **found})
        return
    table(["name", "key id", "state", "window", "may sign", "file"], map(_row, keys))
    emit()
    table(["name", "fingerprint"], [(one.name, fingerprint(one.fingerprint)) for one in keys])
    for one in travelling:
        documents, missing = ", ".join(one.plain()["documents"]), one.ceremony.missing
        todo = f"{counted(missing, 'signature')} missing" if missing else "to be put in force"
        remark(f"In signing: {documents}, in {one.path} ({todo}).")


@click.command()
@click.argument("name")
@to_sign
@json_option
def default(*, name: str, workspace: Workspace, now: int, as_json: bool) -> None:
    """Let the key NAME sign wherever --key names no other."""
    file = workspace.keys.set_default(name, who=operator(), now=now)
    emit_json({"default": file.name, "key_id": file.key_id}) if as_json else facts(("default key", file.path))


@click.command()
@click.argument("name")
@with_workspace
@option("--form", "How the public key is written.", type=click.Choice(list(_FORMS)), default="licensekit")
@option("-o --output FILE", "Where it goes.", default=STANDARD, show_default="standard output")
def export(*, name: str, workspace: Workspace, form: str, output: str) -> None:
    """Write the public half of a key, for whoever admits or compares it."""
    part = workspace.keys.file(name).part
    text = _FORMS[form](part)
    write_output(output, f"{text.rstrip()}\n".encode())
    remark(f"Its fingerprint is {fingerprint(part.verifying_key.fingerprint)}.")


def _row(known: KnownKey) -> tuple[object, ...]:
    key = known.admitted
    path = None if known.file is None else known.file.path
    mark = ", default" if known.is_default else ""
    if key is None:
        return known.name, known.key_id, f"not admitted{mark}", None, None, path
    return key.name, known.key_id, f"{name_of(key.state)}{mark}", _window(key), _scope(key), path


def _window(key: AdmittedKey) -> str:
    begin = f"from {day_of(key.valid_from)}"
    return begin if key.valid_to is None else f"{begin} to {day_of(key.valid_to)}"


def _scope(key: AdmittedKey) -> str:
    scope = key.scope
    types = "everything" if len(scope.types) == len(SignedType) else ", ".join(map(name_of, scope.types))
    limits = [f"for {', '.join(scope.issuers)}"]
    if SignedType.BUNDLE in scope.types and len(scope.uses) < len(Use):
        limits.append(f"{', '.join(map(name_of, scope.uses))} only")
    return f"{types} {', '.join([*limits, *limits_of(scope)])}"
