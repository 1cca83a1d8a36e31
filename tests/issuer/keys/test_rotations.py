"""An application shipped years ago, with its old pack and pin, takes what is signed this year."""

from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import KeyUnknown, LicenseError, RevocationsMissing, WorkspaceInvalid
from licensekit.issuer.create import NewWorkspace
from licensekit.issuer.keys.changes import Permission, admit, free_name, named, revoke, rotate, rotate_root
from licensekit.issuer.keys.keyring import open_key, write_key
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.transaction import CLOCK_IS_RIGHT, WorkspaceStore
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey
from licensekit.limits import VERSION
from licensekit.trust.pack import extend_trust_store, open_pack
from licensekit.trust.sign import sign
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import Use
from licensekit.wire.frame import ED25519, HYBRID
from tests import makers
from tests.partners import partner_of, put_in_force
from tests.workspaces import (
    DAY,
    NOW,
    PASSPHRASE,
    ROOT_PASSPHRASE,
    SERIAL,
    WHO,
    accepted,
    issue,
    make,
    ordered,
    signer,
    take_back,
)

YEAR = 365 * DAY


def rotate_signing(workspace: Workspace, now: int, scheme: int = ED25519) -> None:
    """Let a new signing key take over."""
    trust = workspace.state(now).trust
    key, name = SigningKey.generate(scheme), free_name([one.name for one in trust.keys])
    write_key(workspace.layout.keys, name, key, PASSPHRASE)
    old = named(trust.keys, trust.keys[-1].name)
    put_in_force(workspace, [rotate(trust, old, key.verifying_key, name, now)], now)


def rotate_the_root(workspace: Workspace, now: int) -> None:
    """Let a new root key take over."""
    state = workspace.state(now)
    root = state.trust_store.trust.root
    key = SigningKey.generate(ED25519)
    documents = rotate_root(root, state.trust, [key.verifying_key], 1, now)
    put_in_force(workspace, documents, now, key)
    write_key(workspace.layout.root, f"root-v{root.version + 1}", key, ROOT_PASSPHRASE)


@pytest.fixture
def shipped(workspace: Workspace) -> tuple[bytes, str]:
    """The first pack and its pin, as the application was shipped."""
    first = workspace.state(NOW)
    return first.pack, first.pin


def test_three_rotations_of_keys_and_root_strand_no_shipped_application(
    workspace: Workspace, shipped: tuple[bytes, str]
) -> None:
    old = issue(workspace)
    workspace = workspace.overriding(CLOCK_IS_RIGHT)
    for year in (1, 2, 3):
        now = NOW + year * YEAR
        rotate_the_root(workspace, now)
        rotate_signing(workspace, now, HYBRID if year == 3 else ED25519)
    now = NOW + 3 * YEAR
    new = issue(workspace, now=now, serial=SERIAL)
    assert accepted(new, *shipped, now).document.sequence == 2
    assert accepted(old, *shipped, now).document.sequence == 1
    newest = workspace.state(now)
    assert newest.newest_pin != shipped[1]
    for pin in (newest.newest_pin, shipped[1]):
        assert accepted(old, newest.pack, pin, now).document.sequence == 1


def test_a_file_without_what_rides_along_is_not_enough_for_an_old_pack(
    workspace: Workspace, shipped: tuple[bytes, str]
) -> None:
    rotate_signing(workspace, NOW)
    signer = open_key(workspace.keys.choose("bundle", NOW), lambda: PASSPHRASE)
    bare = workspace.issue(ordered(), signer, who=WHO, now=NOW, attach=False)
    assert [token.type for token in armor.read(bare.data)] == ["bundle"]
    with pytest.raises(KeyUnknown):
        accepted(bare, *shipped)
    assert accepted(bare, workspace.state(NOW).pack, shipped[1]).token == bare.token


def test_nothing_rides_along_while_nothing_has_changed(workspace: Workspace) -> None:
    assert [token.type for token in armor.read(issue(workspace).data)] == ["bundle"]


def types(file: LicenseFile) -> list[str]:
    """Return the types of a file's tokens."""
    return [token.type for token in armor.read(file.data)]


@pytest.mark.parametrize(
    ("old", "new", "rides"),
    [
        ('name = "Standard user"', 'name = "Standard"', True),
        ('name = "Access"', 'name = "The access"', True),
        ('name = "Archive"', 'name = "The archive"', False),
        ('all = ["server", "user"]', 'all = ["user"]', True),
    ],
    ids=["a license that is sold", "one that it includes", "another one", "who may log in"],
)
def test_the_catalog_rides_along_where_the_bundle_needs_it(
    workspace: Workspace,
    old: str,
    new: str,
    rides: bool,  # noqa: FBT001  # a column of the table
) -> None:
    path = workspace.layout.catalog
    path.write_text(path.read_text().replace(old, new))
    key = open_key(workspace.keys.choose("catalog", NOW), lambda: PASSPHRASE)
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: key, who=WHO)
    assert ("catalog" in types(issue(workspace))) is rides


def test_the_catalog_rides_along_when_the_first_one_is_void(workspace: Workspace, shipped: tuple[bytes, str]) -> None:
    rotate_signing(workspace, NOW)
    trust = workspace.state(NOW).trust
    put_in_force(workspace, [revoke(trust, "signing-1", NOW)], NOW)
    assert workspace.catalog.draft(NOW).is_changed
    key = open_key(workspace.keys.choose("catalog", NOW), lambda: PASSPHRASE)
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: key, who=WHO)
    assert workspace.state(NOW).signed_catalog.version == 2
    file = issue(workspace)
    assert types(file) == ["trust", "revocations", "catalog", "bundle"]
    assert accepted(file, *shipped).token == file.token


def test_a_list_signed_by_a_key_that_was_revoked_is_signed_again_and_attached(
    workspace: Workspace, shipped: tuple[bytes, str]
) -> None:
    """An installation that has seen a list fails closed until a later one comes."""
    issue(workspace)
    thief = open_key(workspace.keys.choose("revocations", NOW), lambda: PASSPHRASE)
    take_back(workspace, thief, who=WHO, now=NOW, confirm=True, serials=[SERIAL], reason="unpaid")
    installed = extend_trust_store(open_pack(*shipped), armor.read(workspace.state(NOW).pack), NOW)
    rotate_signing(workspace, NOW)
    put_in_force(workspace, [revoke(workspace.state(NOW).trust, "signing-1", NOW)], NOW)
    assert workspace.state(NOW).lacks_list
    stranded = issue_without_list(workspace)
    after = extend_trust_store(installed, armor.read(stranded.data), NOW)
    with pytest.raises(RevocationsMissing):
        verify_bundle(stranded.token, after.trust, NOW)
    key = open_key(workspace.keys.choose("revocations", NOW), lambda: PASSPHRASE)
    taken = take_back(workspace, key, who=WHO, now=NOW)
    assert (taken.number, taken.serials) == (2, [SERIAL])
    file = issue(workspace)
    assert "revocations" in types(file)
    healed = extend_trust_store(installed, armor.read(file.data), NOW)
    assert verify_bundle(file.token, healed.trust, NOW).token == file.token


@pytest.mark.attack("revocation-number-run-up")
@pytest.mark.parametrize("kind", ["revocations", "catalog"])
def test_what_a_stolen_key_ran_up_is_passed_by_what_is_signed_again(
    workspace: Workspace, shipped: tuple[bytes, str], kind: str
) -> None:
    """Even where the thief's key had signed neither the list nor the catalog of the workspace."""
    stolen = SigningKey.generate(ED25519)
    state = workspace.state(NOW)
    trust = admit(state.trust, stolen.verifying_key, "stolen", Permission("acme"), NOW)
    put_in_force(workspace, [trust], NOW)
    file = issue(workspace)
    under: dict[str, Any] = {"root_version": 1, "trust_version": 2, "issued": NOW}
    made = (
        makers.revocations(issuer="acme", product="acme", number=VERSION, serials=[], **under)
        if kind == "revocations"
        else makers.changed(state.signed_catalog, version=VERSION, licenses={}, **under)
    )
    tokens = [*armor.read(file.data), sign(made, stolen)]
    installed = extend_trust_store(open_pack(*shipped), tokens, NOW)
    put_in_force(workspace, [revoke(workspace.state(NOW).trust, "stolen", NOW)], NOW)
    assert workspace.state(NOW).lacks_list
    assert workspace.state(NOW).lacks_catalog
    pack_again(workspace)
    assert not workspace.state(NOW).lacks_list
    assert not workspace.state(NOW).lacks_catalog
    honest = issue(workspace, serial=None)
    healed = extend_trust_store(installed, armor.read(honest.data), NOW)
    assert verify_bundle(honest.token, healed.trust, NOW).token == honest.token
    assert healed.catalogs["acme"].document.licenses == state.signed_catalog.licenses
    assert healed.trust.lists["acme"].document.number == 1


def pack_again(workspace: Workspace) -> None:
    """Sign what lacks, as `licensekit pack` does."""
    workspace.catalog.propose_pack(now=NOW).sign(lambda kind: signer(workspace, kind), who=WHO, confirm=True)


def issue_without_list(workspace: Workspace) -> LicenseFile:
    """Sign the catalog again, but not the list, then issue."""
    key = open_key(workspace.keys.choose("catalog", NOW), lambda: PASSPHRASE)
    catalog = workspace.catalog.draft(NOW).catalog
    with WorkspaceStore(workspace.layout, workspace.database).write(NOW, WHO) as tx:
        tx.put_in_force([tx.sign("pack", catalog, key)])
    return issue(workspace)


def test_a_sales_key_signs_short_trials_and_nothing_else(workspace: Workspace, shipped: tuple[bytes, str]) -> None:
    sales = SigningKey.generate(ED25519)
    permission = Permission("acme", uses=(Use.TRIAL,), longest_term=60)
    trust = admit(workspace.state(NOW).trust, sales.verifying_key, "sales", permission, NOW)
    put_in_force(workspace, [trust], NOW)
    terms: dict[str, Any] = {"use": "trial", "days": 60, "after_grace": "block"}
    trial = ordered(**terms)
    file = workspace.issue(trial, sales, who=WHO, now=NOW)
    assert accepted(file, *shipped).token == file.token
    for changes in ({"use": "production"}, {"days": 61}, {"grace_days": 1}, {"after_grace": "read-only"}):
        with pytest.raises(LicenseError) as caught:
            workspace.issue(ordered(**terms | changes), sales, who=WHO, now=NOW)
        assert caught.value.code == "key-out-of-scope"


def test_a_partners_license_works_on_the_first_pack_of_the_vendor(
    workspace: Workspace, shipped: tuple[bytes, str], tmp_path: Path
) -> None:
    now, workspace = NOW + YEAR, workspace.overriding(CLOCK_IS_RIGHT)
    rotate_the_root(workspace, now)
    with partner_of(workspace, tmp_path / "fjord", now) as partner:
        assert partner.state(now).pin == shipped[1]
        file = issue(partner, now=now, serial=SERIAL)
    assert types(file) == ["root", "trust", "catalog", "bundle"]
    assert accepted(file, *shipped, now).document.issuer == "fjord"


def test_a_partner_without_a_signed_catalog_sells_nothing(workspace: Workspace, tmp_path: Path) -> None:
    first = workspace.state(NOW)
    with (
        Workspace.create_partner(
            tmp_path / "fjord",
            NewWorkspace("", "fjord", "Fjord"),
            first.pack,
            first.pin,
            lambda: PASSPHRASE,
            who=WHO,
            now=NOW,
        ) as partner,
        pytest.raises(WorkspaceInvalid),
    ):
        partner.propose_issue(ordered(serial=SERIAL), now=NOW)


def test_a_ledger_that_names_no_root_is_not_the_ledger_of_a_workspace(workspace: Workspace) -> None:
    with workspace.database.write() as ledger:
        ledger.run("DELETE FROM facts")
    with pytest.raises(WorkspaceInvalid):
        workspace.state(NOW)


def test_a_partner_never_makes_a_serial(workspace: Workspace, tmp_path: Path) -> None:
    with partner_of(workspace, tmp_path / "fjord") as partner, pytest.raises(LicenseError) as caught:
        issue(partner)
    assert "serial" in str(caught.value)


def test_a_workspace_may_have_a_root_of_several_keys(tmp_path: Path) -> None:
    with make(tmp_path / "acme", root_keys=3, threshold=2) as workspace:
        first = workspace.state(NOW)
        rotate_signing(workspace, NOW)
        file = issue(workspace)
    assert accepted(file, first.pack, first.pin).token == file.token
