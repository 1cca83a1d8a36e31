"""The description from which cases of fields are made is that of the text, field by field."""

import re

import pytest

from tests.docs.tables import section, tables, text_of
from tests.vectors.document_fields import TABLES, Table
from tests.vectors.field_kinds import Kind, ListOf, MapOf, Number, OrNothing

FORMAT = text_of("format.md")


def rows(table: Table) -> list[list[str]]:
    """Return the table of the text."""
    text = section(FORMAT, table.inside or table.heading)
    if table.inside:
        text = text[text.index(f"\n{table.heading}:\n") :]
    return tables(text)[0]


@pytest.mark.parametrize("name", TABLES)
def test_fields_are_named_and_typed_as_in_the_text(name: str) -> None:
    table = TABLES[name]
    assert [(field, kind.written) for field, kind in table.fields.items()] == [
        (field, written) for field, written, _ in rows(table)
    ]


def innermost(kind: Kind) -> Kind:
    """Return what a list, a map or an optional field holds."""
    match kind:
        case OrNothing():
            return innermost(kind.kind)
        case ListOf() | MapOf():
            return innermost(kind.item)
        case _:
            return kind


@pytest.mark.parametrize("name", TABLES)
def test_closed_numbers_stand_for_the_words_of_the_text(name: str) -> None:
    for field, _, meaning in rows(TABLES[name]):
        kind = innermost(TABLES[name].fields[field])
        if isinstance(kind, Number) and kind.words:
            assert re.findall(r"\b(\d) ([a-z-]+)", meaning)[: len(kind.words)] == [
                (str(at), word) for at, word in enumerate(kind.words)
            ]


def test_every_table_of_documents_is_described() -> None:
    headed = re.findall(r"^([A-Z][a-z]+(?: [a-z]+)?):$|^### (.+)$", section(FORMAT, "Documents"), re.MULTILINE)
    assert {inner or outer for inner, outer in headed} == {table.heading for table in TABLES.values()}
