"""What every database promises to the floors above."""

from pathlib import Path

import pytest

from licensekit.database import Migration, Schema, connect

SCHEMA = Schema(
    "ledger",
    (
        Migration(
            1,
            "things",
            (
                "CREATE TABLE things (id {integer} PRIMARY KEY, name {text} NOT NULL, raw {blob})"
                " {strict}",
            ),
        ),
    ),
)


def test_what_was_committed_is_there_after_opening_again(tmp_path: Path) -> None:
    database = connect(tmp_path / "a.db", schema=SCHEMA, create=True)
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (?, ?, ?)", 1, "one", b"\x00")
    database.close()
    database = connect(tmp_path / "a.db", schema=SCHEMA, create=False)
    with database.read() as connection:
        assert connection.rows("SELECT * FROM things") == [(1, "one", b"\x00")]
    database.close()


def test_an_error_in_the_block_undoes_it(tmp_path: Path) -> None:
    database = connect(tmp_path / "a.db", schema=SCHEMA, create=True)
    with pytest.raises(RuntimeError), database.write() as connection:
        connection.run("INSERT INTO things VALUES (?, ?, ?)", 1, "one", None)
        raise RuntimeError
    with database.read() as connection:
        assert connection.rows("SELECT * FROM things") == []
    database.close()
