"""The second reader imported once more, with one module changed."""

import json
import sys
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib import import_module
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

from tests.vectors import second_reader
from tests.vectors.mutants.mutant import Mutant

PACKAGE: Final = second_reader.__name__
FOLDER: Final = Path(second_reader.__file__).parent
Answer = Callable[[dict[str, Any]], dict[str, Any]]
"""What a reader makes of a line of the protocol."""


def source_of(module: str) -> str:
    """Return the source of a module of the second reader."""
    return _file_of(module).read_text("utf-8")


def _file_of(module: str) -> Path:
    path = FOLDER / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def answer_of(mutant: Mutant | None) -> Answer:
    """Return the second reader with the change of `mutant` in it, or as it is."""
    others = _taken_out()
    finder = _Finder(mutant)
    sys.meta_path.insert(0, finder)
    try:
        answer = import_module(f"{PACKAGE}.questions").answer
    finally:
        sys.meta_path.remove(finder)
        _taken_out()
        for name, module in others.items():
            sys.modules[name] = module
            _set_in_package(name, module)
    return lambda line: answer(json.dumps(line).encode())


def _set_in_package(name: str, module: ModuleType) -> None:
    package, _, last = name.rpartition(".")
    setattr(sys.modules[package], last, module)


def _taken_out() -> dict[str, ModuleType]:
    """Forget the modules of the second reader, so that they are imported once more, and return them."""
    modules = {name: module for name, module in sys.modules.items() if name.startswith(f"{PACKAGE}.")}
    for name in modules:
        del sys.modules[name]
        vars(second_reader).pop(name.removeprefix(f"{PACKAGE}."), None)
    return modules


_REMEMBERED: Final = {"forms": ("key", "Key.verifies"), "fields": ("read",)}
"""Functions of modules whose results depend on nothing but what they are given: most cases share a pack."""


class _Finder(MetaPathFinder):
    def __init__(self, mutant: Mutant | None) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module of the second reader comes from; others are not found here."""
        if not fullname.startswith(f"{PACKAGE}."):
            return None
        name = fullname.removeprefix(f"{PACKAGE}.")
        changed = self.mutant if self.mutant is not None and self.mutant.module == name else None
        return spec_from_loader(fullname, _Loader(name, changed), is_package=_file_of(name).name == "__init__.py")


class _Loader(SourceLoader):
    def __init__(self, name: str, mutant: Mutant | None) -> None:
        self.name = name
        self.mutant = mutant

    def get_filename(self, fullname: str) -> str:
        """Return the file of the module."""
        return str(_file_of(self.name))

    def get_data(self, path: str | bytes) -> bytes:
        """Return the source of the module, with the change in it."""
        original = source_of(self.name)
        return (original if self.mutant is None else self.mutant.source(original)).encode()

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the module; of one that is not changed, the same each time."""
        if self.mutant is None:
            return _code_of(self.name)
        return self.source_to_code(self.get_data(""), self.get_filename(fullname))

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module, then apply the patch, and let it remember what it works out over and over."""
        super().exec_module(module)
        if self.mutant is not None and self.mutant.patch is not None:
            self.mutant.patch(module)
        for path in _REMEMBERED.get(self.name, ()):
            *owners, name = path.split(".")
            owner = getattr(module, owners[0]) if owners else module
            setattr(owner, name, lru_cache(4096)(getattr(owner, name)))


@cache
def _code_of(name: str) -> CodeType:
    return compile(source_of(name), str(_file_of(name)), "exec")
