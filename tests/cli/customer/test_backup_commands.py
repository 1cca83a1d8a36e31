"""`licensekit doctor`, `backup` and `restore`, as they are typed."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.cli.customer.conftest import Command


def place(shelf: Path) -> Path:
    """Return the database of the installation, wherever its home is."""
    [found] = shelf.joinpath("data").rglob("licensing.db")
    return found


def test_a_doctor_shows_a_table_and_is_content(crm: Command) -> None:
    shown = crm("doctor")
    assert (shown.code, shown.err) == (0, "")
    heading, *rows = shown.out.splitlines()
    assert heading.split() == ["check", "state", "found"]
    assert [row.split()[:2] for row in rows] == [
        [check, "ok"]
        for check in (
            *("database", "schema", "audit", "slots", "journal", "documents", "time", "activation"),
            *("backup", "files", "space", "versions"),
        )
    ]


def test_a_doctor_says_what_to_do_and_answers_no(crm: Command, shelf: Path) -> None:
    with closing(sqlite3.connect(place(shelf))) as raw:
        raw.execute("UPDATE audit SET entry = x'7b7d' WHERE number = 2")
        raw.commit()
    shown = crm("doctor")
    assert shown.code == 1
    [row] = [row for row in shown.out.splitlines() if row.startswith("audit")]
    assert "error" in row
    assert "is broken from entry 2 on" in row
    assert "compare with a backup" in row
    told = json.loads(crm("doctor --json").out)
    assert told["ok"] is False
    [found] = [one for one in told["findings"] if one["state"] == "error"]
    assert (found["check"], found["code"], found["data"]["entry"]) == ("audit", "audit-damaged", 2)


def test_a_doctor_of_nothing_says_so(run: Command, shelf: Path) -> None:
    shown = run("doctor --home nowhere")
    assert (shown.code, shown.err) == (1, "")
    assert "there is no database here" in shown.out
    assert not (shelf / "nowhere").exists()


def test_a_backup_is_written_once_and_then_with_force(crm: Command, shelf: Path) -> None:
    written = crm("backup saved")
    assert (written.code, written.out) == (0, "written and verified: saved\n")
    again = crm("backup saved")
    assert again.code == 8
    assert "a file of this name already exists" in again.err
    assert json.loads(crm("backup saved --force --json").out) == {"written": "saved"}
    assert (shelf / "saved").stat().st_mode & 0o777 == 0o600


def test_a_restore_names_what_is_lost_and_is_accepted(crm: Command, shelf: Path) -> None:
    crm("backup saved")
    crm("users add anna")
    refused = crm("restore saved")
    assert refused.code == 6
    assert "1 entry made after this backup will be gone" in refused.err
    done = crm("restore saved --yes")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0].split() == ["location", str(place(shelf))]
    assert "anna" not in crm("users list").out
    assert "restored backup" in crm("status").out
    assert crm("doctor").code == 0
    accepted = crm("restore --accept")
    assert (accepted.code, accepted.out) == (0, "accepted as the present state\n")
    assert "restored backup" not in crm("status").out
    assert "accepted the database as it is" in crm("audit list").out
    refused = crm("restore --accept --json")
    assert (refused.code, json.loads(refused.out)["error"]["code"]) == (6, "accept-refused")


def test_a_restore_is_asked_for_on_a_terminal(crm: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    crm("backup saved")
    crm("users add anna")
    monkeypatch.setattr("licensekit.cli.inputs.is_terminal", lambda: True)
    refused = crm("restore saved", stdin=b"n\n")
    assert refused.code == 1
    assert refused.err.endswith("Nothing was changed.\n")
    assert "1 entry made after this backup will be gone." in refused.err
    assert "anna" in crm("users list").out
    assert crm("restore saved", stdin=b"y\n").code == 0
    assert "anna" not in crm("users list").out


def test_a_backup_goes_through_standard_streams(crm: Command, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()

    def copy(data: BinaryIO, out: BinaryIO) -> None:
        """Copy as `shutil` does, but not to where tests read text from."""
        assert out is not written
        written.write(data.read())

    with monkeypatch.context() as patch:
        patch.setattr("licensekit.cli.backups.copyfileobj", copy)
        assert crm("backup -").out == ""
    told = json.loads(crm("restore - --home there --json", stdin=written.getvalue()).out)
    assert Path(told["location"]).absolute() == shelf / "there" / "licensing.db"
    assert told["set_aside"] is None
    assert crm("restore --accept --home there --json").out == '{\n  "accepted": true\n}\n'


@pytest.mark.parametrize("line", ["restore", "restore saved --accept"])
def test_a_restore_has_a_file_or_accepts(crm: Command, line: str) -> None:
    refused = crm(line)
    assert refused.code == 2
    assert "FILE or --accept" in refused.err
