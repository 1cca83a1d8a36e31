"""Packages whose names are loaded on first use."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazy_names(package: str, modules: str) -> Callable[[str], Any]:
    """Return a `__getattr__` for `package` that looks a name up in its `modules`, separated by spaces, in order."""

    def find(name: str) -> Any:
        if name in modules.split():
            return import_module(f"{package}.{name}")
        for module in () if name.startswith("_") else modules.split():
            if name in (known := vars(import_module(f"{package}.{module}"))):
                setattr(sys.modules[package], name, known[name])
                return known[name]
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find
