"""`licensekit keys new`, `import`, `rotate`, `rotate-root` and `passphrase`: new keys, roots and passphrases."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import click

from licensekit import issuer, limits
from licensekit.cli.inputs import SecretSource, located, read_input, read_secret
from licensekit.cli.issuer.ceremony import Roots, permission, signed_by_roots
from licensekit.cli.issuer.options import new_passphrase, passphrase, read_pin, secret_options, workspace_option
from licensekit.cli.options import collected, option, refuse, together, whole
from licensekit.cli.output import emit, emit_json, facts, json_option, remark
from licensekit.cli.views.spelling import fingerprint
from licensekit.errors import PassphraseMissing
from licensekit.keys.keyfile import format_public
from licensekit.keys.other_forms import import_private
from licensekit.wire.frame import ED25519, HYBRID

SCHEMES = {"ed25519": ED25519, "hybrid": HYBRID}
_COUNTS = whole(1, limits.ROOT_KEYS)

_SCHEME: Final = "hybrid: Ed25519 and ML-DSA-65 together, for licenses that outlive today's curves."
scheme_option = option("--scheme", _SCHEME, type=click.Choice(list(SCHEMES)), default="ed25519")
root_options: Final = together(
    option("--root-keys N count", "How many keys the root has.", type=_COUNTS, default=1),
    option("--threshold N", "How many of the root keys must sign.", type=_COUNTS, default=1),
)
"""`--root-keys` and `--threshold`: what a new root is."""
NOT_ENOUGH: Final = "--threshold {threshold} is more than --root-keys {count}."

Planned = Callable[[SecretSource], issuer.KeyPlan]
"""Returns the plan of a new key, given where the PIN of its token is."""


def _planned(scheme: str, uri: str | None, passphrase: SecretSource) -> Planned:
    """Return what is asked for, unless the command line alone shows that no token takes it."""
    if uri is None:
        return lambda _: issuer.generated_key(SCHEMES[scheme], partial(_read_new, passphrase))
    if SCHEMES[scheme] != ED25519:
        raise click.UsageError("--pkcs11 and --scheme hybrid exclude each other: tokens hold Ed25519.")
    if passphrase.is_given:
        raise PassphraseMissing(reason="token", option="pin")
    return lambda pin: issuer.token_key(uri, lambda: read_pin(pin, uri, "for the new key").decode(errors="replace"))


planned: Final = collected(
    "plan",
    _planned,
    scheme_option,
    option("--pkcs11 URI uri", "Make the key in this token (without object= and id=), or use the one that they name."),
    passphrase,
)
"""The options of commands that make a key; they come as `plan`."""


@click.command()
@click.argument("name", required=False)
@planned
@permission
@signed_by_roots
def new(*, name: str | None, plan: Planned, permission: issuer.Permission, roots: Roots) -> None:
    """Make a signing key, and admit it in the next trust document."""
    _add(name, plan(roots.given.pin), permission, roots)


@click.command("import")
@click.argument("file")
@click.argument("name", required=False)
@permission
@passphrase
@signed_by_roots
def import_(
    *, file: str, name: str | None, permission: issuer.Permission, passphrase: SecretSource, roots: Roots
) -> None:
    """Take over an Ed25519 key from an OpenSSH or PKCS#8 file, and admit it."""
    with located(file):
        data = read_input(file, what="a key file", limit=limits.KEY_FILE_BYTES)
        key = import_private(data, lambda: read_secret(passphrase, f"Passphrase of {file}"))
    _add(name, issuer.imported_key(key, partial(_read_new, passphrase)), permission, roots)


@click.command()
@click.argument("name", required=False)
@planned
@signed_by_roots
def rotate(*, name: str | None, plan: Planned, roots: Roots) -> None:
    """Make a key that takes over from NAME, which retires. What it signed stays valid."""
    roots.sign(roots.workspace.keys.propose_rotate(plan(roots.given.pin), now=roots.now, name=name))


@click.command("rotate-root")
@refuse(NOT_ENOUGH, lambda given: given["threshold"] > given["count"])
@scheme_option
@root_options
@new_passphrase
@signed_by_roots
def rotate_root(*, scheme: str, count: int, threshold: int, new_passphrase: SecretSource, roots: Roots) -> None:
    """Make a new root, which the keys of the old one sign."""
    source = new_passphrase if new_passphrase.is_given else roots.given.root_passphrase

    def passphrase(place: int, name: str) -> bytes:
        return _read_new(source.of(place, count), name)

    propose = roots.workspace.keys.propose_rotate_root
    roots.sign(propose(SCHEMES[scheme], passphrase, now=roots.now, count=count, threshold=threshold))


@click.command("passphrase")
@click.argument("name", metavar="NAME|FILE")
@workspace_option
@secret_options("passphrase", "the present passphrase")
@secret_options("new_passphrase", "the new passphrase")
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


def _add(name: str | None, plan: issuer.KeyPlan, permission: issuer.Permission, roots: Roots) -> None:
    proposal = roots.workspace.keys.propose_new(plan, now=roots.now, name=name, permission=permission)
    change = roots.sign(proposal)
    if change is not None:
        file = change.written[0]
        if change.ceremony is None:
            _show_partner_key(file, as_json=roots.consent.as_json)
        remark(f"It signs where --key names it; `licensekit keys default {file.name}` makes it the default.")


def _show_partner_key(file: issuer.KeyFile, *, as_json: bool) -> None:
    """Show a partner's new key, which the vendor must admit before it counts."""
    public = format_public(file.part.verifying_key, file.part.label)
    if as_json:
        told = {"key_id": file.key_id, "fingerprint": file.fingerprint}
        emit_json({"key": file.name, **told, "public": public})
        return
    emit(f"The key is in {file.path}. Send the vendor its public half, which follows, and compare")
    emit("its fingerprint by another way:")
    emit(public)
    emit(fingerprint(file.fingerprint))
