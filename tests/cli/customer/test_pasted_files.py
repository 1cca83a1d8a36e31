"""Files in the wrong place are called by their name, and what was left out of a mail is said."""

import json
from pathlib import Path

import pytest

from tests.cli.customer.conftest import Command
from tests.text.envelopes import attached

KINDS = {
    "empty.lic": "",
    "signing.key": "lkkey1.AAAA",
    "root.pin": "lkroot1-aaaa",
    "order.toml": 'order = "7"\n',
    "catalog.toml": 'product = "crm"\n[licenses.sale]\n',
    "people.csv": "id,name\nanna,Anna\n",
}
NO_TOKENS = {
    "empty.lic": "the file is empty; ask for the file again",
    "signing.key": "this is a key file, not a license file; give the license file",
    "root.pin": "this is a root pin, not a license file; give it with --root",
    "order.toml": "this is an order, not a license file; `licensekit issue` makes",
    "catalog.toml": "this is a catalog, not a license file; `licensekit pack` makes",
    "people.csv": "this is not a license file: it does not begin with `lk1-`",
}
TOKENS = "this is a license file, a pack or an exchange file, not a table; look at it with `licensekit inspect`"
CASES = [
    *(
        (command, name, text)
        for command in (
            "activate",
            "inspect",
            "verify --pack crm.lkp --root {pin}",
            "explain",
            "activate one.lic --pack",
        )
        for name, text in NO_TOKENS.items()
    ),
    ("activate", "request.lic", "this request is for the vendor, and cannot be activated; send it to the vendor"),
    ("activate one.lic --pack", "two.lic", "this is not a pack: it contains a bundle; a customer activates it with"),
    ("activate one.lic --pack", "request.lic", "this is not a pack: it contains a request; send it to the vendor"),
    *(("users import", name, f"line 1: {TOKENS}") for name in ("one.lic", "crm.lkp", "request.lic")),
    ("users import", "signing.key", "line 1: this is a key file, not a table; never send it to anybody"),
    ("users import", "empty.lic", "line 1: the file is empty"),
]


@pytest.fixture
def mail(crm: Command, shelf: Path) -> Command:
    """The customer's commands beside files of every kind, and a mail with a license in it."""
    for name, text in KINDS.items():
        (shelf / name).write_text(text)
    (shelf / "mail.eml").write_text(attached((shelf / "two.lic").read_text()))
    assert crm("request -o request.lic").code == 0
    return crm


@pytest.mark.parametrize(("command", "name", "text"), CASES)
def test_a_file_in_the_wrong_place_is_called_by_its_name(mail: Command, command: str, name: str, text: str) -> None:
    before = mail("history --json").out
    ran = mail(f"{command} {name}")
    assert ran.err.startswith(f"licensekit: {name}: {text}")
    assert ran.code in {3, 5}
    assert mail("history --json").out == before


def test_what_was_left_out_of_a_mail_is_reported(mail: Command) -> None:
    said = "mail.eml: found its tokens, and left out the rest of the mail"
    ran = mail("activate mail.eml --preview")
    assert said in ran.err.splitlines()
    assert said not in ran.out


@pytest.mark.parametrize("command", ["inspect", "activate --preview", "explain"])
def test_json_has_what_was_left_out(mail: Command, command: str) -> None:
    found = json.loads(mail(f"{command} mail.eml --json").out)["left_out"]
    assert [(one["file"], one["message"]) for one in found] == [("mail.eml", "the rest of the mail")]


def test_a_file_of_tokens_is_read_without_a_word(mail: Command) -> None:
    ran = mail("inspect two.lic --json")
    assert (ran.err, "left_out" in json.loads(ran.out)) == ("", False)


def test_standard_input_is_searched_as_well(mail: Command, shelf: Path) -> None:
    ran = mail("inspect -", stdin=f"Hello\n{(shelf / 'two.lic').read_text()}".encode())
    assert (ran.code, ran.err) == (0, "standard input: found its tokens, and left out the surrounding text\n")
