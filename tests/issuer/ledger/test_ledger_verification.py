"""`ledger verify` finds whatever was altered, inserted or removed, and names the first entry."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, LiteralString

import pytest

from licensekit.database import Connection
from licensekit.errors import LedgerDamaged
from licensekit.issuer.create import NewWorkspace
from licensekit.issuer.keys.changes import revoke
from licensekit.issuer.keys.keyring import list_key_files, open_key
from licensekit.issuer.ledger.entries import append, head, stream
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from licensekit.wire.chain import link
from tests import makers, workspaces
from tests.issuer.keys.test_rotations import rotate_signing, rotate_the_root
from tests.workspaces import DAY, NOW, SERIAL, WHO, issue, signer, take_back

Damage = Callable[[Connection], object]


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """A workspace whose ledger has every kind of document and bundles of every state."""
    for number in range(3):
        issue(workspace, order=f"A-{number}")
    issue(workspace, serial=SERIAL)
    take_back(
        workspace,
        signer(workspace, "revocations"),
        who=WHO,
        now=NOW,
        confirm=True,
        serials=["1010000022"],
        reason="lost",
    )
    returned = workspace.ledger.bundle("1010000030-base-1").identity
    exchange_files = [
        makers.request(issued=NOW),
        makers.statement(issued=NOW),
        makers.receipt(issued=NOW, identity=returned),
    ]
    key = makers.key("installation", 3)
    with workspace.database.write() as ledger:
        append(ledger, [Record("accept", NOW, WHO, sign(one, key), one) for one in exchange_files])
    return workspace


def chained_anew(ledger: Connection) -> None:
    """Set the hash that fits each entry, as somebody would who alters the record itself."""
    previous = bytes(32)
    for entry in list(stream(ledger)):
        previous = link(previous, entry.content())
        ledger.run("UPDATE entries SET hash = ? WHERE number = ?", previous, entry.number)


def test_a_ledger_that_nobody_altered_is_whole(filled: Workspace) -> None:
    seen: list[int] = []
    report = filled.ledger.verify(seen.append)
    with filled.database.read() as ledger:
        assert report == head(ledger)
    assert sum(seen) == report.number == filled.ledger.count_entries() == 11


def test_many_entries_are_drawn_in_batches(filled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licensekit.issuer.ledger.integrity._BATCH", 2)
    seen: list[int] = []
    assert filled.ledger.verify(seen.append).number == 11
    assert seen == [2, 2, 2, 2, 2, 1]


@pytest.mark.attack("ledger-edited")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "renew"),
        ("at", NOW + 1),
        ("who", "eve"),
        ("type", "catalog"),
        ("frame", b"\1"),
        ("order_number", "A-9"),
        ("order_text", "{}"),
        ("request", bytes(16)),
        ("note", "because"),
        ("hash", bytes(32)),
    ],
)
def test_no_column_of_an_entry_can_be_altered(filled: Workspace, column: LiteralString, value: Any) -> None:
    with filled.database.write() as ledger:
        ledger.run(f"UPDATE entries SET {column} = ? WHERE number = 5", value)  # noqa: S608  # ours
    with pytest.raises(LedgerDamaged, match="entry 5 was altered") as caught:
        filled.ledger.verify()
    assert caught.value.number == 5


def forge(ledger: Connection) -> None:
    """Replace a bundle by another one, and make the chain fit."""
    bundle = makers.bundle(issuer="acme", product="acme", company="Eve", sequence=1)
    token = sign(bundle, makers.key("stranger"))
    ledger.run("UPDATE entries SET frame = ? WHERE number = 5", token.frame)
    chained_anew(ledger)


def resign(ledger: Connection) -> None:
    """Alter a byte of a signature, and make the chain fit."""
    entry = list(stream(ledger))[4]
    frame = bytearray(entry.token.frame)
    frame[20] ^= 1
    ledger.run("UPDATE entries SET frame = ? WHERE number = 5", bytes(frame))
    chained_anew(ledger)


def relabel(ledger: Connection) -> None:
    """Set a type of document that there is not, and make the chain fit."""
    ledger.run("UPDATE entries SET type = 'receipts' WHERE number = 5")
    chained_anew(ledger)


def swap_root(ledger: Connection) -> None:
    """Begin with another root, and make the chain fit."""
    root = makers.first_root()
    ledger.run("UPDATE entries SET frame = ? WHERE number = 1", root.frame)
    chained_anew(ledger)


def remove(number: int) -> Damage:
    """Return the removal of an entry."""
    return lambda ledger: ledger.run("DELETE FROM entries WHERE number = ?", number)


def renumber(ledger: Connection) -> None:
    """Close the gap that a removed entry leaves."""
    ledger.run("DELETE FROM entries WHERE number = 5")
    ledger.run("UPDATE entries SET number = 5 WHERE number = 6")


DAMAGES: dict[str, tuple[Damage, int, str]] = {
    "forged": (forge, 5, "not genuine"),
    "signature": (resign, 5, "not genuine"),
    "type": (relabel, 5, "not genuine: this reader does not know documents of type 'receipts'"),
    "root": (swap_root, 1, "not genuine"),
    "removed": (remove(5), 5, "is missing"),
    "first removed": (remove(1), 1, "is missing"),
    "last removed": (remove(11), 11, "is missing"),
    "removed and renumbered": (renumber, 5, "was altered, or one before it was removed"),
    "state": (
        lambda ledger: ledger.run("UPDATE bundles SET state = 'active' WHERE number = 5"),
        5,
        "the table `bundles`",
    ),
    "company": (
        lambda ledger: ledger.run("UPDATE bundles SET company = 'Eve' WHERE number = 6"),
        6,
        "the table `bundles`",
    ),
    "bundle not drawn": (lambda ledger: ledger.run("DELETE FROM bundles WHERE number = 4"), 4, "the table `bundles`"),
    "document": (
        lambda ledger: ledger.run("UPDATE documents SET version = 7 WHERE number = 3"),
        3,
        "the table `documents`",
    ),
    "two tables": (
        lambda ledger: (
            ledger.run("DELETE FROM exchange_files WHERE number = 10"),
            ledger.run("DELETE FROM bundles WHERE number = 7"),
        ),
        7,
        "the table `bundles`",
    ),
}


@pytest.mark.attack("ledger-edited")
@pytest.mark.parametrize(("damage", "number", "said"), DAMAGES.values(), ids=DAMAGES)
def test_the_first_bad_entry_is_named(filled: Workspace, damage: Damage, number: int, said: str) -> None:
    with filled.database.write() as ledger:
        damage(ledger)
    with pytest.raises(LedgerDamaged) as caught:
        filled.ledger.verify()
    assert caught.value.number == number
    assert said in caught.value.message


def test_what_a_key_signed_before_it_was_revoked_was_signed_in_its_time(filled: Workspace) -> None:
    [root] = list_key_files(filled.layout.root)
    trust = revoke(filled.state(NOW).trust, "signing-1", NOW)
    token = sign(trust, open_key(root, lambda: workspaces.ROOT_PASSPHRASE))
    filled.keys.propose_take([token], action="revoke key", now=NOW).sign(None, who=WHO)
    assert filled.ledger.verify().number == 12


def test_roots_and_keys_that_were_rotated_are_followed(filled: Workspace) -> None:
    for turn in (1, 2):
        rotate_signing(filled, NOW + turn * DAY)
        rotate_the_root(filled, NOW + turn * DAY)
        issue(filled, now=NOW + turn * DAY)
    kinds = [entry.token.type for entry in filled.ledger.entries()]
    assert kinds.count("root") == 3
    assert filled.ledger.verify().number == len(kinds)


def test_entries_are_given_in_order(filled: Workspace) -> None:
    entries: Iterator[Any] = filled.ledger.entries()
    assert [one.number for one in entries] == list(range(1, 12))


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("2", [2]), ("A-0", [4]), (SERIAL, [4, 7, 9, 10]), ("1010000022-base-1", [5]), ("1010000030", [6, 11])],
)
def test_things_are_found_by_entry_order_serial_and_bundle(filled: Workspace, name: str, numbers: list[int]) -> None:
    assert [one.entry.number for one in filled.ledger.look_up(name)] == numbers


def test_a_partner_verifies_what_came_from_the_vendor(filled: Workspace, tmp_path: Path) -> None:
    state = filled.state(NOW)
    with Workspace.create_partner(
        tmp_path / "partner",
        NewWorkspace("", "partner", "Partner"),
        state.pack,
        state.pin,
        lambda: workspaces.PASSPHRASE,
        who=WHO,
        now=NOW,
    ) as partner:
        assert partner.ledger.verify().number == len(state.tokens)
