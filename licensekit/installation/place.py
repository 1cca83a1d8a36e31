"""What kind of place a location names."""

from typing import Final

_SERVERS: Final = ("postgresql://", "postgres://")


def is_server(location: str) -> bool:
    """Say whether `location` is the URL of a server, and not a path."""
    return location.startswith(_SERVERS)
