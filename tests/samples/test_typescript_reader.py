"""The reader in TypeScript: its package, every case of the kit in Node and in Chromium, and the examples of its README.

Without npm, which installs what it is built with, these tests are skipped; where LICENSEKIT_TEST_BROWSER is `required`
they fail then.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from licensekit_testkit.case_files import KitCase, all_cases
from licensekit_testkit.judging import is_right

from tests.console.browsing import browser, chromium, missing
from tests.samples.sample_files import TOP

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAMPLE = TOP / "samples" / "readers" / "typescript"
README = (SAMPLE / "README.md").read_text("utf-8")
pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample, built: its compiler is strict, so what does not fit its types ends here."""
    if shutil.which("npm") is None:
        missing("there is no npm here")
    top = tmp_path_factory.mktemp("typescript")
    for name in ("keys", "samples"):
        shutil.copytree(TOP / name, top / name, ignore=shutil.ignore_patterns("node_modules", "dist"))
    folder = top / SAMPLE.relative_to(TOP)
    installed = started(folder, "npm", "ci", "--no-audit", "--no-fund")
    if installed.returncode != 0:
        missing(f"npm does not install what it is built with: {installed.stderr}")
    run(folder, "npm", "run", "build")
    return folder


def started(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command, and return how it ended and what it printed."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def run(folder: Path, *command: str) -> str:
    """Run a command, which must end with 0, and return what it prints."""
    done = started(folder, *command)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_package_is_as_small_as_it_promises(built: Path) -> None:
    assert "bytes gzipped" in run(built, "npm", "run", "size")


def test_its_own_tests_pass(built: Path) -> None:
    run(built, "npm", "test")


@pytest.mark.parametrize("options", [(), ("--noble",), ("--no-ml-dsa",)], ids=lambda options: "".join(options) or "web")
def test_the_reader_answers_every_case(built: Path, options: tuple[str, ...]) -> None:
    """With each Ed25519; without ML-DSA-65, hybrid keys are left out."""
    reader = str(built / "dist" / "process.js")
    run(TOP / "testkit", sys.executable, "-m", "licensekit_testkit", "run", "--", "node", reader, *options)


def test_the_page_answers_every_case(built: Path) -> None:
    path = chromium()
    if path is None:
        missing("there is no Chromium here; LICENSEKIT_TEST_CHROMIUM names one")
    run(built, "npm", "run", "bundle-page")
    with browser(path) as started:
        page = started.new_page()
        # The Web Cryptography API is there on pages of secure origins alone, and localhost is one.
        page.route("http://localhost/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        page.goto("http://localhost/")
        page.add_script_tag(path=built / "dist" / "page.bundle.js")
        ask = asker(page)
        asks = ask({"ask": "hello"})["asks"]
        wrong = [
            case.id for case in all_cases() if case.ask in asks and not is_right_or_left_out(ask(case.line()), case)
        ]
    assert wrong == []


def asker(page: "Page") -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a function that asks the reader in a page."""

    def ask(line: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(page.evaluate("line => answer(line)", json.dumps(line)))
        return answer

    return ask


def is_right_or_left_out(answer: dict[str, Any], case: KitCase) -> bool:
    """Return whether a case expects this answer, or the reader cannot say."""
    return "unsupported" in answer or is_right(answer, case)


ELECTRON = """
declare module "electron" {
  export const app: { getPath(name: string): string; getAppPath(): string };
  export const ipcMain: { handle(channel: string, listener: (event: unknown, ...values: any[]) => unknown): void };
}
"""
"""What the examples use of Electron, which is large."""


def examples() -> Iterator[tuple[str, str]]:
    """Yield file name and text of each example in the README that is TypeScript."""
    for number, found in enumerate(re.findall(r"```ts\n(.*?)```", README, re.DOTALL)):
        yield f"example-{number}.ts", found


def test_the_examples_of_the_readme_compile(built: Path) -> None:
    """Against the package as it is installed, with its own types."""
    folder = built / "examples"
    folder.mkdir()
    for name, text in [*examples(), ("electron.d.ts", ELECTRON)]:
        (folder / name).write_text(text, "utf-8")
    config = json.loads((built / "tsconfig.json").read_text("utf-8"))
    options = {**config["compilerOptions"], "rootDir": ".", "noEmit": True, "declaration": False}
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["*.ts"]}), "utf-8")
    run(folder, "npx", "tsc", "--project", ".")
