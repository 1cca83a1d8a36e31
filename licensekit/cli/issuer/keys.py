"""`licensekit keys`: make, admit, rotate, retire and list signing keys and root keys."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import click

from licensekit import errors, issuer, limits
from licensekit.cli.inputs import STANDARD, SecretSource, located, read_input, read_secret, read_tokens, write_output
from licensekit.cli.issuer import options
from licensekit.cli.options import PATH, clock, collected, option, refuse, together, whole
from licensekit.cli.output import counted, emit, emit_json, facts, failing_as, json_option, remark, table
from licensekit.cli.views.documents import show
from licensekit.cli.views.spelling import day_of, fingerprint, limits_of, name_of
from licensekit.keys import formats, keyfile
from licensekit.wire.documents import AdmittedKey, SignedType, Use
from licensekit.wire.frame import ED25519, HYBRID

SCHEMES = {"ed25519": ED25519, "hybrid": HYBRID}
_COUNTS = whole(1, limits.ROOT_KEYS)
_SCHEME: Final = "hybrid: Ed25519 and ML-DSA-65 together, for licenses that outlive today's curves."
scheme_option = option("--scheme", _SCHEME, type=click.Choice(list(SCHEMES)), default="ed25519")
root_options: Final = together(
    option("--root-keys N count", "How many keys the root has.", type=_COUNTS, default=1),
    option("--threshold N", "How many of the root keys must sign.", type=_COUNTS, default=1),
)
NOT_ENOUGH: Final = "--threshold {threshold} is more than --root-keys {count}."
Planned = Callable[[SecretSource], issuer.KeyPlan]  # returns the plan of a new key, given the source of its token's PIN
_FORMS: Final[Mapping[str, Callable[[keyfile.PublicPart], str]]] = {
    "licensekit": lambda part: keyfile.format_public(*part),
    "openssh": lambda part: formats.export_openssh(*part),
    "pem": lambda part: formats.export_pem(part.verifying_key),
}


def _planned(scheme: str, uri: str | None, passphrase: SecretSource) -> Planned:
    """Return the planned key; raise if the options already show that no token can have it."""
    if uri is None:
        return lambda _: issuer.generated_key(SCHEMES[scheme], partial(_read_new, passphrase))
    if SCHEMES[scheme] != ED25519:
        raise click.UsageError("--pkcs11 and --scheme hybrid exclude each other: tokens hold Ed25519.")
    if passphrase.is_given:
        raise errors.PassphraseMissing(reason="token", option="pin")
    return lambda pin: issuer.token_key(
        uri, lambda: options.read_pin(pin, uri, "for the new key").decode(errors="replace")
    )


planned: Final = collected(
    "plan",
    _planned,
    scheme_option,
    option("--pkcs11 URI uri", "Create the key in this token (without object= and id=), or use the key they name."),
    options.passphrase,
)


@click.command()
@click.argument("name", required=False)
@planned
@options.permission
@options.signed_by_roots
def new(*, name: str | None, plan: Planned, permission: issuer.Permission, roots: options.Roots) -> None:
    """Create a signing key, and admit it in the next trust document."""
    _add(name, plan(roots.given.pin), permission, roots)


@click.command("import")
@click.argument("file")
@click.argument("name", required=False)
@options.permission
@options.passphrase
@options.signed_by_roots
def import_(
    *, file: str, name: str | None, permission: issuer.Permission, passphrase: SecretSource, roots: options.Roots
) -> None:
    """Import an Ed25519 key from an OpenSSH or PKCS#8 file, and admit it."""
    with located(file):
        data = read_input(file, what="a key file", limit=limits.KEY_FILE_BYTES)
        key = formats.import_private(data, lambda: read_secret(passphrase, f"Passphrase of {file}"))
    _add(name, issuer.imported_key(key, partial(_read_new, passphrase)), permission, roots)


@click.command()
@click.argument("name", required=False)
@planned
@options.signed_by_roots
def rotate(*, name: str | None, plan: Planned, roots: options.Roots) -> None:
    """Create a key that takes over from NAME, which retires. What it signed stays valid."""
    roots.sign(roots.workspace.keys.propose_rotate(plan(roots.given.pin), now=roots.now, name=name))


@click.command("rotate-root")
@refuse(NOT_ENOUGH, lambda given: given["threshold"] > given["count"])
@scheme_option
@root_options
@options.new_passphrase
@options.signed_by_roots
def rotate_root(*, scheme: str, count: int, threshold: int, new_passphrase: SecretSource, roots: options.Roots) -> None:
    """Create a new root, which the keys of the old one sign."""
    source = new_passphrase if new_passphrase.is_given else roots.given.root_passphrase
    propose, root = roots.workspace.keys.propose_rotate_root, {"count": count, "threshold": threshold}
    roots.sign(propose(SCHEMES[scheme], lambda at, name: _read_new(source.of(at, count), name), now=roots.now, **root))


@click.command("passphrase")
@click.argument("name", metavar="NAME|FILE")
@options.workspace_option
@options.secret_options("passphrase", "the present passphrase")
@options.secret_options("new_passphrase", "the new passphrase")
@json_option
def passphrase_(
    *, name: str, folder: Path, passphrase: SecretSource, new_passphrase: SecretSource, as_json: bool
) -> None:
    """Change the passphrase of a signing key or a root key."""
    file = issuer.find_key_file(folder, name)
    present = partial(read_secret, passphrase, f"Present passphrase of {file.path}")
    later = partial(read_secret, new_passphrase, f"New passphrase of {file.path}", confirm=True)
    issuer.change_passphrase(file, present, later)
    emit_json({"file": str(file.path), "key_id": file.key_id}) if as_json else facts(("new passphrase", file.path))


def _read_new(source: SecretSource, name: str) -> bytes:
    return read_secret(source, f"Passphrase for the new key {name}", confirm=True)


def _add(name: str | None, plan: issuer.KeyPlan, permission: issuer.Permission, roots: options.Roots) -> None:
    change = roots.sign(roots.workspace.keys.propose_new(plan, now=roots.now, name=name, permission=permission))
    if change is not None:
        file = change.written[0]
        if change.ceremony is None:
            _show_partner_key(file, as_json=roots.consent.as_json)
        remark(f"It signs with --key {file.name}; `licensekit keys default {file.name}` makes it the default.")


def _show_partner_key(file: issuer.KeyFile, *, as_json: bool) -> None:
    """Show a partner's new key, which the vendor must admit before it counts."""
    public = keyfile.format_public(file.part.verifying_key, file.part.label)
    if as_json:
        emit_json({"key": file.name, "key_id": file.key_id, "fingerprint": file.fingerprint, "public": public})
        return
    emit(f"The key is in {file.path}. Send the vendor the public half below, and compare")
    emit("its fingerprint over another channel:")
    emit(public)
    emit(fingerprint(file.fingerprint))


@click.command()
@refuse("give --issuer CODE: for whom the key signs.", lambda given: not given["issuer"])
@click.argument("file", metavar="KEY.pub")
@option("--name NAME", "Its name in the trust document. Default: its label.")
@options.permission
@options.signed_by_roots
def admit(*, file: str, name: str | None, permission: issuer.Permission, roots: options.Roots) -> None:
    """Admit a key that somebody else holds: a third party's, or a colleague's."""
    with located(file):
        part = keyfile.parse_public(read_input(file, what="a public key", limit=limits.KEY_FILE_BYTES))
    key, called = part.verifying_key, name or part.label
    proposal = roots.workspace.keys.propose_admit(key, called, permission, now=roots.now)
    roots.sign(proposal, key=called, key_id=key.key_id.hex(), fingerprint=key.fingerprint, issuer=permission.issuer)


@click.command()
@click.argument("name")
@options.signed_by_roots
def retire(*, name: str, roots: options.Roots) -> None:
    """Stop a key from signing; what it has signed stays valid."""
    roots.sign(roots.workspace.keys.propose_retire(name, now=roots.now), key=name)


@click.command("sign-trust")
@click.argument("file")
@options.workspace_option
@options.root_signing
@option("--preview", "Show what is signed, and sign nothing.")
@options.clock_option
@json_option
def sign_trust(
    *, file: str, folder: Path, given: options.RootOptions, preview: bool, clock_is_right: bool, as_json: bool
) -> None:
    """Add a root key's signature to the root or trust document in the signing file FILE."""
    with located(file):
        ceremony = issuer.resume(read_tokens(file, what="a signing file"))
        is_ours = False
        if issuer.Workspace.exists(folder):
            with issuer.Workspace.open(folder) as workspace:
                is_ours = workspace.keys.is_ours(ceremony, clock())
    roots = given.keys(folder)
    if not preview:
        ceremony.require_wanted(one.part.verifying_key for one in roots.files)
    if not as_json:
        with failing_as("before"):
            for one in ceremony.pending:
                emit(f"You sign {one.label}:")
                emit()
                show(one.document)
                emit()
    if preview:
        options.show_change(ceremony, Path(file), as_json=as_json)
        return
    signed = roots.add_to(ceremony)
    in_force = is_ours and signed.is_complete
    if in_force:
        with issuer.Workspace.open(folder) as workspace:
            keys = workspace.overriding(*([issuer.CLOCK_IS_RIGHT] if clock_is_right else ())).keys
            keys.propose_take(signed.tokens, action="keys sign-trust", now=clock()).sign(None, who=options.operator())
    write_output(file, signed.data)
    if signed.is_complete and not in_force and not as_json:
        emit(f"All have signed. In the workspace, `licensekit pack {file}` puts it in force.")
        return
    options.show_change(signed, None if in_force else Path(file), as_json=as_json)
    if in_force and not as_json:
        remark(f"{file} is no longer needed.")


@click.command()
@click.argument("file", type=PATH)
@options.in_workspace
@json_option
def abandon(*, file: Path, workspace: issuer.Workspace, now: int, as_json: bool) -> None:
    """Abandon the change in the signing file FILE, so that another can begin."""
    moved = workspace.keys.abandon(file, now=now)
    emit_json({"moved": list(map(str, moved))}) if as_json else facts(*(("moved", path) for path in moved))


@click.command("list")
@options.in_workspace
@json_option
def list_(*, workspace: issuer.Workspace, now: int, as_json: bool) -> None:
    """List the keys that the trust document names, and which of them are here."""
    keys, travelling = workspace.keys.known(now), workspace.keys.under_way(now)
    if as_json:
        found = {"keys": [one.plain() for one in keys], "in_signing": [one.plain() for one in travelling]}
        emit_json({"trust": workspace.state(now).trust.version, **found})
        return
    table(["name", "key id", "state", "valid", "may sign", "file"], map(_row, keys))
    emit()
    table(["name", "fingerprint"], [(one.name, fingerprint(one.fingerprint)) for one in keys])
    for one in travelling:
        documents, missing = ", ".join(one.plain()["documents"]), one.ceremony.missing
        todo = f"{counted(missing, 'signature')} missing" if missing else "to be put in force"
        remark(f"Not in force yet: {documents}, in {one.path} ({todo}).")


@click.command()
@click.argument("name")
@options.to_sign
@json_option
def default(*, name: str, workspace: issuer.Workspace, now: int, as_json: bool) -> None:
    """Make NAME the key that signs unless --key names another."""
    file = workspace.keys.set_default(name, who=options.operator(), now=now)
    emit_json({"default": file.name, "key_id": file.key_id}) if as_json else facts(("default key", file.path))


@click.command()
@click.argument("name")
@options.with_workspace
@option("--form", "How the public key is written.", type=click.Choice(list(_FORMS)), default="licensekit")
@option("-o --output FILE", "Where it goes.", default=STANDARD, show_default="standard output")
def export(*, name: str, workspace: issuer.Workspace, form: str, output: str) -> None:
    """Write the public half of a key, for whoever admits or compares it."""
    part = workspace.keys.file(name).part
    write_output(output, f"{_FORMS[form](part).rstrip()}\n".encode())
    remark(f"Its fingerprint is {fingerprint(part.verifying_key.fingerprint)}.")


def _row(known: issuer.KnownKey) -> tuple[object, ...]:
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
