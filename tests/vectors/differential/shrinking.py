"""A question on which readers part, made as small as it still parts them."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.vectors.differential.damage import is_list, is_object

Line = dict[str, Any]
Path = tuple[str | int, ...]


def shrunk(line: Line, parts: Callable[[Line], bool]) -> Line:
    """Return the smallest question that is found by leaving things out."""
    while True:
        smaller = next((one for one in _smaller(line) if _is_asked(one) and parts(one)), None)
        if smaller is None:
            return line
        line = smaller


def _is_asked(line: Line) -> bool:
    """Return whether readers are asked that: what is alone, or is verified without a state, is one document."""
    verified = [step["file"] for step in line.get("steps", ()) if step["do"] == "verify"]
    return all(file.count("lk1-bundle.") == 1 for file in verified) and (
        "alone" not in line or line.get("file", "lk1-").count("lk1-") == 1
    )


def _smaller(line: Line) -> Iterator[Line]:
    """Yield the question without a member, an entry of a list, or a token of a text: larger things first."""
    for path, value in _within(line, ()):
        if is_list(value) and len(value) > 4:
            yield _with(line, path, value[: len(value) // 2])
            yield _with(line, path, value[len(value) // 2 :])
    for path, value in _within(line, ()):
        if is_list(value):
            yield from (_with(line, path, value[:at] + value[at + 1 :]) for at in range(len(value)))
        if isinstance(value, str) and value.count("lk1-") > 1:
            tokens = re.findall(r"[^l]*lk1-(?:(?!lk1-).)*", value, re.DOTALL)
            yield from (_with(line, path, "".join(tokens[:at] + tokens[at + 1 :])) for at in range(len(tokens)))
    for name in ("seen", "alone", "released", "installation", "away_hours", "users", "sites", "events"):
        if name in line:
            yield {member: value for member, value in line.items() if member != name}


def _within(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if is_object(value):
        for name, one in value.items():
            if name != "version":  # the numbers of a full version stay together
                yield from _within(one, (*path, name))
    if is_list(value):
        for at, one in enumerate(value):
            yield from _within(one, (*path, at))


def _with(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = _with(value[path[0]], path[1:], new)
    return copied
