"""Every example of the README runs as it stands there, commands in a real terminal."""

import os
import pty
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from licensekit import Access, Licensing, VerifiedBundle

README = Path(__file__).parents[1] / "README.md"
ASKED_FOR = ("passphrase", "repeat")


def example(name: str) -> str:
    """Return the code block after the mark `<!-- example: name -->`."""
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found, name
    return found[1]


def type_in(command: str, folder: Path) -> str:
    """Type a command into a terminal, answer its questions and return what it shows."""
    program, *arguments = shlex.split(command, comments=True)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.environ["LICENSEKIT_HOME"] = str(folder / "licensing")
        os.execv(sys.executable, [sys.executable, "-m", program, *arguments])  # noqa: S606  # ours
    shown = ""
    while piece := _read(terminal):
        shown += piece
        last = shown.rpartition("\n")[2].lower()
        if last.endswith(": ") and any(word in last for word in ASKED_FOR):
            os.write(terminal, b"test passphrase\n")
            shown += "\n"
        elif last.endswith("[y/n]: "):
            os.write(terminal, b"y\n")
            shown += "\n"
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, shown
    return shown


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:  # the other end is gone: the command has ended
        return ""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the vendor's and the customer's examples were typed in, in their order."""
    folder = tmp_path_factory.mktemp("readme")
    pin, serial = "lkroot1-…", "1010000014"
    for name in ("vendor", "catalog", "customer", "sale"):
        for line in example(name).splitlines():
            shown = type_in(line.replace("lkroot1-…", pin).replace("1010000014", serial), folder)
            if found := re.search(r"lkroot1-[a-z2-7]{52}", shown):
                pin = found[0]
            if found := re.search(r"^serial +([0-9]{10})\b", shown, re.MULTILINE):
                serial = found[1]
    (folder / "root").write_text(pin)
    return folder


def test_the_vendors_lines_make_the_file_that_the_customers_lines_activate(played: Path) -> None:
    assert (played / "acme.lic").is_file()
    assert (played / "licensing" / "licensing.db").is_file()


def test_the_lines_from_year_to_year_give_the_installation_its_next_sequence(played: Path) -> None:
    shown = type_in("licensekit status", played)
    assert re.search(r"[0-9]{10} +base +2 ", shown)
    assert "renewal-1" in type_in("licensekit ledger list -C acme", played)


def test_the_developers_lines_give_what_their_comments_say(played: Path) -> None:
    given = {
        "home": played / "licensing",
        "ROOT": (played / "root").read_text(),
        "PACK": (played / "acme" / "acme.lkp").read_bytes(),
    }
    names: dict[str, Any] = dict(given)
    exec(example("developer"), names)  # noqa: S102  # our own README
    with names["licensing"] as licensing:
        assert isinstance(licensing, Licensing)
        assert licensing.allows("server")
        assert licensing.access("reports") is Access.READ
        assert licensing.user("anna").allows("reports")


def test_the_lines_without_state_give_a_verified_bundle(played: Path) -> None:
    names: dict[str, Any] = {
        "ROOT": (played / "root").read_text(),
        "PACK": (played / "acme" / "acme.lkp").read_bytes(),
        "data": (played / "acme.lic").read_bytes(),
    }
    exec(example("stateless"), names)  # noqa: S102  # our own README
    assert isinstance(names["bundle"], VerifiedBundle)


def test_every_page_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert links
    for link in links:
        assert link.startswith("https://") or (README.parent / link).exists(), link
