"""The pages for `man` have every command and option, and are what its formatter understands."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from tests.cli.command_tree import Node, every_command
from tests.docs.man_pages import pages

PAGES = pages()
OURS = [node for node in every_command() if node.words[0] == "licensekit"]


def page_of(node: Node) -> str:
    """Return the page that describes a command."""
    return PAGES[f"{'-'.join(node.words[:2])}.1"]


def plain(text: str) -> str:
    """Return a page without its marks."""
    text = re.sub(r"\\f[BIR]|\\&", "", text).replace(r"\-", "-").replace(r"\(aq", "'")
    return re.sub(r"\\\[u([0-9A-F]{4})\]", lambda found: chr(int(found[1], 16)), text)


@pytest.mark.parametrize("node", OURS, ids=str)
def test_every_command_and_option_has_its_place(node: Node) -> None:
    text = plain(page_of(node))
    context = click.Context(node.command, info_name=str(node))
    if not isinstance(node.command, click.Group):
        assert f"\n.B {node}\n" in text
    for one in node.command.get_params(context):
        record = one.get_help_record(context)
        if record and record[1]:
            assert f"\n.TP\n{record[0]}\n" in text


def test_the_first_page_lists_the_others() -> None:
    listed = re.findall(r"^\.BR (\S+) \(1\)$", plain(PAGES["licensekit.1"]), re.MULTILINE)
    assert sorted(f"{name}.1" for name in listed) == sorted(PAGES.keys() - {"licensekit.1"})


def test_the_first_page_has_the_exit_codes() -> None:
    """A code that a script may see is found without a browser."""
    text = PAGES["licensekit.1"].partition(".SH EXIT STATUS\n")[2].partition(".SH ")[0]
    assert re.findall(r"^\.B (\d+)$", text, re.MULTILINE)[:3] == ["0", "1", "2"]


@pytest.mark.parametrize("name", PAGES)
def test_no_text_is_taken_for_a_request(name: str) -> None:
    requests = set(re.findall(r"^[.'](\S*)", PAGES[name], re.MULTILINE))
    assert requests <= {"TH", "nh", "ad", "SH", "SS", "PP", "TP", "B", "BR", "br"}


@pytest.mark.process
@pytest.mark.parametrize("name", PAGES)
def test_groff_formats_a_page_without_a_warning(name: str, tmp_path: Path) -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    (tmp_path / name).write_text(PAGES[name], "utf-8")
    ran = subprocess.run(
        [groff, "-man", "-Tutf8", "-P-cbou", "-ww", tmp_path / name], capture_output=True, encoding="utf-8", check=True
    )
    assert ran.stderr == ""
    assert "SYNOPSIS" in ran.stdout
