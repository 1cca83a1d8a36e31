"""A reader that answers as its argument says, and misbehaves at the third line of each process."""

import json
import sys
import time
from typing import Any

HELLO = {"reader": "odd", "asks": ["pin", "file"], "schemes": [1]}
OTHER_HELLOS: dict[str, dict[str, Any]] = {
    "no-hello": {"code": "armor-invalid"},
    "schemes-are-texts": {**HELLO, "schemes": ["1"]},
    "misspelled-ask": {**HELLO, "asks": ["file", "pins"]},
}


def main(how: str) -> None:
    """Answer every line of standard input."""
    if how == "banner":
        print("Welcome!", flush=True)
    for number, text in enumerate(sys.stdin):
        line = json.loads(text)
        said: dict[str, Any] = {"code": "root-pin-invalid", "message": "no"}
        if line["ask"] == "hello":
            said = OTHER_HELLOS.get(how, HELLO)
        if number == 2:
            _misbehave(how)
            said = OTHER_ANSWERS.get(how, said)
        print(json.dumps(said), flush=True)
    sys.exit(5 if how == "ends-with-5" else 0)


OTHER_ANSWERS: dict[str, dict[str, Any]] = {
    "wrong": {"digest": ""},
    "unsupported": {"unsupported": "no pins"},
    "another-id": {"id": "pins/other", "code": "root-pin-invalid"},
}


def _misbehave(how: str) -> None:
    if how == "hangs":
        time.sleep(600)
    if how == "dies":
        sys.exit(3)
    if how == "chats":
        print("debug: here", flush=True)
    if how == "not-json":
        print('{"code": NaN}', flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
