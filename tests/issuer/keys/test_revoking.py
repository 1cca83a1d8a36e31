"""Bundles and serials are taken back by the next list; a lost key's bundles are signed again."""

from pathlib import Path

import pytest

from licensekit import limits
from licensekit.errors import BundleRevoked, KeyMissing, NotIssued, RevocationsFull, UnexpectedType
from licensekit.issuer.keys.changes import Permission, admit
from licensekit.issuer.keys.documents import key_id
from licensekit.issuer.keys.keyring import list_key_files, open_key
from licensekit.issuer.keys.revocation import Revoked, next_list
from licensekit.issuer.ledger import bundles
from licensekit.issuer.orders import reissue
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey
from licensekit.wire import armor
from licensekit.wire.frame import ED25519
from tests import makers
from tests.workspaces import (
    NOW,
    ROOT_PASSPHRASE,
    SERIAL,
    WHO,
    accepted,
    issue,
    refused,
    signer,
)


def identity(file: LicenseFile) -> bytes:
    """Give the identity of a file's bundle."""
    return makers.identity_of(file.token)


def state(workspace: Workspace, name: str) -> str:
    """Give how a bundle stands."""
    return workspace.ledger.bundle(name).state


def test_a_revoked_bundle_is_refused_by_whoever_has_the_list(workspace: Workspace) -> None:
    file, other = issue(workspace), issue(workspace)
    key = signer(workspace, "revocations")
    taken = workspace.revoke(key, who=WHO, now=NOW, identities=[identity(file)], reason="unpaid")
    first = workspace.state(NOW)
    assert (taken.number, taken.trust_version) == (1, 1)
    with pytest.raises(BundleRevoked):
        accepted(file, first.pack, first.pin)
    assert accepted(other, first.pack, first.pin).token == other.token
    assert state(workspace, file.name) == "revoked"
    assert workspace.layout.pack("acme").read_bytes() == first.pack


def test_every_list_holds_what_the_ones_before_it_held(workspace: Workspace) -> None:
    files = [issue(workspace) for _ in range(3)]
    key = signer(workspace, "revocations")
    for file in files[:2]:
        workspace.revoke(key, who=WHO, now=NOW, identities=[identity(file)])
    taken = workspace.revoke(key, who=WHO, now=NOW, serials=[files[2].bundle.serial])
    assert taken.number == 3
    assert taken.identities == sorted(identity(file) for file in files[:2])
    assert taken.serials == [files[2].bundle.serial]


def test_a_list_never_grows_beyond_what_a_reader_takes(workspace: Workspace) -> None:
    many = [f"S{number}" for number in range(limits.REVOKED + 1)]
    with workspace.read(NOW) as tx, pytest.raises(RevocationsFull):
        next_list(tx, Revoked(serials=many))


@pytest.mark.parametrize(
    "name", ["1010000014-base-1", "1010000014-base-1.lic", "A-1-more-parts-12"]
)
def test_bundles_are_named_by_serial_part_and_sequence(workspace: Workspace, name: str) -> None:
    issue(workspace)
    issue(workspace, serial="A-1", part="more-parts", sequence=12)
    assert workspace.ledger.bundle(name).label.replace(" ", "-") == name.removesuffix(".lic")


def test_bundles_are_named_by_identity(workspace: Workspace) -> None:
    file = issue(workspace)
    assert workspace.ledger.bundle(identity(file).hex()).token == file.token


@pytest.mark.parametrize("name", ["1010000014-base-2", "nothing", "00" * 16, "1010000014-base-01"])
def test_a_bundle_that_was_never_issued_is_missed(workspace: Workspace, name: str) -> None:
    issue(workspace)
    refused(NotIssued, workspace.layout.folder, lambda: workspace.ledger.bundle(name))


def test_a_serial_that_was_sold_is_known(workspace: Workspace) -> None:
    issue(workspace)
    workspace.ledger.require_serial(SERIAL)


@pytest.mark.parametrize(
    ("serial", "said"), [("1010000041", "mistyped"), ("1010000022", "nothing was issued")]
)
def test_a_serial_of_which_nothing_is_known_is_missed(
    workspace: Workspace, serial: str, said: str
) -> None:
    error = refused(
        NotIssued, workspace.layout.folder, lambda: workspace.ledger.require_serial(serial)
    )
    assert said in error.message


def admit_second(workspace: Workspace) -> SigningKey:
    """Admit another signing key."""
    key = SigningKey.generate(ED25519)
    trust = workspace.state(NOW).trust
    documents = [admit(trust, key.verifying_key, "second", Permission("acme"), NOW)]
    roots = [
        open_key(file, lambda: ROOT_PASSPHRASE) for file in list_key_files(workspace.layout.root)
    ]
    ceremony = workspace.keys.begin(documents, NOW).signed(*roots)
    workspace.keys.take(ceremony.tokens, action="keys", who=WHO, now=NOW)
    return key


def test_all_that_a_key_has_signed_is_signed_anew_with_the_same_terms(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reissue, "_BATCH", 2)
    old = [issue(workspace) for _ in range(5)]
    issue(workspace, serial=SERIAL)
    second = admit_second(workspace)
    new = list(workspace.reissue("signing-1", second, who=WHO, now=NOW + 9))
    assert [file.bundle.serial for file in new] == [
        *(file.bundle.serial for file in old[1:]),
        SERIAL,
    ]
    assert [file.bundle.sequence for file in new] == [2, 2, 2, 2, 3]
    assert (new[0].bundle.users, new[0].bundle.expiry) == (
        old[1].bundle.users,
        old[1].bundle.expiry,
    )
    first = workspace.state(NOW)
    verified = accepted(new[0], first.pack, first.pin, NOW + 9)
    assert verified.keys == (second.verifying_key,)


def test_reissuing_again_writes_again_and_signs_nothing(workspace: Workspace) -> None:
    issue(workspace)
    second = admit_second(workspace)
    new = list(workspace.reissue("signing-1", second, who=WHO, now=NOW))
    again = list(workspace.reissue("signing-1", second, who=WHO, now=NOW + 9, attach=False))
    assert [file.token for file in again] == [file.token for file in new]
    assert again[0].is_repeated
    with workspace.database.read() as ledger:
        assert bundles.last_sequence(ledger, SERIAL, "base") == 2


def test_an_unknown_key_has_signed_nothing(workspace: Workspace) -> None:
    key = signer(workspace)
    refused(
        KeyMissing,
        workspace.layout.folder,
        lambda: list(workspace.reissue("nobody", key, who=WHO, now=NOW)),
    )


def test_the_void_bundles_of_a_key_are_counted(workspace: Workspace) -> None:
    issue(workspace)
    issue(workspace, serial=SERIAL)
    (key,) = workspace.state(NOW).trust.keys
    assert workspace.ledger.count_signed_by(key_id(key)) == 1


def test_only_documents_of_a_pack_are_taken_in(workspace: Workspace, tmp_path: Path) -> None:
    file = issue(workspace)
    refused(
        UnexpectedType,
        tmp_path / "acme",
        lambda: workspace.keys.take(armor.read(file.data), action="pack", who=WHO, now=NOW),
    )


def test_what_is_in_force_already_is_not_entered_again(workspace: Workspace) -> None:
    pack = armor.read(workspace.state(NOW).pack)
    assert workspace.keys.take(pack, action="pack", who=WHO, now=NOW) == []
