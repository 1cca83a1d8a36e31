"""`licensekit init`: a workspace from nothing."""

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

import click

from licensekit import limits
from licensekit.cli.inputs import PassphraseSource, located, read_input, read_passphrase
from licensekit.cli.output import emit, emit_json, facts, heading, json_option
from licensekit.cli.vendor_base import clock, operator, passphrase, root_passphrase
from licensekit.errors import WorkspaceError
from licensekit.vendor.catalog_file import read_catalog
from licensekit.vendor.founding import require_room
from licensekit.vendor.workspace import Workspace
from licensekit.wire.documents import is_code


class _Names(NamedTuple):
    product: str
    issuer: str
    name: str
    catalog: bytes | None


class _Told(NamedTuple):
    """What the command line says about the new workspace."""

    product: str | None
    issuer: str | None
    name: str | None
    catalog: str | None


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--product", metavar="CODE", help="What is licensed; the folder's name otherwise.")
@click.option("--issuer", metavar="CODE", help="Who signs; the product's code otherwise.")
@click.option("--name", metavar="NAME", help="The issuer's name, as customers read it.")
@click.option("--catalog", metavar="FILE", help="Begin with this catalog; it names all three.")
@passphrase
@root_passphrase
@json_option
def init(
    *,
    folder: Path,
    product: str | None,
    issuer: str | None,
    name: str | None,
    catalog: str | None,
    passphrase: PassphraseSource,
    root_passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Make a vendor's workspace: catalog, keys, ledger, pack, and an example order.

    Two passphrases are asked for: one for the key that signs licenses day by day, and one for the
    root key, which is needed once in a while and belongs in a safe place.
    """
    now = clock()
    names = _names(folder, _Told(product, issuer, name, catalog), now)
    require_room(folder, names.product, names.catalog)
    signing = read_passphrase(passphrase, "Passphrase for the signing key", confirm=True)
    root = read_passphrase(root_passphrase, "Passphrase for the root key", confirm=True)
    with Workspace.create(
        folder,
        product=names.product,
        issuer=names.issuer,
        name=names.name,
        catalog=names.catalog,
        passphrase=signing,
        root_passphrases=[root],
        who=operator(),
        now=now,
    ) as workspace:
        pin = workspace.footing(now).newest_pin
        pack = workspace.layout.pack(names.product)
    if as_json:
        emit_json(
            {
                "folder": str(folder),
                "product": names.product,
                "issuer": names.issuer,
                "root": pin,
                "pack": str(pack),
            }
        )
    else:
        _show(folder, names, pin, pack)


def _names(folder: Path, told: _Told, now: int) -> _Names:
    """Give what was told, then what the catalog says, then what the folder's name makes of it."""
    if told.catalog is None:
        called = folder.resolve().name
        product = told.product or _code(called)
        return _Names(product, told.issuer or product, told.name or _title(called), None)
    with located(told.catalog):
        text = read_input(told.catalog, what="a catalog", limit=limits.TOML_BYTES)
        found = read_catalog(text, version=1, issued=now)
    title = found.names.get("issuer", found.issuer)
    if told.name not in {None, title}:
        raise WorkspaceError(
            f"the catalog calls its issuer `{title}`, and --name `{told.name}`",
            hint="leave out --name, or change the catalog",
        )
    return _Names(told.product or found.product, told.issuer or found.issuer, title, text)


def _code(called: str) -> str:
    """Make a code of a folder's name: `Åre Software` becomes `are-software`."""
    plain = unicodedata.normalize("NFKD", called).encode("ascii", "ignore").decode().lower()
    code = re.sub("[^a-z0-9]+", "-", plain).strip("-")[: limits.CODE_LENGTH].strip("-")
    if not is_code(code):
        raise WorkspaceError(
            "no product code can be made of the folder's name",
            where=called,
            hint="give one with --product CODE: lower-case letters, digits and dashes",
        )
    return code


def _title(called: str) -> str:
    return called[:1].upper() + called[1:]


def _show(folder: Path, names: _Names, pin: str, pack: Path) -> None:
    heading(f"{folder} is ready: product {names.product}, issuer {names.issuer}.")
    emit()
    facts(
        [
            ("catalog", folder / "catalog.toml"),
            ("example order", folder / "orders" / "example.toml"),
            ("signing key", f"{folder / 'keys'}"),
            ("root key", f"{folder / 'root'}  move this folder to a USB stick"),
            ("pack", f"{pack}  the application ships it"),
            ("root", f"{pin}  the application pins it"),
        ]
    )
    emit()
    heading("In the application:")
    emit()
    emit(f'    licensing = Licensing.open("licensing", root="{pin}",')
    emit(f'                               pack=Path("{pack.name}").read_bytes())')
    emit()
    heading("Next:")
    emit()
    emit(f"    licensekit issue {folder / 'orders' / 'example.toml'} -C {folder}")
    emit(f"    licensekit activate 1010000014-base-1.lic --pack {pack} --root {pin}")
