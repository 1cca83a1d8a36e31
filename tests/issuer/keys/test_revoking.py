"""Bundles and serials are taken back by the next list; a lost key's bundles are signed again."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from licensekit import limits
from licensekit.dates import day_at, format_days, format_seconds
from licensekit.errors import (
    BundleRevoked,
    KeyChangeRefused,
    KeyMissing,
    KeyOutOfScope,
    KeyRevoked,
    NotIssued,
    RevocationsFull,
    UnexpectedType,
)
from licensekit.issuer.keys.changes import Permission, admit, key_id, revoke, rotate
from licensekit.issuer.keys.keyring import open_key, write_key
from licensekit.issuer.keys.revocation import next_list
from licensekit.issuer.ledger.bundles import count_of_key
from licensekit.issuer.ledger.lookup import require_serial
from licensekit.issuer.ledger.states import Named
from licensekit.issuer.orders import reissue
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.orders.reissue import Reissued
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.frame import ED25519
from tests import makers
from tests.partners import put_in_force
from tests.workspaces import DAY, NOW, PASSPHRASE, SERIAL, WHO, accepted, issue, ordered, refused, signer, take_back


def identity(file: LicenseFile) -> bytes:
    """Return the identity of a file's bundle."""
    return makers.identity_of(file.token)


def state(workspace: Workspace, name: str) -> str:
    """Return how a bundle stands."""
    return workspace.ledger.bundle(name).state


def test_a_revoked_bundle_is_refused_by_whoever_has_the_list(workspace: Workspace) -> None:
    file, other = issue(workspace), issue(workspace)
    key = signer(workspace, "revocations")
    taken = take_back(workspace, key, who=WHO, now=NOW, confirm=True, identities=[identity(file)], reason="unpaid")
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
        take_back(workspace, key, who=WHO, now=NOW, confirm=True, identities=[identity(file)])
    taken = take_back(workspace, key, who=WHO, now=NOW, confirm=True, serials=[files[2].bundle.serial])
    assert taken.number == 3
    assert taken.identities == sorted(identity(file) for file in files[:2])
    assert taken.serials == [files[2].bundle.serial]


def test_a_list_never_grows_beyond_what_a_reader_takes(workspace: Workspace) -> None:
    many = [f"S{number}" for number in range(limits.REVOKED + 1)]
    with workspace.read(NOW) as tx, pytest.raises(RevocationsFull):
        next_list(tx, Named(serials=many))


@pytest.mark.parametrize("name", ["1010000014-base-1", "acme-1010000014-base-1.lic", "A-1-more-parts-12"])
def test_bundles_are_named_by_serial_part_and_sequence(workspace: Workspace, name: str) -> None:
    issue(workspace)
    issue(workspace, serial="A-1", part="more-parts", sequence=12)
    assert name.endswith(workspace.ledger.bundle(name).label.replace(" ", "-") + ".lic" * name.endswith(".lic"))


def test_bundles_are_named_by_identity(workspace: Workspace) -> None:
    file = issue(workspace)
    assert workspace.ledger.bundle(identity(file).hex()).token == file.token


@pytest.mark.parametrize(
    "name", ["1010000014-base-2", "other-1010000014-base-1.lic", "nothing", "00" * 16, "1010000014-base-01"]
)
def test_a_bundle_that_was_never_issued_is_missed(workspace: Workspace, name: str) -> None:
    issue(workspace)
    refused(NotIssued, workspace.layout.folder, lambda: workspace.ledger.bundle(name))


def test_a_serial_that_was_sold_is_known(workspace: Workspace) -> None:
    issue(workspace)
    require_sold(workspace, SERIAL)


@pytest.mark.parametrize(("serial", "said"), [("1010000041", "mistyped"), ("1010000022", "nothing was issued")])
def test_a_serial_of_which_nothing_is_known_is_missed(workspace: Workspace, serial: str, said: str) -> None:
    error = refused(NotIssued, workspace.layout.folder, lambda: require_sold(workspace, serial))
    assert said in error.message


def require_sold(workspace: Workspace, serial: str) -> None:
    """Refuse a serial that nothing was issued for."""
    with workspace.database.read() as ledger:
        require_serial(ledger, serial)


def signed_by(workspace: Workspace, key: bytes) -> int:
    """Return how many active bundles a key has signed."""
    with workspace.database.read() as ledger:
        return count_of_key(ledger, key)


OWN = Permission("acme")


def admit_second(workspace: Workspace, now: int = NOW, permission: Permission = OWN) -> SigningKey:
    """Admit another signing key."""
    key = SigningKey.generate(ED25519)
    trust = workspace.state(NOW).trust
    put_in_force(workspace, [admit(trust, key.verifying_key, "second", permission, now)], now)
    return key


def all_files(done: Iterable[Reissued]) -> list[LicenseFile]:
    """Return the files of bundles that were all signed again."""
    found = [one.file for one in done]
    assert None not in found
    return [file for file in found if file is not None]


def test_all_that_a_key_has_signed_is_signed_again_and_stays_the_same(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reissue, "_BATCH", 2)
    old = [issue(workspace) for _ in range(5)]
    changed = issue(workspace, serial=SERIAL)
    second = admit_second(workspace)
    new = all_files(workspace.propose_reissue("signing-1", now=NOW + 9).sign(second, who=WHO))
    assert [file.bundle for file in new] == [*(file.bundle for file in old[1:]), changed.bundle]
    assert [identity(file) for file in new[:-1]] == [identity(file) for file in old[1:]]
    first = workspace.state(NOW)
    verified = accepted(new[0], first.pack, first.pin, NOW + 9)
    assert verified.keys == (second.verifying_key,)
    assert signed_by(workspace, second.verifying_key.key_id) == 5
    assert len(workspace.propose_reissue("signing-1", now=NOW).numbers) == 0
    workspace.ledger.verify()


def test_reissuing_again_writes_again_and_signs_nothing(workspace: Workspace) -> None:
    issue(workspace)
    second = admit_second(workspace)
    new = all_files(workspace.propose_reissue("signing-1", now=NOW).sign(second, who=WHO))
    again = all_files(workspace.propose_reissue("signing-1", now=NOW + 9, attach=False).sign(second, who=WHO))
    assert [file.token for file in again] == [file.token for file in new]
    assert again[0].is_repeated


def test_what_counts_until_its_renewal_starts_is_signed_again_as_well(workspace: Workspace) -> None:
    """A customer who has both must lose neither when the old key is revoked."""
    first = issue(workspace)
    issue(workspace, part="extra")
    waiting = issue(workspace, serial=SERIAL, starts=format_days(day_at(NOW) + 30))
    proposal = workspace.propose_reissue("signing-1", now=NOW)
    assert len(proposal.numbers) == 3
    assert len(workspace.propose_reissue("signing-1", now=NOW + 31 * DAY).numbers) == 2
    done = all_files(proposal.sign(admit_second(workspace), who=WHO))
    assert [file.bundle for file in done][::2] == [first.bundle, waiting.bundle]


def test_a_key_that_did_not_sign_yet_when_bundles_were_issued_signs_none_again(workspace: Workspace) -> None:
    """It takes one that was admitted from that time on; a key that takes over is."""
    issue(workspace)
    folder = workspace.layout.folder
    late = admit_second(workspace, NOW + 60)
    proposal = workspace.propose_reissue("signing-1", now=NOW + 99)
    error = refused(KeyChangeRefused, folder, lambda: proposal.sign(late, who=WHO))
    assert error.reason == "window"
    assert f"--from {format_seconds(NOW)}" in (error.hint or "")
    assert len(workspace.propose_reissue("signing-1", now=NOW + 99).numbers) == 1


def test_a_key_is_chosen_that_may_sign_the_bundle_in_question(workspace: Workspace) -> None:
    """Never another than the default; the one that is to be replaced is none."""
    sold = issue(workspace).bundle
    late = admit_second(workspace, NOW + 60)
    write_key(workspace.layout.keys, "second", late, PASSPHRASE)
    keys, now = workspace.keys, NOW + 99
    first = keys.file("signing-1")
    assert keys.choose("bundle", now) == keys.choose("bundle", now, bundle=sold) == first
    assert keys.choose("bundle", now, but=late.verifying_key.key_id.hex()) == first
    error = refused(
        KeyMissing, workspace.layout.folder, lambda: keys.choose("bundle", now, bundle=sold, but=first.key_id)
    )
    assert (error.reason, error.able) == ("default-unfit", "second")
    keys.set_default("second", who=WHO, now=now)
    assert keys.choose("bundle", now, bundle=sold, but=first.key_id).name == "second"


def test_nothing_is_signed_again_if_the_key_may_not_sign_one_of_them(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reissue, "_BATCH", 1)
    issue(workspace, users={"standard": 5})
    issue(workspace, users={"standard": 6})
    few = Permission("acme", parts=("base",), most=5)
    key = admit_second(workspace, permission=few)
    proposal = workspace.propose_reissue("signing-1", now=NOW)
    error = refused(KeyOutOfScope, workspace.layout.folder, lambda: proposal.sign(key, who=WHO))
    assert error.reason == "most"


METERED = """
product = "acme"
[issuer]
code = "acme"
[licenses.calls]
kind = "system"
name = "Calls"
quantity = "calls"
per = "day"
"""


def test_a_meter_counts_over_the_term_of_what_a_key_may_sign(workspace: Workspace) -> None:
    """Neither the first time nor again is signed what installations would cut."""
    workspace.layout.catalog.write_text(METERED)
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: signer(workspace, "catalog"), who=WHO, confirm=True)
    sold: dict[str, Any] = {"users": None, "days": 10, "grace_days": 0}
    issue(workspace, **sold, system={"calls": 51})
    few = Permission("acme", parts=("base",), most=500)
    key = admit_second(workspace, permission=few)
    within, above = (ordered(**sold, system={"calls": calls}) for calls in (45, 46))
    again = workspace.propose_reissue("signing-1", now=NOW)
    for act in (lambda: workspace.issue(above, key, who=WHO, now=NOW), lambda: again.sign(key, who=WHO)):
        error = refused(KeyOutOfScope, workspace.layout.folder, act)
        assert (error.reason, error.license, error.most) == ("meter", "calls", 500)
    assert workspace.issue(within, key, who=WHO, now=NOW).bundle.system == {"calls": 45}


@pytest.mark.attack("stolen-signing-key")
def test_a_thief_is_shut_out_and_who_paid_loses_nothing(workspace: Workspace) -> None:
    """Rotate, sign again, then revoke; what the thief backdated dies with the key."""
    first = workspace.state(NOW)
    sold = issue(workspace)
    stolen = open_key(workspace.keys.file("signing-1"), lambda: PASSPHRASE)
    later = NOW + 30 * DAY
    key = SigningKey.generate(ED25519)
    trust = workspace.state(later).trust
    put_in_force(workspace, [rotate(trust, trust.keys[0], key.verifying_key, "signing-2", later)], later)
    [again] = all_files(workspace.propose_reissue("signing-1", now=later).sign(key, who=WHO))
    forged = sign(makers.changed(sold.bundle, sequence=2, company="Thief"), stolen)
    pack = workspace.state(later).pack
    theft = LicenseFile(sold.bundle, forged, makers.file_of(forged).encode(), is_repeated=False, fits_oldest=True)
    assert accepted(theft, pack, first.pin, later).document.company == "Thief"
    put_in_force(workspace, [revoke(workspace.state(later).trust, "signing-1", later)], later)
    pack = workspace.state(later).pack
    assert accepted(again, pack, first.pin, later).identity == identity(sold)
    for dead in (theft, sold):
        with pytest.raises(KeyRevoked):
            accepted(dead, pack, first.pin, later)


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_what_changed_since_it_was_proposed_is_left_and_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """One is renewed by the old key itself, one is revoked; what is new was not proposed."""
    monkeypatch.setattr(reissue, "_BATCH", batch)
    old = [issue(workspace) for _ in range(4)]
    serials = [file.bundle.serial for file in old]
    second, key = admit_second(workspace), signer(workspace)
    proposal = workspace.propose_reissue("signing-1", now=NOW)
    workspace.change(renewal(serials[1], days=9), key, who=WHO, now=NOW, confirm=True)
    take_back(workspace, signer(workspace, "revocations"), who=WHO, now=NOW, confirm=True, serials=[serials[2]])
    new = issue(workspace)
    done = list(proposal.sign(second, who=WHO))
    assert [(one.bundle.bundle.serial, one.bundle.state) for one in done] == [
        (serials[0], "active"),
        (serials[1], "replaced"),
        (serials[2], "revoked"),
        (serials[3], "active"),
    ]
    assert [one.file is not None for one in done] == [True, False, False, True]
    assert workspace.ledger.bundle(f"{new.bundle.serial}-base-1").key_id == key.verifying_key.key_id
    left = workspace.propose_reissue("signing-1", now=NOW)
    assert len(left.numbers) == 2
    workspace.ledger.verify()


def test_what_changes_while_bundles_are_signed_again_is_left_as_well(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reissue, "_BATCH", 1)
    serials = [issue(workspace).bundle.serial for _ in range(2)]
    done = workspace.propose_reissue("signing-1", now=NOW).sign(admit_second(workspace), who=WHO)
    assert next(done).file is not None
    key = signer(workspace, "revocations")
    take_back(workspace, key, who=WHO, now=NOW, confirm=True, serials=[serials[1]], reason="not paid")
    [last] = done
    assert (last.bundle.state, last.file) == ("revoked", None)
    assert workspace.ledger.bundle(f"{serials[1]}-base-1").state == "revoked"


def test_a_file_brings_the_list_that_was_signed_while_bundles_are_signed_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reissue, "_BATCH", 1)
    gone, *_ = [issue(workspace) for _ in range(3)]
    done = workspace.propose_reissue("signing-1", now=NOW).sign(admit_second(workspace), who=WHO)
    next(done)
    key = signer(workspace, "revocations")
    take_back(workspace, key, who=WHO, now=NOW, confirm=True, serials=[gone.bundle.serial])
    assert all(b"lk1-revocations" in file.data for file in all_files(done))


def test_an_unknown_key_has_signed_nothing(workspace: Workspace) -> None:
    key = signer(workspace)
    refused(
        KeyMissing,
        workspace.layout.folder,
        lambda: list(workspace.propose_reissue("nobody", now=NOW).sign(key, who=WHO)),
    )


def test_the_void_bundles_of_a_key_are_counted(workspace: Workspace) -> None:
    issue(workspace)
    issue(workspace, serial=SERIAL)
    (key,) = workspace.state(NOW).trust.keys
    assert signed_by(workspace, bytes.fromhex(key_id(key))) == 1


def test_what_was_taken_back_is_not_taken_back_again(workspace: Workspace) -> None:
    """A command that is repeated uses up no number; another end, or more, makes the next list."""
    one, other = identity(issue(workspace)), identity(issue(workspace))
    lists = signer(workspace, "revocations")
    take_back(workspace, lists, who=WHO, now=NOW, confirm=True, identities=[one], serials=[SERIAL])
    entries = workspace.ledger.count_entries()
    again: list[dict[str, Any]] = [{"identities": [one]}, {"serials": [SERIAL]}]
    for named in again:
        proposal = workspace.propose_revoke(now=NOW + 1, **named)
        assert (proposal.is_done, proposal.changes, proposal.consequences) == (True, (), ())
        assert take_back(workspace, None, who=WHO, now=NOW + 1, confirm=True, **named).number == 1
    assert workspace.ledger.count_entries() == entries
    ends: dict[str, Any] = {"identities": [one], "fresh_until": NOW + 9}
    new: list[dict[str, Any]] = [{"identities": [one, other]}, ends, {}]
    for number, more in enumerate(new, 2):
        assert take_back(workspace, lists, who=WHO, now=NOW + 1, confirm=True, **more).number == number


@pytest.mark.attack("document-passed-for-another")
def test_only_documents_of_a_pack_are_taken_in(workspace: Workspace, tmp_path: Path) -> None:
    file = issue(workspace)
    refused(
        UnexpectedType,
        tmp_path / "acme",
        lambda: workspace.keys.propose_take(armor.read(file.data), action="pack", now=NOW).sign(None, who=WHO),
    )


def test_what_is_in_force_already_is_not_entered_again(workspace: Workspace) -> None:
    pack = armor.read(workspace.state(NOW).pack)
    assert workspace.keys.propose_take(pack, action="pack", now=NOW).sign(None, who=WHO) == []
