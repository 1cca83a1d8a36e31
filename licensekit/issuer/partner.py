"""A third party's new workspace: its own key, catalog and ledger under the vendor's root."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from licensekit.errors import LicenseError, PlanRefused, TrustMissing
from licensekit.files import write_atomically
from licensekit.issuer import create
from licensekit.issuer.catalog import templates
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.keys.intake import opened
from licensekit.issuer.keys.keyring import write_key
from licensekit.issuer.layout import require_url
from licensekit.issuer.ledger import Record, serials
from licensekit.issuer.state import WorkspaceState
from licensekit.keys.keyfile import format_public
from licensekit.keys.signing import SigningKey
from licensekit.trust.pack import TrustStore, open_pack, pin_in_pack
from licensekit.trust.roots import pin_of
from licensekit.wire import armor
from licensekit.wire.frame import ED25519


class NewPartner(NamedTuple):
    """What a third party's workspace is to be; `plan_partner` finds the names and the pin that are empty."""

    pack: bytes
    """The vendor's."""
    root: str = ""
    """The vendor's pin."""
    issuer: str = ""
    """The third party's own code."""
    name: str = ""
    """Its name, for the first catalog."""
    catalog: bytes | None = None
    """The catalog file; default: a small one."""
    scheme: int = ED25519
    """Of its key."""
    ledger: str | None = None
    """As in `NewWorkspace`."""


def plan_partner(folder: Path, given: NewPartner, *, now: int) -> NewPartner:
    """Return the plan of a third party's workspace in `folder`, where there is room for it.

    A pin that is taken from the pack itself must be compared with the vendor's.

    Raises:
        TrustError, FormatError: the pack does not verify.
        WorkspaceError, WorkspaceExists, CatalogInvalid, FileUnusable: as `create.plan_workspace`.
    """
    require_url(given.ledger)
    root = given.root or pin_in_pack(given.pack)
    trust_store = open_pack(given.pack, root)
    names = create.NewWorkspace(trust_store.product, given.issuer, given.name, given.catalog)
    named = create.with_names(folder, names, now, trust_store.catalog_documents)
    create.require_room(folder, trust_store.product, given.catalog)
    return given._replace(root=root, issuer=named.issuer, name=named.name)


def create_partner(folder: Path, plan: NewPartner, passphrase: bytes, *, who: str, now: int) -> None:
    """Make the workspace in `folder`, which is new, empty, or holds none of its files.

    Raises:
        TrustError, FormatError: the pack does not verify under that pin.
        PlanRefused: the issuer is the vendor itself, or the catalog is of another product.
        WorkspaceExists, CatalogInvalid, FileUnusable: as for a vendor's.
    """
    require_url(plan.ledger)
    pin, trust_store = _from_the_oldest(plan.pack, plan.root)
    if plan.issuer == trust_store.issuer:
        raise PlanRefused(reason="vendor", planned=plan.issuer)
    product = trust_store.product
    text = plan.catalog or templates.catalog_text(product=product, issuer=plan.issuer, name=plan.name).encode()
    trust = trust_store.trust.trust
    if trust is None:
        raise TrustMissing(reason="newest-root")
    catalog = read_catalog(
        text,
        version=1,
        issued=now,
        under=(trust.document.root_version, trust.document.version),
        issuer=plan.issuer,
        others=trust_store.catalog_documents,
    )
    if catalog.product != product:
        raise PlanRefused(reason="vendors-product", written=catalog.product, planned=product)
    key = SigningKey.generate(plan.scheme)
    state = WorkspaceState(pin, plan.issuer, trust_store, True, frozenset(), None, None)
    with create.new_folder(folder, product, plan.catalog) as layout:
        create.write_texts(layout, folder, text, catalog, serial=serials.EXAMPLE)
        write_key(layout.keys, create.FIRST_KEY, key, passphrase)
        public = format_public(key.verifying_key, f"{plan.issuer}-1")
        write_atomically(layout.public(plan.issuer), f"{public}\n".encode())
        records = [Record("init", now, who, token, opened(token)) for token in state.tokens]
        create.create_ledger(layout, records, plan.issuer, plan.ledger, default_key=key.verifying_key)


def _from_the_oldest(pack: bytes, root: str) -> tuple[str, TrustStore]:
    """Return the trust store from the oldest root of the pack, if that leads to the pinned one.

    Applications that pin the oldest root are to take what is signed here as well.
    """
    trust_store = open_pack(pack, root)
    for token in armor.read(pack):
        if token.type == "root":
            pin = pin_of(token.payload)
            with suppress(LicenseError):
                longer = open_pack(pack, pin)
                if len(longer.trust.chain) > len(trust_store.trust.chain):
                    root, trust_store = pin, longer
    return root, trust_store
