"""The cases of the kit, read from its files."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import zip_longest
from typing import Any, Final, cast

LEVELS: Final = ("L0", "L1", "L2", "L3", "L4")


@dataclass(frozen=True)
class KitCase:
    """A question to a reader, and the expected answer."""

    id: str
    level: str
    about: str
    rule: str
    flags: Sequence[str]
    musts: Sequence[str]
    ask: str
    given: Mapping[str, Any]  # with the members of its ground; each `concat` is not yet expanded
    expect: Mapping[str, Any]
    compare: Sequence[str] | None = None  # the members of the answer to compare; None: all

    @property
    def group(self) -> str:
        """The group of the case."""
        return self.id.partition("/")[0]

    def line(self) -> dict[str, Any]:
        """Return the object to send to the reader."""
        return {"id": self.id, "ask": self.ask, **written_out(self.given)}

    def answers(self) -> list[Any]:
        """Return the correct answers: one, or several if a MAY lets readers differ."""
        expect = written_out(self.expect)
        any_of: list[Any] = expect.get("any_of", [expect])
        return any_of


def written_out(value: Any) -> Any:
    """Return a JSON value with every `{"concat": [[text, times], ...]}` in it expanded to its text."""
    if isinstance(value, list):
        return [written_out(item) for item in cast("Iterable[Any]", value)]
    if not isinstance(value, Mapping):
        return value
    members = cast("Mapping[str, Any]", value)
    if list(members) == ["concat"]:
        return "".join(_pieces(*piece) for piece in members["concat"])
    return {name: written_out(item) for name, item in members.items()}


def _pieces(text: str, times: int, first: int | None = None) -> str:
    """Repeat a text; with `first`, the `%` in each copy are replaced by the digits of a running number."""
    if first is None:
        return text * times
    parts = text.split("%")
    digits = len(parts) - 1
    return "".join(
        "".join(map("".join, zip_longest(parts, f"{number:0{digits}}", fillvalue="")))
        for number in range(first, first + times)
    )


def all_cases() -> list[KitCase]:
    """Return every case, sorted by level and group, then in the order of the file."""
    return [case for path in case_files() for case in cases_of(json.loads(path.read_text("ascii")))]


def case_files() -> list[Traversable]:
    """Return the files of cases, sorted by level and name."""
    folder = files("licensekit_testkit") / "cases"
    return [path for level in LEVELS for path in sorted((folder / level).iterdir(), key=lambda path: path.name)]


def cases_of(file: Mapping[str, Any]) -> Iterator[KitCase]:
    """Yield the cases of a file; the members of a case's ground are the defaults of what it is given."""
    for said in file["cases"]:
        members: dict[str, Any] = {"level": file["level"], **said}
        if "ground" in members:
            members["given"] = {**file["grounds"][members.pop("ground")], **members["given"]}
        yield KitCase(**members)
