"""Runs the Python of a page, block by block, in one namespace: a line of JSON in for each, one out."""

import asyncio
import inspect
import io
import json
import sys
import traceback
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from contextlib import redirect_stdout


def main() -> None:
    """Read blocks until there are no more."""
    answers = sys.stdout
    sys.path.insert(0, "")
    names: dict[str, object] = {"__name__": "__main__"}
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            block = json.loads(line)
            said = io.StringIO()
            fault = ""
            with redirect_stdout(said):
                try:
                    compiled = compile(block["code"], block["where"], "exec", flags=PyCF_ALLOW_TOP_LEVEL_AWAIT)
                    running = eval(compiled, names)  # noqa: S307  # our own documents
                    if inspect.iscoroutine(running):
                        runner.run(running)
                except BaseException:  # noqa: BLE001  # whatever it is, the page is wrong
                    fault = traceback.format_exc()
            answers.write(json.dumps({"output": said.getvalue(), "fault": fault}) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
