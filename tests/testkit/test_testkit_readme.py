"""Every example in the README of the kit is what a reader is sent and answers."""

import json
import re
import shlex
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from licensekit_testkit import cli
from licensekit_testkit.case_files import all_cases

from tests.docs.tables import DOCS, code_blocks, section, tables, text_of
from tests.vectors.our_reader.asks import ASKS, answer

README = (DOCS.parent / "testkit/README.md").read_text("utf-8")
EXAMPLES = [block.splitlines() for block in re.findall(r"^```json\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]
REST = "…"


def worked_token() -> str:
    """Return the token of the worked example of the format."""
    (token,) = [block for block in code_blocks(section(text_of("format.md"), "A worked example")) if "lk1-" in block]
    return "".join(token.split())


def secret_key() -> str:
    """Return the key file in the text of the format."""
    (key,) = [block for block in code_blocks(section(text_of("format.md"), "Key files")) if block.startswith("lkkey1.")]
    return "".join(key.split())


TOKEN = worked_token()
FRAME = answer({"ask": "tokens", "file": TOKEN})["tokens"][0]["frame"]
DIVIDED = answer({"ask": "frame", "type": "bundle", "frame": FRAME})
DOCUMENT = answer({"ask": "payload", "type": "bundle", "payload": DIVIDED["payload"]})["document"]
PLAIN = next(case for case in all_cases() if case.id == "tokens/plain").given
LONG = [
    *(PLAIN["root"], PLAIN["pack"], PLAIN["file"]),
    *(TOKEN, FRAME, DIVIDED["payload"], DIVIDED["signatures"][0]["signature"], secret_key()),
    "10509969a4e6f730c8d3fb1dfdee6080236c88a58efb265c72495edcae34a008",
]
"""What the examples begin and do not end: texts of the worked example and of the first case of files."""


def filled(shown: Any) -> Any:
    """Return what is shown with the rest of its texts, and of the one document."""
    if isinstance(shown, str) and shown.endswith(REST):
        (whole,) = [text for text in LONG if text.startswith(shown.removesuffix(REST))]
        return whole
    if isinstance(shown, list):
        return [filled(item) for item in cast("Sequence[Any]", shown)]
    if not isinstance(shown, dict):
        return shown
    members = cast("dict[str, Any]", shown)
    if REST in members:
        return DOCUMENT
    return {name: filled(item) for name, item in members.items()}


def fits(shown: Any, said: Any) -> bool:
    """Return whether an answer is what is shown of it."""
    if isinstance(shown, str) and shown.endswith(REST):
        return str(said).startswith(shown.removesuffix(REST))
    if isinstance(shown, list):
        items = cast("Sequence[Any]", shown)
        return len(items) == len(said) and all(map(fits, items, said))
    if not isinstance(shown, dict):
        return bool(shown == said)
    members = cast("dict[str, Any]", shown)
    names = members.keys() - {REST}
    known = names <= said.keys() if REST in members else names == said.keys()
    return known and all(fits(members[name], said[name]) for name in names)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0][:40])
def test_a_line_has_the_answer_beside_it(example: list[str]) -> None:
    line, expected = (json.loads(text) for text in example)
    if line["ask"] == "hello":
        assert expected.keys() == answer(line).keys()
    else:
        said = answer(filled(line))
        said.pop("message", None)
        assert fits(expected, said), said


def test_every_ask_has_an_example_and_is_listed_with_its_level() -> None:
    shown = {json.loads(example[0])["ask"] for example in EXAMPLES}
    assert shown >= {"hello", *ASKS}
    assert {case.ask for case in all_cases()} <= shown


def test_every_member_of_a_case_and_every_flag_is_in_a_table() -> None:
    members, flags = tables(section(README, "The files of cases"))
    schema = json.loads((DOCS.parent / "testkit/licensekit_testkit/schema/case-file.json").read_text("ascii"))
    case = schema["$defs"]["case"]["properties"]
    assert {row[0].strip("`") for row in members} == set(case)
    named = {flag for row in flags for flag in re.findall(r"`(.+?)`", row[0])}
    assert named == set(case["flags"]["items"]["enum"])


@pytest.mark.process
@pytest.mark.skipif(shutil.which("node") is None, reason="the first reader of the README is for Node")
def test_the_first_reader_has_the_table_that_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = code_blocks(section(README, "A first reader"))
    (tmp_path / "first.js").write_text(blocks[0], "utf-8")
    command, _, shown = blocks[1].partition("\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main(shlex.split(command)[2:])
    assert ended.value.code == 1
    assert capsys.readouterr().out == shown


def test_the_seed_of_a_test_key_is_made_as_the_readme_says() -> None:
    (example,) = [json.loads(line) for line, _ in EXAMPLES if '"sign"' in line]
    assert "`licensekit TEST KEY LABEL 1`" in README.replace("\n", " ")
    assert example["seeds"] == [sha256(b"licensekit TEST KEY vendor 1").hexdigest()]
