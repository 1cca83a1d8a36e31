"""What a comparison has found, as it is kept in JSON."""

from typing import NamedTuple

from msgspec import Struct


class Spread(NamedTuple):
    """The quartiles of what was measured, as an array."""

    low: float
    median: float
    high: float


class Cost(Struct, frozen=True):
    """What something costs: seconds of processor time, and the ratio to the floor of the same round."""

    seconds: float
    ratio: Spread


class Row(Struct, frozen=True):
    """What was measured of one contender."""

    name: str
    version: str
    scheme: str
    floor: str
    """The name of the row that this one is compared with."""
    text: int
    """Characters of the file, as it fits into a mail."""
    size: int
    """Bytes of it, before base64 where that is only a wrapping."""
    issue: Cost | None
    verify: Cost
    cold: Cost
    """A process that imports it, verifies one file and ends."""
    memory: float | None
    """KiB that this process has at most, beyond the bare interpreter; None where the system does not say."""


class Comparison(Struct, frozen=True):
    """Everything that one run has measured."""

    machine: str
    rounds: int
    python: list[Row]
    node: list[Row]
    skipped: list[str]
    """What could not be measured, each with the reason."""
