"""What a mutant is: one rule that a reader breaks, and the change to the second reader that breaks it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType

Patch = Callable[[ModuleType], None]
"""Changes a module right after it was executed, before those that import it are."""


@dataclass(frozen=True)
class Mutant:
    """The second reader with one rule broken."""

    name: str
    rule: str
    """The step, rule or section of the text that it breaks, as cases name it."""
    changes: tuple[tuple[str, str], ...] = ()
    """Old texts, each exactly once in the module, and the new ones."""
    patch: Patch | None = None
    explained: str = ""
    """Why it may survive: it is equivalent, or the text lets readers differ."""
    module: str = ""
    """The module of the second reader that is changed."""
    shown_by: str = ""
    """A rule or a flag of the cases that show it, or how their names begin: they are asked first."""

    def with_change(self, old: str, new: str) -> "Mutant":
        """Return it with one more change."""
        return replace(self, changes=(*self.changes, (old, new)))

    def source(self, original: str) -> str:
        """Return the source of the module with the changes in it."""
        for old, new in self.changes:
            times = original.count(old)
            assert times == 1, f"{self.name}: {old!r} is {times} times in {self.module}"
            original = original.replace(old, new)
        return original


def mutants_of(module: str, *mutants: Mutant) -> list[Mutant]:
    """Return mutants as those of a module."""
    return [replace(mutant, module=module) for mutant in mutants]


def changed(name: str, rule: str, old: str, new: str, explained: str = "") -> Mutant:
    """Return a mutant in which a text is replaced by another one."""
    return Mutant(name, rule, ((old, new),), explained=explained)


def left_out(name: str, rule: str, text: str, explained: str = "") -> Mutant:
    """Return a mutant without a text."""
    return changed(name, rule, text, "", explained)


def swapped(name: str, rule: str, first: str, second: str, explained: str = "") -> Mutant:
    """Return a mutant in which two texts that follow each other do so the other way round."""
    return changed(name, rule, first + second, second + first, explained)


def moved(name: str, rule: str, text: str, behind: str, explained: str = "") -> Mutant:
    """Return a mutant in which a text is moved to the end of another one."""
    return Mutant(name, rule, ((text, ""), (behind, behind + text)), explained=explained)


def with_more(name: str, rule: str, place: str, more: str, explained: str = "") -> Mutant:
    """Return a mutant with more text after a text."""
    return changed(name, rule, place, place + more, explained)


def patched(name: str, rule: str, patch: Patch, explained: str = "") -> Mutant:
    """Return a mutant made by a function, for changes that are not replacements of a text."""
    return Mutant(name, rule, patch=patch, explained=explained)
