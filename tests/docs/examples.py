"""The code blocks of the documents, and how they are run: `python -m tests.docs.examples docs/tutorial.md`.

All blocks of a page run from top to bottom in one new folder. A comment on the page's first lines says what is
prepared there: `<!-- world: empty -->`, `vendor` or `customer`. bash runs an untitled `sh` block, and the page's own
process an untitled `python` block. A block with a title is written to the file of that name, with `append="yes"` to its
end. `norun="needs …"` keeps a block from being run, not from being parsed. After `<!-- output -->`, a `text` block is
what the block before it prints; `…` stands for anything. Passphrases and questions are answered, and `lkroot1-…` is the
root pin of `acme`.
"""

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from configparser import ConfigParser
from pathlib import Path
from threading import Timer
from typing import Any, Final, NamedTuple, Self

import yaml

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
ATTENDED: Final = Path(__file__).parent / "attended"
SECONDS: Final = 120
"""How long a block may take."""
FENCE: Final = re.compile(
    r"^(?P<indent> *)(?P<ticks>```+) *(?P<language>[\w+-]*) *(?P<info>.*)\n(?P<code>(?:.*\n)*?)(?P=indent)(?P=ticks)$",
    re.MULTILINE,
)
OPTION: Final = re.compile(r'(\w+)="([^"]*)"')
WORLD: Final = re.compile(r"\A(?:.*\n){0,4}?<!-- world: (\w+) -->")
OPTIONS: Final = frozenset({"title", "norun", "append"})
OUTPUT: Final = "<!-- output -->\n"
PIN: Final = "lkroot1-…"

WORLDS: Final[Mapping[str, tuple[str, ...]]] = {
    "empty": (),
    "vendor": ("licensekit init acme", "licensekit issue acme/orders/example.toml -C acme -o acme.lic"),
    "customer": (
        "licensekit init acme",
        "licensekit issue acme/orders/example.toml -C acme -o acme.lic",
        f"licensekit activate acme.lic --pack acme/acme.lkp --root {PIN}",
        "licensekit users add anna",
    ),
}


def ini(code: str) -> None:
    """Parse what systemd and others read: a key may be there several times."""
    ConfigParser(strict=False, interpolation=None, allow_no_value=True).read_string(code)


def dockerfile(code: str) -> None:
    """Check that each instruction is one, with what it needs."""
    for line in re.sub(r"\\\n", " ", code).splitlines():
        assert not line.strip() or re.match(r"#|[A-Z]+ \S", line), line


def bash(code: str) -> None:
    """Check the syntax of commands."""
    subprocess.run(["/bin/bash", "-n"], input=code, text=True, check=True, capture_output=True)


PARSERS: Final[Mapping[str, Callable[[str], object]]] = {
    "dockerfile": dockerfile,
    "ini": ini,
    "json": json.loads,
    "python": lambda code: compile(code, "example", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT),
    "sh": bash,
    "toml": tomllib.loads,
    "yaml": lambda code: list(yaml.safe_load_all(code)),
}
"""How blocks of each language are parsed."""
UNREAD: Final = frozenset({"", "abnf", "console", "html", "nginx", "sql", "text", "typescript"})
"""Languages of blocks that are looked at and not parsed."""


class Block(NamedTuple):
    """One code block of a page."""

    page: Path
    line: int
    language: str
    options: Mapping[str, str]
    code: str
    is_output: bool

    @property
    def where(self) -> str:
        """Where it begins, as editors understand it."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def runs(self) -> bool:
        """Whether it is executed, and not only parsed or written."""
        return self.language in {"sh", "python"} and not {"norun", "title"} & self.options.keys()

    def parse(self) -> None:
        """Check that it is of its language."""
        assert self.language in UNREAD or self.language in PARSERS, f"{self.where}: what is {self.language!r}?"
        assert self.options.keys() <= OPTIONS, f"{self.where}: {self.options}"
        if parser := PARSERS.get(self.language):
            parser(self.code)


def pages() -> list[Path]:
    """Return every page whose examples are run by this module: all of the documents."""
    return sorted(DOCS.rglob("*.md"))


def blocks(page: Path) -> Iterator[Block]:
    """Yield the code blocks of a page."""
    text = page.read_text("utf-8")
    for found in FENCE.finditer(text):
        before, indent = text[: found.start()], found["indent"]
        code = re.sub(rf"^{indent}", "", found["code"], flags=re.MULTILINE)
        options = dict(OPTION.findall(found["info"]))
        is_output = before.endswith(OUTPUT)
        yield Block(page, before.count("\n") + 1, found["language"], options, code, is_output)


def world_of(page: Path) -> str | None:
    """Return the name of the world that a page asks for."""
    found = WORLD.match(page.read_text("utf-8"))
    return found[1] if found else None


class ExampleFailed(AssertionError):
    """A block did not do what its page says."""


class Play:
    """A folder in which the blocks of a page run, one after another."""

    def __init__(self, folder: Path, world: str) -> None:
        """Prepare `folder` as the world of that name.

        Raises:
            ExampleFailed: there is no such world.
        """
        if world not in WORLDS:
            raise ExampleFailed(f"there is no world {world!r}: take one of {', '.join(WORLDS)}")
        self.folder = folder / "work"
        self.folder.mkdir()
        (folder / "user").mkdir()
        self._environment = environment(self.folder, folder / "user")
        self._python: subprocess.Popen[str] | None = None
        for command in WORLDS[world]:
            self._sh(command, "the world")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._python:
            self._python.communicate(timeout=SECONDS)

    def run(self, block: Block) -> str:
        """Do what a block is for; return what it prints.

        Raises:
            ExampleFailed: it ends with an error.
        """
        block.parse()
        code = block.code.replace(PIN, self._pin())
        if "norun" in block.options:
            return ""
        if name := block.options.get("title"):
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("a" if "append" in block.options else "w", encoding="utf-8") as file:
                file.write(code)
            return ""
        if block.language == "sh":
            return self._sh(code, block.where)
        return self._run_python(code, block.where) if block.language == "python" else ""

    def _pin(self) -> str:
        module = self.folder / "acme_licensing.py"
        found = re.search(r"lkroot1-[a-z2-7]{52}", module.read_text("utf-8")) if module.exists() else None
        return found[0] if found else PIN

    def _sh(self, code: str, where: str) -> str:
        command = ["/bin/bash", "-euo", "pipefail", "-c", code.replace(PIN, self._pin())]
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if ran.returncode:
            raise ExampleFailed(f"{where}: exit code {ran.returncode}\n{code}\n{ran.stdout}")
        return ran.stdout

    def _run_python(self, code: str, where: str) -> str:
        if self._python is None:
            self._python = subprocess.Popen(
                [sys.executable, ATTENDED / "console_of_page.py"],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._python.stdin
        assert self._python.stdout
        self._python.stdin.write(json.dumps({"code": code, "where": where}) + "\n")
        self._python.stdin.flush()
        watchdog = Timer(SECONDS, self._python.kill)
        watchdog.start()
        line = self._python.stdout.readline()
        watchdog.cancel()
        answer: dict[str, Any] = json.loads(line) if line else {"fault": "the process has ended", "output": ""}
        if answer["fault"]:
            raise ExampleFailed(f"{where}\n{code}\n{answer['fault']}")
        return str(answer["output"])


def environment(folder: Path, user: Path) -> dict[str, str]:
    """Return the environment of examples: an account of its own, this Python first, nothing of ours or of a license."""
    kept = {name: value for name, value in os.environ.items() if "LICENSE" not in name}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return kept | {
        "PATH": path,
        "PYTHONPATH": str(ATTENDED),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(user),
        "XDG_DATA_HOME": str(user / "data"),
        "LICENSEKIT_HOME": str(folder / "home"),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }


def is_as_said(said: str, printed: str) -> bool:
    """Return whether an output is what a page says, in which `…` stands for anything."""
    pattern = ".*?".join(re.escape(part) for part in plain(said).split("…"))
    return re.fullmatch(pattern, plain(printed), re.DOTALL) is not None


def plain(text: str) -> str:
    """Return a text without spaces at the ends of its lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def play(page: Path, folder: Path) -> Iterator[tuple[Block, str]]:
    """Run a page in `folder`; yield each block that was run, with what it printed.

    Raises:
        ExampleFailed: a block ends with an error, or prints something else than the page says.
    """
    printed = ""
    with Play(folder, world_of(page) or "empty") as playing:
        for block in blocks(page):
            if block.is_output and not is_as_said(block.code, printed):
                raise ExampleFailed(f"{block.where}: printed was\n{printed}")
            output = playing.run(block)
            if block.runs:
                printed = output
                yield block, output


def main() -> None:
    """Run the pages that are named, or all; show what each block prints."""
    chosen = [Path(name).absolute() for name in sys.argv[1:]] or [page for page in pages() if world_of(page)]
    for page in chosen:
        with tempfile.TemporaryDirectory() as folder:
            try:
                for block, output in play(page, Path(folder)):
                    sys.stdout.write(f"== {block.where}\n{block.code}-- prints\n{output}\n")
            except (ExampleFailed, OSError) as failed:
                sys.exit(str(failed))


if __name__ == "__main__":
    main()
