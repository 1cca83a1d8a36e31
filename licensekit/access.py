"""How much of a license may be used."""

from enum import IntEnum


class Access(IntEnum):
    """How much of a license may be used."""

    NONE = 0
    READ = 1
    FULL = 2


def level_of(at_least: object) -> Access:
    """Return `at_least`; raise `TypeError` for any other type, because `True` would count as `Access.READ`."""
    if isinstance(at_least, Access):
        return at_least
    raise TypeError(f"at_least is Access.READ or Access.FULL, and this is {at_least!r}; without it, FULL is asked for")
