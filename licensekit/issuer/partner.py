"""A third party's new workspace: its own key, catalog and ledger under the vendor's root."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from licensekit.errors import LicenseError, PlanRefused, TrustMissing
from licensekit.files import write_atomically
from licensekit.issuer import create
from licensekit.issuer.create import NewWorkspace
from licensekit.issuer.keys.intake import opened
from licensekit.issuer.keys.keyring import write_key
from licensekit.issuer.ledger import Record, serials
from licensekit.issuer.state import WorkspaceState
from licensekit.keys.keyfile import format_public
from licensekit.keys.signing import SigningKey
from licensekit.trust.pack import TrustStore, open_pack, pin_in_pack


def create_partner(
    folder: Path, given: NewWorkspace, pack: bytes, pin: str, passphrase: Callable[[], bytes], *, who: str, now: int
) -> None:
    """Make the workspace in `folder`, which is new, empty, or holds none of its files.

    It has the product and the root of the vendor, whose `pack` leads to the root of this `pin`. `passphrase` is asked
    once nothing else stands against it.

    Raises:
        TrustError, FormatError: the pack does not verify under that pin.
        PlanRefused: the issuer is the vendor itself, or the catalog is of another product.
        WorkspaceExists, CatalogInvalid, FileUnusable: as for a vendor's.
    """
    pin, trust_store = _from_the_oldest(pack, pin)
    trust = trust_store.trust.trust
    if trust is None:
        raise TrustMissing(reason="newest-root")
    given = given._replace(product=trust_store.product)
    under = trust.document.root_version, trust.document.version
    text, catalog = create.planned(folder, given, now, under=under, others=trust_store.catalog_documents)
    issuer = catalog.issuer
    if issuer == trust_store.issuer:
        raise PlanRefused(reason="vendor", planned=issuer)
    word = passphrase()
    key = SigningKey.generate(given.scheme)
    state = WorkspaceState(pin, issuer, trust_store, True, None, None)
    with create.new_folder(folder) as layout:
        create.write_texts(layout, folder, text, catalog, serial=serials.EXAMPLE)
        write_key(layout.keys, create.FIRST_KEY, key, word)
        public = format_public(key.verifying_key, f"{issuer}-1")
        write_atomically(layout.public(issuer), f"{public}\n".encode())
        records = [Record("init", now, who, token, opened(token)) for token in state.tokens]
        create.create_ledger(layout, records, issuer, given.ledger, default_key=key.verifying_key)


def _from_the_oldest(pack: bytes, root: str) -> tuple[str, TrustStore]:
    """Return the trust store from the oldest root of the pack, if that leads to the pinned one.

    Applications that pin the oldest root are to take what is signed here as well.
    """
    trust_store, oldest = open_pack(pack, root), pin_in_pack(pack)
    with suppress(LicenseError):
        longer = open_pack(pack, oldest)
        if len(longer.trust.chain) > len(trust_store.trust.chain):
            return oldest, longer
    return root, trust_store
