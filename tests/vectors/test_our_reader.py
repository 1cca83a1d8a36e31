"""Our reader's asks: what each calls, and the process around them."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.wire.documents import encode
from licensekit.wire.plain import plain
from tests import makers
from tests.any_document import BY_TYPE
from tests.vectors.our_reader.asks import answer

BUNDLE = makers.bundle()


@pytest.mark.parametrize("kind", BY_TYPE)
@given(data=st.data())
def test_the_payload_that_is_written_of_plain_data_is_that_of_the_document(kind: str, data: st.DataObject) -> None:
    document = data.draw(BY_TYPE[kind])
    assert answer({"ask": "write", "type": kind, "document": plain(document)}) == {"payload": encode(document).hex()}


@pytest.mark.parametrize(
    "changes", [{"sequence": "1"}, {"issued": "soon"}, {"use": "fun"}, {"binding": 1}, {"replaces": 1}, {"new": 1}]
)
def test_plain_data_of_another_form_is_refused(changes: dict[str, object]) -> None:
    document = plain(BUNDLE) | changes
    assert answer({"ask": "write", "type": "bundle", "document": document})["code"] == "payload-invalid"


@pytest.mark.process
def test_the_process_answers_a_line_with_a_line_and_ends_with_its_input() -> None:
    lines: list[dict[str, Any]] = [{"ask": "hello"}, {"ask": "pin", "pin": "no pin"}, {"ask": "chain", "entries": []}]
    asked = "".join(json.dumps(line) + "\n" for line in lines)
    command = [sys.executable, "-m", "tests.vectors.our_reader"]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0]["schemes"] == [1, 2, 3]
    assert answers[1]["code"] == "root-pin-invalid"
    assert answers[2] == {"head": "00" * 32}
