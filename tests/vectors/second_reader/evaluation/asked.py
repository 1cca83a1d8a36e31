"""The world of a question, from the line that asks it."""

from tests.vectors.second_reader import files, given
from tests.vectors.second_reader.evaluation.bundles import bundles_of
from tests.vectors.second_reader.evaluation.catalogs import catalogs_of, code_of
from tests.vectors.second_reader.evaluation.world import Assignment, Event, Installation, Site, User, World
from tests.vectors.second_reader.forms import RefusedError, Token, tokens_of
from tests.vectors.second_reader.given import Line, UnsupportedError


def world_of(line: Line) -> World:
    """Return the world of a line."""
    state = files.opened(line)
    if "seen" in line:
        state = files.extended(state, [], None, given.floor(line))
    vendor = str(state.root.held.says["issuer"])
    return World(
        now=given.moment(line, "now"),
        believed=state,
        catalogs=catalogs_of(state),
        bundles=bundles_of(state, tokens(line, "bundles")),
        released=given.day(line, "released") if "released" in line else None,
        installation=_installation(line),
        away_hours=_away_hours(line),
        sites={one.id: one for one in (_site(site, vendor) for site in given.mappings(line, "sites"))},
        users={one.id: one for one in (_user(user, vendor) for user in given.mappings(line, "users"))},
        events=tuple(map(_event, given.mappings(line, "events"))),
    )


def tokens(line: Line, name: str) -> list[Token]:
    """Return a member that is a list of texts, each of one token. A text that is not a token is left out."""
    return [token for text in given.texts(line, name) for token in _tokens(text)]


def _tokens(text: str) -> list[Token]:
    try:
        return tokens_of(text.encode())
    except RefusedError:
        return []


def _installation(line: Line) -> Installation | None:
    if "installation" not in line:
        return None
    shown = given.mapping(line["installation"], "installation")
    facts = given.mapping(shown.get("facts", {}), "facts")
    return Installation(given.octets(shown, "digest").hex(), {name: given.octets(facts, name).hex() for name in facts})


def _away_hours(line: Line) -> float | None:
    hours = line.get("away_hours")
    if hours is not None and (isinstance(hours, bool) or not isinstance(hours, int | float)):
        raise UnsupportedError("away_hours is not a number")
    return hours


def _assignments(line: Line, vendor: str) -> tuple[Assignment, ...]:
    held = given.mappings(line, "licenses")
    return tuple(Assignment(code_of(given.text(one, "license"), vendor), one.get("slot")) for one in held)


def _site(line: Line, vendor: str) -> Site:
    return Site(given.text(line, "id"), "satellite" in line, line.get("satellite"), _assignments(line, vendor))


def _user(line: Line, vendor: str) -> User:
    return User(
        id=given.text(line, "id"),
        kind=given.text(line, "kind"),
        can_log_in=given.is_true(line, "can_log_in"),
        is_administrator=given.is_true(line, "administrator"),
        is_retired=given.is_true(line, "retired"),
        groups=tuple(given.texts(line, "groups")),
        licenses=_assignments(line, vendor),
    )


def _event(line: Line) -> Event:
    return Event(
        given.whole(line, "number"), given.text(line, "kind"), given.text(line, "scope"), given.text(line, "subject")
    )
