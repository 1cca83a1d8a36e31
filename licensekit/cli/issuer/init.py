"""`licensekit init`: a new workspace."""

from pathlib import Path
from typing import Any, NamedTuple

import click

from licensekit.cli.inputs import PassphraseSource, located, read_input, read_passphrase
from licensekit.cli.issuer.keys_new import SCHEMES, require_enough, root_options, scheme_option
from licensekit.cli.issuer.naming import GivenNames, Names, names
from licensekit.cli.issuer.options import clock, operator, passphrase, root_passphrase
from licensekit.cli.output import emit, emit_json, facts, heading, json_option, typed, warn
from licensekit.errors import RootMismatch
from licensekit.issuer.create import FIRST_KEY, NewWorkspace, Secrets, require_room
from licensekit.issuer.layout import require_url
from licensekit.issuer.partner import NewPartner
from licensekit.issuer.workspace import Workspace
from licensekit.trust.pack import open_pack
from licensekit.trust.roots import pin_of
from licensekit.wire import armor
from licensekit.wire.frame import read


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--product", metavar="CODE", help="What is licensed. Default: the folder's name.")
@click.option("--issuer", metavar="CODE", help="Who signs. Default: the product's code.")
@click.option("--name", metavar="NAME", help="The issuer's name, as customers read it.")
@click.option("--catalog", metavar="FILE", help="Begin with this catalog; it names all three.")
@root_options()
@scheme_option
@click.option(
    "--partner-of", metavar="PACK", help="Make a third party's workspace under this pack."
)
@click.option(
    "--ledger",
    metavar="URL",
    help="Keep the ledger on a server, for a team: postgresql://user@host/database.",
)
@click.option("--root", metavar="PIN", help="With --partner-of: the vendor's root, lkroot1-….")
@passphrase
@root_passphrase
@json_option
def init(
    *,
    folder: Path,
    count: int,
    threshold: int,
    scheme: str,
    partner_of: str | None,
    root: str | None,
    ledger: str | None,
    passphrase: PassphraseSource,
    root_passphrase: PassphraseSource,
    as_json: bool,
    **given: Any,
) -> None:
    """Make a vendor's workspace: catalog, keys, ledger, pack, and an example order.

    Two passphrases are asked for: one for the key that signs licenses day by day, and one for the
    root key, which is needed once in a while and belongs in a safe place.

    A third party that sells its own licenses for a vendor's product gives --partner-of with the
    vendor's pack. Its key counts once the vendor has admitted it (`licensekit keys admit`).
    """
    if ledger is not None:
        require_url(ledger)
    if partner_of is not None:
        if count > 1 or threshold > 1:
            raise click.UsageError("--partner-of makes no root: the vendor's is used.")
        partner = _Partner(GivenNames(**given), partner_of, root, SCHEMES[scheme], ledger)
        _init_partner(folder, partner, passphrase, as_json=as_json)
        return
    require_enough(count, threshold)
    now = clock()
    called = names(folder, GivenNames(**given), now)
    require_room(folder, called.product, called.catalog)
    signing = read_passphrase(passphrase, "Passphrase for the signing key", confirm=True)
    plan = NewWorkspace(*called, SCHEMES[scheme], count, threshold, ledger)
    secrets = Secrets(signing, _root_passphrases(root_passphrase, count))
    with Workspace.create(folder, plan, secrets, who=operator(), now=now) as workspace:
        pin = workspace.state(now).newest_pin
        pack = workspace.layout.pack(called.product)
    if as_json:
        emit_json(_json(folder, called, pin, pack))
    else:
        _show(folder, called, pin, pack, (count, threshold))


def _root_passphrases(source: PassphraseSource, count: int) -> list[bytes]:
    if count == 1 or source.file is not None or source.descriptor is not None:
        return [read_passphrase(source, "Passphrase for the root key", confirm=True)]
    prompts = [f"Passphrase for root key {place} of {count}" for place in range(1, count + 1)]
    return [read_passphrase(source, prompt, confirm=True) for prompt in prompts]


class _Partner(NamedTuple):
    """The options of a third party's workspace."""

    given: GivenNames
    pack: str
    root: str | None
    scheme: int
    ledger: str | None


def _init_partner(
    folder: Path, partner: _Partner, source: PassphraseSource, *, as_json: bool
) -> None:
    given, file, root, scheme, ledger = partner
    now = clock()
    with located(file):
        pack = read_input(file, what="a pack")
        pin = root or _pin_in(pack)
        trust_store = open_pack(pack, pin, now)
    others = {issuer: catalog.document for issuer, catalog in trust_store.catalogs.items()}
    called = names(
        folder, given._replace(product=given.product or trust_store.product), now, others
    )
    require_room(folder, trust_store.product, called.catalog)
    word = read_passphrase(source, "Passphrase for the signing key", confirm=True)
    plan = NewPartner(pack, pin, called.issuer, called.name, called.catalog, scheme, ledger)
    with Workspace.create_partner(folder, plan, word, who=operator(), now=now) as workspace:
        key_id = workspace.keys.file(FIRST_KEY).key_id
        place = workspace.layout.pack(trust_store.product)
    if as_json:
        emit_json({**_json(folder, called, pin, place), "key_id": key_id})
    else:
        _show_partner(folder, called, key_id)
    if root is None:
        warn(f"The root was taken from {file} itself. Compare it with the vendor's: {pin}")


def _pin_in(pack: bytes) -> str:
    """Return the pin of the first root of a pack, when none was given."""
    for token in armor.read(pack):
        if token.type == "root":
            return pin_of(read(token.frame).payload)
    raise RootMismatch(reason="no-root")


def _json(folder: Path, called: Names, pin: str, pack: Path) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "product": called.product,
        "issuer": called.issuer,
        "root": pin,
        "pack": str(pack),
    }


def _show_partner(folder: Path, called: Names, key_id: str) -> None:
    heading(f"{folder} is ready: issuer {called.issuer}, for product {called.product}.")
    emit()
    emit(f"Send {folder / called.issuer}.pub to the vendor, who admits it:")
    emit(f"    licensekit keys admit {called.issuer}.pub --issuer {called.issuer}")
    emit(f"and compare the key id with the vendor by another way: {key_id}")
    emit()
    emit("When the vendor's new pack comes back, take it in and sign the catalog:")
    emit(f"    licensekit pack NEW.lkp -C {typed(folder)}")


def _show(folder: Path, called: Names, pin: str, pack: Path, rule: tuple[int, int]) -> None:
    heading(f"{folder} is ready: product {called.product}, issuer {called.issuer}.")
    emit()
    facts(
        [
            ("catalog", folder / "catalog.toml"),
            ("example order", folder / "orders" / "example.toml"),
            ("signing key", f"{folder / 'keys'}"),
            _root_keys(folder / "root", rule),
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
    order = typed(folder / "orders" / "example.toml")
    emit(f"    licensekit issue {order} -C {typed(folder)}")
    emit(f"    licensekit activate 1010000014-base-1.lic --pack {typed(pack)} --root {pin}")


def _root_keys(folder: Path, rule: tuple[int, int]) -> tuple[str, str]:
    count, threshold = rule
    if count == 1:
        return "root key", f"{folder}  move this folder to a USB stick"
    said = f"{count} keys, of which {threshold} must sign: give each to another person"
    return "root keys", f"{folder}  {said}"
