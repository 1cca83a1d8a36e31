"""What PyInstaller cannot see of this package: texts beside modules, and modules that are named in tables."""

from pathlib import Path


def hook_dirs() -> list[str]:
    """Return the folder of the hooks, for the entry point by which PyInstaller finds them."""
    return [str(Path(__file__).parent)]
