"""Who asks, and whether they may change something."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from starlette.requests import Request


class Role(StrEnum):
    """What somebody may do here."""

    READER = "reader"
    """Sees everything and changes nothing."""
    ADMINISTRATOR = "administrator"
    """Sees and changes everything."""


class Identity(NamedTuple):
    """Somebody who is signed in."""

    name: str
    """Stands in the audit log beside every change."""
    role: Role = Role.ADMINISTRATOR


Authorize = Callable[[Request], Identity | None]
"""Gives who sends a request, or None if they may not see anything.

It is called once for each request, in a thread, and may block. What it raises is a fault of the application and
answered as one; nothing is shown then.
"""
