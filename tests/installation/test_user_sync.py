"""Users become as the export of a directory has them: added, changed, retired, brought back, or refused."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from licensekit.database import Database
from licensekit.errors import ConfirmationNeeded, MostUsersLeave, NotFound, ProposalStale, UnknownCode, UsersInvalid
from licensekit.installation import (
    EventScope,
    GroupRule,
    Installation,
    Synced,
    SyncProposal,
    UserFilter,
    Users,
    diagnose,
    parse_directory,
    parse_users,
)
from licensekit.state import staged_users
from licensekit.state.home import open_installation
from licensekit.wire.documents import UserKind
from tests.crm import SOLD, crm_home_on_engine, open_crm
from tests.homes import Home, bundle, file

HEADER = "sAMAccountName,displayName,memberOf,Enabled,licenses\n"
TABLES = ("staged_users", "staged_licenses")


def proposed(crm: Installation, *rows: str, header: str = HEADER) -> SyncProposal:
    return crm.users.propose_sync(parse_directory(header + "\n".join(rows)))


def synced(crm: Installation, *rows: str, header: str = HEADER) -> Synced:
    return proposed(crm, *rows, header=header).apply(confirm=True, most_leave=True)


def refused(proposal: SyncProposal) -> dict[int, str]:
    return {one.line: "; ".join(map(str, one.faults)) for one in proposal.users if one.faults}


def outcomes(proposal: SyncProposal) -> list[tuple[str, str]]:
    return [(one.outcome, one.staged.user.written) for one in proposal.users]


def test_users_are_added_changed_and_retired_and_those_added_by_hand_stay(crm: Installation) -> None:
    crm.users.assign("bob", "service")
    assert synced(crm, "Anna,Anna Berg,CN=Night,True,", "dora,Dora,,True,sales").assigned == 1
    anna = crm.users.get("anna")
    assert (anna.written, anna.name, anna.groups) == ("anna", "Anna Berg", ("Night",))
    done = synced(crm, "anna,Anna Dahl,CN=Night;CN=Day,True,")
    assert done == Synced(added=0, changed=1, left=1, unchanged=0, refused=0, assigned=0, released=1)
    dora, bob = crm.users.get("dora"), crm.users.get("bob")
    assert (dora.retired, dora.licenses, dora.name) == (True, (), "Dora")
    assert (bob.retired, bob.licenses) == (False, ("service",))
    assert [row.user.id for row in crm.users.list(UserFilter(text="dahl"))] == ["anna"]
    assert [row.user.id for row in crm.users.list(UserFilter(text="berg"))] == []


def test_whose_account_is_disabled_has_left_and_comes_back(crm: Installation) -> None:
    crm.users.add_rule("Sales", "sales")
    synced(crm, "dora,Dora,CN=Sales,True,")
    synced(crm, "dora,Dora,CN=Sales,False,", "erik,Erik,,False,", "bob,Bob,,False,")
    assert crm.users.get("dora").retired
    assert not crm.users.get("bob").retired
    with pytest.raises(NotFound):
        crm.users.get("erik")
    proposal = proposed(crm, "dora,Dora,CN=Sales,True,")
    assert [one.set for one in proposal.users] == [("retired",)]
    proposal.apply()
    assert crm.users.get("dora").licenses == ("sales",)


def test_columns_of_ours_are_changed_only_if_they_are_there(crm: Installation) -> None:
    synced(crm, "anna,external,no,yes", header="sAMAccountName,kind,can_log_in,administrator\n")
    anna = crm.users.get("anna")
    assert (anna.kind, anna.can_log_in, anna.administrator) == (UserKind.EXTERNAL, False, True)
    synced(crm, "anna", header="sAMAccountName\n")
    assert crm.users.get("anna") == anna


def test_rules_assign_to_members_and_release_of_all_others_in_the_file(crm: Installation) -> None:
    assert crm.users.add_rule("Domain Users", "demo.windows", "sales") == GroupRule(
        "Domain Users", ("sales", "windows")
    )
    crm.users.add_rule("FIELD", "service")
    crm.users.assign("anna", "service")
    crm.users.assign("carl", "sales")
    done = synced(crm, "anna,,CN=DOMAIN USERS;CN=Day,True,", "bob,,CN=field,True,windows")
    assert (crm.users.get("anna").licenses, crm.users.get("bob").licenses) == (
        ("sales", "windows"),
        ("service", "windows"),
    )
    assert (done.assigned, done.released) == (4, 1)
    synced(crm, "anna,,CN=Field,True,", "bob,,,True,")
    assert (crm.users.get("anna").licenses, crm.users.get("bob").licenses) == (("service",), ())
    assert crm.users.get("carl").licenses == ("sales",)


def test_a_license_that_no_rule_names_stays(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    crm.users.add_rule("Sales", "travel")
    synced(crm, "anna,,,True,")
    assert crm.users.get("anna").licenses == ("sales", "windows")
    assert crm.users.remove_rule("SALES") == GroupRule("Sales", ())
    assert crm.users.rules() == ()


RULES: list[tuple[Callable[[Users], object], type[Exception]]] = [
    (lambda users: users.add_rule("a", "nothing"), UnknownCode),
    (lambda users: users.remove_rule("a"), NotFound),
    (lambda users: users.remove_rule("b", "travel"), NotFound),
]


@pytest.mark.parametrize(("change", "error"), RULES)
def test_a_rule_that_cannot_be_is_refused(
    crm: Installation, change: Callable[[Users], object], error: type[Exception]
) -> None:
    crm.users.add_rule("b", "sales", "windows")
    with pytest.raises(error):
        change(crm.users)
    assert crm.users.rules() == (GroupRule("b", ("sales", "windows")),)
    assert crm.users.remove_rule("B", "demo.sales") == GroupRule("b", ("windows",))


def test_rows_that_are_refused_change_nothing_and_are_not_leavers(crm: Installation) -> None:
    synced(crm, "dora,Dora,,True,sales", "erik,Erik,,True,", "fay,Fay,,True,", "gus,Gus,,True,")
    before = {one: crm.users.get(one) for one in ("dora", "erik", "fay")}
    proposal = proposed(
        crm,
        "dora,New,,perhaps,",
        "ERIK,New,,True,",
        "erik,Newer,,True,",
        "fay,New,,True,travel",
        "gus,New,,True,nothing",
        ",Nobody,,True,",
        "hal,Hal,,True,sales service",
        "ida,Ida,,True,",
    )
    assert {line: said[:40] for line, said in refused(proposal).items()} == {
        2: "'perhaps' is neither yes nor no",
        3: "'ERIK' is also in line 4, and one of the",
        4: "'erik' is also in line 3, and one of the",
        5: "`travel` requires `windows`, which fay d",
        6: "no catalog has a license `nothing`",
        7: "'' is not a valid user id; it has 1 to 2",
        8: "hal would have the plans sales, service,",
    }
    assert proposal.apply() == Synced(added=1, changed=0, left=0, unchanged=0, refused=7, assigned=0, released=0)
    assert {one: crm.users.get(one) for one in before} == before
    assert crm.users.get("gus").name == "Gus"


def test_of_too_few_the_first_rows_get_one_and_what_is_released_is_free(crm: Installation) -> None:
    synced(crm, "dora,,,True,sales", "erik,,,True,sales")
    proposal = proposed(crm, "anna,,,True,sales", "bob,,,True,sales", "erik,,,True,")
    assert outcomes(proposal) == [("changed", "anna"), ("refused", "bob"), ("unchanged", "erik"), ("left", "dora")]
    assert refused(proposal)[3].startswith("no `sales` is free: 2 of 2 are assigned")
    proposal.apply(confirm=True)
    assert crm.users.get("anna").licenses == ("sales",)


def test_what_a_refused_user_would_release_is_not_free(crm: Installation) -> None:
    for group, license_ in (("Sales", "sales"), ("Service", "service")):
        crm.users.add_rule(group, license_)
    synced(crm, "dora,,CN=Sales,True,", "erik,,CN=Sales,True,", "fay,,CN=Service,True,")
    swapped = proposed(crm, "dora,,CN=Service,True,", "erik,,CN=Sales,True,", "fay,,CN=Sales,True,")
    assert swapped.counts.changed == 2
    chain = proposed(
        crm, "gus,,CN=Sales,True,", "dora,,CN=Service,True,", "erik,,CN=Sales,True,", "fay,,CN=Service,True,"
    )
    assert sorted(refused(chain)) == [2, 3]


def test_a_user_who_would_lose_what_another_license_requires_is_refused(crm: Installation) -> None:
    crm.users.add_rule("Sales", "sales")
    synced(crm, "dora,,CN=Sales,True,windows")
    assert "which is required by windows" in refused(proposed(crm, "dora,,,True,"))[2]


FILES = [
    (HEADER, "no row contains a user"),
    ("", "line 1: the file is empty"),
    (HEADER + ",a,,True,", "line 2: '' is not a valid user id"),
    ("displayName\nAnna\n", "line 1: there is no column `id`"),
    (HEADER + 'anna,,,True,\nbob,"open', "line 3: is not valid CSV"),
]


@pytest.mark.parametrize(("text", "beginning"), FILES)
def test_a_file_that_does_not_say_who_is_there_is_an_error(crm: Installation, text: str, beginning: str) -> None:
    synced(crm, "anna,,,True,", "dora,,,True,")
    with pytest.raises(UsersInvalid) as caught:
        crm.users.propose_sync(parse_directory(text))
    assert str(caught.value.faults[0]).startswith(beginning)


def test_that_users_leave_needs_a_confirmation(crm: Installation) -> None:
    synced(crm, "dora,,,True,", "erik,,,True,")
    proposal = proposed(crm, "erik,,,True,")
    with pytest.raises(ConfirmationNeeded) as caught:
        proposal.apply()
    assert [(one.code, one.data) for one in caught.value.needs_confirmation] == [("users-leave", {"users": 1})]
    assert not crm.users.get("dora").retired
    assert proposal.as_json()["counts"]["left"] == 1
    assert [one["outcome"] for one in proposal.as_json()["users"]] == ["left"]


@pytest.mark.parametrize(("stay", "is_cut_off"), [(10, False), (9, False), (4, True)])
def test_that_most_users_leave_needs_a_word_of_its_own(crm: Installation, stay: int, *, is_cut_off: bool) -> None:
    everybody = [f"u{number},,,True," for number in range(20)]
    synced(crm, *everybody)
    crm.users.retire("u19")
    proposal = proposed(crm, *everybody[:stay])
    if is_cut_off:
        with pytest.raises(MostUsersLeave):
            proposal.apply(confirm=True)
        assert not crm.users.get("u18").retired
    assert proposal.apply(confirm=True, most_leave=is_cut_off).left == 19 - stay


def test_that_most_users_lose_licenses_needs_a_word_of_its_own(crm: Installation) -> None:
    """A group that was renamed in the directory is another group, which no rule names."""
    crm.users.add_rule("Staff", "windows")
    crm.users.add_rule("Staff", "user")
    synced(crm, *(f"u{number},,Staff,True," for number in range(12)))
    proposal = proposed(crm, *(f"u{number},,All staff,True," for number in range(12)))
    with pytest.raises(MostUsersLeave, match="12 of 12 users would leave or lose licenses"):
        proposal.apply(confirm=True)
    assert crm.users.get("u11").licenses == ("user", "windows")


def test_a_page_of_the_audit_log_names_a_few_of_many_users(crm: Installation) -> None:
    synced(crm, *(f"u{number:02},,,True," for number in range(45)))
    pages, entries = crm.audit.page(limit=2).entries, list(crm.audit.entries())
    assert [one.facts["users"][-1] for one in pages] == ["2 more", "37 more"]
    assert pages[1].message.endswith("added u00, u01, u02, 37 more")
    assert [len(one.facts["users"]) for one in entries[-2:]] == [40, 5]


MORE = bundle(2, **{**SOLD, "users": {**SOLD["users"], "sales": 9}})
STALE: list[tuple[str, Callable[[Installation], object], tuple[str, ...]]] = [
    ("a user was changed", lambda crm: crm.users.set("dora", name="Other"), ("dora",)),
    ("a user was added", lambda crm: crm.users.add("erik"), ("erik",)),
    ("a user was erased", lambda crm: crm.users.erase("dora"), ("dora",)),
    ("a license was released", lambda crm: crm.users.release("dora", "windows"), ("licenses",)),
    ("one was assigned", lambda crm: crm.users.assign("dora", "travel"), ("licenses",)),
    ("one was exchanged", lambda crm: crm.users.assign("dora", "user", release=["windows"]), ("licenses",)),
    ("none is free any more", lambda crm: crm.users.assign("carl", "service"), ("service",)),
    ("a rule was added", lambda crm: crm.users.add_rule("x", "sales"), ("rules of groups, licenses, or another sync",)),
    ("others are licensed", lambda crm: crm.activate(file(MORE)), ("rules of groups, licenses, or another sync",)),
]


@pytest.mark.parametrize(("change", "names"), [row[1:] for row in STALE], ids=[row[0] for row in STALE])
def test_what_has_changed_since_makes_a_proposal_stale(
    crm: Installation, change: Callable[[Installation], object], names: tuple[str, ...]
) -> None:
    crm.users.add("dora")
    crm.users.assign("dora", "sales", "windows")
    proposal = proposed(crm, "dora,Dora,,True,", "erik,Erik,,True,service")
    change(crm)
    before = list(crm.users.list())
    with pytest.raises(ProposalStale) as caught:
        proposal.apply(confirm=True)
    assert caught.value.changed == names
    assert list(crm.users.list()) == before


def test_what_changes_of_others_meanwhile_does_not_matter(crm: Installation) -> None:
    proposal = proposed(crm, "dora,Dora,,True,")
    crm.users.set("bob", name="Bob")
    crm.events.start("no-login", scope=EventScope.USER, subject="anna")
    assert proposal.apply().added == 1


@pytest.fixture(params=["folder", "server"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind."""
    return crm_home_on_engine(request, tmp_path)


MANY = [f"u{number:04},Person {number},CN=G{number % 3},True," for number in range(1200)]


def staged(home: Home) -> int:
    """Return how many rows are prepared, and how many words belong to nobody."""
    database = open_installation(home.place, create=False)
    with database.read() as connection:
        counts = [connection.one(f"SELECT count(*) FROM {table}") or (0,) for table in TABLES]  # noqa: S608  # ours
        words = connection.one("SELECT count(*) FROM user_words WHERE user_id NOT IN (SELECT id FROM users)") or (0,)
    database.close()
    return sum(number for (number,) in (*counts, words))


def test_very_many_users_come_and_go_on_both_engines(engine: Home) -> None:
    with open_crm(engine, "anna", "u0001") as crm:
        crm.users.add_rule("g1", "user")
        crm.users.add_rule("g2", "windows")
        crm.users.add_rule("g2", "user")
        crm.users.set("u0001", name="Old")
        assert synced(crm, *MANY) == Synced(1199, 1, 0, 0, 0, 1200, 0)
        assert crm.state().in_use == {"user": 800, "windows": 400}
        assert crm.users.get("u0001").name == "Person 1"
        assert synced(crm, *MANY) == Synced(0, 0, 0, 1200, 0, 0, 0)
        done = synced(crm, *MANY[5:-300], "u0900,Other,CN=G2,True,", "new,New,CN=g1,True,")
        assert done.refused == 0
        assert (done.added, done.left) == (1, 304)
        assert crm.state().in_use == {"user": 599, "windows": 300}
        assert [row.user.id for row in crm.users.list(UserFilter(text="new"))] == ["new"]
        assert len(list(crm.audit.entries())) < 100
        crm.audit.verify()
    assert staged(engine) == 0
    assert [one for one in diagnose(engine.place, clock=engine.clock) if one.state == "error"] == []


def leave(_: Database, own: str = "") -> None:  # as `clear`
    """Clear nothing, as a process that has crashed."""


def test_a_crash_before_the_change_leaves_nothing_that_is_seen(
    crm_home: Home, crm: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("licensekit.state.staged_users._carry_out", crash)
        patched.setattr(staged_users, "clear", leave)
        with pytest.raises(KeyboardInterrupt):
            synced(crm, *MANY)
    assert staged(crm_home) > 1200
    assert [row.user.id for row in crm.users.list()] == ["anna", "bob", "carl"]
    assert list(crm.users.list(UserFilter(text="person"))) == []
    crm.users.add("u0007", name="By hand")
    assert synced(crm, "dora,Dora,,True,").added == 1
    assert staged(crm_home) == 0
    assert [row.user.id for row in crm.users.list(UserFilter(text="hand"))] == ["u0007"]


def test_words_that_a_crash_has_kept_back_are_written_by_the_next_sync(
    crm: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(crm, "dora,Dora Lund,,True,")
    with monkeypatch.context() as patched:
        patched.setattr(staged_users, "clear", leave)
        synced(crm, "dora,Dora Dahl,,True,")
    assert crm.users.get("dora").name == "Dora Dahl"
    assert list(crm.users.list(UserFilter(text="dahl"))) == []
    synced(crm, "dora,Dora Dahl,,True,", "erik,Erik,,True,")
    assert [[row.user.id for row in crm.users.list(UserFilter(text=text))] for text in ("dahl", "lund")] == [
        ["dora"],
        [],
    ]


def test_another_sync_that_has_begun_makes_the_first_one_stale(crm: Installation) -> None:
    first = proposed(crm, "dora,Dora,,True,")
    with pytest.raises(ProposalStale) as caught:
        first.apply(progress=lambda _: synced(crm, "erik,Erik,,True,"))
    assert caught.value.changed == ("another sync or import has begun",)
    assert [row.user.id for row in crm.users.list()] == ["anna", "bob", "carl", "erik"]


def test_of_two_simultaneous_syncs_the_later_one_succeeds_with_its_search_words(engine: Home) -> None:
    prepared, over = Event(), Event()

    def wait(_: int) -> None:
        prepared.set()
        assert over.wait(60)

    def meanwhile(_: int) -> None:
        if not later.is_alive() and not prepared.is_set():
            later.start()
            assert prepared.wait(60)

    with open_crm(engine) as crm, open_crm(engine) as other:
        done = list[Synced]()
        second = proposed(other, "dora,Dora Lund,,True,", "erik,Erik,,True,")
        later = Thread(target=lambda: done.append(second.apply(progress=wait)))
        with pytest.raises(ProposalStale):
            proposed(crm, *MANY, "dora,Dora Lund,,True,").apply(progress=meanwhile)
        over.set()
        later.join()
        assert [one.added for one in done] == [2]
        assert [row.user.id for row in crm.users.list(UserFilter(text="lund"))] == ["dora"]
    assert staged(engine) == 0


def test_a_sync_that_was_made_since_makes_stale_also_who_would_have_stayed(engine: Home) -> None:
    with open_crm(engine) as crm:
        synced(crm, "anna,Anna,,True,", "dora,Dora,,True,")
        older = proposed(crm, "anna,Anna,,True,", "dora,Dora,,True,", "erik,Erik,,True,")
        crm.users.add("bob")
        proposed(crm, "anna,Anna,,True,").apply(confirm=True)
        with pytest.raises(ProposalStale, match="another sync"):
            older.apply()


def test_an_import_of_very_many_goes_the_same_way_and_refuses_all_with_one(crm_home: Home, crm: Installation) -> None:
    lines = "".join(f"u{number:04},Person {number},user\n" for number in range(700))
    told: list[int] = []
    assert crm.users.import_rows(parse_users("id,name,licenses\n" + lines), told.append).assigned == 700
    assert sum(told) == 700
    with pytest.raises(UsersInvalid) as caught:
        crm.users.import_rows(parse_users("id,name,licenses\n" + lines.replace("user", "windows") + "x,,nothing\n"))
    assert len(caught.value.faults) == 1
    assert staged(crm_home) == 0
    assert synced(crm, "u0001,Person 1,,True,").left == 0


def test_an_import_retires_and_brings_back_as_its_column_says(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    crm.users.import_rows(parse_users("id,retired\nanna,yes\nold,yes\n"))
    assert (crm.users.get("anna").retired, crm.users.get("anna").licenses, crm.users.get("old").retired) == (
        True,
        (),
        True,
    )
    crm.users.import_rows(parse_users("id,retired\nanna,no\n"))
    assert not crm.users.get("anna").retired


def test_erasing_a_person_erases_what_a_crash_has_left_of_it(
    crm_home: Home, crm: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(staged_users, "clear", leave)
        synced(crm, "dora,Dora,,True,sales")
    crm.users.erase("dora")
    assert staged(crm_home) == 0
