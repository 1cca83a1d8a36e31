"""`licensekit issue` for many orders: where they come from, what is said, what stops it."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from licensekit import limits
from licensekit.database import connect
from licensekit.issuer.ledger.entries import SCHEMA
from tests.bulk_orders import content, text
from tests.issuer_command import Desk
from tests.workspaces import snapshot

CSV = "order;company;days;server;standard;sites.branch\nC-1;Ærø A/S;365;x;5;2\nC-2;Oslo;365;yes;;\n"
TOML = 'order = "{0}"\ncompany = "Oslo"\n[system]\nserver = true\n'


def listed(desk: Desk) -> list[str]:
    """Return the orders of the ledger."""
    found = desk.json("ledger", "list", "-C", "acme", "--all")["bundles"]
    return sorted(one["order"] for one in found)


def files(desk: Desk) -> list[str]:
    """Return the names in the folder of the files."""
    folder = desk.folder / "out"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def orders(desk: Desk, *numbers: int, **changes: Any) -> None:
    """Write some orders as JSON Lines."""
    path = desk.folder / "orders.jsonl"
    path.write_bytes(text(content(number, **changes) for number in numbers))


def issue(desk: Desk, *words: str) -> tuple[str, ...]:
    """Return the words of the command."""
    return "issue", *words, "-C", "acme", "-o", "out", *desk.passphrase


def test_json_lines_become_files(desk: Desk) -> None:
    orders(desk, 1, 2, 3)
    shown = desk.run(*issue(desk, "orders.jsonl"))
    titles, *rows, count = shown.stdout.splitlines()
    assert (titles.split(), count) == (["order", "serial", "file", "identity"], "issued  3 licenses, in out")
    identities = {one["serial"]: one["identity"] for one in desk.json("ledger", "list", "-C", "acme")["bundles"]}
    assert [row.split() for row in rows] == [
        [f"A-{n}", serial, f"acme-{serial}-base-1.lic", identities[serial]]
        for n, serial in enumerate(("1010000014", "1010000022", "1010000030"), start=1)
    ]
    assert listed(desk) == ["A-1", "A-2", "A-3"]
    assert files(desk) == [f"acme-{s}-base-1.lic" for s in ("1010000014", "1010000022", "1010000030")]
    again = desk.run(*issue(desk, "orders.jsonl"))
    assert again.stdout == "\n".join(
        [titles, *rows, "issued         0 licenses, in out", "issued before  3 licenses", ""]
    )


def printed(desk: Desk, *words: str, code: int = 0) -> list[dict[str, str]]:
    """Return the licenses that are printed, a line each."""
    shown = desk.run("issue", *words, "-C", "acme", "--json-lines", *desk.passphrase, code=code)
    return [json.loads(line) for line in shown.stdout.splitlines()]


@pytest.mark.parametrize("keep_going", [(), ("--keep-going",)])
def test_licenses_are_printed_in_the_order_of_their_orders(desk: Desk, keep_going: tuple[str, ...]) -> None:
    orders(desk, 2, 4)
    first = printed(desk, "orders.jsonl", *keep_going)
    orders(desk, 1, 2, 3, 4, 5)
    found = printed(desk, "orders.jsonl", *keep_going)
    assert [one["order"] for one in found] == ["A-1", "A-2", "A-3", "A-4", "A-5"]
    assert [found[1], found[3]] == first
    assert printed(desk, "orders.jsonl", *keep_going) == found
    desk.run(*issue(desk, "orders.jsonl"))
    for one in found:
        assert (desk.folder / "out" / one["file"]).read_text() == one["license"]
        assert desk.json("ledger", "show", one["identity"], "-C", "acme")


def test_a_single_order_is_printed_as_a_line_as_well(desk: Desk) -> None:
    (desk.folder / "order.toml").write_text(TOML.format("T-1"))
    [one] = printed(desk, "order.toml")
    assert one["order"] == "T-1"
    assert not list(desk.folder.glob("*.lic"))


def test_what_is_printed_with_refusals_is_what_was_issued(desk: Desk) -> None:
    orders(desk, 1, 2)
    with (desk.folder / "orders.jsonl").open("ab") as file:
        file.write(b"[]\n")
    assert printed(desk, "orders.jsonl", code=5) == []
    assert [one["order"] for one in printed(desk, "orders.jsonl", "--keep-going", code=5)] == ["A-1", "A-2"]
    said = desk.run(*issue(desk, "orders.jsonl"), "--json-lines", code=2).stderr
    assert "leave out -o and --json" in said


@pytest.mark.process
def test_when_nobody_reads_any_longer_what_was_signed_is_printed_by_the_next_run(desk: Desk) -> None:
    count = 3000
    orders(desk, *range(count))
    words = ("issue", "orders.jsonl", "-C", "acme", "--json-lines", *desk.passphrase)
    with subprocess.Popen(
        [sys.executable, "-m", "licensekit", *words],
        cwd=desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as run:  # fmt: skip
        assert run.stdout is not None
        assert run.stderr is not None
        first = json.loads(run.stdout.readline())
        run.stdout.close()
        said = run.stderr.read().decode()
    assert run.returncode == 74
    assert "what was signed until then is in the ledger" in said
    assert "Traceback" not in said
    found = printed(desk, "orders.jsonl")
    assert (len(found), found[0]) == (count, first)


def test_csv_has_one_column_a_license(desk: Desk) -> None:
    (desk.folder / "orders.csv").write_text(CSV, encoding="utf-8")
    desk.run(*issue(desk, "orders.csv"))
    assert listed(desk) == ["C-1", "C-2"]
    found = desk.json("inspect", "out/acme-1010000014-base-1.lic")["documents"][0]["document"]
    assert (found["company"], found["system"], found["sites"], found["users"]) == (
        "Ærø A/S",
        {"server": 1},
        {"branch": 2},
        {"standard": 5},
    )


def test_a_sales_sheet_is_issued_as_it_is(desk: Desk) -> None:
    text = "Auftrag\tKunde\tDAYS\tServer\tVertrieb\nC-1\tM\u00fcller\t365\tTRUE\tNord\n"
    (desk.folder / "orders.csv").write_bytes(text.encode("windows-1252"))
    columns = ("--column", "Auftrag=order", "--column", "kunde = company", "--ignore", "vertrieb")
    said = desk.run(*issue(desk, "orders.csv", *columns), code=5).stderr
    assert "orders.csv:2: is not UTF-8; pass `--encoding windows-1252`" in said
    desk.run(*issue(desk, "orders.csv", "--encoding", "windows-1252", *columns))
    found = desk.json("inspect", "out/acme-1010000014-base-1.lic")["documents"][0]["document"]
    assert (found["company"], found["system"]) == ("M\u00fcller", {"server": 1})


def test_folders_and_several_files_are_issued_together(desk: Desk) -> None:
    (desk.folder / "folder").mkdir()
    for name in ("a", "b"):
        (desk.folder / "folder" / f"{name}.toml").write_text(TOML.format(name))
    (desk.folder / "c.toml").write_text(TOML.format("c"))
    (desk.folder / "other").write_bytes(text([content(1)]))
    desk.run(*issue(desk, "folder", "c.toml"))
    desk.run(*issue(desk, "other", "--format", "jsonl"))
    assert listed(desk) == ["A-1", "a", "b", "c"]


@pytest.mark.parametrize(
    ("typed", "words", "wanted"),
    [
        (text([content(1)]), (), ["A-1"]),
        (b"\xef\xbb\xbf" + text([content(1)]), (), ["A-1"]),
        (CSV.encode(), (), ["C-1", "C-2"]),
        (CSV.encode(), ("--format", "csv"), ["C-1", "C-2"]),
        (b"sep=;\r\n" + CSV.encode(), (), ["C-1", "C-2"]),
        (b"#TYPE Order\r\n" + CSV.encode(), (), ["C-1", "C-2"]),
        (CSV.upper().replace("STANDARD", "Standard").encode("utf-16"), (), ["C-1", "C-2"]),
        (CSV.replace("\n", "\r").encode(), (), ["C-1", "C-2"]),
        (b"", ("--format", "csv"), []),
        (TOML.format("T-1").encode(), (), ["T-1"]),
        (b"# an order\n" + TOML.format("T-1").encode(), ("--format", "toml"), ["T-1"]),
    ],
)
def test_standard_input_is_known_by_its_first_line(
    desk: Desk, typed: bytes, words: tuple[str, ...], wanted: list[str]
) -> None:
    (desk.folder / "out").mkdir()
    desk.run(*issue(desk, "-", *words), typed=typed)
    assert listed(desk) == wanted
    assert len(files(desk)) == len(wanted)


def test_standard_input_may_come_beside_files(desk: Desk) -> None:
    orders(desk, 1)
    desk.run(*issue(desk, "-", "orders.jsonl"), typed=TOML.format("T-1"))
    assert listed(desk) == ["A-1", "T-1"]


def test_bad_orders_are_reported_by_line_and_reason_and_none_is_issued(desk: Desk) -> None:
    lines = text([content(1), content(2), content(3, users={"standrad": 1})]).splitlines()
    lines[1] = b'{"order": "A-2", '
    (desk.folder / "orders.jsonl").write_bytes(b"\n".join(lines))
    said = desk.run(*issue(desk, "orders.jsonl"), code=5)
    assert said.stdout == ""
    first, second, last = said.stderr.splitlines()
    assert first == "licensekit: orders.jsonl:2: is not valid JSON from column 17 on"
    assert second.startswith("licensekit: orders.jsonl:3: users.standrad: there is no license")
    assert last == "licensekit: 2 orders have faults, so none was issued"
    assert (listed(desk), files(desk)) == ([], [])


def test_json_says_what_was_refused(desk: Desk) -> None:
    orders(desk, 1, 2)
    with (desk.folder / "orders.jsonl").open("ab") as file:
        file.write(b"[]\n")
    none = desk.run(*issue(desk, "orders.jsonl", "--json"), code=5)
    assert '"issued": 0' in none.stdout
    some = desk.run(*issue(desk, "orders.jsonl", "--json", "--keep-going"), code=5)
    assert '"issued": 2' in some.stdout
    for told in (none.stdout, some.stdout):
        assert '"where": "orders.jsonl:3"' in told
        assert '"refused": 1' in told


def test_with_keep_going_all_good_ones_are_issued_and_the_code_says_that_some_were_not(desk: Desk) -> None:
    orders(desk, 1, 2, 3)
    with (desk.folder / "orders.jsonl").open("ab") as file:
        file.write(text([content(2, users={"standard": 1})]))
    said = desk.run(*issue(desk, "orders.jsonl", "--keep-going"), code=5)
    assert said.stdout.endswith("issued   3 licenses, in out\nrefused  1 order\n")
    assert "orders.jsonl:4: there is already another order A-2: " in said.stderr
    assert listed(desk) == ["A-1", "A-2", "A-3"]
    assert len(files(desk)) == 3


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b'order,company\nA-1,"x\n', "a.csv:2: is not valid CSV"),
        ("a.csv", b"order,company\nA-1,Oslo,7\n", "has 3 cells, but the first line has 2"),
        ("a.csv", b"\xff\xfe\n", "a.csv:1: is not UTF-16"),
        ("a.csv", b"order,company,server\nA-1,\xff,x\n", "a.csv:2: is not UTF-8"),
        ("a.csv", b"order,company,colour\nA-1,Oslo,red\n", "a.csv:1: the column 'colour' is not known"),
        ("a.csv", b"order,company\n" + b"x" * (limits.TOML_BYTES + 2), "larger than"),
        ("a.jsonl", b'{"order": "A-1", "order": "A-2"}', "a key occurs twice"),
        ("a.jsonl", b"[" * 100_000, "a.jsonl:1: is nested too deeply"),
        ("a.jsonl", b"9" * 5000, "a.jsonl:1: contains a number that is too large"),
        ("a.jsonl", b'{"order": "A-1"}\n' + b"x" * (3 * limits.TOML_BYTES), "larger than"),
        ("a.jsonl", b"\xff\n", "a.jsonl:1: is not UTF-8"),
        ("a.jsonl", b"7\n", "not an order"),
    ],
)
def test_damaged_files_of_orders_are_refused(desk: Desk, name: str, data: bytes, said: str) -> None:
    (desk.folder / name).write_bytes(data)
    assert said in desk.run(*issue(desk, name), code=5).stderr
    assert (listed(desk), files(desk)) == ([], [])


def test_a_bad_file_of_a_folder_is_named(desk: Desk) -> None:
    (desk.folder / "folder").mkdir()
    (desk.folder / "folder" / "a.toml").write_text("company = ")
    (desk.folder / "folder" / "b.toml").mkdir()
    said = desk.run(*issue(desk, "folder"), code=5).stderr
    assert "folder/a.toml: line 1" in said
    assert "folder/b.toml: this is a folder, not an order" in said


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        (2, ("issue", "odd.txt", "-C", "acme", "-o", "out"), "pass --format"),
        (2, ("issue", "orders.jsonl", "-C", "acme"), "give the folder of the license files with -o"),
        (2, ("issue", "orders.jsonl", "-C", "acme", "-o", "-"), "give the folder"),
        (2, ("issue", "orders.jsonl", "-C", "acme", "-o", "out", "--qr", "a.svg"), "a single license"),
        (8, ("issue", "empty", "-C", "acme", "-o", "out"), "no order in this folder"),
        (8, ("issue", "gone.jsonl", "-C", "acme", "-o", "out"), "no such file"),
        (8, ("issue", "pipe.jsonl", "-C", "acme", "-o", "out"), "this is a pipe"),
        (8, ("issue", "orders.jsonl", "-C", "acme", "-o", "orders.jsonl"), "cannot be used"),
        (8, ("issue", "orders.jsonl", "-C", "acme", "-o", "none/out"), "no such file"),
    ],
)
def test_what_cannot_be_begun_is_refused_before_anything_is_issued(
    desk: Desk, code: int, words: tuple[str, ...], said: str
) -> None:
    orders(desk, 1, 2)
    (desk.folder / "empty").mkdir()
    os.mkfifo(desk.folder / "pipe.jsonl")
    assert said in desk.run(*words, *desk.passphrase, code=code).output
    assert listed(desk) == []


def test_a_single_order_has_to_fit_in_memory(desk: Desk) -> None:
    typed = b"#" + b"x\n#" * limits.TOML_BYTES
    said = desk.run(*issue(desk, "-", "--format", "toml"), typed=typed, code=3).stderr
    assert "too much for an order" in said


def test_a_folder_that_may_not_be_written_stops_it_before_anything_is_issued(
    desk: Desk, unprivileged: Callable[[], None]
) -> None:
    orders(desk, 1, 2)
    (desk.folder / "out").mkdir()
    unprivileged()
    (desk.folder / "out").chmod(0o500)
    words = ("issue", "orders.jsonl", "-C", "acme", "-o", "out", *desk.passphrase)
    said = desk.run(*words, code=8).stderr
    assert "out: this account may not use it" in said
    assert listed(desk) == []


def test_a_ledger_that_another_process_holds_is_busy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    orders(desk, 1, 2)
    monkeypatch.setattr("licensekit.issuer.ledger.entries.connect", partial(connect, wait=0.1))
    holder = connect(desk.folder / "acme" / "ledger.db", schema=SCHEMA, create=False)
    with holder.write():
        said = desk.run(*issue(desk, "orders.jsonl"), code=8).stderr
    holder.close()
    assert "another process has locked it" in said
    assert (listed(desk), files(desk)) == ([], [])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB, in the folder `disk`."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["/bin/umount", str(folder)], check=True)


@pytest.mark.parametrize("more", [(), ("--keep-going",)], ids=["all", "all that are good"])
def test_a_ledger_on_a_full_disk_has_what_has_a_file_and_no_more(
    place: Desk, small_disk: Path, more: tuple[str, ...]
) -> None:
    place.run("init", "disk/acme", *place.both_passphrases)
    orders(place, *range(4000))
    words = ("issue", "orders.jsonl", "-C", "disk/acme", "-o", "out", *place.passphrase, *more)
    assert "disk is full" in place.run(*words, code=8).stderr
    found = place.json("ledger", "list", "-C", "disk/acme", "--all")["bundles"]
    names = sorted(f"acme-{one['serial']}-base-1.lic" for one in found)
    assert names == files(place)
    assert len(names) % 1000 == 0
    assert more or names == []
    assert small_disk.is_mount()


def test_a_full_disk_for_the_files_loses_none(desk: Desk, small_disk: Path) -> None:
    orders(desk, *range(2000))
    words = ("issue", "orders.jsonl", "-C", "acme", *desk.passphrase)
    said = desk.run(*words, "-o", "disk/out", code=8).stderr
    assert "the disk is full" in said
    assert len(listed(desk)) == 2000
    assert len(list((small_disk / "out").iterdir())) < 2000
    shown = desk.json(*words, "-o", "out")
    assert (shown["issued"], shown["repeated"]) == (0, 2000)
    assert len(files(desk)) == 2000


class Running:
    """The command in a process of its own."""

    def __init__(self, desk: Desk, *words: str) -> None:
        self._terminal, line = pty.openpty()
        command = [sys.executable, "-m", "licensekit", *issue(desk, *words)]
        self.process = subprocess.Popen(command, cwd=desk.folder, stdout=subprocess.PIPE, stderr=line, text=True)
        os.close(line)

    def children(self) -> list[int]:
        """Return the processes that it has started."""
        pid = self.process.pid
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal, wait for the end, and give the exit code and what a terminal shows."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        """Wait for the end, and give the exit code and what a terminal shows."""
        said = b""
        while True:
            try:
                said += os.read(self._terminal, 65536)
            except OSError:
                break
        self.process.communicate()
        os.close(self._terminal)
        return self.process.returncode, said.decode()


def wait_for(what: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.process
@pytest.mark.parametrize(("number", "workers"), [(signal.SIGINT, "1"), (signal.SIGINT, "2"), (signal.SIGKILL, "2")])
def test_interrupted_and_run_again_it_goes_on(desk: Desk, number: signal.Signals, workers: str) -> None:
    orders(desk, *range(3000))
    words = ("orders.jsonl", "--keep-going", "--workers", workers)
    running = Running(desk, *words)
    wait_for(lambda: len(files(desk)) > 100)
    workers_started = running.children()
    code, said = running.end(number)
    assert code == (130 if number == signal.SIGINT else -number)
    assert "Signing" in said
    assert ("interrupted" in said) == (number == signal.SIGINT)
    assert (len(workers_started) >= 2) == (workers == "2")
    wait_for(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in workers_started))
    before = len(listed(desk))
    assert before < 3000
    shown = desk.json(*issue(desk, *words))
    assert (shown["issued"], shown["repeated"]) == (3000 - before, before)
    assert listed(desk) == sorted(f"A-{order}" for order in range(3000))
    assert len([name for name in files(desk) if name.endswith(".lic")]) == 3000


@pytest.mark.process
def test_a_worker_that_ends_early_is_reported_and_nothing_is_lost(desk: Desk) -> None:
    orders(desk, *range(3000))
    words = ("orders.jsonl", "--keep-going", "--workers", "2")
    running = Running(desk, *words)
    wait_for(lambda: len(files(desk)) > 100)
    os.kill(running.children()[-1], signal.SIGKILL)
    code, said = running.wait()
    assert code == 7
    assert "a worker process has ended" in said
    assert desk.json(*issue(desk, *words))["refused"] == 0
    assert len(listed(desk)) == 3000


def test_a_preview_of_many_checks_each_and_signs_nothing(desk: Desk) -> None:
    Path("o.csv").write_text("order,company,days,server\nC-1,Bergen AS,365,1\nC-2,Oslo AS,,1\n")
    words = ("issue", "o.csv", "-C", "acme", "--preview")
    before = snapshot(desk.folder)
    shown = desk.run(*words).stdout
    assert [line.split()[:4] for line in shown.splitlines()[1:]] == [
        ["C-1", "Bergen", "AS", "(new)"],
        ["C-2", "Oslo", "AS", "(new)"],
    ]
    assert "perpetual" in shown
    assert snapshot(desk.folder) == before
    desk.run("issue", "o.csv", "-C", "acme", "-o", "out/", *desk.passphrase)
    found = desk.json(*words)
    assert [one["repeated"] for one in found["orders"]] == [True, True]
    assert found["orders"][0]["serial"] == "1010000014"
    assert found["orders"][1]["expiry"] is None


def test_a_preview_of_many_names_every_fault(desk: Desk) -> None:
    Path("o.csv").write_text("order,company,days,server\nC-1,Bergen AS,-3,1\nC-2,Oslo AS,9,1\n")
    result = desk.run("issue", "o.csv", "-C", "acme", "--preview", code=5)
    assert "o.csv:2: days: is not between" in result.stderr
    assert "C-2" in result.stdout
