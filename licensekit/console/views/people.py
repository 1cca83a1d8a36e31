"""What a user may do, and where it comes from."""

from collections.abc import Iterable

from licensekit.installation import Decision, Given, InstallationState, UserFacts, may_login, ways


def given_by(state: InstallationState, given: Iterable[Given]) -> tuple[list[Given], list[Given]]:
    """Return what gives a user something, or is assigned: the user's own, and what everybody has.

    What is assigned comes before what that brings.
    """
    licenses = state.entitlements.licenses
    found = [one for one in given if (one.access or one.assigned) and one.license in licenses]
    found.sort(key=lambda one: (not one.assigned, licenses[one.license].name.casefold()))
    own = [one for one in found if one.assigned or one.through]
    return own, [one for one in found if not (one.assigned or one.through)]


def login_answers(state: InstallationState, user: UserFacts) -> tuple[tuple[str, Decision], ...]:
    """Return every way to log in that a user of this kind may come, with the decision on it."""
    granted, events = state.entitlements, state.events
    answers = [(way, may_login(granted, user, way, events=events)) for way in ways(granted)]
    return tuple(one for one in answers if not any(r.code == "kind" for r in one[1].reasons))
