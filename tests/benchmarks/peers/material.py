"""What a case begins with: the keys that sign and the keys that verify."""

from collections.abc import Callable
from typing import NamedTuple


class Material(NamedTuple):
    """The two halves of what a case needs, as bytes that can lie in files."""

    secret: bytes
    public: bytes


Make = Callable[[], Material]
"""Makes new keys, and what else a verifier needs."""
Issuer = Callable[[bytes], Callable[[], bytes]]
"""Loads what is secret, and returns a call that signs the claims into a file."""
Verifier = Callable[[bytes], Callable[[bytes], object]]
"""Loads what is public, and returns a call that verifies a file and returns its claims, or raises."""
