"""How much of a module may be used: the answer to most questions."""

from enum import IntEnum


class Access(IntEnum):
    """How much of a module may be used."""

    NONE = 0
    READ = 1
    FULL = 2


def level_of(at_least: object) -> Access:
    """Return the extent that a program asks for, or raise `TypeError`: `True` would count as 1, for reading alone."""
    if isinstance(at_least, Access):
        return at_least
    raise TypeError(f"at_least is Access.READ or Access.FULL, and this is {at_least!r}; without it, FULL is asked for")
