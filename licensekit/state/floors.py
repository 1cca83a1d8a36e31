"""What is kept of trust and time: the documents in force as received, and the floor under them."""

from typing import Final

from licensekit.database import Connection, Database
from licensekit.state.loading import InstallationState
from licensekit.state.stored import Stored, read_stored
from licensekit.state.time import TimeSeen, observe
from licensekit.state.trust_store import tokens_of
from licensekit.trust.pack import TrustStore

REMEMBER_SECONDS: Final = 3600
"""A running application keeps the time about once an hour: a clock turned back wins no more."""


def keep_trust(connection: Connection, stored: Stored, trust_store: TrustStore) -> None:
    """Keep everything in force as received, and what was seen as the floor."""
    tokens = tokens_of(trust_store)
    if tuple(tokens) != stored.trust:
        connection.run("DELETE FROM trust_documents")
        connection.run_many(
            "INSERT INTO trust_documents (place, type, frame) VALUES (?, ?, ?)",
            [(place, token.type, token.frame) for place, token in enumerate(tokens)],
        )
    seen = trust_store.trust.seen
    connection.run("UPDATE installation SET seen_root = ?, seen_trust = ?", seen.root, seen.trust)
    connection.run_many(
        "INSERT INTO seen_lists (issuer, trust_version, number) VALUES (?, ?, ?)"
        " ON CONFLICT (issuer) DO UPDATE SET trust_version = excluded.trust_version,"
        " number = excluded.number",
        [(issuer, *place) for issuer, place in seen.lists.items()],
    )


def keep_time(connection: Connection, seen: TimeSeen) -> None:
    """Keep what was seen of time."""
    connection.run("UPDATE installation SET highest = ?, ahead = ?, ran = ?", *seen)


def remember(database: Database, state: InstallationState, clock: int) -> bool:
    """Keep what a running application has seen, if it is worth a write; say whether it was.

    That is the time, about once an hour, and what its pack has newer than the installation. Call
    it after `load`, and now and then while the state stays the same.

    Raises:
        StateError: the database cannot be written; what was there is as it was.
    """
    has_news = _has_news(state.stored, state)
    if not (has_news or _is_due(state.stored.time, clock)):
        return False
    with database.write() as connection:
        stored = read_stored(connection, None, clock)
        keep_time(connection, observe(stored.time, clock))
        # Somebody else may have brought what is newer still.
        if has_news and stored.trust == state.stored.trust and stored.seen == state.stored.seen:
            keep_trust(connection, stored, state.trust_store)
    return True


def _has_news(stored: Stored, state: InstallationState) -> bool:
    """Only an activated installation keeps documents: before that, its pack says everything."""
    return stored.recorded is not None and (
        tuple(tokens_of(state.trust_store)) != stored.trust
        or state.trust_store.trust.seen != stored.seen
    )


def _is_due(seen: TimeSeen, clock: int) -> bool:
    after = observe(seen, clock)
    moved = after.highest - seen.highest, (after.ahead or 0) - (seen.ahead or 0)
    return max(map(abs, moved)) >= REMEMBER_SECONDS
