"""Every code block of every page is of its language, and runs from top to bottom of its page."""

from pathlib import Path

import pytest

from tests.docs.examples import UNREAD, WORLDS, Block, ExampleFailed, blocks, is_as_said, pages, play, world_of

EVERY = [block for page in pages() for block in blocks(page)]
PLAYED = [page for page in pages() if world_of(page)]


def name(page: Path) -> str:
    """Return the name of a page as a test's."""
    return "/".join(page.parts[page.parts.index("docs") :])


@pytest.mark.process
@pytest.mark.parametrize("page", PLAYED, ids=name)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path) -> None:
    for _ in play(page, tmp_path):
        pass


@pytest.mark.parametrize("page", PLAYED, ids=name)
def test_a_page_asks_for_a_world_that_there_is(page: Path) -> None:
    assert world_of(page) in WORLDS


def test_every_page_with_code_asks_for_a_world() -> None:
    assert {name(block.page) for block in EVERY if block.language not in UNREAD and not world_of(block.page)} == set()


@pytest.mark.parametrize("block", [one for one in EVERY if world_of(one.page)], ids=lambda block: block.where)
def test_a_block_is_of_its_language(block: Block) -> None:
    if block.language != "sh":  # those are parsed when they run: a process for each costs too much here
        block.parse()


@pytest.mark.parametrize("block", [one for one in EVERY if "norun" in one.options], ids=lambda block: block.where)
def test_a_block_that_does_not_run_says_what_it_needs(block: Block) -> None:
    assert block.options["norun"].startswith("needs ")


def written(folder: Path, text: str) -> Path:
    """Return a page of this text."""
    page = folder / "page.md"
    page.write_text(text, "utf-8")
    return page


@pytest.mark.process
@pytest.mark.parametrize(
    "text",
    [
        "```sh\nfalse\n```\n",
        "```sh\nfalse | true\n```\n",
        "```python\nassert False\n```\n",
        "```python\nexit()\n```\n",
        '```toml title="a.toml"\n[a\n```\n',
        "```sh\necho a\n```\n\n<!-- output -->\n```text\nb\n```\n",
        "```cobol\n```\n",
    ],
)
def test_a_page_that_is_wrong_fails(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.docs.examples.ROOT", tmp_path)
    with pytest.raises((ExampleFailed, ValueError, AssertionError)):
        list(play(written(tmp_path, text), tmp_path))


@pytest.mark.process
def test_blocks_of_a_page_share_folder_and_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.docs.examples.ROOT", tmp_path)
    text = """<!-- world: empty -->
```python
import asyncio
value = await asyncio.sleep(0, 7)
```
```python title="half.py"
half = 3
```
```python
from half import half
print(half + value)
```
<!-- output -->
```text
1…
```
```sh
test -f half.py
```
"""
    assert [output for _, output in play(written(tmp_path, text), tmp_path)] == ["", "10\n", ""]


def test_an_ellipsis_stands_for_anything() -> None:
    assert is_as_said("a … c\n", "a b\nb c\n")
    assert not is_as_said("a\n", "a\nb\n")
