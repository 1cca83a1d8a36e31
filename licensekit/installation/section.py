"""What the parts of an installation, as its administrators use them, have in common."""

from licensekit.state.pending import place_of
from licensekit.state.transactions import OpenInstallation


class Section:
    """A part of an open installation. Every change is one transaction, with its audit entry."""

    def __init__(self, opened: OpenInstallation) -> None:
        self._opened = opened

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the installation {place_of(self._opened.database)}>"
