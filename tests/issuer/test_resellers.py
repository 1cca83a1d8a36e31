"""A reseller signs the vendor's licenses within the limits of its key, and nothing beyond them counts anywhere."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import KeyMissing, KeyOutOfScope, KeyRevoked, LicenseError, PlanRefused, VendorOnly
from licensekit.issuer.create import NewWorkspace
from licensekit.issuer.keys.changes import Permission, admit, revoke
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import AfterGrace, ResetWhat
from tests import makers, workspaces
from tests.partners import put_in_force
from tests.workspaces import DAY, NOW, PASSPHRASE, WHO, accepted, issue, signer, snapshot

MOST, LONGEST = 25, 400
SOLD: dict[str, Any] = {
    "after_grace": "block",
    "days": 365,
    "part": "nord",
    "sites": None,
    "system": {"server": True, "reports": True},
    "users": {"standard": MOST},
}


def created(vendor: Workspace, folder: Path, **changes: Any) -> Workspace:
    """Make the workspace of a reseller, whose key counts nowhere yet."""
    state = vendor.state(NOW)
    given: dict[str, Any] = {"issuer": "acme", "catalog": vendor.layout.catalog.read_bytes(), **changes}
    return Workspace.create_partner(
        folder, NewWorkspace(**given), state.pack, state.newest_pin, lambda: PASSPHRASE, who="nord", now=NOW
    )


@pytest.fixture
def reseller(workspace: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """A reseller whom the vendor, `workspace`, has admitted."""
    with created(workspace, tmp_path / "nord") as made:
        public = made.keys.file("signing-1").part.verifying_key
        within = Permission("acme", parts=("nord",), most=MOST, longest_term=LONGEST)
        put_in_force(workspace, [admit(workspace.state(NOW).trust, public, "nord", within, NOW)], NOW)
        take_pack(made, workspace)
        yield made


def take_pack(reseller: Workspace, vendor: Workspace, now: int = NOW) -> None:
    """Let the reseller take the vendor's newest pack."""
    tokens = armor.read(vendor.state(now).pack)
    reseller.keys.propose_take(tokens, action="pack", now=now).sign(None, who="nord")


def sell(reseller: Workspace, **changes: Any) -> LicenseFile:
    """Issue an order within the limits."""
    return issue(reseller, **{**SOLD, **changes})


def test_an_application_that_was_shipped_before_takes_what_a_reseller_sells(
    workspace: Workspace, tmp_path: Path
) -> None:
    shipped = workspace.state(NOW)
    with created(workspace, tmp_path / "nord") as made:
        public = made.keys.file("signing-1").part.verifying_key
        put_in_force(workspace, [admit(shipped.trust, public, "nord", Permission("acme", parts=("nord",)), NOW)], NOW)
        take_pack(made, workspace)
        file = sell(made)
    bundle = accepted(file, shipped.pack, shipped.pin)
    assert (bundle.document.issuer, bundle.document.part) == ("acme", "nord")


@pytest.mark.attack("key-beyond-its-scope")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"part": "base"}, "part"),
        ({"users": {"standard": MOST + 1}}, "most"),
        ({"users": {"standard": "unrestricted"}}, "unrestricted"),
        ({"settings": {"tier": "gold"}}, "settings"),
        ({"days": LONGEST + 1}, "term"),
        ({"days": LONGEST - 9, "grace_days": 10}, "term"),
        ({"days": None}, "term"),
        ({"after_grace": "read-only"}, "after-grace"),
        ({"offline_hours": 24 * LONGEST + 1}, "hours"),
    ],
)
def test_a_reseller_signs_nothing_beyond_its_limits(
    reseller: Workspace, tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    before = snapshot(tmp_path / "nord")
    with pytest.raises(KeyOutOfScope) as caught:
        sell(reseller, **changes)
    assert caught.value.reason == reason
    assert snapshot(tmp_path / "nord") == before


@pytest.mark.attack("key-beyond-its-scope")
@pytest.mark.parametrize(
    "changes",
    [
        {"part": "base"},
        {"users": {"standard": MOST + 1}},
        {"users": {"standard": None}},
        {"settings": {"tier": "gold"}},
        {"expiry": None, "grace": None, "warning": None},
        {"after_grace": AfterGrace.READ_ONLY},
    ],
)
def test_no_application_takes_what_a_changed_tool_signs(
    reseller: Workspace, workspace: Workspace, changes: dict[str, Any]
) -> None:
    """The limits are in the trust document, and whoever verifies compares."""
    bundle = makers.changed(sell(reseller).bundle, **changes)
    with pytest.raises(KeyOutOfScope):
        verify_bundle(sign(bundle, signer(reseller)), workspace.state(NOW).trust_store.trust, NOW)


def _reset(reseller: Workspace) -> None:
    told = makers.request(product="acme", serial=None, issued=NOW)
    request = reseller.customers.read_request(makers.file_of(sign(told, makers.installation_key())), now=NOW)
    reseller.customers.propose_reset(request, ResetWhat.RESTORE, now=NOW)


def _revoke(reseller: Workspace) -> None:
    file = sell(reseller)
    workspaces.take_back(reseller, signer(reseller), confirm=True, serials=[file.bundle.serial])


def _change_catalog(reseller: Workspace) -> None:
    path = reseller.layout.catalog
    path.write_text(path.read_text("utf-8").replace("Standard user", "Other user"), "utf-8")
    reseller.catalog.propose_pack(now=NOW).sign(lambda _: signer(reseller), who="nord", confirm=True)


def _retire(reseller: Workspace) -> None:
    reseller.keys.propose_retire("signing-1", now=NOW)


@pytest.mark.attack("partner-that-takes-back-or-resets")
@pytest.mark.parametrize(
    ("attack", "error"),
    [(_reset, VendorOnly), (_revoke, KeyOutOfScope), (_change_catalog, KeyOutOfScope), (_retire, VendorOnly)],
)
def test_a_reseller_neither_resets_nor_revokes_nor_changes_catalog_or_keys(
    reseller: Workspace, attack: Callable[[Workspace], None], error: type[LicenseError]
) -> None:
    with pytest.raises(error):
        attack(reseller)


@pytest.mark.attack("self-supplied-key")
def test_a_reseller_that_nobody_admitted_signs_nothing(workspace: Workspace, tmp_path: Path) -> None:
    with created(workspace, tmp_path / "nord") as made, pytest.raises(KeyMissing):
        sell(made)


def test_the_vendors_issuer_is_refused_without_its_catalog(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(PlanRefused) as caught:
        created(workspace, tmp_path / "nord", catalog=None)
    assert caught.value.reason == "vendor"


def test_the_vendor_absorbs_what_was_resold_and_its_own_sequences_continue(
    reseller: Workspace, workspace: Workspace
) -> None:
    own = issue(workspace)
    file = sell(reseller, serial="1010000022", company="Fjord Shipping AS")
    done = workspace.ledger.propose_absorb({"nord.lic": file.data}, now=NOW).sign(None, who=WHO, confirm=True)
    assert done.bundles == 1
    found = workspace.ledger.bundles(Filters(company="Fjord"), now=NOW)
    assert [(one.label, one.state) for one in found] == [("1010000022 nord 1", "active")]
    assert workspace.ledger.verify()
    renewed = workspace.change(
        renewal(own.bundle.serial, days=30), signer(workspace), who=WHO, now=NOW + DAY, confirm=True
    )
    assert renewed.bundle.sequence == 2


def test_a_bundle_of_a_limited_key_that_is_kept_here_shows_that_the_ledger_lost_it(
    reseller: Workspace, workspace: Workspace
) -> None:
    """Then what is signed next may have been signed already."""
    own = issue(workspace)
    kept = reseller.keys.file("signing-1").path
    (workspace.layout.keys / "nord.key").write_bytes(kept.read_bytes())
    file = sell(reseller, serial="1010000022")
    workspace.ledger.propose_absorb({"nord.lic": file.data}, now=NOW).sign(None, who=WHO, confirm=True)
    renewed = workspace.change(
        renewal(own.bundle.serial, days=30), signer(workspace), who=WHO, now=NOW + DAY, confirm=True
    )
    assert renewed.bundle.sequence > 2


def test_what_was_resold_is_void_once_the_vendor_revokes_the_key(reseller: Workspace, workspace: Workspace) -> None:
    file = sell(reseller)
    put_in_force(workspace, [revoke(workspace.state(NOW).trust, "nord", NOW)], NOW)
    with pytest.raises(KeyRevoked):
        verify_bundle(file.token, workspace.state(NOW).trust_store.trust, NOW)
    take_pack(reseller, workspace)
    with pytest.raises(LicenseError):
        sell(reseller)


def test_a_reseller_gives_its_customers_serials_of_their_own(reseller: Workspace) -> None:
    one, other = sell(reseller), sell(reseller, company="Fjord Shipping AS")
    assert one.bundle.serial != other.bundle.serial
