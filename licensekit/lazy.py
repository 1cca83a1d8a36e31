"""Names of a package that are loaded when they are used."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazy_names(package: str, modules: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package: its names are those of its `modules`, the first first."""

    def find(name: str) -> Any:
        if name in modules.split():
            return import_module(f"{package}.{name}")
        for module in () if name.startswith("_") else modules.split():
            if name in (known := vars(import_module(f"{package}.{module}"))):
                setattr(sys.modules[package], name, known[name])
                return known[name]
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find
