"""A vendor's workspace: the one handle through which it is used, by commands and by programs.

Nothing here prints, prompts or reads the clock. `who` is written into the ledger beside what was
signed; `now` is seconds since 1970.
"""

from collections.abc import Sequence
from pathlib import Path

from licensekit.issuer import create, create_partner
from licensekit.issuer.catalog import templates
from licensekit.issuer.exchange.answer_desk import WorkspaceAnswers
from licensekit.issuer.exchange.return_desk import WorkspaceReturns
from licensekit.issuer.keys.desk import WorkspaceTrust
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import open_ledger
from licensekit.issuer.ledger.desk import WorkspaceLedger
from licensekit.issuer.ledger_place import place
from licensekit.issuer.orders.change_desk import WorkspaceChanges
from licensekit.issuer.orders.desk import WorkspaceOrders
from licensekit.wire.frame import ED25519


class Workspace(
    WorkspaceOrders,
    WorkspaceChanges,
    WorkspaceAnswers,
    WorkspaceReturns,
    WorkspaceTrust,
    WorkspaceLedger,
):
    """A folder with a catalog, keys and a ledger. Make it with `create` or `open`.

    Its methods are those of its desks: orders, changes, answers, receipts, trust, ledger.
    """

    __slots__ = ()

    @staticmethod
    def create(
        folder: Path,
        *,
        product: str,
        issuer: str,
        name: str,
        passphrase: bytes,
        root_passphrases: Sequence[bytes],
        who: str,
        now: int,
        catalog: bytes | None = None,
        scheme: int = ED25519,
        root_keys: int = 1,
        threshold: int = 1,
        ledger: str | None = None,
    ) -> "Workspace":
        """Make a workspace and open it.

        Args:
            folder: new, empty, or at least without any of the files of a workspace.
            product: the code that the root speaks for.
            issuer: the code that is signed for.
            name: the issuer's name, for the first catalog.
            passphrase: of the signing key.
            root_passphrases: one for all root keys, or one for each.
            who: who does it, for the ledger.
            now: seconds since 1970.
            catalog: the catalog file; a small one is written otherwise.
            scheme: of every key: `frame.ED25519` or `frame.HYBRID`.
            root_keys: how many keys the root has.
            threshold: how many of them must sign.
            ledger: the `postgresql://` URL of a team's ledger, without a password; unless told, it
                is in the folder.

        Raises:
            WorkspaceExists: a workspace, or one of its files, is there.
            CatalogInvalid: the catalog has faults.
            WorkspaceError: the catalog is of another product or issuer, or `ledger` no URL.
            StateError: the ledger cannot be set up at its URL.
            FileUnusable: the folder cannot be written. Nothing was, in all these cases.
        """
        text = templates.catalog_text(product=product, issuer=issuer, name=name).encode()
        plan = create.NewWorkspace(
            product,
            issuer,
            text if catalog is None else catalog,
            scheme,
            root_keys,
            threshold,
            ledger,
        )
        secrets = create.Secrets(passphrase, root_passphrases)
        create.create(folder, plan, secrets, who=who, now=now)
        return Workspace.open(folder)

    @staticmethod
    def create_partner(
        folder: Path,
        *,
        pack: bytes,
        root: str,
        issuer: str,
        name: str,
        passphrase: bytes,
        who: str,
        now: int,
        catalog: bytes | None = None,
        scheme: int = ED25519,
        ledger: str | None = None,
    ) -> "Workspace":
        """Make a third party's workspace under the vendor's root, and open it.

        Its key counts once the vendor has admitted it; then the vendor's next pack is taken in with
        `take`. Arguments as for `create`; `pack` and `root` are the vendor's pack and pin.

        Raises:
            TrustError, FormatError: the pack is not to be believed under that pin.
            WorkspaceExists, CatalogInvalid, WorkspaceError, FileUnusable: as for `create`.
        """
        plan = create_partner.NewPartner(pack, root, issuer, name, catalog, scheme, ledger)
        create_partner.create_partner(folder, plan, passphrase, who=who, now=now)
        return Workspace.open(folder)

    @staticmethod
    def open(folder: Path) -> "Workspace":
        """Open the workspace in `folder`.

        Raises:
            WorkspaceInvalid: there is none.
            StateError: its ledger cannot be used.
        """
        layout = Layout(folder)
        return Workspace(layout, open_ledger(place(layout), create=False))
