"""How much of a module may be used: the answer to most questions."""

from enum import IntEnum


class Access(IntEnum):
    """How much of a module may be used."""

    NONE = 0
    READ = 1
    FULL = 2
