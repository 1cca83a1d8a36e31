"""Whatever directories say one after the other, users are as a plain model of a sync has them."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.errors import UsersInvalid
from licensekit.installation import Installation, parse_directory
from tests.crm import crm_home_at, open_crm
from tests.homes import Home
from tests.profiles import examples

IDS = ("anna", "Bo", "carl", "dora", "Erik")
GROUPS = ("Domain Users", "Night", "Day")
LICENSES = ("user", "windows")  # as many as are wanted, and windows requires user


class Row(NamedTuple):
    """A row of a directory."""

    user: str
    name: str
    groups: frozenset[str]
    enabled: str
    licenses: frozenset[str]


@dataclass(frozen=True)
class Known:
    """A user as the model has it."""

    name: str = ""
    groups: frozenset[str] = frozenset()
    retired: bool = False
    held: frozenset[str] = frozenset()
    marked: bool = False


Rules = dict[str, frozenset[str]]
Users = dict[str, Known]
ROWS = st.builds(
    Row,
    st.sampled_from(IDS) | st.sampled_from(IDS).map(str.upper),
    st.sampled_from(["A", "B"]),
    st.frozensets(st.sampled_from(GROUPS)),
    st.sampled_from(["True", "True", "True", "False", "perhaps"]),
    st.sampled_from([frozenset[str](), frozenset({"user"}), frozenset(LICENSES), frozenset({"windows"})]),
)
DAYS = st.lists(st.lists(ROWS, max_size=6), min_size=1, max_size=4)
RULES = st.dictionaries(st.sampled_from(GROUPS), st.frozensets(st.sampled_from(LICENSES), min_size=1), max_size=2)


def after_row(known: Known, row: Row, rules: Rules) -> Known:
    """Return a user after a row that is whole."""
    if row.enabled == "False":
        return replace(known, retired=True, held=frozenset()) if known.marked else known
    ruled = frozenset[str]().union(*rules.values())
    wanted = row.licenses.union(*(rules.get(group, frozenset()) for group in row.groups))
    held = known.held - ruled | wanted
    if "windows" in held and "user" not in held:
        return known
    return Known(row.name, row.groups, retired=False, held=held, marked=True)


def after(users: Users, rows: list[Row], rules: Rules) -> Users:
    """Return the users after a sync."""
    lines = Counter(row.user.lower() for row in rows)
    found = dict(users)
    for row in rows:
        key = row.user.lower()
        if lines[key] > 1 or row.enabled == "perhaps":
            continue
        is_there = key in users
        changed = after_row(users.get(key, Known()), row, rules)
        if is_there or changed.marked:
            found[key] = changed
    for key, known in users.items():
        if known.marked and key not in lines:
            found[key] = replace(known, retired=True, held=frozenset())
    return found


def export(rows: list[Row]) -> str:
    """Return the rows as an export of Active Directory."""
    lines = (
        f"{row.user},{row.name},{';'.join(f'CN={one}' for one in sorted(row.groups))},{row.enabled},"
        f"{' '.join(sorted(row.licenses))}\n"
        for row in rows
    )
    return "sAMAccountName,displayName,memberOf,Enabled,licenses\n" + "".join(lines)


def users_of(crm: Installation, marked: Users) -> Users:
    """Return the users of an installation; who is marked is what the model says."""
    return {
        user.id: Known(
            user.name, frozenset(user.groups), user.retired, frozenset(user.licenses), marked[user.id].marked
        )
        for user, _ in crm.users.list()
    }


def follow(home: Home, days: list[list[Row]], rules: Rules) -> None:
    """Sync day by day, and compare with the model."""
    expected: Users = {"anna": Known(), "bo": Known(held=frozenset({"user"}))}
    with open_crm(home, "anna", "bo") as crm:
        crm.users.assign("bo", "user")
        for group, licenses in rules.items():
            crm.users.add_rule(group, *licenses)
        for rows in days:
            parsed, lines = parse_directory(export(rows)), Counter(row.user.lower() for row in rows)
            if any(row.enabled != "perhaps" and lines[row.user.lower()] == 1 for row in rows):
                crm.users.propose_sync(parsed).apply(confirm=True)
                expected = after(expected, rows, rules)
                again = crm.users.propose_sync(parsed)
                assert {one.outcome for one in again.users} <= {"unchanged", "refused"}
            else:
                with pytest.raises(UsersInvalid):
                    crm.users.propose_sync(parsed)
            assert users_of(crm, expected) == expected
        crm.audit.verify()


@given(DAYS, RULES)
@settings(max_examples=examples(100), deadline=None)
def test_a_sync_does_what_the_model_says(days: list[list[Row]], rules: Rules) -> None:
    with TemporaryDirectory() as folder:
        follow(crm_home_at(Path(folder, "home")), days, rules)


@pytest.mark.server
def test_a_server_does_what_the_model_says(postgres_location: str) -> None:
    anna, bo = (
        Row("ANNA", "A", frozenset({"Night"}), "True", frozenset()),
        Row("bo", "B", frozenset(), "False", frozenset()),
    )
    dora = Row("dora", "B", frozenset({"Day"}), "True", frozenset({"user"}))
    days = [[anna, bo], [anna, bo._replace(enabled="True"), dora], [dora], [anna, bo, dora, dora], [anna, bo]]
    follow(crm_home_at(postgres_location), days, {"Night": frozenset(LICENSES), "Day": frozenset({"windows"})})
