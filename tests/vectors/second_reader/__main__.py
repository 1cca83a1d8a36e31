"""The second reader as a process: a question a line in, an answer a line out."""

import json
import sys

from tests.vectors.second_reader.questions import answer


def main() -> None:
    """Answer every line of standard input."""
    for line in sys.stdin.buffer:
        print(json.dumps(answer(line)), flush=True)


if __name__ == "__main__":
    main()
