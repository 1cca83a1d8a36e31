"""The cases of the kit, as they lie in its files."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

LEVELS: Final = ("L0", "L1", "L2", "L3", "L4")
REPEATED: Final = ("file", "text", "pin", "frame", "payload")
"""Members that `repeat` may make longer: of a line or a step, the first of these that it has."""


@dataclass(frozen=True)
class KitCase:
    """One question and the answer that is expected."""

    id: str
    level: str
    about: str
    rule: str
    flags: tuple[str, ...]
    musts: tuple[str, ...]
    ask: str
    given: Mapping[str, Any]
    """Members of the line, those of its ground included; `repeat` is not yet carried out."""
    expect: Mapping[str, Any]

    @property
    def group(self) -> str:
        """The group of the case."""
        return self.id.partition("/")[0]

    def line(self) -> dict[str, Any]:
        """Return the object that the reader is sent."""
        return {"id": self.id, "ask": self.ask, **expanded(self.given)}

    def answers(self) -> list[Any]:
        """Return the answers that are right: one, or several where a MAY lets readers differ."""
        any_of: list[Any] | None = self.expect.get("any_of")
        return [self.expect] if any_of is None else any_of


def expanded(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members with every `repeat` carried out, in the steps of a sequence as well."""
    members = dict(given)
    repeat = members.pop("repeat", None)
    if repeat is not None:
        longer = next(name for name in REPEATED if name in members)
        members[longer] += repeat["text"] * repeat["times"]
    if "steps" in members:
        members["steps"] = [expanded(step) for step in members["steps"]]
    return members


def all_cases() -> list[KitCase]:
    """Return every case, by level, and within a level by group and in the order of the file."""
    return [case for path in case_files() for case in cases_of(json.loads(path.read_text("ascii")))]


def case_files() -> list[Traversable]:
    """Return the files of cases, by level and name."""
    folder = files("licensekit_testkit") / "cases"
    return [path for level in LEVELS for path in _json_files(folder / level)]


def cases_of(file: Mapping[str, Any]) -> Iterator[KitCase]:
    """Yield the cases of a file, each with its ground laid under what it is given."""
    for said in file["cases"]:
        ground: dict[str, Any] = file["grounds"][said["ground"]] if "ground" in said else {}
        yield KitCase(
            id=said["id"],
            level=file["level"],
            about=said["about"],
            rule=said["rule"],
            flags=tuple(said["flags"]),
            musts=tuple(said["musts"]),
            ask=said["ask"],
            given={**ground, **said["given"]},
            expect=said["expect"],
        )


def _json_files(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if path.name.endswith(".json")), key=lambda path: path.name)
