"""`docs/errors.md` lists every error there is."""

from tests.docs import error_table
from tests.docs.tables import text_of


def test_the_tables_are_what_the_classes_say() -> None:
    """If this fails, an error was added or changed: run `python -m tests.docs.error_table`."""
    assert text_of("errors.md").endswith("\n\n" + error_table.sections())
