"""The second reader imported once more, with one module changed."""

import ast
import json
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from importlib.abc import InspectLoader, MetaPathFinder
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
    """Return the second reader with the change of `mutant` in it, or as it is.

    Modules that do not import the one that is changed are imported once for all mutants.
    """
    if mutant is None:
        return _imported(None, {})
    others = {name: module for name, module in _as_it_is().items() if name not in affected_by(mutant.module)}
    return _imported(mutant, others)


@cache
def _as_it_is() -> dict[str, ModuleType]:
    _imported(None, {})
    return _LAST.copy()


_LAST: Final[dict[str, ModuleType]] = {}
"""The modules of the reader that was imported last."""


def _imported(mutant: Mutant | None, ready: dict[str, ModuleType]) -> Answer:
    before = _swapped(ready)
    finder = _Finder(mutant)
    sys.meta_path.insert(0, finder)
    try:
        answer = import_module(f"{PACKAGE}.questions").answer
    finally:
        sys.meta_path.remove(finder)
        _LAST.clear()
        _LAST.update(_swapped(before))
    return lambda line: answer(json.dumps(line).encode())


def _swapped(modules: dict[str, ModuleType]) -> dict[str, ModuleType]:
    """Replace the imported modules of the second reader by others, and return the replaced ones."""
    before = {name: module for name, module in sys.modules.items() if name.startswith(f"{PACKAGE}.")}
    for name in before:
        del sys.modules[name]
        if hasattr(second_reader, last := name.removeprefix(f"{PACKAGE}.")):
            delattr(second_reader, last)
    for name in sorted(modules):
        package, _, last = name.rpartition(".")
        sys.modules[name] = modules[name]
        if package in sys.modules:  # else it is executed once more, and finds its modules by their names
            setattr(sys.modules[package], last, modules[name])
    return before


@cache
def affected_by(module: str) -> frozenset[str]:
    """Return the full names of a module and of all that import it, directly or through others."""
    affected, waiting = {module}, [module]
    while waiting:
        by = waiting.pop()
        new = {name for name in _modules() if by in _imports(name)} - affected
        affected |= new
        waiting += new
    packages = {name.rpartition(".")[0] for name in affected} - {""}  # they name their modules as members
    return frozenset(f"{PACKAGE}.{name}" for name in affected | packages)


def _modules() -> list[str]:
    paths = (path for path in sorted(FOLDER.rglob("*.py")) if path.stem != "__init__")
    return [".".join(path.relative_to(FOLDER).with_suffix("").parts) for path in paths]


@cache
def _imports(module: str) -> frozenset[str]:
    """Return the modules of the second reader that a module imports, and the packages that they are in."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source_of(module))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            package = str(node.module).removeprefix(PACKAGE).removeprefix(".")
            found |= {package, *(f"{package}.{name.name}".removeprefix(".") for name in node.names)}
    return frozenset(found)


_REMEMBERED: Final = {"forms": ("key", "Key.verifies"), "fields": ("read",)}
"""Functions of modules whose results depend on nothing but what they are given: most cases share a pack."""


class _Finder(MetaPathFinder):
    def __init__(self, mutant: Mutant | None) -> None:
        self.mutant = mutant

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        """Return where a module of the second reader comes from; others are not found here."""
        if not fullname.startswith(f"{PACKAGE}."):
            return None
        name = fullname.removeprefix(f"{PACKAGE}.")
        changed = self.mutant if self.mutant is not None and self.mutant.module == name else None
        is_package = _file_of(name).name == "__init__.py"
        return spec_from_loader(fullname, _Loader(name, changed), is_package=is_package)


class _Loader(InspectLoader):
    """Executes a module of the second reader, with the change in it."""

    def __init__(self, name: str, mutant: Mutant | None) -> None:
        self.name = name
        self.mutant = mutant

    def is_package(self, fullname: str) -> bool:
        """Return whether the module has modules of its own."""
        return _file_of(fullname.removeprefix(f"{PACKAGE}.")).name == "__init__.py"

    def get_source(self, fullname: str) -> str:
        """Return the source of the module, with the change in it."""
        original = source_of(fullname.removeprefix(f"{PACKAGE}."))
        return original if self.mutant is None else self.mutant.source(original)

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the module; of one that is not changed, the same each time."""
        return _code_of(self.name) if self.mutant is None else self.source_to_code(self.get_source(fullname))

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
