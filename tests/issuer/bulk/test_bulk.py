"""Many orders: all or none, or all that are good; each once, whoever else issues meanwhile."""

from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import FileUnusable, KeyUnknown, OrderConflict, OrderInvalid, OrdersRefused, SignerUnavailable
from licensekit.issuer.bulk import runs
from licensekit.issuer.bulk.runs import Done, faults_of
from licensekit.issuer.ledger.entries import head
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.orders import numbering
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey
from licensekit.wire import armor
from licensekit.wire.frame import ED25519
from tests import workspaces
from tests.bulk_orders import content, issue, lines, names_in, orders_in, verified
from tests.faults import Odd, told
from tests.workspaces import NOW, SERIAL, WHO, refused

How = dict[str, bool]

BOTH = pytest.mark.parametrize("how", [{"keep_going": False}, {"keep_going": True}], ids=["all", "all that are good"])


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a dozen orders fill several batches and transactions."""
    monkeypatch.setattr(runs, "BATCH", 3)
    monkeypatch.setattr(runs, "TRANSACTION", 6)
    monkeypatch.setattr(numbering, "_AHEAD", 4)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder for files."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def files_of(done: list[Done]) -> dict[str, bytes]:
    """Return the files that were given, by name."""
    return {one.file.name: one.file.data for one in done if one.file is not None}


def serials(workspace: Workspace) -> dict[str | None, str]:
    """Return the serial that each order got."""
    return {one.order_number: one.bundle.serial for one in workspace.ledger.bundles(Filters(), now=NOW)}


@BOTH
def test_every_order_is_entered_and_its_file_written(workspace: Workspace, out: Path, how: How) -> None:
    done = issue(workspace, *map(content, range(20)), **how, into=out)
    assert orders_in(workspace) == sorted(f"A-{number}" for number in range(20))
    assert verified(workspace, out) == names_in(workspace) == set(files_of(done))
    assert len(serials(workspace).values()) == 20
    assert all(not one.file.is_repeated for one in done if one.file is not None)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files_of(done)


@BOTH
def test_many_orders_get_what_each_would_get_alone(workspace: Workspace, tmp_path: Path, how: How) -> None:
    orders = [content(0), content(1, users={"standard": 5}), content(2, serial="X-1", part="more")]
    with workspaces.make(tmp_path / "other") as other:
        alone = [workspaces.issue(other, **one).bundle for one in orders]
    issue(workspace, *orders, **how)
    for wanted in alone:
        name = f"{wanted.serial}-{wanted.part}-{wanted.sequence}"
        assert workspace.ledger.bundle(name).bundle == wanted


@BOTH
def test_issued_again_everything_is_the_same_and_files_are_written_again(
    workspace: Workspace, out: Path, how: How
) -> None:
    orders = [content(number) for number in range(10)]
    first = files_of(issue(workspace, *orders, **how, into=out))
    before = serials(workspace)
    for path in list(out.iterdir())[::2]:
        path.unlink()
    again = issue(workspace, *orders, content(10), **how, into=out)
    repeated = {one.file.name for one in again if one.file is not None and one.file.is_repeated}
    assert repeated == set(first)
    assert {**serials(workspace)}.items() >= before.items()
    assert len(serials(workspace)) == 11
    assert verified(workspace, out) == names_in(workspace)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"users": {"standrad": 1}}, "standrad"),
        ({"company": None}, "company: is missing"),
        ({"order": None}, "in bulk, each order has a number"),
        ({"serial": "1010000041"}, "mistyped"),
        ({"replaces": "1010000041"}, "mistyped"),
        ({"days": 36600, "starts": "9999-01-01"}, "years 1970 to 9999"),
        ({"order": "A-1", "users": {"standard": 99}}, "users.standard: 25 -> 99"),
        ({"company": "\ud800"}, "half of a surrogate pair"),
    ],
)
def test_one_bad_order_keeps_all_from_being_issued_or_only_itself(
    workspace: Workspace, out: Path, changes: dict[str, Any], said: str
) -> None:
    orders = [content(number) for number in range(8)]
    orders[4] = content(4, **changes)
    folder = workspace.layout.folder
    error = refused(OrdersRefused, folder, lambda: issue(workspace, *orders, into=out))
    assert said in str(error.faults[0])
    assert error.faults[0].where.startswith("orders:5")
    assert (error.count, error.message) == (1, "1 order has faults, so none was issued")
    assert orders_in(workspace) == []
    assert list(out.iterdir()) == []

    done = issue(workspace, *orders, keep_going=True, into=out)
    [bad] = [one for one in done if one.error is not None]
    assert isinstance(bad.error, OrderInvalid | OrderConflict)
    assert bad.where == "orders:5"
    assert said in str(faults_of(bad.where, bad.error)[0])
    assert orders_in(workspace) == [f"A-{number}" for number in range(8) if number != 4]
    assert verified(workspace, out) == names_in(workspace)


@BOTH
def test_the_same_order_twice_is_issued_once(workspace: Workspace, how: How) -> None:
    orders = [content(1), content(1), content(2), content(3), content(1), content(2)]
    done = issue(workspace, *orders, **how)
    assert orders_in(workspace) == ["A-1", "A-2", "A-3"]
    assert len(files_of(done)) == 3


@BOTH
def test_parts_and_sequences_of_one_serial_follow_one_another(workspace: Workspace, how: How) -> None:
    same: dict[str, Any] = {"serial": SERIAL, "company": "Fjord"}
    orders = [content(number, **same) for number in range(4)]
    orders += [content(4, **same, part="more", system={"server": True}, users=None)]
    issue(workspace.overriding("unknown-serial"), *orders, **how)
    found = workspace.ledger.bundles(Filters(serial=SERIAL), now=NOW)
    assert sorted((one.bundle.part, one.bundle.sequence, one.order_number) for one in found) == [
        ("base", 1, "A-0"),
        ("base", 2, "A-1"),
        ("base", 3, "A-2"),
        ("base", 4, "A-3"),
        ("more", 1, "A-4"),
    ]


@BOTH
@pytest.mark.parametrize("place", [0, 2, 3, 7])
def test_a_serial_that_an_order_names_is_never_made_for_another(workspace: Workspace, how: How, place: int) -> None:
    named = "1010000048"  # the fourth that would be made
    orders = [content(number, company="Fjord") for number in range(8)]
    orders[place] = content(place, company="Fjord", serial=named)
    issue(workspace.overriding("unknown-serial"), *orders, **how)
    found = list(workspace.ledger.bundles(Filters(), now=NOW))
    given = [one.bundle.serial for one in found if one.bundle.sequence == 1]
    assert len(given) == len(set(given))
    assert sum(one.bundle.serial == named for one in found) == 8 - len(set(given)) + 1
    assert serials(workspace)[f"A-{place}"] == named


def test_serials_continue_after_those_of_the_run_before(workspace: Workspace) -> None:
    issue(workspace, content(0), content(1))
    issue(workspace, content(2), keep_going=True)
    workspaces.issue(workspace)
    assert len(set(serials(workspace).values())) == 4
    assert max(serials(workspace).values()) == "1010000048"


def test_attachments_are_in_every_file_or_in_none(workspace: Workspace, out: Path) -> None:
    text = workspace.layout.catalog.read_text().replace('name = "Standard', 'name = "New standard')
    workspace.layout.catalog.write_text(text)
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: workspaces.signer(workspace, "catalog"), who=WHO)
    orders = [content(0), content(1, users=None)]
    for keep_going in (False, True):
        for attach in (True, False):
            how = {"keep_going": keep_going, "attach": attach}
            done = issue(workspace, *orders, into=out, **how)
            types = [[t.type for t in armor.read(data)] for data in files_of(done).values()]
            attached = ["catalog"] if attach else []
            assert sorted(types) == sorted([[*attached, "bundle"], ["bundle"]])


def test_more_refused_orders_than_are_named_are_counted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "NAMED", 2)
    with pytest.raises(OrdersRefused) as caught:
        issue(workspace, *(content(number, company=None) for number in range(7)))
    assert [str(fault) for fault in caught.value.faults] == [
        "orders:1: company: is missing",
        "orders:2: company: is missing",
    ]
    assert str(caught.value) == "7 orders have faults, so none was issued"


@BOTH
def test_a_key_that_may_not_sign_ends_the_run(workspace: Workspace, how: How) -> None:
    stranger = SigningKey.generate(ED25519)
    told: dict[str, Any] = {"who": WHO, "now": NOW, **how}
    with pytest.raises(KeyUnknown):
        list(workspace.issue_bulk(lines(content(1)), stranger, **told))
    assert orders_in(workspace) == []


@BOTH
def test_no_orders_are_not_an_error(workspace: Workspace, out: Path, how: How) -> None:
    with workspace.database.read() as ledger:
        before = head(ledger)
    assert issue(workspace, **how, into=out) == []
    with workspace.database.read() as ledger:
        assert head(ledger) == before


@BOTH
def test_what_cannot_be_written_is_in_the_ledger_and_written_the_next_time(
    workspace: Workspace, out: Path, how: How
) -> None:
    orders = [content(number) for number in range(8)]
    (out / f"acme-{SERIAL}-base-1.lic").mkdir()
    with pytest.raises(FileUnusable, match=f"acme-{SERIAL}-base-1.lic"):
        issue(workspace, *orders, **how, into=out)
    (out / f"acme-{SERIAL}-base-1.lic").rmdir()
    issue(workspace, *orders, **how, into=out)
    assert orders_in(workspace) == [f"A-{number}" for number in range(8)]
    assert verified(workspace, out) == names_in(workspace)


@pytest.mark.process
@BOTH
def test_workers_make_the_same_as_one(workspace: Workspace, tmp_path: Path, out: Path, how: How) -> None:
    orders = [content(number) for number in range(10)]
    done = issue(workspace, *orders, **how, into=out, workers=2)
    assert verified(workspace, out) == names_in(workspace) == set(files_of(done))
    alone = tmp_path / "alone"
    alone.mkdir()
    again = issue(workspace, *orders, **how, into=alone)
    assert files_of(again) == files_of(done)


@pytest.mark.process
def test_what_a_worker_cannot_write_is_reported_as_by_one_process(workspace: Workspace, out: Path) -> None:
    (out / f"acme-{SERIAL}-base-1.lic").mkdir()
    with pytest.raises(FileUnusable, match=f"acme-{SERIAL}-base-1.lic") as caught:
        issue(workspace, content(1), content(2), into=out, workers=2)
    with pytest.raises(FileUnusable) as alone:
        issue(workspace, content(1), content(2), into=out)
    assert (caught.value.reason, caught.value.where) == (alone.value.reason, alone.value.where)
    assert caught.value.data.keys() == alone.value.data.keys()
    assert len(orders_in(workspace)) == 2


def test_a_key_that_cannot_leave_its_token_signs_in_one_process(workspace: Workspace) -> None:
    class Elsewhere:
        """A signer that is not a `SigningKey`."""

        def __init__(self) -> None:
            self.verifying_key = workspaces.signer(workspace).verifying_key

        def sign(self, message: bytes) -> bytes:
            """Sign with the key in the file."""
            return workspaces.signer(workspace).sign(message)

    def issued(workers: int) -> list[Done]:
        told: dict[str, Any] = {"who": WHO, "now": NOW, "workers": workers}
        return list(workspace.issue_bulk(lines(content(1)), Elsewhere(), **told))

    error = refused(SignerUnavailable, workspace.layout.folder, lambda: issued(2))
    assert "one worker" in error.hint
    assert len(files_of(issued(1))) == 1


def test_faults_are_reported_with_their_place_and_errors_by_their_sentence() -> None:
    conflict = OrderConflict(reason="not-bound", order="A-1", entry=1)
    assert [str(fault) for fault in faults_of("a:1", conflict)] == [f"a:1: {conflict}"]
    faulty = OrderInvalid(faults=(Odd(said="is odd", where="users"),))
    assert told(faults_of("a:2", faulty)) == [("a:2: users", "is odd")]
