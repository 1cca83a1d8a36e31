"""The process: one JSON object a line in, one out."""

import json
import sys

from tests.vectors.our_reader.asks import answer


def main() -> None:
    """Answer every line of standard input."""
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
