"""A restored backup is recognized and works; a reset puts one thing right, once."""

import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import AuditDamaged, BundleRefused, LicenseError, ResetRefused, Rollback
from licensekit.installation import Installation
from licensekit.keys.signing import SigningKey
from licensekit.state.home import LOST, Mark, read_mark, write_mark
from licensekit.trust.sign import sign
from licensekit.wire import frame
from licensekit.wire.documents import Bundle, Reset, ResetWhat
from tests import makers
from tests.homes import DAY, Home, bundle, file


def plain(sequence: int = 1, **changes: Any) -> Bundle:
    """Return a bundle that sells no user license."""
    return bundle(sequence, **{"users": {}, **changes})


def notices(installation: Installation) -> list[str]:
    codes = [notice.code for notice in installation.state().notices]
    return [code for code in codes if code != "not-activated"]


def reset(crm: Installation, what: ResetWhat, nonce: int = 1, **changes: Any) -> Reset:
    """Return the vendor's reset for this installation."""
    seed = crm.state().stored.seed
    public = SigningKey.from_secret(frame.INSTALLATION, seed).verifying_key.public
    given = {"installation": sha256(public).digest(), "what": what, "nonce": bytes([nonce] * 16)}
    return makers.reset(**{**given, **changes})


def back_up(home: Home) -> Path:
    """Copy the database, and nothing else, as backup programs do."""
    copy = home.folder / "backup"
    with closing(sqlite3.connect(home.folder / "licensing.db")) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def restore(home: Home, copy: Path) -> None:
    for name in ("licensing.db-wal", "licensing.db-shm"):
        (home.folder / name).unlink(missing_ok=True)
    shutil.copy(copy, home.folder / "licensing.db")


@pytest.fixture
def restored(crm_home: Home) -> Home:
    """A home whose database was restored from before anna got her plan."""
    with crm_home.open() as crm:
        crm.activate(file(bundle(users={"sales": 2})))
        crm.users.add("anna")
        copy = back_up(crm_home)
        crm.users.assign("anna", "sales")
    restore(crm_home, copy)
    return crm_home


@pytest.mark.attack("state-restored-from-an-older-copy")
def test_a_restored_backup_is_reported_and_works(restored: Home) -> None:
    with restored.open() as crm:
        assert notices(crm) == ["restored-backup"]
        assert crm.state().restored
        assert crm.audit.verify().restored
        crm.users.assign("anna", "sales")
        assert notices(crm) == ["restored-backup"]
        assert [entry.facts["did"] for entry in crm.audit.entries()][-2:] == ["notice-restored", "user-assign"]
    with restored.open() as crm:
        crm.users.release("anna", "sales")
        assert notices(crm) == ["restored-backup"]


@pytest.mark.attack("state-restored-from-an-older-copy")
def test_another_history_of_the_same_length_is_a_restored_backup(restored: Home) -> None:
    """Changes made without the mark do not hide it."""
    mark = restored.folder / "licensing.mark"
    kept = mark.read_bytes()
    mark.unlink()
    with restored.open() as crm:
        crm.users.assign("anna", "sales")
        crm.users.set("anna", name="Anna")
    mark.write_bytes(kept)
    with restored.open() as crm:
        assert notices(crm) == ["restored-backup"]


def test_a_crash_before_the_first_mark_is_none(home: Home) -> None:
    home.set_up()
    (home.folder / "licensing.mark").unlink()
    with home.open() as installation:
        assert notices(installation) == []
        installation.users.add("anna")
        assert notices(installation) == []


def test_a_crash_before_a_mark_was_written_is_not_a_rollback(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.users.add("anna")
        mark = (crm_home.folder / "licensing.mark").read_bytes()
        crm.users.add("bob")
        (crm_home.folder / "licensing.mark").write_bytes(mark)
        assert notices(crm) == []
        crm.users.add("carl")
        assert notices(crm) == []


@pytest.mark.parametrize("damage", [b"", b"1", b"x y", b"-1 00", b"1 zz", b"9 " + b"00" * 31, b"\xff" * 400])
def test_a_mark_that_cannot_be_read_counts_as_lost(home: Home, damage: bytes) -> None:
    home.set_up()
    (home.folder / "licensing.mark").write_bytes(damage)
    assert read_mark(str(home.folder / "licensing.db")) == LOST


def test_a_mark_that_cannot_be_written_stops_no_change(crm_home: Home) -> None:
    crm_home.set_up()
    with crm_home.open() as crm:
        mark = crm_home.folder / "licensing.mark"
        mark.unlink()
        mark.mkdir()
        crm.users.add("anna")
        assert crm.users.get("anna")


def test_a_mark_never_shrinks_by_itself(home: Home) -> None:
    with home.open() as installation:
        installation.users.add("anna")
        stored = installation.state().stored
        place = str(home.folder / "licensing.db")
        mark = Mark(stored.head, stored.journal.head)
        write_mark(place, Mark(mark.audit._replace(number=1), mark.journal))
        assert read_mark(place) == mark


def test_a_server_keeps_no_mark() -> None:
    assert read_mark("postgresql://host/db") is None
    write_mark("postgresql://host/db", LOST)


def test_a_reset_accepts_a_restored_backup(restored: Home) -> None:
    with restored.open() as crm:
        crm.activate(file(reset(crm, ResetWhat.RESTORE)))
        assert notices(crm) == []
        crm.users.assign("anna", "sales")
        assert notices(crm) == []
    with restored.open() as crm:
        assert notices(crm) == []
        assert not crm.audit.verify().restored


def test_a_reset_sets_the_clock_right(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.activate(file(plain()))
        for _ in range(30):
            crm_home.clock.move(days=7)
            crm.users.add(f"u{crm_home.clock.now}")
        crm_home.clock.now = makers.NOW + DAY
        assert notices(crm) == ["clock-behind"]
        assert crm.state().now > makers.NOW + 100 * DAY
        crm.activate(file(reset(crm, ResetWhat.CLOCK, issued=makers.NOW + DAY)))
        assert crm.state().now == makers.NOW + DAY
        assert notices(crm) == []


def test_a_reset_lets_one_lower_sequence_in(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.activate(file(plain(5)))
        with pytest.raises(BundleRefused, match="is older than"):
            crm.activate(file(plain(3)))
        crm.activate(file(reset(crm, ResetWhat.SEQUENCE)))
        crm.activate(file(plain(3)))
        assert [v.document for v in crm.state().bundles] == [plain(3)]
        with pytest.raises(BundleRefused, match="is older than"):
            crm.activate(file(plain(2)))
        crm.activate(file(plain(2), reset(crm, ResetWhat.SEQUENCE, nonce=2)))
        assert [v.document for v in crm.state().bundles] == [plain(2)]
        crm.activate(file(plain(5), reset(crm, ResetWhat.SEQUENCE, nonce=3)))
        assert [v.document for v in crm.state().bundles] == [plain(5)]


@pytest.mark.attack("reset-used-twice")
@pytest.mark.parametrize("what", list(ResetWhat))
def test_a_reset_is_used_once(crm_home: Home, what: ResetWhat) -> None:
    with crm_home.open() as crm:
        data = file(reset(crm, what))
        [brought] = crm.activate(data).trust
        assert (brought.reason, brought.effect) == ("reset", what.name.lower())
        before = crm.state().stored
        with pytest.raises(ResetRefused, match="used before"):
            crm.activate(data)
        assert crm.state().stored == before


@pytest.mark.attack("reset-used-twice")
def test_a_reset_that_is_twice_in_a_file_counts_once(crm_home: Home) -> None:
    """Whether it is the same token, or signed twice for one request."""
    with crm_home.open() as crm:
        crm.activate(file(plain(5)))
        one = reset(crm, ResetWhat.SEQUENCE)
        other = reset(crm, ResetWhat.SEQUENCE, issued=one.issued + 1)
        before = crm.state().stored
        for second in (one, other):
            with pytest.raises(ResetRefused, match="used before"):
                crm.activate(file(plain(3), one, second))
            assert crm.propose_activate(file(plain(3), one, second)).preview.reasons
        assert crm.state().stored == before


@pytest.mark.attack("another-customers-file")
def test_a_reset_for_another_installation_is_refused(crm_home: Home) -> None:
    with crm_home.open() as crm:
        before = crm.state().stored
        with pytest.raises(ResetRefused, match="another installation"):
            crm.activate(file(reset(crm, ResetWhat.CLOCK, installation=bytes(32))))
        assert crm.state().stored == before


@pytest.mark.attack("partner-that-takes-back-or-resets")
def test_a_partner_cannot_reset_the_vendors_installation(crm_home: Home) -> None:
    partner = makers.key("partner")
    scope = makers.scope(issuers=["partner"])
    keys = [makers.admitted(makers.key("vendor")), makers.admitted(partner, "p", scope=scope)]
    trust = sign(makers.trust(*keys, version=2), makers.key("root"))
    with crm_home.open() as crm:
        crm.activate(file(trust))
        before = crm.state().stored
        with pytest.raises(ResetRefused, match="not by the vendor"):
            crm.activate(file(reset(crm, ResetWhat.CLOCK, issuer="partner"), by="partner"))
        assert crm.state().stored == before


def tampered(home: Home, statement: str, *values: str | bytes) -> None:
    """Edit the database by hand."""
    with closing(sqlite3.connect(home.folder / "licensing.db")) as raw:
        raw.execute(statement, values)
        raw.commit()


@pytest.mark.attack("log-edited")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET entry = x'7b7d' WHERE number = 3",
        "UPDATE audit SET hash = zeroblob(32) WHERE number = 3",
        "DELETE FROM audit WHERE number = 3",
        "UPDATE audit SET number = 99 WHERE number = 3",
        "UPDATE user_licenses SET slot = 2",
        "INSERT INTO user_licenses (user_id, license, slot) VALUES ('bob', 'sales', 0)",
        "INSERT INTO user_licenses (user_id, license, slot) VALUES ('bob', 'sales', 3)",
    ],
)
def test_tables_edited_by_hand_show_in_the_audit(crm_home: Home, statement: str) -> None:
    with crm_home.open() as crm:
        crm.activate(file(bundle(users={"sales": 2})))
        crm.users.add("anna")
        crm.users.add("bob")
        crm.users.assign("anna", "sales")
        assert not crm.audit.verify().restored
    tampered(crm_home, statement)
    with crm_home.open() as crm, pytest.raises(AuditDamaged):
        crm.audit.verify()


@pytest.mark.attack("state-restored-from-an-older-copy")
def test_a_log_cut_at_its_end_is_a_restored_backup(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.users.add("anna")
    tampered(crm_home, "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)")
    with crm_home.open() as crm:
        assert crm.audit.verify().restored
        assert notices(crm) == ["restored-backup"]


def test_a_damaged_bundle_is_named_and_a_new_file_repairs_it(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.activate(file(plain()))
    tampered(crm_home, "UPDATE bundles SET frame = x'00'")
    with crm_home.open() as crm:
        assert notices(crm) == ["unusable-document"]
        crm.activate(file(plain(2)))
        assert crm.state().entitlements.system["server"] > 0


@pytest.fixture
def trusting(crm_home: Home) -> Home:
    """A home that has taken trust document 2 and a revocation list beyond its pack."""
    trust = makers.trust(makers.admitted(makers.key("vendor")), version=2)
    with crm_home.open() as crm:
        token = sign(trust, makers.key("root"))
        crm.activate(file(token, makers.revocations(trust_version=2), plain()))
    return crm_home


@pytest.mark.attack("state-deleted")
def test_a_trust_document_that_was_removed_stops_everything_until_it_is_back(trusting: Home) -> None:
    tampered(trusting, "DELETE FROM trust_documents")
    trust = makers.trust(makers.admitted(makers.key("vendor")), version=2)
    with trusting.open() as crm:
        with pytest.raises(Rollback):
            crm.state()
        with pytest.raises(LicenseError):
            crm.activate(file(plain(2)))
        token = sign(trust, makers.key("root"))
        crm.activate(file(token, makers.revocations(trust_version=2), plain(2)))
        assert notices(crm) == []


def test_a_revocation_list_that_was_removed_is_not_an_empty_list(trusting: Home) -> None:
    tampered(trusting, "DELETE FROM trust_documents WHERE type = 'revocations'")
    with trusting.open() as crm:
        assert notices(crm) == ["unusable-document"]
        crm.activate(file(makers.revocations(trust_version=2)))
        assert notices(crm) == []


@pytest.mark.attack("state-edited-by-hand")
@pytest.mark.parametrize("kind", ["trust", "catalog", "revocations"])
def test_a_damaged_trust_document_is_named_and_never_believed(trusting: Home, kind: str) -> None:
    tampered(trusting, "UPDATE trust_documents SET frame = x'01ff' WHERE type = ?", kind)
    with trusting.open() as crm:
        try:
            state = crm.state()
        except Rollback:
            assert kind == "trust"
        else:
            assert kind in {one.type for one in crm.state().unusable}
            assert "unusable-document" in notices(crm)
            assert kind == "catalog" or not any(state.entitlements.system.values())
