"""What a user may do, and where it comes from."""

from collections.abc import Iterable
from typing import NamedTuple

from licensekit.access import Access
from licensekit.installation import (
    Decision,
    Given,
    InstallationState,
    UserFacts,
    may_login,
    ways,
)


class Has(NamedTuple):
    """What a user has."""

    own: tuple["GivenView", ...]
    """What is assigned and what that brings, the assigned first."""
    shared: tuple["GivenView", ...]
    """What everybody has."""


class GivenView(NamedTuple):
    """One license that a user has, and how."""

    code: str
    name: str
    access: Access
    assigned: bool
    via: tuple[str, ...]
    """The names of what is assigned and brings it."""


def given_by(state: InstallationState, given: Iterable[Given]) -> Has:
    """Return every license that gives a user something, or is assigned and does not."""
    licenses = state.entitlements.licenses
    found = [
        GivenView(
            one.license,
            licenses[one.license].name,
            one.access,
            one.assigned,
            tuple(licenses[giver].name for giver in sorted(one.through) if giver in licenses),
        )
        for one in given
        if (one.access or one.assigned) and one.license in licenses
    ]
    found.sort(key=lambda one: (not one.assigned, one.name.casefold()))
    return Has(
        own=tuple(one for one in found if one.assigned or one.via),
        shared=tuple(one for one in found if not (one.assigned or one.via)),
    )


def login_answers(state: InstallationState, user: UserFacts) -> tuple[tuple[str, Decision], ...]:
    """Return every way to log in that a user of this kind may come, with the decision on it."""
    granted, events = state.entitlements, state.events
    answers = [(way, may_login(granted, user, way, events=events)) for way in ways(granted)]
    return tuple(one for one in answers if not any(r.code == "kind" for r in one[1].reasons))
