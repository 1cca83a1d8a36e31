"""In a workspace, `explain`, `ledger file`, `verify` and `inspect` answer what support is asked."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from licensekit.cli import inspect
from licensekit.cli.main import licensekit
from licensekit.issuer import Verdict
from licensekit.issuer.layout import Layout
from tests.issuer_command import Desk

AT = ("-C", "acme")
EXAMPLE = "acme/orders/example.toml"


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """A workspace that has sold the example as `one.lic`, and renewed it as `two.lic`."""
    desk.run("issue", EXAMPLE, *AT, "-o", "one.lic", *desk.passphrase)
    desk.run("renew", serial(desk), "--days", "365", "--yes", *AT, "-o", "two.lic", *desk.passphrase)
    return desk


def serial(desk: Desk) -> str:
    """Return the serial of the example."""
    [first, *_] = desk.json("ledger", "list", *AT, "--order-number", "example-1")["bundles"]
    return str(first["serial"])


def test_the_page_begins_with_the_verdict_and_the_command_that_helps(sold: Desk) -> None:
    first, do, run, empty, *rest = sold.run("explain", "one.lic", *AT, code=1).stdout.splitlines()
    newest = f"{serial(sold)}-base-2"
    assert first.startswith(f"{serial(sold)}-base-1 is not the newest file of Example Company: {newest} replaced it")
    assert (do, run, empty) == ("do   send that file", f"run  licensekit ledger file {newest}", "")
    shown = dict(line.split("  ", 1) for line in rest if "  " in line)
    assert {"customer", "order", "entered", "state", "customer sees", "oldest pack", "expiry"} <= shown.keys()
    sold.run(*run.split()[2:], *AT, "-o", "again.lic")
    assert (sold.folder / "again.lic").read_bytes() == (sold.folder / "two.lic").read_bytes()


@pytest.mark.parametrize(("name", "code"), [("two.lic", 0), ("one.lic", 1), ("example-1", 1), ("Example", 0)])
def test_the_exit_code_says_whether_it_works(sold: Desk, name: str, code: int) -> None:
    printed = json.loads(sold.run("explain", name, *AT, "--json", code=code).stdout)
    assert [one["works"] for one in printed["explained"]] == [code == 0]


def test_a_workspace_that_is_the_current_folder_answers(sold: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("acme")
    assert "works" in sold.run("explain", "Example").stdout
    judged = sold.run("verify", "../two.lic")
    assert "BUNDLE  VERIFIED" in judged.stdout
    assert "Checked against the workspace" in judged.stderr
    assert "VERIFIED, signed by" in sold.run("inspect", "../two.lic").stdout
    assert "--home" in sold.run("explain", "x", "--home", "nowhere", "-C", ".", code=2).stderr
    assert "no installation" in sold.run("explain", "x", "--home", "nowhere", code=6).stderr
    assert "name what" in sold.run("explain", code=2).stderr


def test_standard_input_is_explained(sold: Desk) -> None:
    mail = b"> " + (sold.folder / "two.lic").read_bytes()
    assert "works" in sold.run("explain", "-", *AT, typed=mail).stdout
    assert "cannot be read" in sold.run("explain", "-", *AT, typed=b"?", code=1).stdout


def test_the_name_of_a_file_that_is_missing_is_refused_as_such(sold: Desk) -> None:
    assert "nothing.lic: there is no such file" in sold.run("explain", "nothing.lic", "-C", "acme", code=8).stderr


def test_a_mistyped_order_is_not_a_customer_whose_words_begin_like_it(sold: Desk) -> None:
    assert "has no entry, serial, order or bundle" in sold.run("explain", "N-9", "-C", "acme", code=6).stderr


def test_nothing_vouches_outside_a_workspace(sold: Desk) -> None:
    assert "UNVERIFIED" in sold.run("inspect", "two.lic").stdout
    assert "--pack" in sold.run("verify", "two.lic", code=2).stderr
    sold.run("verify", "two.lic", *AT)
    assert "give -C" in sold.run("verify", "two.lic", *AT, "--pack", "acme/acme.lkp", code=2).stderr
    assert "not a workspace" in sold.run("explain", "two.lic", "-C", "nowhere", code=6).stderr


def test_the_file_of_an_order_is_that_of_what_took_its_place(sold: Desk) -> None:
    assert sold.run("ledger", "file", "example-1", *AT, "-o", "-").stdout == (sold.folder / "two.lic").read_text()
    [written] = sold.json("ledger", "file", serial(sold), *AT, "-o", "out/")["files"]
    assert Path(written["file"]).read_bytes() == (sold.folder / "two.lic").read_bytes()
    assert written["state"] == "active"


def test_an_old_file_is_written_with_a_warning_and_over_no_newer_one(sold: Desk) -> None:
    name = f"{serial(sold)}-base-1"
    ran = sold.run("ledger", "file", name, *AT, "-o", "old.lic")
    assert "is replaced" in ran.stderr
    assert (sold.folder / "old.lic").read_bytes() == (sold.folder / "one.lic").read_bytes()
    assert "newer" in sold.refused(8, "ledger", "file", name, *AT, "-o", "two.lic")


def test_each_part_has_a_file_of_its_own(sold: Desk) -> None:
    text = (
        f'order = "E-2"\ncompany = "Example Company"\nserial = "{serial(sold)}"\npart = "more"\n[users]\nstandard = 1\n'
    )
    (sold.folder / "order.toml").write_text(text)
    sold.run("issue", "order.toml", *AT, "-o", "more.lic", *sold.passphrase)
    assert "give -o DIR/" in sold.run("ledger", "file", serial(sold), *AT, "-o", "all.lic", code=2).stderr
    sold.run("ledger", "file", serial(sold), *AT, "-o", "all/")
    names = sorted(path.name for path in (sold.folder / "all").iterdir())
    assert names == [f"acme-{serial(sold)}-base-2.lic", f"acme-{serial(sold)}-more-1.lic"]


def test_ledger_show_leads_to_the_file_that_is_sent(sold: Desk) -> None:
    assert f"`licensekit ledger file {serial(sold)}-base-2`" in sold.run("ledger", "show", "example-1", *AT).stdout


@pytest.mark.parametrize("reason", Verdict.template)
def test_what_helps_is_a_command(reason: str) -> None:
    for send in ("", "1010000014-base-1"):
        name, serial_ = "1010000014-base-1", "1010000014"
        helps = Verdict(reason=reason, what=name, listed=name, serial=serial_, part="base", by="a", send=send)
        command: click.Command = licensekit
        words = shlex.split(helps.remedy)[1:]
        while isinstance(command, click.Group) and words:
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, helps.remedy
            command = found
        if words:
            command.make_context("licensekit", words)


def test_a_workspace_is_known_by_the_files_of_its_layout() -> None:
    layout = Layout(Path())
    assert (layout.ledger.name, layout.ledger_url.name) == inspect.LEDGERS


@pytest.mark.process
@pytest.mark.parametrize(
    ("words", "other"),
    [
        (("explain", "two.lic", "-C", "acme"), "installation"),
        (("verify", "two.lic", "-C", "acme"), "installation"),
        (("explain", "anna", "--home", "nowhere"), "issuer"),
        (("inspect", "two.lic"), "issuer"),
    ],
)
def test_neither_side_loads_the_other(sold: Desk, words: tuple[str, ...], other: str) -> None:
    program = (
        "import sys; from licensekit.cli.main import licensekit\n"
        f"try: licensekit.main({list(words)!r}, standalone_mode=False)\n"
        "except BaseException: pass\n"
        f"sys.exit(any(name.startswith('licensekit.{other}') for name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=sold.folder, capture_output=True, check=False)
    assert ran.returncode == 0, ran
