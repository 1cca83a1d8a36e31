"""Attacks on what an installation keeps: edits by hand, restored backups, forged journals."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import AcceptRefused, BundleRefused, DatabaseDamaged, HomeInvalid, ResetRefused
from licensekit.installation import Installation
from licensekit.state.home import open_installation
from licensekit.state.journal import EMPTY
from licensekit.state.journal_entries import BundleEnded, decode
from licensekit.state.logs import JournalWriter, key_of
from licensekit.state.time import Boot
from licensekit.trust.signed import self_signed
from licensekit.wire import armor
from licensekit.wire.documents import JOURNAL, Bundle, Receipt, ResetWhat, SignedType
from tests import homes, makers
from tests.crm import SOLD, crm_home_at
from tests.homes import DAY, Home, bundle, file


def more(users: dict[str, int]) -> Bundle:
    """Return a bundle of another part, which sells licenses of users alone."""
    return bundle(part="more", system={}, sites={}, users=users)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one bundle of the base part."""
    home = crm_home_at(tmp_path / "home")
    with home.open() as crm:
        crm.activate(file(bundle(**SOLD)))
    return home


def edit(home: Home, sql: str, *values: object) -> None:
    """Edit the database by hand."""
    with closing(sqlite3.connect(home.folder / "licensing.db")) as raw:
        raw.execute(sql, values)
        raw.commit()


def notices(crm: Installation) -> set[str]:
    return {notice.code for notice in crm.state().notices}


def total(crm: Installation, code: str) -> int | None:
    return sum(grant.amount or 0 for grant in crm.state().entitlements.grants.get(code, ()))


def reset(crm: Installation, what: ResetWhat, **changes: Any) -> str:
    """Return a file with a reset for this installation."""
    key = crm.state().fingerprint.key
    given: dict[str, Any] = {"installation": key, "what": what, "nonce": bytes([7] * 16)}
    return file(makers.reset(**{**given, **changes}))


def stated(crm: Installation) -> object:
    """Return what a statement says that the journal went through."""
    return crm.statement()[1].extensions.get(JOURNAL)


REVIVALS = {
    "the receipt is removed": "UPDATE bundles SET receipt = NULL",
    "the entry is removed": "DELETE FROM journal WHERE CAST(entry AS TEXT) LIKE '%returned%'",
    "the entry says something else": "UPDATE journal SET entry ="
    " CAST(replace(CAST(entry AS TEXT), 'returned', 'kept') AS BLOB)",
    "the newest entries are removed": "DELETE FROM journal WHERE number >="
    " (SELECT min(number) FROM journal WHERE CAST(entry AS TEXT) LIKE '%returned%')",
}


@pytest.mark.attack("returned-bundle-activated-again")
@pytest.mark.parametrize("sql", REVIVALS.values(), ids=REVIVALS)
def test_a_returned_bundle_does_not_come_back(home: Home, sql: str) -> None:
    with home.open() as crm:
        crm.activate(file(more({"service": 9})))
        crm.propose_return("more").apply(confirm=True)
    edit(home, sql)
    with home.open() as crm:
        assert total(crm, "service") == 1
        with pytest.raises(BundleRefused, match="was returned from here"):
            crm.activate(file(more({"service": 9})))
        assert total(crm, "service") == 1


UNREVOKED = {
    "list": "DELETE FROM trust_documents WHERE type = 'revocations'",
    "entry": "DELETE FROM journal WHERE CAST(entry AS TEXT) LIKE '%revocations%'",
}


@pytest.mark.attack("revoked-bundle-brought-back")
@pytest.mark.parametrize("sql", UNREVOKED.values(), ids=UNREVOKED)
def test_a_revoked_serial_does_not_come_back(home: Home, sql: str) -> None:
    with home.open() as crm:
        crm.activate(file(makers.revocations(serials=[makers.SERIAL])))
        assert total(crm, "sales") == 0
    edit(home, sql)
    with home.open() as crm:
        assert total(crm, "sales") == 0


@pytest.mark.attack("revoked-bundle-brought-back")
def test_a_revocation_removed_everywhere_is_named(home: Home) -> None:
    """What is left is what an older backup would have, and so it is reported."""
    with home.open() as crm:
        crm.activate(file(makers.revocations(serials=[makers.SERIAL])))
    for sql in UNREVOKED.values():
        edit(home, sql)
    with home.open() as crm:
        assert "damaged-journal" in notices(crm)


@pytest.mark.attack("observations-of-time-edited")
def test_the_floor_of_time_stays_when_the_observations_are_deleted(home: Home) -> None:
    """The journal has it, at most a day older."""
    with home.run() as licensing:
        for _ in range(20):
            home.clock.move(hours=6)
            licensing.refresh()
    home.clock.move(days=-5)
    edit(home, "UPDATE installation SET observations = x''")
    with home.open() as crm:
        assert "damaged-journal" in notices(crm)
        assert crm.state().now > makers.NOW + 2 * DAY


def test_the_floor_of_time_outlives_the_observations_and_the_next_activation(home: Home) -> None:
    """Within one boot, so that there is a hard floor; what was seen since is a day at most."""
    boot = Boot(b"boot", 0)

    def opened() -> Installation:
        return Installation.open(home.place, root=homes.PIN, clock=home.clock, boot=lambda: boot)

    with opened() as crm:
        crm.users.add("anna")
        home.clock.move(days=9)
        boot = Boot(b"boot", 9 * DAY)
        crm.users.add("bob")
        before = crm.state().stored.time.hard
    edit(home, "UPDATE installation SET observations = x''")
    with opened() as crm:
        crm.activate(file(more({"service": 9})))
        assert crm.state().stored.time.hard >= before > makers.NOW + 8 * DAY


def test_a_forged_floor_of_time_counts_no_more_than_it_was_signed(home: Home) -> None:
    edit(home, "UPDATE journal SET entry = x'7b7d' WHERE CAST(entry AS TEXT) LIKE '%\"time\"%'")
    with home.open() as crm:
        assert "damaged-journal" in notices(crm)


@pytest.mark.attack("state-edited-by-hand")
def test_a_bundle_that_the_journal_does_not_know_grants_nothing(home: Home) -> None:
    token = homes.signed(more({"sales": 500}))
    edit(home, "INSERT INTO bundles VALUES (randomblob(16), ?, NULL)", token.frame)
    edit(home, "INSERT INTO bundles SELECT ?, ?, NULL", bytes(16), token.frame)
    with home.open() as crm:
        assert total(crm, "sales") == 2


@pytest.mark.attack("state-edited-by-hand")
def test_another_bundle_in_place_of_one_grants_nothing(home: Home) -> None:
    token = homes.signed(more({"sales": 500}))
    edit(home, "UPDATE bundles SET frame = ?", token.frame)
    with home.open() as crm:
        assert total(crm, "sales") == 0
        assert notices(crm) == {"unusable-document"}
        crm.activate(file(bundle(**SOLD)))
        assert total(crm, "sales") == 2


def test_a_bundle_whose_row_is_gone_is_named_and_still_holds_lower_ones_back(home: Home) -> None:
    with home.open() as crm:
        crm.activate(file(bundle(5, **SOLD)))
    edit(home, "DELETE FROM bundles")
    with home.open() as crm:
        assert notices(crm) >= {"unusable-document"}
        assert total(crm, "sales") == 0
        with pytest.raises(BundleRefused, match="is older than"):
            crm.activate(file(bundle(4, **SOLD)))
        with pytest.raises(BundleRefused, match=r"another .* was activated here"):
            crm.activate(file(bundle(5, company="Other", **SOLD)))
        crm.activate(file(bundle(5, **SOLD)))
        assert total(crm, "sales") == 2


def test_a_lost_bundle_of_a_revoked_key_holds_nobody_back(home: Home) -> None:
    other = makers.admitted(makers.key("vendor-2"), "second")
    trust = makers.trust(makers.admitted(makers.key("vendor")), other, version=2)
    with home.open() as crm:
        crm.activate(file(homes.signed(trust, by="root")))
        crm.activate(file(bundle(9, **SOLD), by="vendor-2"))
    edit(home, "DELETE FROM bundles")
    only = makers.trust(makers.admitted(makers.key("vendor")), version=3)
    with home.open() as crm:
        crm.activate(file(homes.signed(only, by="root")))
        crm.activate(file(bundle(4, **SOLD)))
        assert total(crm, "sales") == 2


@pytest.mark.attack("swapped-root")
def test_the_recorded_pack_cannot_be_exchanged(home: Home) -> None:
    edit(home, "UPDATE installation SET pack = ?", homes.pack().encode())
    with Installation.open(home.place, clock=home.clock) as crm, pytest.raises(HomeInvalid):
        crm.state()
    with home.open() as crm:
        assert total(crm, "sales") == 2


@pytest.mark.attack("reset-used-twice")
def test_a_reset_is_used_once_whatever_is_removed(home: Home) -> None:
    with home.open() as crm:
        crm.activate(file(bundle(5, **SOLD)))
        sequence = reset(crm, ResetWhat.SEQUENCE)
        crm.activate(sequence)
        crm.activate(file(bundle(4, **SOLD)))
    edit(home, "UPDATE journal SET hash = zeroblob(32) WHERE CAST(entry AS TEXT) LIKE '%reset\"%'")
    with home.open() as crm:
        with pytest.raises(ResetRefused):
            crm.activate(sequence)
        crm.users.add("anna")  # puts the journal right
        with pytest.raises(ResetRefused):
            crm.activate(sequence)


@pytest.mark.attack("journal-edited")
def test_a_damaged_journal_is_named_continues_and_is_reported_to_the_vendor(home: Home) -> None:
    edit(home, "UPDATE journal SET entry = x'7b7d' WHERE number = 4")
    with home.open() as crm:
        [notice] = [one for one in crm.state().notices if one.code == "damaged-journal"]
        assert notice.as_json()["data"]["entry"] == 4
        assert notice.severity.value == "error"
        crm.activate(file(bundle(2, **SOLD)))
        assert total(crm, "sales") == 2
        [notice] = [one for one in crm.state().notices if one.code == "damaged-journal"]
        assert notice.as_json()["data"] == {"reason": "repaired", "entry": 4, "days": None}
        assert stated(crm) == "damaged"
        assert "repair-journal" in [entry.facts["did"] for entry in crm.audit.entries()]
        crm.activate(reset(crm, ResetWhat.RESTORE))
        assert "damaged-journal" not in notices(crm)
        assert stated(crm) is None


def test_a_damaged_journal_is_not_written_to_by_a_running_program(home: Home) -> None:
    edit(home, "UPDATE journal SET hash = x'00' WHERE number = 4")
    database = open_installation(home.place, create=False)
    with home.run() as licensing:
        before = licensing.notices
        home.clock.move(days=2)
        licensing.refresh()
        assert {one.code for one in before} <= {one.code for one in licensing.notices}
    with database.read() as connection:
        assert connection.one("SELECT count(*) FROM journal WHERE hash = ?", b"\0") == (1,)
    database.close()


def test_a_change_that_changes_nothing_does_not_sign_what_is_left_of_a_journal(home: Home) -> None:
    with home.open() as crm:
        crm.users.add("anna", name="Anna")
        crm.activate(file(more({"service": 9})))
    edit(home, "DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)")
    with home.open() as crm:
        crm.users.set("anna", name="Anna")
        assert "damaged-journal" in notices(crm)


@pytest.fixture
def restored(home: Home) -> Home:
    """A home whose database was restored from before its last activation."""
    copy = home.folder.with_name("backup")
    shutil.copy(home.folder / "licensing.db", copy)
    with home.open() as crm:
        crm.activate(file(bundle(2, **SOLD)))
    shutil.copy(copy, home.folder / "licensing.db")
    return home


def test_an_administrator_accepts_a_restored_backup_once_for_a_base_bundle(restored: Home) -> None:
    with restored.open() as crm:
        assert notices(crm) == {"restored-backup"}
        crm.restore_accept()
        assert notices(crm) == set()
        assert not crm.state().restored
        assert stated(crm) == "restored accepted"
        assert [entry.facts["did"] for entry in crm.audit.entries()][-3:-1] == ["notice-restored", "accept-restored"]
        before = crm.state().stored
        with pytest.raises(AcceptRefused, match="not a restored backup"):
            crm.restore_accept()
        assert crm.state().stored == before
    (restored.folder / "licensing.mark").unlink()
    with restored.open() as crm:
        before = crm.state().stored
        with pytest.raises(AcceptRefused, match="accepted before"):
            crm.restore_accept()
        assert crm.state().stored == before
        crm.activate(file(bundle(2, **SOLD)))
        crm.restore_accept()
        assert notices(crm) == set()


@pytest.mark.attack("reset-used-twice")
def test_resets_from_before_a_restored_backup_was_accepted_are_refused(restored: Home) -> None:
    restored.clock.move(days=1)
    with restored.open() as crm:
        old = reset(crm, ResetWhat.SEQUENCE, issued=restored.clock.now - 1)
        crm.restore_accept()
        before = crm.state().stored
        with pytest.raises(ResetRefused, match="before a restored backup was accepted"):
            crm.activate(old)
        assert crm.state().stored == before
        crm.activate(reset(crm, ResetWhat.SEQUENCE, issued=restored.clock.now))


@pytest.mark.attack("state-restored-from-an-older-copy")
def test_receipts_and_requests_say_that_the_database_was_restored(restored: Home) -> None:
    with restored.open() as crm:
        assert crm.request(with_facts=False)[1].extensions[JOURNAL] == "restored"
        [token] = armor.read(crm.propose_return().apply(confirm=True))
        assert self_signed(token, Receipt).document.extensions[JOURNAL] == "restored"


def test_a_receipt_that_is_gone_is_not_made_up(home: Home) -> None:
    with home.open() as crm:
        crm.activate(file(more({"service": 9})))
        crm.propose_return("more").apply(confirm=True)
        edit(home, "UPDATE bundles SET receipt = NULL")
        with pytest.raises(Exception, match="no bundle `more`"):
            crm.receipts("more")


SCHEMAS: dict[str, tuple[str, str]] = {
    "a trigger": ("CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM audit; END", r"journal \(t\)"),
    "a view": ("ALTER TABLE people RENAME TO other", "people"),
}


@pytest.mark.parametrize(("sql", "named"), SCHEMAS.values(), ids=SCHEMAS)
def test_a_schema_that_is_not_ours_is_refused_and_named(home: Home, sql: str, named: str) -> None:
    edit(home, sql)
    with pytest.raises(DatabaseDamaged, match=f"not as this program creates it: {named}"):
        home.open()


def test_two_logs_of_one_installation_are_of_one_key(home: Home, tmp_path: Path) -> None:
    """The journal of another installation says nothing here."""
    other = crm_home_at(tmp_path / "other")
    with other.open() as crm:
        crm.activate(file(more({"service": 9})))
    with closing(sqlite3.connect(home.folder / "licensing.db")) as raw:
        raw.execute("ATTACH ? AS other", (str(other.folder / "licensing.db"),))
        raw.execute("DELETE FROM journal")
        raw.execute("INSERT INTO journal SELECT * FROM other.journal")
        raw.commit()
    with home.open() as crm:
        assert total(crm, "service") == 0
        assert "damaged-journal" in notices(crm)


@pytest.mark.attack("state-restored-from-an-older-copy")
def test_a_journal_cut_back_to_an_older_head_is_a_restored_backup(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "backup"
    shutil.copy(home.folder / "licensing.db", copy)
    with home.open() as crm:
        crm.activate(file(bundle(2, **SOLD)))
    with closing(sqlite3.connect(home.folder / "licensing.db")) as raw:
        raw.execute("ATTACH ? AS old", (str(copy),))
        raw.execute("DELETE FROM journal WHERE number > (SELECT max(number) FROM old.journal)")
        raw.execute(
            "UPDATE installation SET (head, observed, observations, signature) ="
            " (SELECT head, observed, observations, signature FROM old.installation)"
        )
        raw.commit()
    with home.open() as crm:
        assert "restored-backup" in notices(crm)


def test_a_backup_restored_together_with_its_mark_is_not_recognized(home: Home, tmp_path: Path) -> None:
    """What the threat model says is not possible."""
    shutil.copytree(home.folder, tmp_path / "backup")
    with home.open() as crm:
        crm.activate(file(bundle(2, **SOLD)))
    shutil.copytree(tmp_path / "backup", home.folder, dirs_exist_ok=True)
    with home.open() as crm:
        assert notices(crm) == set()


def test_whoever_has_the_key_can_forge_the_journal_and_the_vendor_has_the_receipt(home: Home) -> None:
    """What the threat model says is not possible, and what the vendor does about it."""
    with home.open() as crm:
        receipt = crm.propose_return().apply(confirm=True)
        seed = crm.state().stored.seed
    database = open_installation(home.place, create=False)
    with database.write() as connection:
        rows = connection.rows("SELECT entry FROM journal ORDER BY number")
        said = [one for (data,) in rows if (one := decode(data)) is not None]
        connection.run("DELETE FROM journal")
        connection.run("UPDATE bundles SET receipt = NULL")
        forging = JournalWriter(connection, key_of(seed), EMPTY)
        for entry in said:
            if not isinstance(entry, BundleEnded):
                forging.enter(entry)
        forging.sign_head()
    database.close()
    (home.folder / "licensing.mark").unlink()
    with home.open() as crm:
        assert total(crm, "sales") == 2
        assert "damaged-journal" not in notices(crm)
        [token] = armor.read(receipt)
        identity = self_signed(token, Receipt).document.identity
        crm.activate(file(makers.revocations(identities=[identity])))
        assert total(crm, "sales") == 0


def test_an_invalid_key_is_a_lost_key(home: Home) -> None:
    edit(home, "UPDATE installation SET seed = x'00'")
    with home.open() as crm, pytest.raises(HomeInvalid, match="lost its key"):
        crm.state()


def test_a_running_program_moves_no_mark_of_a_restored_backup(restored: Home) -> None:
    mark = (restored.folder / "licensing.mark").read_bytes()
    with restored.run() as licensing:
        restored.clock.move(days=2)
        licensing.refresh()
        assert "restored-backup" in {one.code for one in licensing.notices}
    assert (restored.folder / "licensing.mark").read_bytes() == mark


WINDOWS = {
    "its window ends before": {"valid_to": makers.ISSUED},
    "it signs no bundles": {"scope": makers.scope(types=[SignedType.CATALOG])},
    "it signs for another issuer": {"scope": makers.scope(issuers=["other"])},
    "its highest count is lower": {"scope": makers.limited(parts=["base"], most=1)},
}


@pytest.mark.parametrize("changes", WINDOWS.values(), ids=WINDOWS)
def test_a_lost_bundle_that_its_key_may_not_sign_holds_nobody_back(home: Home, changes: dict[str, Any]) -> None:
    keys = [makers.admitted(makers.key("vendor")), makers.admitted(makers.key("other"), "other")]
    with home.open() as crm:
        crm.activate(file(homes.signed(makers.trust(*keys, version=2), by="root")))
        crm.activate(file(bundle(9, **SOLD), by="other"))
    edit(home, "DELETE FROM bundles")
    limited = makers.admitted(makers.key("other"), "other", **changes)
    trust = homes.signed(makers.trust(keys[0], limited, version=3), by="root")
    with home.open() as crm:
        with pytest.raises(BundleRefused, match="is older than"):
            crm.activate(file(bundle(4, **SOLD)))
        crm.activate(file(trust))
        crm.activate(file(bundle(4, **SOLD)))
        assert total(crm, "sales") == 2
