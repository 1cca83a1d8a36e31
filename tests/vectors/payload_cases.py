"""Cases of the ask `payload`: bytes to a document, or a code."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.vectors.document_fields import TABLES
from tests.vectors.document_samples import identity, plain, surrounded
from tests.vectors.spelled import Record, Run, Spelled, member, pack
from tests.vectors.vector import Case


def slug(text: str) -> str:
    """Return a text as part of the name of a case."""
    signed = re.sub(r"(?<![a-z0-9])-(?=\d)", "minus ", text.lower())
    return re.sub(r"[^a-z0-9]+", "-", signed).strip("-")


def taken(name: str, about: str, kind: str, document: Record, rule: str = "Fields", **more: Any) -> Case:
    """Return a case whose payload is taken; of one with a long run, the identity alone is compared."""
    spelled = pack(document)
    expect: dict[str, Any] = {"identity": identity(kind, spelled)}
    if has_run(document):
        return Case(name, about, rule, "payload", given(kind, spelled), expect, compare=("identity",), **more)
    return Case(
        name, about, rule, "payload", given(kind, spelled), expect | {"document": plain(kind, document)}, **more
    )


def refused(
    name: str,
    about: str,
    kind: str,
    payload: Spelled,
    rule: str = "Fields",
    *,
    code: str = "payload-invalid",
    **more: Any,
) -> Case:
    """Return a case whose payload is refused."""
    return Case(name, about, rule, "payload", given(kind, payload), {"code": code}, **more)


def given(kind: str, payload: Spelled) -> dict[str, Any]:
    """Return the members of the line."""
    return {"type": kind, "payload": member(payload)}


def of_record(
    name: str, about: str, table: str, record: Record, code: str | None = None, *, rule: str = "Fields", **more: Any
) -> Case:
    """Return a case of a document of any table, within the sample around it, taken or refused with `code`."""
    kind, document = surrounded(table, record)
    if code is None:
        return taken(name, about, kind, document, rule, **more)
    return refused(name, about, kind, pack(document), rule, code=code, **more)


def distinct(cases: Iterable[Case]) -> Iterator[Case]:
    """Yield the cases without those that ask once more what one before asks."""
    asked: set[str] = set()
    for case in cases:
        line = json.dumps([case.given, case.ground])
        if line not in asked:
            asked.add(line)
            yield case


def has_run(value: Any) -> bool:
    """Return whether a value contains a run, which is too long to be written out in a case."""
    return any(isinstance(part, Run) and (part.first is not None or part.times > 200) for part in pack(value))


def titled(table: str) -> str:
    """Return how a document is called in a sentence: `the license`, `the bundle`."""
    return f"the {TABLES[table].heading.lower()}"
