"""Mutants of each field and of each bound, made from the tables of the text."""

import re
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any, Final

from tests.docs.tables import section, tables, text_of
from tests.vectors.document_fields import TABLES
from tests.vectors.mutants.mutant import Mutant, changed, mutants_of, patched

_TITLES: Final = (
    *("Root", "Root key", "Trust document", "Admitted key", "Scope", "Revocations", "Lowest", "Catalog", "License"),
    *("Setting", "Login rule", "Edition", "Bundle", "Binding", "Reset", "Request", "Receipt", "Statement", "Usage"),
)
"""Documents, and documents inside documents, as the text heads their tables."""
_TABLE_OF: Final = {table.heading: name for name, table in TABLES.items()}
"""Heading to the name of the document, with which the names of its cases begin."""
_FORMAT: Final = text_of("format.md")
_KINDS: Final[list[tuple[str, tuple[type, ...]]]] = [
    (r"(qualified )?code|serial|name|text", (str,)),
    (r"count|version|seconds|days|hours|number .*", (int,)),
    (r"(16|32) bytes|bytes .*", (bytes,)),
    (r"boolean", (bool,)),
    (r"value", (str, int, bool)),
    (r"list .*|document .*", (list,)),
    (r"map .*", (dict,)),
]
"""Types of fields, and what their values are in Python."""
Change = Callable[[ModuleType, Any], Any]
"""Makes another kind of a field's own one, with the module `fields`."""


def _table(title: str) -> list[list[str]]:
    documents = section(_FORMAT, "Documents")
    head = f"\n### {title}\n" if f"\n### {title}\n" in documents else f"\n{title}:\n"
    return tables(documents[documents.index(head) :])[0]


def _fields(title: str) -> list[tuple[str, str, str]]:
    """Return document, name and type of the fields of a document."""
    return [(title, name, kind) for name, kind, _ in _table(title)]


_FIELDS: Final = [field for title in _TITLES for field in _fields(title)]


def _of_field(name: str, title: str, field: str, change: Change) -> Mutant:
    """Return a mutant with another kind for one field."""

    def patch(fields: ModuleType) -> None:
        rows = vars(fields)["_rows"]

        def changed_rows(asked: str) -> list[tuple[str, Any]]:
            found: list[tuple[str, Any]] = rows(asked)
            if asked != title:
                return found
            return [(name, change(fields, kind) if name == field else kind) for name, kind in found]

        vars(fields)["_rows"] = changed_rows

    of = f"{title.lower()} {field}-".replace(" ", "-").replace("_", "-")
    shown_by = f"{_TABLE_OF[title]} {field}-".replace(" ", "-").replace("_", "-")
    return replace(patched(of + name, title, patch), shown_by=shown_by)


def _or_nothing(fields: ModuleType, kind: Any) -> Any:
    return fields.kinds.optional(kind)


def _not_nothing(fields: ModuleType, kind: Any) -> Any:
    def show(value: Any) -> Any:
        fields.need(value is not None, "payload-invalid")
        return kind.show(value)

    return kind._replace(show=show)


def _nil(title: str, field: str, kind: str) -> Mutant:
    """Return a mutant that takes nothing where it must not, or refuses it where it may stand."""
    if "or nothing" in kind and not kind.startswith("map"):
        return _of_field("nothing-refused", title, field, _not_nothing)
    return _of_field("nothing-taken", title, field, _or_nothing)


def _any_kind(title: str, field: str, kind: str) -> Mutant:
    """Return a mutant that takes values of other kinds in a field."""
    bare = kind.removesuffix(" or nothing").removesuffix(",")
    own = next(own for pattern, own in _KINDS if re.fullmatch(pattern, bare))

    def change(_fields: ModuleType, kind: Any) -> Any:
        def show(value: Any) -> Any:
            is_other = value is not None and not any(
                type(value) is one or one is dict is type(value).__base__ for one in own
            )
            return str(value) if is_other else kind.show(value)

        return kind._replace(show=show)

    return _of_field("of-any-kind", title, field, change)


def _one_more(title: str, field: str, kind: str) -> list[Mutant]:
    """Return a mutant whose field may hold one more than the most that its type names."""
    most = re.search(r"(\d+|`\w+`)(?! bytes)(?=( entries)?(?::.*|, ascending)?(, or nothing| or nothing)?$)", kind)
    if most is None or kind.startswith("document"):
        return []

    def change(fields: ModuleType, _kind: Any) -> Any:
        more = fields.bound(most[1]) + 1
        fields.BOUNDS["ONE_MORE"] = more
        named = "`ONE_MORE`" if most[1].startswith("`") else str(more)
        words = next(words for name, _, words in _table(title) if name == field)
        return fields._kind(kind[: most.start()] + named + kind[most.end(1) :], field, words)

    return [replace(_of_field("takes-one-more", title, field, change), explained=_why_no_more(field, kind))]


def _why_no_more(field: str, kind: str) -> str:
    """Return why a mutant whose field may hold one more may survive, where another rule refuses that as well."""
    if kind.startswith("list of numbers"):
        return "there is no further number that could ascend"
    counted = {"threshold": "keys", "needed": "facts"}
    return f"it is at most the number of the {counted[field]}" if field in counted else ""


NIL: Final = mutants_of("fields", *(_nil(*field) for field in _FIELDS))
ANY_KIND: Final = mutants_of("fields", *(_any_kind(*field) for field in _FIELDS))
ONE_MORE: Final = mutants_of("fields", *(mutant for field in _FIELDS for mutant in _one_more(*field)))

_NOT_OF_READERS: Final = {"TOML_BYTES", "PASSPHRASE_BYTES", "SCRYPT_R", "SCRYPT_P"}
"""Bounds of files that people write; and r and p of scrypt, which are fixed."""
_EXPLAINED: Final = {
    ("SCRYPT_LOG2_N_MAX", -1): "to open a key file of that cost takes a gigabyte, which no case asks of a reader"
}
"""Bound, and by how much it is another one, to why the mutant may survive."""
_READ: Final = "for name, value, _ in table}\n"


def _bound(name: str, more: int) -> Mutant:
    """Return a mutant with another bound."""
    side = "more" if more > 0 else "less"
    title = f"{name.lower().replace('_', '-')}-one-{side}"
    mutant = changed(title, "Bounds", _READ, f'{_READ}BOUNDS["{name}"] += {more}\n', _EXPLAINED.get((name, more), ""))
    return replace(mutant, shown_by="bound")


BOUNDS: Final = mutants_of(
    "forms",
    *(
        _bound(row[0].strip("`"), more)
        for table in tables(section(_FORMAT, "Bounds"))
        for row in table
        if row[0].strip("`") not in _NOT_OF_READERS
        for more in (1, -1)
    ),
)
