"""`licensekit init`: a new workspace."""

from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any, Final, NamedTuple

import click

from licensekit import errors, files, issuer, limits
from licensekit.cli.inputs import SecretSource, located, read_input, read_secret, read_tokens
from licensekit.cli.issuer.keys import NOT_ENOUGH, SCHEMES, root_options, scheme_option
from licensekit.cli.issuer.options import operator, passphrase, root_passphrase
from licensekit.cli.options import PATH, clock, collected, option
from licensekit.cli.output import emit, emit_json, facts, heading, json_option, warn
from licensekit.cli.views.spelling import fingerprint
from licensekit.trust.pack import pin_in_pack


class _Passphrases(NamedTuple):
    """Where the passphrases of the new keys come from."""

    passphrase: SecretSource
    root_passphrase: SecretSource

    def of_signing_key(self) -> bytes:
        return read_secret(self.passphrase, "Passphrase for the signing key", confirm=True)

    def read(self, count: int) -> issuer.Secrets:
        """Read the passphrases of the signing key and of `count` root keys."""
        word, source = self.of_signing_key(), self.root_passphrase
        if count == 1 or len(source.files or source.fds) == 1:
            return issuer.Secrets(word, [read_secret(source, "Passphrase for the root key", confirm=True)])
        prompts = [f"Passphrase for root key {place} of {count}" for place in range(1, count + 1)]
        words = [read_secret(source.of(place, count), one, confirm=True) for place, one in enumerate(prompts)]
        return issuer.Secrets(word, words)


_passphrases: Final = collected("passphrases", _Passphrases, passphrase, root_passphrase)


@click.command()
@click.argument("folder", type=PATH, metavar="DIR")
@option("--product CODE", "What is licensed. Default: the folder's name.")
@option("--issuer CODE", "Who signs. Default: the product's code.")
@option("--name NAME", "The issuer's name, as customers read it.")
@option("--catalog FILE", "Start with this catalog, which names product, code and issuer.")
@root_options
@scheme_option
@option("--partner-of PACK", "Create a third party's workspace under this pack.")
@option("--ledger URL", "Keep the ledger on a server, for a team: postgresql://user@host/database.")
@option("--root PIN", "With --partner-of: the vendor's root, lkroot1-….")
@_passphrases
@json_option
def init(
    *, folder: Path, partner_of: str | None, root: str | None, passphrases: _Passphrases, as_json: bool, **given: Any
) -> None:
    """Create a vendor's workspace: catalog, keys, ledger, pack, and an example order."""
    now, asked = clock(), _asked(**given)
    count, threshold = asked.root_keys, asked.threshold
    if partner_of is not None:
        if count > 1 or threshold > 1:
            raise click.UsageError("--partner-of creates no root: leave out --root-keys and --threshold.")
        with located(partner_of):
            pack = read_tokens(partner_of, what="a pack")
            pin = root or pin_in_pack(pack)
            make = partial(issuer.Workspace.create_partner, folder, asked, pack, pin)
            workspace = make(passphrases.of_signing_key, who=operator(), now=now)
        with workspace:
            _show_partner(folder, workspace, pin, now, as_json=as_json)
        if root is None:
            warn(f"The root was taken from {partner_of} itself. Compare it with the vendor's: {pin}")
        return
    if root is not None:
        raise click.UsageError("--root is for --partner-of: a vendor's workspace creates its own root.")
    if threshold > count:
        raise click.UsageError(NOT_ENOUGH.format(threshold=threshold, count=count))
    with issuer.Workspace.create(folder, asked, partial(passphrases.read, count), who=operator(), now=now) as workspace:
        state = workspace.state(now)
        place = workspace.layout.pack(state.product)
    module = _write_module(state, place)
    if as_json:
        emit_json({**_json(folder, state, state.newest_pin, place), "module": module})
    else:
        _show(folder, state, asked, place, module)


def _write_module(state: issuer.WorkspaceState, pack: Path) -> str | None:
    """Write the application's module into the current folder, and return its name; warn and return None on failure."""
    name = issuer.module_file(state.product)
    try:
        files.write_atomically(Path(name), issuer.product_module(state.pack).encode(), replace=False)
    except errors.LicenseError as error:
        how = f"`licensekit product {quote(str(pack))} -o {name}`"
        warn(f"{name} was not written: {error.message}; move it away, then run {how}")
        return None
    return name


def _asked(*, catalog: str | None, count: int, scheme: str, **given: Any) -> issuer.NewWorkspace:
    said = {name: value for name, value in given.items() if value is not None}
    if catalog is not None:
        with located(catalog):
            said["catalog"] = read_input(catalog, what="a catalog", limit=limits.TOML_BYTES)
    return issuer.NewWorkspace(**said, root_keys=count, scheme=SCHEMES[scheme])


def _show_partner(folder: Path, workspace: issuer.Workspace, pin: str, now: int, *, as_json: bool) -> None:
    key, state = workspace.keys.file(issuer.FIRST_KEY), workspace.state(now)
    if as_json:
        said = _json(folder, state, pin, workspace.layout.pack(state.product))
        emit_json({**said, "key_id": key.key_id, "fingerprint": key.fingerprint})
        return
    heading(f"{folder} is ready: issuer {state.issuer}, for product {state.product}.")
    emit()
    emit(f"Send {folder / state.issuer}.pub to the vendor, who admits it:")
    limits_of_key = " --parts PART --most COUNT --longest-term DAYS" if state.is_reseller else ""
    emit(f"    licensekit keys admit {state.issuer}.pub --issuer {state.issuer}{limits_of_key}")
    emit("Compare its fingerprint with the vendor over another channel:")
    emit(f"    {fingerprint(key.fingerprint)}")
    emit()
    emit("When the vendor has sent the new pack, read it in and sign the catalog:")
    emit(f"    licensekit pack NEW.lkp -C {quote(str(folder))}")


def _json(folder: Path, state: issuer.WorkspaceState, pin: str, pack: Path) -> dict[str, Any]:
    return {"folder": str(folder), "product": state.product, "issuer": state.issuer, "root": pin, "pack": str(pack)}


def _show(folder: Path, state: issuer.WorkspaceState, new: issuer.NewWorkspace, pack: Path, module: str | None) -> None:
    pin, is_one = state.newest_pin, new.root_keys == 1
    several = f"{new.root_keys} keys, of which {new.threshold} must sign: give each to a different person"
    keep = "move this folder to a USB stick" if is_one else several
    heading(f"{folder} is ready: product {state.product}, issuer {state.issuer}.")
    emit()
    facts(
        ("catalog", folder / "catalog.toml"),
        ("example order", folder / "orders" / "example.toml"),
        ("signing key", f"{folder / 'keys'}"),
        ("root key" if is_one else "root keys", f"{folder / 'root'}  {keep}"),
        ("module", module and f"{module}  the application imports it"),
        ("pack", f"{pack}  the application ships it"),
        ("root", f"{pin}  the application pins it"),
    )
    emit()
    if module is not None:
        heading("In the application:")
        name = module.removesuffix("_licensing.py")
        for line in ("", f"    from {name}_licensing import {name}", "", f"    licensing = {name}.open()", ""):
            emit(line)
    heading("Next:")
    emit()
    order = quote(str(folder / "orders" / "example.toml"))
    emit(f"    licensekit issue {order} -C {quote(str(folder))} -o {state.product}.lic")
    emit(f"    licensekit activate {state.product}.lic --pack {quote(str(pack))} --root {pin}")
