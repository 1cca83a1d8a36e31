"""What a restored ledger lost is taken back from files: once, in any order, and nothing else is."""

import shutil
from collections.abc import Iterator, Mapping
from itertools import permutations
from pathlib import Path

import pytest

from licensekit.errors import ConfirmationNeeded, LedgerRestored
from licensekit.issuer.intake import Absorbed
from licensekit.issuer.ledger import bundles
from licensekit.issuer.orders import numbering
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.orders.numbering import anywhere
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from licensekit.wire import armor
from tests import makers
from tests.issuer.exchange.test_answers import answer, asking, reset
from tests.issuer.ledger.test_restored_ledgers import copied
from tests.issuer.test_workspace_proposals import MADE, packed, roots
from tests.partners import partner_of
from tests.workspaces import DAY, NOW, WHO, issue, refused, signer, take_back

Files = Mapping[str, bytes]
NAMES = ("first.lic", "second.lic", "trial.lic", "other.lic", "acme.lkp")


@pytest.fixture(autouse=True)
def random_serials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count serials from a random place, as outside of tests."""
    monkeypatch.setattr(numbering, "anywhere", anywhere)


@pytest.fixture
def folder(tmp_path: Path, workspace_template: Path) -> Path:
    """The folder of a new workspace."""
    return shutil.copytree(workspace_template, tmp_path / "acme")


@pytest.fixture
def acme(folder: Path) -> Iterator[Workspace]:
    """The workspace in it."""
    with Workspace.open(folder) as workspace:
        yield workspace


def absorb(workspace: Workspace, files: Files, *, now: int = NOW) -> Absorbed:
    return workspace.ledger.propose_absorb(files, now=now).sign(None, who=WHO, confirm=True)


def renewed(workspace: Workspace, serial: str, *, now: int = NOW + 100) -> bytes:
    key = signer(workspace, now=now)
    return workspace.change(renewal(serial, days=365), key, who=WHO, now=now, confirm=True).data


def states(workspace: Workspace, serial: str) -> list[tuple[str, int, str]]:
    with workspace.database.read() as ledger:
        return [(one.bundle.part, one.bundle.sequence, one.state) for one in bundles.of_serial(ledger, serial)]


def lost(workspace: Workspace) -> Files:
    """Sign this and that, lose it, and return its files."""
    put_back = copied(workspace)
    first = issue(workspace, order="A-1", serial="ACME-1")
    files = {
        "first.lic": first.data,
        "trial.lic": issue(workspace, serial="ACME-1", part="base", use="trial", after_grace="block").data,
        "part.lic": issue(workspace, serial="ACME-1", part="more").data,
        "other.lic": issue(workspace, serial="ACME-2", now=NOW + 10).data,
        "second.lic": renewed(workspace, "ACME-1"),
    }
    key = signer(workspace, "revocations", NOW + 200)
    take_back(workspace, key, who=WHO, now=NOW + 200, confirm=True, serials=["ACME-2"])
    packed(workspace)
    files["acme.lkp"] = workspace.state(NOW).pack
    put_back()
    return files


EXPECTED = [("base", 1, "replaced"), ("base", 1, "replaced"), ("base", 2, "active"), ("more", 1, "active")]


def test_everything_is_known_again(acme: Workspace, folder: Path) -> None:
    before = lost(acme)
    with Workspace.open(folder) as workspace:
        assert absorb(workspace, before, now=NOW + 300) == Absorbed(2, 5, 0, 0)
        assert sorted(states(workspace, "ACME-1")) == sorted(EXPECTED)
        assert states(workspace, "ACME-2") == [("base", 1, "revoked")]
        assert workspace.state(NOW).pack == before["acme.lkp"] == (folder / "acme.lkp").read_bytes()
        assert workspace.ledger.restored() is None
        workspace.ledger.verify()
        actions = [one.action for one in workspace.ledger.entries()]
        assert actions == ["init"] * 3 + ["absorb"] * 8
        assert absorb(workspace, before, now=NOW + 300) == Absorbed(0, 0, 0, 5)
        assert workspace.ledger.count_entries() == 11


@pytest.mark.parametrize("order", list(permutations(NAMES))[::7])
def test_files_are_absorbed_in_any_order(acme: Workspace, folder: Path, order: tuple[str, ...]) -> None:
    before = lost(acme)
    (folder / "acme.lkp").unlink()
    with Workspace.open(folder) as workspace:
        for name in (*order, "part.lic"):
            absorb(workspace, {name: before[name]}, now=NOW + 300)
        assert sorted(states(workspace, "ACME-1")) == sorted(EXPECTED)
        assert states(workspace, "ACME-2") == [("base", 1, "revoked")]
        assert workspace.state(NOW).pack == before["acme.lkp"]
        workspace.ledger.verify()


def test_a_serial_that_was_replaced_stays_so(acme: Workspace, folder: Path) -> None:
    put_back = copied(acme)
    old = issue(acme, serial="OLD-1").data
    new = issue(acme, serial="NEW-1", replaces=["OLD-1"], now=NOW + 10).data
    later = issue(acme, serial="OLD-1", now=NOW + 20).data
    wanted = states(acme, "OLD-1")
    assert wanted == [("base", 1, "replaced"), ("base", 2, "active")]
    put_back()
    with Workspace.open(folder) as workspace:
        for file in (later, new, old):
            absorb(workspace, {"one": file}, now=NOW + 30)
        assert states(workspace, "OLD-1") == wanted
        workspace.ledger.verify()


def test_numbers_go_on_above_what_was_absorbed(acme: Workspace, folder: Path) -> None:
    files = lost(acme)
    with Workspace.open(folder) as workspace:
        absorb(workspace, files, now=NOW + 300)
        state = workspace.state(NOW)
        assert state.last_list is not None
        numbers = state.last_list.number, state.signed_catalog.version
        key = signer(workspace, "revocations", NOW + 300)
        made = take_back(workspace, key, who=WHO, now=NOW + 300, confirm=True, serials=["ACME-1"])
        path = workspace.layout.catalog
        path.write_text(path.read_text().replace('name = "Archive"', 'name = "The archive"'))
        workspace.catalog.propose_pack(now=NOW + 300).sign(lambda _: signer(workspace, "catalog", NOW + 300), who=WHO)
        after = workspace.state(NOW)
        assert (made.number, after.signed_catalog.version) == (numbers[0] + 1, numbers[1] + 1)


def test_a_trust_document_and_its_key_are_known_again(acme: Workspace, folder: Path) -> None:
    put_back = copied(acme)
    acme.keys.propose_new(MADE, now=NOW).sign(roots(acme), who=WHO)
    trust = acme.state(NOW).trust
    put_back()
    with Workspace.open(folder) as workspace:
        assert workspace.state(NOW).trust.version == trust.version - 1
        absorb(workspace, {}, now=NOW)  # the pack in the workspace has it
        assert workspace.state(NOW).trust == trust


def test_a_restored_ledger_is_accepted_when_that_is_confirmed(acme: Workspace, folder: Path) -> None:
    put_back = copied(acme)
    gone = issue(acme, order="A-1").bundle
    put_back()
    with Workspace.open(folder) as workspace:
        proposal = workspace.ledger.propose_absorb({}, now=NOW)
        assert refused(ConfirmationNeeded, folder, lambda: proposal.sign(None, who=WHO)).needs_confirmation
        assert proposal.sign(None, who=WHO, confirm=True) == Absorbed(0, 0, 0, 0)
        again = issue(workspace, order="A-1").bundle
        assert again.serial != gone.serial
        assert workspace.ledger.propose_absorb({}, now=NOW).is_done


def test_a_sequence_is_not_given_twice_where_its_file_is_gone(acme: Workspace, folder: Path) -> None:
    serial = issue(acme).bundle.serial
    put_back = copied(acme)
    renewed(acme, serial)
    put_back()
    with Workspace.open(folder) as workspace:
        absorb(workspace, {})
        renewed(workspace, serial, now=NOW + 300)
        renewed(workspace, serial, now=NOW + 400)
        _, second, third = (sequence for _, sequence, _ in states(workspace, serial))
        assert second > 2
        assert third == second + 1


def test_an_order_signed_again_gives_another_serial_or_sequence(acme: Workspace, folder: Path) -> None:
    put_back = copied(acme)
    files = {str(n): issue(acme, order=f"A-{n}") for n in range(3)}
    named = issue(acme, order="A-9", serial="ACME-9")
    put_back()
    with Workspace.open(folder) as workspace:
        absorb(workspace, {"9": named.data, **{name: file.data for name, file in files.items()}})
        given = {(one.bundle.serial, one.bundle.sequence) for one in (*files.values(), named)}
        again = [issue(workspace, order=f"A-{n}").bundle for n in range(3)]
        again.append(issue(workspace, order="A-9", serial="ACME-9").bundle)
        assert given.isdisjoint((one.serial, one.sequence) for one in again)


@pytest.mark.attack("restored-ledger")
def test_what_is_not_genuine_is_refused_by_name(acme: Workspace, folder: Path, tmp_path: Path) -> None:
    copies = [Workspace.open(shutil.copytree(folder, tmp_path / name)) for name in ("one", "two")]
    genuine = issue(acme, serial="ACME-1").data
    conflict = issue(copies[0], serial="ACME-1", company="B").data  # the same place, but another bundle
    fine, twice = (issue(one, serial="ACME-2", company=one.layout.folder.name).data for one in copies)
    with partner_of(acme, tmp_path / "fjord") as partner:
        theirs = issue(partner, serial="ACME-1", system=None).data
    for one in copies:
        one.close()
    statement = makers.file_of(sign(makers.statement(), makers.installation_key())).encode()
    files = {
        "forged.lic": forged(genuine),
        "text.lic": b"hello",
        "known.lic": genuine,
        "conflict.lic": conflict,
        "fine.lic": fine,
        "twice.lic": twice,
        "theirs.lic": theirs,
        "statement.lic": statement,
        "damaged.lkp": forged(acme.state(NOW).pack),
    }
    proposal = acme.ledger.propose_absorb(files, now=NOW)
    assert [(one.data["reason"], one.data["name"]) for one in proposal.warnings] == [
        ("error", "text.lic"),
        ("error", "damaged.lkp"),
        ("error", "forged.lic"),
        ("place", "conflict.lic"),
        ("place", "twice.lic"),
        ("issuer", "theirs.lic"),
        ("error", "statement.lic"),
    ]
    assert [change.path for change in proposal.changes] == ["catalogs", "bundles.ACME-2 base 1"]
    assert acme.ledger.restored() is None
    assert proposal.sign(None, who=WHO, confirm=True) == Absorbed(1, 1, 0, 1)


def test_resets_and_answers_are_absorbed_once(acme: Workspace, folder: Path) -> None:
    issue(acme, serial="ACME-1")
    put_back = copied(acme)
    files = {
        "answer.lic": answer(acme, asking(acme)).data,
        "reset.lic": reset(acme, asking(acme, 2, serial="ACME-1")).data,
    }
    put_back()
    with Workspace.open(folder) as workspace:
        assert absorb(workspace, files) == Absorbed(0, 1, 1, 0)
        assert absorb(workspace, files) == Absorbed(0, 0, 0, 2)
        workspace.ledger.verify()


def forged(file: bytes) -> bytes:
    *others, token = armor.read(file)
    frame = bytearray(token.frame)
    frame[-1] ^= 1
    return "".join(f"{armor.write(one)}\n" for one in (*others, token._replace(frame=bytes(frame)))).encode()


def test_a_bundle_dated_ahead_waits_for_its_day(acme: Workspace, folder: Path) -> None:
    put_back = copied(acme)
    file = issue(acme, now=NOW + 30 * DAY).data
    put_back()
    with Workspace.open(folder) as workspace:
        proposal = workspace.ledger.propose_absorb({"one": file}, now=NOW)
        assert [one.data["reason"] for one in proposal.warnings] == ["error"]
        assert absorb(workspace, {"one": file}, now=NOW + 30 * DAY).bundles == 1


@pytest.mark.attack("restored-ledger")
@pytest.mark.parametrize("since", [0, 1, 5])
def test_the_whole_folder_restored_is_noticed_by_a_newer_pack(
    acme: Workspace, folder: Path, tmp_path: Path, since: int
) -> None:
    shutil.copytree(folder, tmp_path / "backup")
    issue(acme)
    packed(acme)
    newer = acme.state(NOW).pack
    with Workspace.open(tmp_path / "backup") as workspace:
        for _ in range(since):
            issue(workspace)
        with pytest.raises(LedgerRestored):
            workspace.keys.propose_take(armor.read(newer), action="pack", now=NOW).sign(None, who=WHO)
        with pytest.raises(LedgerRestored):
            issue(workspace)
        absorb(workspace, {"newer.lkp": newer})
        issue(workspace)
        assert workspace.state(NOW).pack == newer
        workspace.ledger.verify()


def test_verifying_notices_a_restored_ledger_by_the_pack_in_the_folder(acme: Workspace, folder: Path) -> None:
    put_back = copied(acme)
    packed(acme)
    put_back()
    (folder / "ledger.mark").unlink()
    with Workspace.open(folder) as workspace:
        assert workspace.ledger.restored() is None
        refused(LedgerRestored, folder, workspace.ledger.verify)
