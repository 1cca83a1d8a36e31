"""`init`, `catalog`, `issue` and `pack`, from nothing to a signed license."""

import getpass
import re
import shlex
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from licensekit.cli.issuer import options
from licensekit.trust.pack import open_pack
from tests.issuer_command import Desk
from tests.workspaces import snapshot

ISSUE = ("issue", "acme/orders/example.toml", "-C", "acme")


def edit_catalog(old: str, new: str) -> None:
    """Change the catalog file as a person does."""
    path = Path("acme/catalog.toml")
    path.write_text(path.read_text().replace(old, new))


def test_init_says_what_it_made_what_to_paste_and_what_to_type_next(place: Desk) -> None:
    said = place.run("init", "acme", *place.both_passphrases).stdout
    pin = re.findall("lkroot1-[a-z2-7]{52}", said)
    assert len(set(pin)) == 1
    assert "from acme_licensing import acme" in said
    assert f'ROOT: Final = "{pin[0]}"' in Path("acme_licensing.py").read_text()
    assert "licensekit issue acme/orders/example.toml -C acme" in said
    assert f"licensekit activate acme.lic --pack acme/acme.lkp --root {pin[0]}" in said


def test_what_init_printed_works_as_it_is(place: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands and the program, typed and pasted, meet at one installation."""
    monkeypatch.setenv("XDG_DATA_HOME", str(place.folder / "data"))
    monkeypatch.delenv("LICENSEKIT_HOME", raising=False)
    monkeypatch.setattr("licensekit.cli.inputs.account", lambda: "anna")
    said = place.run("init", "acme", *place.both_passphrases).stdout
    pasted = said.partition("In the application:")[2].partition("Next:")[0]
    for line in said.partition("Next:")[2].strip().splitlines():
        _, *typed = shlex.split(line)
        more = place.passphrase if typed[0] == "issue" else ()
        place.run(*typed, *more)
    monkeypatch.setattr(sys, "path", [str(place.folder), *sys.path])
    monkeypatch.delitem(sys.modules, "acme_licensing", raising=False)
    names: dict[str, Any] = {}
    exec(textwrap.dedent(pasted), names)  # noqa: S102  # as a person does
    with names["licensing"] as licensing:
        assert licensing.allows("server")
        assert licensing.notices == ()


def test_init_gives_the_pin_and_the_pack_as_json(place: Desk) -> None:
    said = place.json("init", "acme", *place.both_passphrases)
    assert said["folder"] == "acme"
    trust_store = open_pack(Path(said["pack"]).read_bytes(), said["root"])
    assert (trust_store.product, trust_store.issuer) == (said["product"], said["issuer"]) == ("acme", "acme")


@pytest.mark.parametrize(
    ("folder", "code", "title"),
    [("Åre Software", "are-software", "Åre Software"), ("Ødegård", "odegard", "Ødegård"), ("x", "x", "X")],
)
def test_the_names_come_from_the_folder_unless_told(place: Desk, folder: str, code: str, title: str) -> None:
    place.run("init", folder, *place.both_passphrases)
    catalog = place.json("catalog", "show", "-C", folder)
    assert (catalog["product"], catalog["issuer"]) == (code, code)
    assert catalog["names"]["issuer"] == title


def test_a_folder_whose_name_makes_no_code_needs_one(place: Desk) -> None:
    assert "--product" in place.refused(6, "init", "日本", *place.both_passphrases)
    place.run("init", "日本", "--product", "nihon", *place.both_passphrases)


def test_init_begins_with_a_given_catalog_which_names_everything(place: Desk) -> None:
    Path("given.toml").write_text(
        'product = "crm"\n[issuer]\ncode = "fjord"\nname = "Fjord"\n'
        '[licenses.server]\nkind = "system"\nname = "Server"\n'
    )
    begin = ("init", "desk", "--catalog", "given.toml", *place.both_passphrases)
    assert "--name" in place.refused(6, *begin, "--name", "Other")
    assert "--product" in place.refused(6, *begin, "--product", "other")
    said = place.json(*begin, "--name", "Fjord", "--product", "crm", "--issuer", "fjord")
    assert (said["product"], said["issuer"], said["pack"]) == ("crm", "fjord", "desk/crm.lkp")


def test_init_asks_for_no_passphrase_where_it_cannot_succeed(desk: Desk) -> None:
    assert "workspace here already" in desk.refused(6, "init", "acme")
    assert "given.toml" in desk.refused(8, "init", "new", "--catalog", "given.toml")


def test_init_needs_passphrases(place: Desk) -> None:
    assert "--passphrase-file" in place.refused(7, "init", "acme")
    assert place.refused(7, "init", "acme", *place.passphrase)


def test_issue_writes_the_license_and_reminds_of_the_root_key(desk: Desk) -> None:
    result = desk.run(*ISSUE, *desk.passphrase)
    assert "Example Company" in result.stdout
    assert "root key is still in acme/root" in result.stderr
    assert Path("acme-1010000014-base-1.lic").read_text().startswith("lk1-bundle.")
    Path("acme/root").rename("stick")
    assert desk.run(*ISSUE).stderr == ""


def test_the_same_order_needs_no_key_the_second_time(desk: Desk) -> None:
    first = desk.json(*ISSUE, *desk.passphrase)
    again = desk.json(*ISSUE, "-o", "copy.lic")
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert first["identity"] == again["identity"]
    assert Path("copy.lic").read_bytes() == Path(first["file"]).read_bytes()


def test_issue_writes_to_a_file_a_folder_or_standard_output(desk: Desk) -> None:
    Path("out").mkdir()
    desk.run(*ISSUE, "-o", "out", *desk.passphrase)
    desk.run(*ISSUE, "-o", "one.lic")
    printed = desk.run(*ISSUE, "-o", "-").stdout
    assert Path("out/acme-1010000014-base-1.lic").read_text() == Path("one.lic").read_text() == printed


def test_an_order_comes_from_standard_input(desk: Desk) -> None:
    order = Path("acme/orders/example.toml").read_bytes()
    desk.run("issue", "-", "-C", "acme", *desk.passphrase, typed=order)
    assert Path("acme-1010000014-base-1.lic").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("standard = 25", "standrad = 25", "users.standrad"),
        ("standard = 25", "standard = 0", "users.standard"),
        ("server = true", "server = tru", "line"),
        ("reports = true", "", "requires"),
    ],
)
def test_a_wrong_order_is_refused_with_file_and_place_before_any_passphrase(
    desk: Desk, old: str, new: str, said: str
) -> None:
    path = Path("acme/orders/example.toml")
    path.write_text(path.read_text().replace(old, new))
    message = desk.refused(5, *ISSUE)
    assert message.startswith("licensekit: acme/orders/example.toml: ")
    assert said in message


def test_issue_refuses_while_the_catalog_is_changed_and_not_signed(desk: Desk) -> None:
    edit_catalog('name = "Server"', 'name = "The server"')
    assert "licensekit pack" in desk.refused(6, *ISSUE, *desk.passphrase)
    edit_catalog('kind = "site"', 'kind = "sight"')
    assert "catalog check" in desk.refused(6, *ISSUE, *desk.passphrase)


def test_issue_refuses_an_unusable_place_before_it_signs(desk: Desk) -> None:
    assert "there is no such folder" in desk.refused(8, *ISSUE, "-o", "nowhere/one.lic", *desk.passphrase)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("issue", "nothing.toml", "-C", "acme"), 8),
        (("issue", "acme/orders/example.toml", "-C", "elsewhere"), 6),
        (("issue", "acme/orders/example.toml"), 6),
        ((*ISSUE, "--key", "nobody"), 7),
        (ISSUE, 7),
        (("pack",), 6),
        (("catalog", "check"), 6),
    ],
)
def test_commands_fail_in_one_line_and_change_nothing(desk: Desk, words: tuple[str, ...], code: int) -> None:
    assert len(desk.refused(code, *words).splitlines()) == 1


def test_a_wrong_passphrase_signs_nothing(desk: Desk) -> None:
    wrong = ("--passphrase-file", desk.root_passphrase[1])
    assert "keys/signing-1.key" in desk.refused(7, *ISSUE, *wrong)


def test_a_key_file_that_others_can_read_is_warned_of(desk: Desk) -> None:
    key = Path("acme/keys/signing-1.key")
    key.chmod(0o644)
    assert "chmod 600" in desk.run(*ISSUE, *desk.passphrase).stderr


def test_pack_without_a_change_needs_no_key_and_gives_the_pin(desk: Desk) -> None:
    before = snapshot(desk.folder)
    said = desk.json("pack", "-C", "acme")
    assert (said["catalog"], said["catalog_signed"], said["pack"]) == (1, False, "acme/acme.lkp")
    open_pack(Path(said["pack"]).read_bytes(), said["root"])
    assert snapshot(desk.folder) == before


def test_pack_signs_a_changed_catalog_and_writes_where_it_is_told(desk: Desk) -> None:
    edit_catalog('name = "Server"', 'name = "The server"')
    result = desk.run("pack", "-C", "acme", "-o", "new.lkp", *desk.passphrase)
    assert "version 2, signed now" in result.stdout
    assert Path("new.lkp").read_bytes() == Path("acme/acme.lkp").read_bytes()
    printed = desk.run("pack", "-C", "acme", "-o", "-").stdout
    assert printed.encode() == Path("new.lkp").read_bytes()


def test_pack_refuses_to_take_away_what_was_sold_unless_told(desk: Desk) -> None:
    edit_catalog('includes = ["report-editor", "user"]', 'includes = ["user"]')
    assert "licenses.professional.includes" in desk.refused(6, "pack", "-C", "acme")
    desk.run("pack", "-C", "acme", "--yes", *desk.passphrase)


def test_check_and_diff_follow_a_change(desk: Desk) -> None:
    assert "Unchanged since version 1" in desk.run("catalog", "check", "-C", "acme").stdout
    assert "Unchanged" in desk.run("catalog", "diff", "-C", "acme").stdout
    edit_catalog('name = "Server"', 'name = "The server"')
    assert "`licensekit pack` signs it" in desk.run("catalog", "check", "-C", "acme").stdout
    assert "The server" in desk.run("catalog", "diff", "-C", "acme").stdout
    assert desk.json("catalog", "check", "-C", "acme")["changed"]
    (one,) = desk.json("catalog", "diff", "-C", "acme")["differences"]
    assert (one["where"], one["before"], one["after"]) == ("licenses.server.name", "Server", "The server")


def test_diff_marks_what_comes_what_goes_and_what_takes_away(desk: Desk) -> None:
    edit_catalog('[licenses.archive]\nkind = "site"', '[licenses.store]\nkind = "site"')
    lines = desk.run("catalog", "diff", "-C", "acme").stdout.splitlines()
    assert any(line.startswith("+ ") and "licenses.store" in line for line in lines)
    assert any(line.startswith("-!") and "licenses.archive" in line for line in lines)
    assert "licenses.archive" in desk.refused(6, "catalog", "check", "-C", "acme")


def test_check_names_every_fault_of_a_file_of_no_workspace(desk: Desk) -> None:
    text = Path("acme/catalog.toml").read_text()
    Path("other.toml").write_text(text)
    assert "8 licenses, no faults" in desk.run("catalog", "check", "other.toml").stdout
    assert "Server" in desk.run("catalog", "show", "other.toml").stdout
    Path("other.toml").write_text(text.replace('kind = "site"', 'kind = "sight"'))
    message = desk.refused(5, "catalog", "check", "other.toml")
    assert [line.split(": ")[2] for line in message.splitlines()] == ["licenses.branch.kind", "licenses.archive.kind"]


@pytest.mark.parametrize("where", ["-C", "the current folder"])
def test_a_catalog_in_a_file_is_compared_with_what_the_workspace_has_signed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """`-C` has one meaning for all three commands, with a file and without."""
    text = Path("acme/catalog.toml").read_text()
    other = Path("other.toml").resolve()
    there: tuple[str, ...] = ("-C", "acme")
    if where != "-C":
        there = ()
        monkeypatch.chdir("acme")
    other.write_text(text.replace('name = "Server"', 'name = "The server"'))
    check, show, diff = (("catalog", word, str(other), *there) for word in ("check", "show", "diff"))
    assert "Differs from version 1, which was signed last." in desk.run(*check).stdout
    assert "The server" in desk.run(*show).stdout
    assert "The server" in desk.run(*diff).stdout
    assert "Unchanged" in desk.run("catalog", "check", *there).stdout
    other.write_text(text)
    assert "Is the same as version 1, which was signed last." in desk.run(*check).stdout
    assert desk.json(*diff) == {"changed": False, "differences": [], "concerned": []}
    other.write_text(text.replace("[licenses.archive]", "[licenses.store]"))
    message = desk.refused(6, *check)
    assert "other.toml: it takes something away" in message
    assert "licenses.archive" in message


def test_a_file_is_compared_with_a_workspace_that_is_one(desk: Desk) -> None:
    there = ("acme/catalog.toml", "-C", "elsewhere")
    for word in ("check", "show", "diff"):
        assert "there is no ledger here" in desk.refused(6, "catalog", word, *there)
    assert "there is no ledger here" in desk.refused(6, "catalog", "diff", "acme/catalog.toml")


def test_show_says_what_an_edition_contains(desk: Desk) -> None:
    text = Path("acme/catalog.toml").read_text()
    edition = """
[editions.small]
name = "Small office"
system = ["server"]
sites.branch = "unrestricted"
users.standard = 5
settings.tier = "silver"
"""
    Path("other.toml").write_text(text + edition)
    shown = desk.run("catalog", "show", "other.toml").stdout.splitlines()[-1]
    assert shown == "small    Small office  server, branch unrestricted, standard 5, tier = silver"


def test_show_says_what_a_setting_can_be_and_what_a_license_is_called(desk: Desk) -> None:
    text = """
[licenses.calls]
kind = "system"
name = "Calls"
quantity = "call"
per = "month"
replaced_by = "server"
names.de = "Anrufe"

[settings.rows]
type = "number"
name = "Rows"
lowest = 1
highest = 9
default = 5
combine = "sum"
"""
    Path("other.toml").write_text(Path("acme/catalog.toml").read_text() + text)
    shown = desk.run("catalog", "show", "other.toml").stdout.splitlines()
    rows = [" ".join(line.split()) for line in shown]
    assert "system calls Calls no longer sold; by call; per month; de: Anrufe; replaced by server" in rows
    assert "tier Support tier text one of gold, silver; default silver" in rows
    assert "rows Rows number from 1; to 9; default 5; combined by sum" in rows


def test_show_gives_the_catalog_that_was_signed(desk: Desk) -> None:
    edit_catalog('name = "Server"', 'name = "The server"')
    assert "The server" not in desk.run("catalog", "show", "-C", "acme").stdout


@pytest.mark.parametrize("said", [KeyError("getpwuid(): uid not found: 4711"), OSError(), ImportError("pwd")])
def test_an_account_without_a_name_is_unknown_to_the_ledger(said: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container, from Python 3.13 on, and in a service of Windows before."""

    def nameless() -> str:
        raise said

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert options.operator() == "unknown"


def test_the_next_commands_can_be_copied_whatever_the_folder_is_called(place: Desk) -> None:
    said = place.run("init", "Acme & Sons", *place.both_passphrases).stdout
    (line,) = (line for line in said.splitlines() if "licensekit issue" in line)
    program, *words = shlex.split(line)
    assert program == "licensekit"
    place.run(*words, *place.passphrase)
