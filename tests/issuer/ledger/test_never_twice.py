"""Whatever is backed up, lost, restored and absorbed: no serial and sequence is ever given to two bundles."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import NotCurrent, NotIssued
from licensekit.issuer import restore_ledger
from licensekit.issuer.orders import numbering
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.orders.numbering import anywhere
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from tests.workspaces import NOW, WHO, issue, signer


class Vendor:
    """Somebody who is careless with the ledger, and every bundle that left the building."""

    def __init__(self, place: Path, template: Path, chance: Random) -> None:
        self.folder = shutil.copytree(template, place / "acme")
        self.saved = place / "saved"
        self.chance = chance
        self.now = NOW
        self.given: dict[tuple[str, int, int], bytes] = {}
        self.files: list[LicenseFile] = []
        self.back_up()

    def open(self) -> Workspace:
        """Open the workspace, a second later."""
        self.now += 1
        return Workspace.open(self.folder, self.chance.randbytes)

    def back_up(self) -> None:
        """Write a backup."""
        with self.open() as workspace:
            workspace.ledger.back_up(self.saved, replace=True)

    def copy_back(self) -> None:
        """Replace the ledger by the backup, by hand."""
        for one in self.folder.glob("ledger.db*"):
            one.unlink()
        shutil.copy(self.saved, self.folder / "ledger.db")

    def restore(self) -> None:
        """Restore the backup by the command."""
        restore_ledger(self.saved, self.folder, confirm=True)

    def absorb(self) -> None:
        """Absorb the files that are still at hand."""
        some = {str(n): file.data for n, file in enumerate(self.files) if self.chance.random() < 0.5}
        with self.open() as workspace:
            proposal = workspace.ledger.propose_absorb(some, now=self.now)
            proposal.sign(None, who=WHO, confirm=True)
            assert proposal.warnings == ()
            workspace.ledger.verify()

    def issue(self) -> None:
        """Issue a new serial."""
        self._sign(lambda workspace: issue(workspace, now=self.now))

    def try_out(self) -> None:
        """Issue a trial for some serial."""
        serial = self._serial()
        self._sign(lambda opened: issue(opened, now=self.now, serial=serial, use="trial", after_grace="block"))

    def renew(self) -> None:
        """Renew some serial."""
        asked = renewal(self._serial(), days=30)

        def change(workspace: Workspace) -> LicenseFile:
            return workspace.change(asked, signer(workspace, now=self.now), who=WHO, now=self.now, confirm=True)

        self._sign(change)

    def _serial(self) -> str:
        return self.chance.choice([file.bundle.serial for file in self.files] or ["ACME-1"])

    def _sign(self, sign: Callable[[Workspace], LicenseFile]) -> None:
        with self.open() as workspace:
            is_restored = workspace.ledger.restored() is not None
        if is_restored:
            self.absorb()
        with self.open() as workspace:
            try:
                file = sign(workspace.overriding("unknown-serial"))
            except (NotIssued, NotCurrent):
                return
        bundle = file.bundle
        place = bundle.serial, int(bundle.use), bundle.sequence
        assert self.given.setdefault(place, file.token.frame) == file.token.frame
        self.files.append(file)


ACTIONS: Final[Mapping[str, Callable[[Vendor], None]]] = {
    "issue": Vendor.issue,
    "renew": Vendor.renew,
    "renew again": Vendor.renew,
    "try out": Vendor.try_out,
    "back up": Vendor.back_up,
    "copy back": Vendor.copy_back,
    "restore": Vendor.restore,
    "absorb": Vendor.absorb,
}


@pytest.mark.attack("restored-ledger")
@given(st.lists(st.sampled_from(sorted(ACTIONS)), min_size=4, max_size=14), st.integers(0, 1_000_000))
def test_no_serial_and_sequence_is_ever_given_twice(workspace_template: Path, actions: list[str], seed: int) -> None:
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering, "anywhere", anywhere)  # as outside of tests
        chance = Random(seed)  # noqa: S311  # what fails must fail again
        vendor = Vendor(Path(place), workspace_template, chance)
        for action in ("issue", *actions):
            ACTIONS[action](vendor)
