"""Hooks for PyInstaller, which does not find text files beside modules, or modules that are named only in tables."""

from pathlib import Path


def hook_dirs() -> list[str]:
    """Return the folder of the hooks; PyInstaller calls this by its entry point."""
    return [str(Path(__file__).parent)]
