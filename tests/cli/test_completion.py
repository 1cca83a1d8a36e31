"""Shells complete commands, options, closed lists of values, and the names of files."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest
from click.shell_completion import ShellComplete

from licensekit.cli import customer_commands
from licensekit.cli.main import licensekit

MARK: Final = "= "


@click.group()
def acme() -> None:
    """Play an application that mounts the customer's commands."""


acme.add_command(customer_commands())


def completed(*words: str, program: click.Group = licensekit) -> list[tuple[str, str]]:
    """Return the type and value of each completion of the last word."""
    *before, last = words
    found = ShellComplete(program, {}, program.name or "", "_COMPLETE").get_completions(list(before), last)
    return [(one.type, one.value) for one in found]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("rei",), ["reinstate", "reissue"]),
        (("users", "a"), ["add", "assign"]),
        (("keys", "rotate"), ["rotate", "rotate-root"]),
        (("activate", "--pr"), ["--preview"]),
        (("ledger", "list", "--state", "re"), ["replaced", "revoked", "returned"]),
        (("activate", "--home", "a", "--home", "b", "--pr"), ["--preview"]),
    ],
)
def test_commands_options_and_closed_lists_are_completed(words: tuple[str, ...], expected: list[str]) -> None:
    assert completed(*words) == [("plain", one) for one in expected]


@pytest.mark.parametrize(
    "words",
    [
        ("activate", "acme"),
        ("activate", "--pack", ""),
        ("status", "--home", ""),
        ("issue", "acme/orders/"),
        ("issue", "-C", ""),
        ("answer", ""),
        ("product", "acme/"),
        ("inspect", ""),
    ],
)
def test_names_of_files_are_left_to_the_shell(words: tuple[str, ...]) -> None:
    (found,) = completed(*words)
    assert found == ("file", words[-1])


@pytest.mark.parametrize("words", [("users", "set", ""), ("users", "assign", "an"), ("activate", "--root", "")])
def test_what_is_not_a_file_is_not_completed_as_one(words: tuple[str, ...]) -> None:
    assert completed(*words) == []


def test_an_application_completes_what_it_mounts() -> None:
    assert completed("license", "stat", program=acme) == [("plain", "status"), ("plain", "statement")]
    assert completed("license", "activate", "a", program=acme) == [("file", "a")]


def _bash() -> Iterator[str]:
    found = shutil.which("bash")
    if found:
        ran = subprocess.run([found, "-c", "echo $BASH_VERSION"], capture_output=True, text=True, check=True)
        if tuple(map(int, ran.stdout.split(".")[:2])) >= (4, 4):
            yield found


@pytest.mark.process
def test_bash_completes_what_is_typed(tmp_path: Path) -> None:
    """With the script that the page tells to source, asked as bash itself asks."""
    bash = next(_bash(), None)
    if bash is None:
        pytest.skip("click completes in bash 4.4 or newer")
    (tmp_path / "acme.lic").touch()
    script = f"""
eval "$(_LICENSEKIT_COMPLETE=bash_source licensekit)"
complete -p licensekit
compopt() {{ printf '%s\\n' "files"; }}  # a function of completion may call it, and nobody else
for line in "licensekit stat" "licensekit users a" "licensekit activate acme"; do
    read -ra COMP_WORDS <<<"$line"
    COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)) COMPREPLY=()
    _licensekit_completion licensekit
    printf '{MARK}%s\\n' "${{COMPREPLY[*]}}"
done
"""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    ran = subprocess.run(
        [bash, "--norc", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        "complete -o nosort -F _licensekit_completion licensekit",
        f"{MARK}status statement",
        f"{MARK}add assign",
        "files",
        f"{MARK}",
    ]
