"""Each change among the signing keys is the next trust document, and nothing else changes."""

from collections.abc import Callable

import pytest

from licensekit.errors import KeyChangeRefused, KeyMissing, LicenseError
from licensekit.issuer.keys import changes
from licensekit.issuer.keys.changes import Permission, key_id
from licensekit.wire.documents import KeyState, SignedType, Trust, Use, encode
from tests import makers
from tests.makers import NOW

OWN, THEIRS, NEW = (makers.key(name).verifying_key for name in ("own", "theirs", "new"))
TRUST = makers.trust(
    makers.admitted(makers.key("own"), "signing-1", valid_to=None), makers.admitted(makers.key("theirs"), "fjord")
)


def test_an_admitted_key_has_the_permission_that_was_given() -> None:
    permission = Permission(
        "acme", (SignedType.BUNDLE, SignedType.BUNDLE), (Use.DEMO, Use.TRIAL), 60, valid_from=NOW + 5, valid_to=NOW + 9
    )
    made = changes.admit(TRUST, NEW, "sales", permission, NOW)
    new = made.keys[-1]
    assert made.keys[:-1] == TRUST.keys
    assert (made.version, made.root_version, made.issued) == (2, 1, NOW)
    assert (new.name, new.state, new.valid_from, new.valid_to) == ("sales", KeyState.ACTIVE, NOW + 5, NOW + 9)
    assert (new.scope.types, new.scope.uses, new.scope.issuers, new.scope.longest_term) == (
        [SignedType.BUNDLE],
        [Use.TRIAL, Use.DEMO],
        ["acme"],
        60,
    )
    assert encode(made)


def test_a_rotated_key_hands_its_scope_on_and_retires_a_second_later() -> None:
    """What it signed in this very second was signed in time."""
    made = changes.rotate(TRUST, TRUST.keys[0], NEW, "signing-2", NOW)
    old, _, new = made.keys
    assert (old.state, old.valid_to) == (KeyState.RETIRED, NOW + 1)
    assert (new.name, new.scope) == ("signing-2", old.scope)


def test_a_rotated_key_can_sign_again_whatever_the_old_one_has_signed() -> None:
    made = changes.rotate(TRUST, TRUST.keys[0], NEW, "signing-2", NOW)
    assert made.keys[-1].valid_from == TRUST.keys[0].valid_from < NOW


@pytest.mark.parametrize(("end", "kept"), [(None, None), (NOW + 9, NOW + 9), (NOW, None)])
def test_a_rotated_key_ends_when_the_old_one_would_have(end: int | None, kept: int | None) -> None:
    """An end that is past already is not handed on: it would make a key that never signs."""
    trust = makers.trust(makers.admitted(makers.key("own"), "signing-1", valid_to=end))
    assert changes.rotate(trust, trust.keys[0], NEW, "signing-2", NOW).keys[-1].valid_to == kept


def test_a_new_root_keeps_what_the_old_one_said_beside_its_keys() -> None:
    root = makers.root(makers.key("root"), extensions={"audience": "all"})
    new, _ = changes.rotate_root(root, TRUST, [NEW], 1, NOW)
    assert (new.version, new.extensions) == (2, {"audience": "all"})


@pytest.mark.parametrize("name", ["signing-1", OWN.key_id.hex()])
def test_a_key_is_retired_or_revoked_by_name_or_key_id(name: str) -> None:
    assert changes.retire(TRUST, name, NOW).keys[0].state is KeyState.RETIRED
    revoked = changes.revoke(TRUST, name, NOW)
    assert (revoked.keys[0].state, revoked.keys[0].valid_to) == (KeyState.REVOKED, None)


def test_a_window_that_ends_earlier_stays_as_it_was() -> None:
    ending = makers.admitted(makers.key("own"), "signing-1", valid_to=NOW - 5)
    assert changes.retire(makers.trust(ending), "signing-1", NOW).keys[0].valid_to == NOW - 5


def test_a_window_that_has_not_begun_is_closed_where_it_begins() -> None:
    later = makers.admitted(makers.key("own"), "signing-1", valid_from=NOW + 99, valid_to=None)
    key = changes.retire(makers.trust(later), "signing-1", NOW).keys[0]
    assert (key.valid_from, key.valid_to) == (NOW + 99, NOW + 99)


def test_a_retired_key_can_still_be_revoked_and_its_name_given_again() -> None:
    retired = changes.retire(TRUST, "signing-1", NOW)
    assert changes.revoke(retired, "signing-1", NOW).keys[0].state is KeyState.REVOKED
    again = changes.admit(retired, NEW, "signing-1", Permission("acme"), NOW)
    assert [key.name for key in again.keys].count("signing-1") == 2
    with pytest.raises(KeyMissing, match="2 keys"):
        changes.revoke(again, "signing-1", NOW)
    assert changes.revoke(again, key_id(again.keys[0]), NOW).keys[2].state is KeyState.ACTIVE


RETIRED: Trust = changes.retire(TRUST, "signing-1", NOW)
REVOKED: Trust = changes.revoke(TRUST, "signing-1", NOW)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (KeyChangeRefused, lambda: changes.admit(TRUST, OWN, "x", Permission("acme"), NOW)),
        (KeyChangeRefused, lambda: changes.admit(TRUST, NEW, "fjord", Permission("a"), NOW)),
        (KeyMissing, lambda: changes.retire(TRUST, "nobody", NOW)),
        (KeyChangeRefused, lambda: changes.retire(RETIRED, "signing-1", NOW)),
        (KeyChangeRefused, lambda: changes.revoke(REVOKED, "signing-1", NOW)),
        (KeyChangeRefused, lambda: changes.rotate(REVOKED, REVOKED.keys[0], NEW, "signing-2", NOW)),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(kind: type[LicenseError], change: Callable[[], Trust]) -> None:
    with pytest.raises(kind):
        change()


def test_names_are_free_if_nothing_ever_had_them() -> None:
    assert changes.free_name(["signing-1", "signing-3"]) == "signing-2"


@pytest.mark.parametrize(
    ("permission", "rule"),
    [
        (Permission("acme", most=25), "most-without-parts"),
        (Permission("acme", (SignedType.CATALOG,), longest_term=9), "limited-types"),
        (Permission("acme", parts=("A B",)), "value"),
        (Permission("A B"), "value"),
        (Permission("acme", valid_from=NOW, valid_to=NOW - 1), "window"),
    ],
)
def test_a_permission_that_no_key_can_have_is_refused_with_the_rule(permission: Permission, rule: str) -> None:
    with pytest.raises(KeyChangeRefused) as caught:
        changes.admit(TRUST, NEW, "sales", permission, NOW)
    assert (caught.value.reason, [one.reason for one in caught.value.why]) == ("permission", [rule])
