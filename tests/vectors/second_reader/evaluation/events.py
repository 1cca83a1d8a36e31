"""Events that are in force ("Events")."""

from tests.vectors.second_reader.evaluation.world import Event, World


def unavailable(world: World, function: str, user: str | None, site: str | None) -> list[int]:
    """Return the events that make a function unavailable."""
    kinds = {f"no-{function}", f"rebuild-{function}"}
    return sorted(event.number for event in world.events if event.kind in kinds and concerns(world, event, user, site))


def concerns(world: World, event: Event, user: str | None, site: str | None) -> bool:
    """Return whether a user, a site, a group of the user or the installation is the scope of an event."""
    groups = world.users[user].groups if user in world.users else ()
    subjects = {"user": [user], "site": [site], "group": groups}
    return event.scope == "installation" or event.subject in subjects.get(event.scope, ())
