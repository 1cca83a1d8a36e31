"""The issuer's commands call a file in the wrong place by its name."""

from pathlib import Path

import pytest

from tests import today
from tests.crm import SOLD
from tests.issuer_command import Desk

CASES = [
    ("answer", "--order order.toml", "one.lic", "this is a bundle, not a request; a customer activates it"),
    ("answer", "--order order.toml", "acme/acme.lkp", "this is a root, not a request; it is part of a pack"),
    ("answer", "--order order.toml", "empty.lkr", "the file is empty; ask for the file again"),
    ("answer", "--order order.toml", "order.toml", "this is an order, not a license file; `licensekit issue`"),
    ("accept", "", "one.lic", "this is a bundle, not a receipt or statement; a customer activates it"),
    ("accept", "", "acme/acme.lkp", "this is a root, not a receipt or statement; it is part of a pack"),
    ("accept", "", "acme/keys/signing-1.key", "this is a key file, not a license file; give the license file"),
    ("revoke bundle", "--reason lost --yes", "acme/acme.lkp", "this is a root, and contains no bundle; it is part of"),
]


@pytest.mark.parametrize(("command", "options", "name", "text"), CASES)
def test_a_file_in_the_wrong_place_is_called_by_its_name(
    desk: Desk, command: str, options: str, name: str, text: str
) -> None:
    Path("one.lic").write_text(today.file(today.bundle(**SOLD)))
    Path("empty.lkr").write_text("")
    Path("order.toml").write_text('company = "A"\norder = "7"\n')
    said = desk.refused(3, *command.split(), name, "-C", "acme", *options.split(), *desk.passphrase)
    assert f"licensekit: {name}: {text}" in said


def test_a_restored_ledger_takes_the_files_themselves(desk: Desk) -> None:
    Path("mail.eml").write_text(f"Hello\n{Path('acme/acme.lkp').read_text()}")
    ran = desk.run("ledger", "absorb", "mail.eml", "-C", "acme", code=1)
    assert "mail.eml: this is not a license file" in ran.output
