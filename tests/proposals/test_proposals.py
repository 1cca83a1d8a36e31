"""Proposals: shown before anything is done, confirmed, and done only as they were shown."""

import json
import pickle
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import ConfirmationNeeded, LicenseError, ProposalStale
from licensekit.errors.coded import Message
from licensekit.proposals import Change, Proposal, require_same


class UsersLose(Message):
    """A consequence, for these tests alone."""

    code = "test-users-lose"
    template = "{count:count user loses|users lose} `{license}`"
    license: str
    count: int


class TakesAway(Message):
    """What must be confirmed, for these tests alone."""

    code = "test-takes-away"
    template = "takes {key:hex} away"
    key: bytes


@dataclass(frozen=True, kw_only=True, repr=False)
class Renewal(Proposal[str]):
    """An operation of these tests."""

    about: str = "Nordlys"


GIVEN = Change("serial", None, "1010000011")
EXPIRY = Change("expiry", 20_000, 20_365)
LOSS = UsersLose(license="sale", count=2)
AWAY = TakesAway(key=b"\x01\xff")
FULL = Renewal(
    changes=(GIVEN, EXPIRY),
    consequences=(LOSS,),
    warnings=(UsersLose(license="quote", count=1),),
    needs_confirmation=(AWAY,),
)


def test_a_proposal_that_needs_no_confirmation_goes_on() -> None:
    Renewal(changes=(EXPIRY,), consequences=(LOSS,), warnings=(LOSS,)).require_confirmed(confirm=False)


def test_a_confirmed_proposal_goes_on() -> None:
    FULL.require_confirmed(confirm=True)


def test_what_needs_confirmation_is_refused_with_the_proposal() -> None:
    with pytest.raises(ConfirmationNeeded) as refused:
        FULL.require_confirmed(confirm=False)
    error = refused.value
    assert error.proposal is FULL
    assert error.code == "confirmation-needed"
    assert error.message == "this needs a confirmation: takes 01ff away"
    assert "--yes" in error.hint
    assert error.data == {"needs_confirmation": (AWAY,)}
    assert json.loads(json.dumps(error.as_json()))["data"] == {"needs_confirmation": [AWAY.as_json()]}


@pytest.mark.parametrize(
    "error",
    [
        ConfirmationNeeded(proposal=FULL, needs_confirmation=(AWAY,)),
        ProposalStale(about="Nordlys", changed=("expiry",)),
    ],
)
def test_an_error_keeps_what_it_carries(error: LicenseError) -> None:
    copy = pickle.loads(pickle.dumps(error.at("orders.csv")))  # noqa: S301  # our own bytes
    assert (str(copy), copy.data) == (f"orders.csv: {error}", error.data)
    assert getattr(copy, "proposal", None) == getattr(error, "proposal", None)


def test_a_preview_is_plain_json() -> None:
    shown = Renewal(changes=(Change("start", date(2027, 1, 1), b"\x01"),), consequences=(LOSS,))
    assert json.loads(json.dumps(shown.as_json())) == {
        "changes": [{"path": "start", "before": "2027-01-01", "after": "01"}],
        "consequences": [LOSS.as_json()],
        "warnings": [],
        "needs_confirmation": [],
    }


def test_its_repr_names_what_it_is_about() -> None:
    assert repr(FULL) == "<Renewal of Nordlys: changes serial, expiry; to confirm: test-takes-away>"
    assert repr(Renewal()) == "<Renewal of Nordlys: changes nothing; to confirm: nothing>"
    assert str(Change("users.sale", None, 5)) == "users.sale: none -> 5"


def test_the_same_again_is_done() -> None:
    require_same(FULL, FULL)
    require_same(Renewal(), Renewal())


def test_what_only_warns_may_differ() -> None:
    now = Renewal(changes=FULL.changes, consequences=FULL.consequences, needs_confirmation=FULL.needs_confirmation)
    require_same(FULL, now)


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        ({"changes": (GIVEN, Change("expiry", 20_001, 20_365))}, ("expiry",)),
        ({"changes": (GIVEN,)}, ("expiry",)),
        ({"changes": (GIVEN, EXPIRY, Change("users.sale", 3, 5))}, ("users.sale",)),
        ({"consequences": (UsersLose(license="sale", count=3),)}, ("test-users-lose",)),
        ({"needs_confirmation": ()}, ("test-takes-away",)),
        ({"changes": (GIVEN,), "consequences": ()}, ("expiry", "test-users-lose")),
    ],
)
def test_what_has_changed_meanwhile_is_refused(now: dict[str, tuple[object, ...]], changed: tuple[str, ...]) -> None:
    parts = {"changes": FULL.changes, "consequences": FULL.consequences, "needs_confirmation": FULL.needs_confirmation}
    with pytest.raises(ProposalStale) as refused:
        require_same(FULL, Renewal(**(parts | now)))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # of each parameter
    assert refused.value.data == {"about": "Nordlys", "changed": changed}


changes = st.lists(st.builds(Change, st.sampled_from("abc"), st.integers(0, 2), st.integers(0, 2)), max_size=4).map(
    tuple
)


@given(changes, changes)
def test_only_the_paths_that_differ_are_named(shown: tuple[Change, ...], now: tuple[Change, ...]) -> None:
    differing = {one.path for one in set(shown) ^ set(now)}
    if not differing:
        require_same(Renewal(changes=shown), Renewal(changes=now))
        return
    with pytest.raises(ProposalStale) as refused:
        require_same(Renewal(changes=shown), Renewal(changes=now))
    assert sorted(refused.value.changed) == sorted(differing)


def test_a_proposal_says_what_it_is_about_even_where_nobody_named_it() -> None:
    with pytest.raises(ProposalStale, match="what this is about has changed"):
        require_same(Proposal[str](changes=(EXPIRY,)), Proposal[str]())
