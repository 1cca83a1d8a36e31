"""The table of targets: every reader of bytes that somebody else may have written."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Final, NamedTuple, cast


class Target(NamedTuple):
    """What is fed with bytes: a function of a module here, and beside it one that yields its seeds."""

    name: str
    module: str
    prefix: int | None = None
    """How many bytes precede the tree in MessagePack (`structure`) of an input; None: it is not a tree."""

    @property
    def run(self) -> Callable[[bytes], None]:
        """What takes an input; it raises a `LicenseError` for what it refuses, and anything else is a finding."""
        return cast("Callable[[bytes], None]", self._named(""))

    @property
    def seeds(self) -> Callable[[], Iterator[bytes]]:
        """What yields the inputs to begin with."""
        return cast("Callable[[], Iterator[bytes]]", self._named("_seeds"))

    def _named(self, ending: str) -> object:
        # Loaded when it is used: what a worker loads is instrumented, which takes longer than anything else.
        return getattr(import_module(f"tests.fuzz.{self.module}"), self.name.replace("-", "_") + ending)


TARGETS: Final = (
    Target("tokens", "of_files"),
    Target("pasted", "of_files"),
    Target("documents", "of_files", prefix=1),
    Target("bundles", "of_signed", prefix=0),
    Target("trust", "of_signed", prefix=0),
    Target("activation", "of_signed", prefix=0),
    Target("exchange", "of_signed", prefix=0),
    Target("keys", "of_keys"),
    Target("catalog", "of_tables"),
    Target("orders", "of_tables"),
    Target("users", "of_tables"),
    Target("own-files", "of_own_files"),
    Target("addresses", "of_addresses"),
    Target("arguments", "of_arguments"),
)
BY_NAME: Final = {target.name: target for target in TARGETS}
