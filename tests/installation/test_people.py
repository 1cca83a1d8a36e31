"""People: their ids are compared in one form, and they can be erased without breaking a chain."""

from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.entitlements.events import EventScope
from licensekit.errors import EntryInvalid, EntryTaken, NotFound, UsersInvalid
from licensekit.installation import Installation, parse_users
from licensekit.state.logs import ERASED
from licensekit.text.names import folded, written_id
from tests.crm import crm_home_at, open_crm
from tests.homes import Home
from tests.runtime.leases.seat_process import SeatProcess

SPELLINGS = [
    ("Anna", "anna"),
    (" anna\t", "anna"),
    ("ANNA", "anna"),
    ("an\u200bna\ufeff", "anna"),
    ("an\u202ena", "anna"),
    ("a\u200cnn\u200da", "anna"),
    ("\uff21\uff2e\uff2e\uff21", "anna"),
    ("Jos\u00e9", "jos\u00e9"),
    ("JOSE\u0301", "jos\u00e9"),
    ("stra\u00dfe", "strasse"),
    ("\u00c5sa", "\u00e5sa"),
    ("\u212bsa", "\u00e5sa"),
    ("anna\u00a0", "anna"),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in a folder."""
    return crm_home_at(tmp_path / "home")


@pytest.mark.parametrize(("written", "key"), SPELLINGS)
def test_ids_are_compared_in_one_form(written: str, key: str) -> None:
    assert folded(written) == folded(key) == key


@given(st.text(), st.sampled_from(("NFC", "NFD", "NFKC", "NFKD")))
def test_every_normal_form_of_an_id_is_compared_alike(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded(normalize(form, text)) == folded(text)
    assert folded(f" {text}\u200b ") == folded(text)


@pytest.mark.parametrize("text", ["", " \u200b", "an\nna", "x" * 201, "\ufdfa" * 20, "\ud800"])
def test_what_cannot_be_an_id_is_refused(text: str) -> None:
    with pytest.raises(EntryInvalid):
        written_id(text, "user id")


def test_one_person_is_one_user_however_the_id_is_written(home: Home) -> None:
    with open_crm(home, "Jos\u00e9") as crm:
        assert crm.users.assign("JOSE\u0301", "sales") == ("sales",)
        with pytest.raises(EntryTaken, match=r"a user .* already"):
            crm.users.add(" jos\u00e9")
        done = crm.users.import_rows(parse_users("id,licenses\njos\u00c9,windows\n"))
        assert (done.added, done.changed) == (0, 1)
        with pytest.raises(UsersInvalid):
            crm.users.import_rows(parse_users("id\nbob\nBOB\n"))
        [(user, _)] = crm.users.list()
        assert (user.id, user.written) == ("jos\u00e9", "Jos\u00e9")
        assert user.licenses == ("sales", "windows")
        assert crm.users.get("JOS\u00c9").plain()["written"] == "Jos\u00e9"
        event = crm.events.start("no-travel", scope=EventScope.USER, subject="JOS\u00c9")
        with home.run() as licensing:
            assert licensing.user(" Jos\u00e9").allows("sales")
            assert licensing.user("JOS\u00c9").unavailable("travel") == (event,)
        assert crm.users.retire("JOS\u00c9") == ("sales", "windows")


def test_one_place_is_one_site(home: Home) -> None:
    with open_crm(home, "anna") as crm:
        crm.sites.add("Oslo ", central=True)
        with pytest.raises(EntryTaken, match=r"site .* already"):
            crm.sites.add("OSLO")
        crm.sites.assign("oslO", "reporter")
        [(site, _)] = crm.sites.list()
        assert (site.id, site.written, site.licenses) == ("oslo", "Oslo", ("reporter",))
        event = crm.events.start("no-login", scope=EventScope.SITE, subject="OSLO")
        reasons = crm.users.may_login("anna", "web", site="OsLo").reasons
        assert [reason.subject for reason in reasons if reason.code == "event"] == ["1"]
        with home.run() as licensing:
            assert licensing.user("anna", site="OSLO").unavailable("login") == (event,)


def erasable(home: Home) -> tuple[Installation, list[bytes]]:
    """Return an installation where Anna has left traces everywhere, and its log."""
    with home.open(by="Anna") as installation:
        installation.events.start("no-travel")
    with open_crm(home, "Anna", "bob") as crm:
        crm.users.assign("anna", "sales")
        crm.users.assign("bob", "sales")
        crm.events.start("no-login", scope=EventScope.USER, subject="anna", message="hello")
        crm.users.prefer("sales", "bob", "anna")
    process = SeatProcess(home)
    process.take("anna")
    crm = home.open()
    [lease] = crm.leases.list()
    crm.leases.end(lease.id)
    process.take("anna")
    process.close()
    return crm, [entry.entry for entry in crm.audit.entries()]


@pytest.mark.attack("erased-person-in-a-log")
def test_an_erased_person_is_gone_and_the_log_holds(home: Home) -> None:
    crm, before = erasable(home)
    messages = " ".join(entry.message for entry in crm.audit.entries())
    assert "added user Anna" in messages
    assert "first bob, anna" in messages.lower()
    crm.users.erase("ANNA")
    assert crm.audit.verify().head.number == len(before) + 1
    assert [entry.entry for entry in crm.audit.entries()][:-1] == before
    said = [entry.plain() for entry in crm.audit.entries()]
    assert "anna" not in str(said).lower()
    assert f"added user {ERASED}" in str(said)
    assert crm.audit.page(limit=1).entries[0].message.startswith("erased a user")
    assert [user.id for user, _ in crm.users.list()] == ["bob"]
    assert crm.users.get("bob").holdings[0].slot == 1
    assert crm.leases.list() == ()
    assert [event.started_by for event in crm.events.list(ended=True)] == [""]
    crm.close()
    (home.folder / "licensing.db-wal").unlink(missing_ok=True)
    with home.open() as again:
        again.users.add("anna")
        assert "added user anna" in again.audit.page(limit=1).entries[0].message
        assert f"added user {ERASED}" in str([one.plain() for one in again.audit.entries()])


def test_a_person_is_erased_however_somebody_wrote_the_id(home: Home) -> None:
    with open_crm(home, "anna") as crm:
        for by in ("ANNA", "Anna "):
            crm.acting_as(by).events.start("no-travel")
        process = SeatProcess(home)
        process.take("AnnA")
        process.close()
        crm.users.erase("anna")
        assert crm.leases.list() == ()
        assert {event.started_by for event in crm.events.list()} == {""}


def test_who_is_in_the_log_alone_is_erased_and_nobody_else(home: Home) -> None:
    with home.open(by="Zoe") as crm:
        crm.users.add("bob")
    with home.open() as crm:
        crm.users.erase("zoe")
        assert [one.plain().get("by") for one in crm.audit.entries()][1:] == [ERASED, "admin"]
        head = crm.audit.verify()
        for nobody in ("zoe", "nobody", ""):
            with pytest.raises(NotFound, match="no user"):
                crm.users.erase(nobody)
        assert crm.audit.verify() == head


@pytest.mark.attack("erased-person-in-a-log")
def test_the_chain_names_nobody(home: Home) -> None:
    crm, entries = erasable(home)
    crm.close()
    assert not [one for one in entries if b"nna" in one or b"bob" in one or b"admin" in one]
