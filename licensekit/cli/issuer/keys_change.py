"""`licensekit keys admit`, `retire`, `sign-trust`, `abandon`, `default`, `list` and `export`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from licensekit import limits
from licensekit.cli.inputs import STANDARD, located, read_input, read_tokens, write_output
from licensekit.cli.issuer import options
from licensekit.cli.issuer.ceremony import RootOptions, Roots, permission, root_signing, show_change, signed_by_roots
from licensekit.cli.options import PATH, clock, option, refuse
from licensekit.cli.output import counted, emit, emit_json, facts, json_option, remark, table
from licensekit.cli.views.documents import show
from licensekit.cli.views.spelling import day_of, fingerprint, limits_of, name_of
from licensekit.issuer import CLOCK_IS_RIGHT, KnownKey, Permission, Workspace, resume
from licensekit.keys.keyfile import PublicPart, format_public, parse_public
from licensekit.keys.other_forms import export_openssh, export_pem
from licensekit.wire.documents import AdmittedKey, SignedType, Use


@click.command()
@refuse("--issuer CODE is needed: for whom does this key sign?", lambda given: not given["issuer"])
@click.argument("file", metavar="KEY.pub")
@option("--name NAME", "Its name in the trust document. Default: its label.")
@permission
@signed_by_roots
def admit(*, file: str, name: str | None, permission: Permission, roots: Roots) -> None:
    """Admit a key that somebody else holds: a third party's, or a colleague's."""
    with located(file):
        part = parse_public(read_input(file, what="a public key", limit=limits.KEY_FILE_BYTES))
    key, called = part.verifying_key, name or part.label
    proposal = roots.workspace.keys.propose_admit(key, called, permission, now=roots.now)
    told = {"key_id": key.key_id.hex(), "fingerprint": key.fingerprint}
    roots.sign(proposal, key=called, **told, issuer=permission.issuer)


@click.command()
@click.argument("name")
@signed_by_roots
def retire(*, name: str, roots: Roots) -> None:
    """Stop a key from signing; what it has signed stays valid."""
    roots.sign(roots.workspace.keys.propose_retire(name, now=roots.now), key=name)


@click.command("sign-trust")
@click.argument("file")
@options.workspace_option
@root_signing
@option("--preview", "Show what is signed, and sign nothing.")
@options.clock_option
@json_option
def sign_trust(
    *, file: str, folder: Path, given: RootOptions, preview: bool, clock_is_right: bool, as_json: bool
) -> None:
    """Add a root key's signature to a root or trust document that travels in FILE."""
    with located(file):
        ceremony = resume(read_tokens(file, what="a document in signing"))
        is_ours = False
        if Workspace.exists(folder):
            with Workspace.open(folder) as workspace:
                is_ours = workspace.keys.is_ours(ceremony, clock())
    roots = given.keys(folder)
    if not preview:
        ceremony.require_wanted(one.part.verifying_key for one in roots.files)
    if not as_json:
        for one in ceremony.pending:
            emit(f"You sign {one.label}:")
            emit()
            show(one.document)
            emit()
    if preview:
        show_change(ceremony, Path(file), as_json=as_json)
        return
    signed = roots.add_to(ceremony)
    in_force = is_ours and signed.is_complete
    if in_force:
        with Workspace.open(folder) as workspace:
            keys = workspace.overriding(*([CLOCK_IS_RIGHT] if clock_is_right else ())).keys
            keys.propose_take(signed.tokens, action="keys sign-trust", now=clock()).sign(None, who=options.operator())
    write_output(file, signed.data)
    if signed.is_complete and not in_force and not as_json:
        emit(f"All have signed. In the workspace, `licensekit pack {file}` puts it in force.")
        return
    show_change(signed, None if in_force else Path(file), as_json=as_json)
    if in_force and not as_json:
        remark(f"{file} is no longer needed.")


@click.command()
@click.argument("file", type=PATH)
@options.in_workspace
@json_option
def abandon(*, file: Path, workspace: Workspace, now: int, as_json: bool) -> None:
    """Give up a change that travels in FILE for signatures, so that another can begin."""
    moved = workspace.keys.abandon(file, now=now)
    emit_json({"moved": list(map(str, moved))}) if as_json else facts(*(("moved", path) for path in moved))


_FORMS: Final[Mapping[str, Callable[[PublicPart], str]]] = {
    "licensekit": lambda part: format_public(*part),
    "openssh": lambda part: export_openssh(*part),
    "pem": lambda part: export_pem(part.verifying_key),
}


@click.command("list")
@options.in_workspace
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
@options.to_sign
@json_option
def default(*, name: str, workspace: Workspace, now: int, as_json: bool) -> None:
    """Let the key NAME sign wherever --key names no other."""
    file = workspace.keys.set_default(name, who=options.operator(), now=now)
    emit_json({"default": file.name, "key_id": file.key_id}) if as_json else facts(("default key", file.path))


@click.command()
@click.argument("name")
@options.with_workspace
@option("--form", "How the public key is written.", type=click.Choice(list(_FORMS)), default="licensekit")
@option("-o --output FILE", "Where it goes.", default=STANDARD, show_default="standard output")
def export(*, name: str, workspace: Workspace, form: str, output: str) -> None:
    """Write the public half of a key, for whoever admits or compares it."""
    part = workspace.keys.file(name).part
    write_output(output, f"{_FORMS[form](part).rstrip()}\n".encode())
    remark(f"Its fingerprint is {fingerprint(part.verifying_key.fingerprint)}.")


def _row(known: KnownKey) -> tuple[object, ...]:
    key = known.admitted
    path = None if known.file is None else known.file.path
    mark = ", default" if known.is_default else ""
    if key is None:
        return known.name, known.key_id, f"not admitted{mark}", None, None, path
    window = f"from {day_of(key.valid_from)}{'' if key.valid_to is None else f' to {day_of(key.valid_to)}'}"
    return key.name, known.key_id, f"{name_of(key.state)}{mark}", window, _scope(key), path


def _scope(key: AdmittedKey) -> str:
    scope = key.scope
    types = "everything" if len(scope.types) == len(SignedType) else ", ".join(map(name_of, scope.types))
    limits = [f"for {', '.join(scope.issuers)}"]
    if SignedType.BUNDLE in scope.types and len(scope.uses) < len(Use):
        limits.append(f"{', '.join(map(name_of, scope.uses))} only")
    return f"{types} {', '.join([*limits, *limits_of(scope)])}"
