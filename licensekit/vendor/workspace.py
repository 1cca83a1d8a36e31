"""A vendor's workspace: the one handle through which it is used, by commands and by programs.

Nothing here prints, prompts or reads the clock. `who` is written into the ledger beside what was
signed; `now` is seconds since 1970.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from licensekit.database import Database
from licensekit.errors import WorkspaceInvalid
from licensekit.files import write_atomically
from licensekit.keys.signing import Signer
from licensekit.vendor import founding, issuing, packing, partnering, templates
from licensekit.vendor.ceremony import Ceremony, begin
from licensekit.vendor.finding import bundle_named, require_serial
from licensekit.vendor.footing import Footing, footing
from licensekit.vendor.issuing import LicenseFile
from licensekit.vendor.key_changes import free_name
from licensekit.vendor.key_choice import choose_key, named_file
from licensekit.vendor.keyring import KeyFile, listed
from licensekit.vendor.layout import Layout
from licensekit.vendor.ledger import Record, append, bundles, open_ledger
from licensekit.vendor.ledger.bundles import Issued
from licensekit.vendor.many import Done, Run, issue_all, issue_good
from licensekit.vendor.order import Draft
from licensekit.vendor.order_lines import Line
from licensekit.vendor.places import Places
from licensekit.vendor.reissuing import reissue
from licensekit.vendor.revoking import next_list
from licensekit.vendor.riders import NONE, riders
from licensekit.vendor.signing import sign_admitted
from licensekit.vendor.taking import take
from licensekit.vendor.trust_documents import key_id, named
from licensekit.wire.armor import Token
from licensekit.wire.documents import AdmittedKey, Revocations, Root, Trust
from licensekit.wire.frame import ED25519


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with a catalog, keys and a ledger. Make it with `create` or `open`."""

    layout: Layout
    ledger: Database

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

        Raises:
            WorkspaceExists: a workspace, or one of its files, is there.
            CatalogInvalid: the catalog has faults.
            WorkspaceError: the catalog is of another product or issuer.
            FileUnusable: the folder cannot be written. Nothing was, in all these cases.
        """
        text = templates.catalog_text(product=product, issuer=issuer, name=name).encode()
        plan = founding.Plan(
            product, issuer, text if catalog is None else catalog, scheme, root_keys, threshold
        )
        secrets = founding.Secrets(passphrase, root_passphrases)
        founding.found(folder, plan, secrets, who=who, now=now)
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
    ) -> "Workspace":
        """Make a third party's workspace under the vendor's root, and open it.

        Its key counts once the vendor has admitted it; then the vendor's next pack is taken in with
        `take`. Arguments as for `create`; `pack` and `root` are the vendor's pack and pin.

        Raises:
            TrustError, FormatError: the pack is not to be believed under that pin.
            WorkspaceExists, CatalogInvalid, WorkspaceError, FileUnusable: as for `create`.
        """
        plan = partnering.Partner(pack, root, issuer, name, catalog, scheme)
        partnering.found(folder, plan, passphrase, who=who, now=now)
        return Workspace.open(folder)

    @staticmethod
    def open(folder: Path) -> "Workspace":
        """Open the workspace in `folder`.

        Raises:
            WorkspaceInvalid: there is none.
            StateError: its ledger cannot be used.
        """
        layout = Layout(folder)
        if not layout.ledger.is_file():
            raise WorkspaceInvalid(
                "this is no workspace: it has no ledger",
                where=str(folder),
                hint="give the workspace with -C DIR, or make one with `licensekit init DIR`",
            )
        return Workspace(layout, open_ledger(layout.ledger, create=False))

    def close(self) -> None:
        """Let go of the ledger."""
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def footing(self, now: int) -> Footing:
        """Give the documents in force, verified."""
        with self.ledger.read() as ledger:
            return footing(ledger, now)

    @property
    def has_root_keys(self) -> bool:
        """Whether root keys still lie in the workspace, where they should not stay."""
        return bool(listed(self.layout.root))

    def key_for(self, kind: str, now: int, name: str | None = None) -> KeyFile:
        """Give the key file that signs documents of `kind` (`bundle`, `catalog`), or `name`'s.

        Raises:
            KeyMissing: there is none.
        """
        stands_on = self.footing(now)
        return choose_key(
            listed(self.layout.keys),
            stands_on.ground.trust,
            kind,
            issuer=stands_on.issuer,
            now=now,
            name=name,
        )

    def key_file(self, name: str) -> KeyFile:
        """Give the key file of this name or key id.

        Raises:
            KeyMissing: there is none.
        """
        return named_file(listed(self.layout.keys), name)

    def free_key_name(self, now: int) -> str:
        """Give a name that no signing key ever had, here or in the trust document."""
        taken = {file.name for file in listed(self.layout.keys)}
        return free_name({*taken, *(key.name for key in self.footing(now).trust.keys)})

    def catalog_draft(self, now: int) -> packing.Draft:
        """Give the catalog as it is written now, and what was signed last.

        Raises:
            CatalogInvalid: it has faults.
        """
        return packing.draft(self.layout, self.footing(now), now)

    def sign_catalog(
        self, signer: Signer, *, who: str, now: int, taking_away: bool = False
    ) -> None:
        """Sign the catalog as it is written now as the next version, and renew the pack.

        Raises:
            CatalogInvalid: it has faults.
            CatalogTakesAway: it takes something away from what was sold.
            TrustError: the key may not sign it.
        """
        with self.ledger.write() as ledger:
            stands_on = footing(ledger, now)
            draft = packing.draft(self.layout, stands_on, now)
            record = packing.sign_catalog(
                draft, signer, stands_on, who=who, now=now, taking_away=taking_away
            )
            append(ledger, [record])
        self.write_pack(now)

    def check_order(self, draft: Draft, *, now: int, bare: bool = False) -> LicenseFile | None:
        """Hold an order against catalog and ledger; give its file if it was issued before.

        Raises:
            OrderInvalid: with all its faults.
            OrderConflict: another order was issued under its number.
        """
        with self.ledger.read() as ledger:
            stands_on = footing(ledger, now)
            before = issuing.issued_before(ledger, draft)
            if before is None:
                issuing.check(stands_on, draft, Places(ledger, stands_on))
                return None
        along = NONE if bare else riders(stands_on, now)
        return issuing.license_file(before.bundle, before.token, along, repeated=True)

    def issue(
        self, draft: Draft, signer: Signer, *, who: str, now: int, bare: bool = False
    ) -> LicenseFile:
        """Issue an order: sign its bundle, enter it in the ledger, and give its file.

        An order whose number was issued before gives the same bundle again. `bare` leaves out what
        rides along.

        Raises:
            OrderInvalid: with all its faults.
            OrderConflict: another order was issued under its number.
            TrustError: the key may not sign it.
            StateError: the ledger cannot be written. Nothing was issued, in all these cases.
        """
        with self.ledger.write() as ledger:
            stands_on = footing(ledger, now)
            before = issuing.issued_before(ledger, draft)
            if before is None:
                bundle, token = issuing.issue(ledger, stands_on, draft, signer, who=who, now=now)
            else:
                bundle, token = before.bundle, before.token
        along = NONE if bare else riders(stands_on, now)
        return issuing.license_file(bundle, token, along, repeated=before is not None)

    def issue_many(
        self,
        lines: Iterable[Line],
        signer: Signer,
        *,
        who: str,
        now: int,
        bare: bool = False,
        keep_going: bool = False,
    ) -> Iterator[Done]:
        """Issue many orders: all of them or none, or with `keep_going` all that are good.

        A file is given once its bundle is in the ledger; an order that was issued before gives the
        same bundle again. See `many.issue_all` and `many.issue_good`.

        Raises:
            OrdersRefused: some are not good, and `keep_going` is false; nothing was issued.
            TrustError, StateError: the run cannot go on.
        """
        run = Run(signer, who, now, bare)
        return (issue_good if keep_going else issue_all)(self.ledger, lines, run)

    def begin(self, documents: Sequence[Root | Trust], now: int) -> Ceremony:
        """Give the ceremony in which root keys sign `documents`."""
        return begin(self.footing(now).ground.trust.chain, documents)

    def take(
        self, tokens: Sequence[Token], *, action: str, who: str, now: int, note: str = ""
    ) -> list[Token]:
        """Enter documents of a pack that were signed elsewhere, or by root keys; renew the pack.

        Gives those that were newer than what was in force.

        Raises:
            UnexpectedType: one is no document of a pack.
            TrustError: one is not to be believed; none was entered.
        """
        with self.ledger.write() as ledger:
            stands_on = footing(ledger, now)
            fresh = take(ledger, stands_on, tokens, action=action, who=who, now=now, note=note)
        self.write_pack(now)
        return fresh

    def bundle(self, name: str) -> Issued:
        """Give the bundle named as `serial-part-sequence` or by its identity in hex.

        Raises:
            NotIssued: there is none such.
        """
        with self.ledger.read() as ledger:
            return bundle_named(ledger, name)

    def require_serial(self, serial: str) -> None:
        """Refuse a serial that nothing was issued for.

        Raises:
            NotIssued: nothing was; the message says if it looks mistyped.
        """
        with self.ledger.read() as ledger:
            require_serial(ledger, serial)

    def count_signed_by(self, key: AdmittedKey) -> int:
        """Give how many current bundles a key has signed."""
        with self.ledger.read() as ledger:
            return bundles.count_of_key(ledger, bytes.fromhex(key_id(key)))

    def reissue(
        self, name: str, signer: Signer, *, who: str, now: int, bare: bool = False
    ) -> Iterator[LicenseFile]:
        """Sign anew, with `signer`, every current bundle that the key `name` has signed.

        Each becomes the next sequence of its serial and part, and is in the ledger before it is
        given. What was signed anew already is not signed again.

        Raises:
            KeyMissing: no key has this name or key id.
            TrustError: `signer` may not sign one of them.
        """
        key = named(self.footing(now).trust.keys, name)
        yield from reissue(
            self.ledger, bytes.fromhex(key_id(key)), signer, who=who, now=now, bare=bare
        )

    def revoke(
        self,
        signer: Signer,
        *,
        who: str,
        now: int,
        identities: Sequence[bytes] = (),
        serials: Sequence[str] = (),
        reason: str = "",
    ) -> Revocations:
        """Sign the next revocation list, which takes back these as well, and renew the pack.

        With neither, the list before is signed anew: its key may have been revoked.

        Raises:
            WorkspaceError: the list would be too long.
            TrustError: the key may not sign it.
        """
        with self.ledger.write() as ledger:
            stands_on = footing(ledger, now)
            taken = next_list(stands_on, now, identities=identities, serials=serials)
            token = sign_admitted(taken, signer, stands_on.ground.trust, now)
            append(ledger, [Record("revoke", now, who, token, taken, note=reason)])
        self.write_pack(now)
        return taken

    def write_pack(self, now: int) -> Path:
        """Write the pack anew from the ledger, and give its path."""
        stands_on = self.footing(now)
        path = self.layout.pack(stands_on.product)
        write_atomically(path, stands_on.pack)
        return path
