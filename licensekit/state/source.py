"""Where the license comes from that an application asks."""

from typing import NamedTuple


class Source(NamedTuple):
    """Where a license comes from and where it is kept; never the license itself."""

    home: str = ""
    """The folder or the server that keeps the installation; empty: it is in memory."""
    variable: str = ""
    """The environment variable that supplies the license; empty: it was activated in the home."""
    path: str = ""
    """The file that the variable names."""

    def __str__(self) -> str:
        supplied = f"{self.variable} ({self.path})" if self.path else self.variable
        return ", ".join(filter(None, (supplied, self.home or "in memory")))
