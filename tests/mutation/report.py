"""The page about mutation testing, made from what the trials have shown and from what was judged of survivors."""

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.mutation.mutants import ROOT, Mutant

PAGE: Final = ROOT / "docs" / "mutation.md"
JUDGED: Final = Path(__file__).with_name("survivors.toml")
DETECTED: Final = frozenset({"killed", "timeout"})
TRIED: Final = DETECTED | {"survived", "uncovered"}
_Z: Final = 1.959964  # of a normal distribution, for 95 %


class Judgment(NamedTuple):
    """What a person has decided about a mutant that survived."""

    mutant: str
    where: str
    change: str
    equivalent: str = ""  # why no test can tell it from the code
    test: str = ""  # which has killed it since


class Counts(NamedTuple):
    """Mutants of some modules."""

    there_are: int
    tried: int = 0
    detected: int = 0
    equivalent: int = 0

    @property
    def interval(self) -> tuple[float, float, float]:
        """The score and its interval of 95 %, in percent; equivalent mutants are left out."""
        of = self.tried - self.equivalent
        share, low, high = wilson(self.detected, of)
        return 100 * share, 100 * low, 100 * high


def wilson(good: int, of: int) -> tuple[float, float, float]:
    """Return a share and the interval of Wilson in which the share of all is, in 95 % of samples."""
    if not of:
        return 0.0, 0.0, 1.0
    share, squared = good / of, _Z * _Z
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = _Z * math.sqrt(share * (1 - share) / of + squared / (4 * of * of)) / (1 + squared / of)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def judgments() -> dict[str, Judgment]:
    """Return what was judged, by the identity of the mutant."""
    found = tomllib.loads(JUDGED.read_text("utf-8")).get("survivor", [])
    return {one["mutant"]: Judgment(**one) for one in found}


def unjudged(sampled: Iterable[Mutant], results: Mapping[str, Mapping[str, Any]]) -> list[Mutant]:
    """Return the mutants that no test has killed and that nobody has judged to be equivalent."""
    known = judgments()
    left = (one for one in sampled if results.get(one.identity, {}).get("status") in TRIED - DETECTED)
    return [one for one in left if one.identity not in known or not known[one.identity].equivalent]


def write(every: Sequence[Mutant], sampled: Sequence[Mutant], results: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the page; return its summary."""
    known = judgments()
    groups: dict[str, list[Mutant]] = defaultdict(list)
    for one in every:
        groups[_group(one.path)].append(one)
    chosen = {one.identity for one in sampled}
    rows = {name: _counts(many, chosen, results, known) for name, many in sorted(groups.items())}
    total = Counts(*map(sum, zip(*rows.values(), strict=True)))
    share, low, high = total.interval
    alike = sum(1 for one in sampled if results.get(one.identity, {}).get("status") == "timeout")
    summary = (
        f"{total.detected:,} of {total.tried - total.equivalent:,} mutants are found by a test: "
        f"**{share:.1f} %**, and between {low:.1f} % and {high:.1f} % with 95 % confidence."
    )
    table = "\n".join(_row(f"`{name}`", one) for name, one in rows.items())
    left = unjudged(sampled, results)
    text = _PAGE.format(
        summary=summary,
        there_are=f"{total.there_are:,}",
        sampled=f"{len(sampled):,}",
        tried=f"{total.tried:,}",
        equivalent=total.equivalent,
        raw=f"{100 * total.detected / max(1, total.tried):.1f}",
        alike=alike,
        table=f"{table}\n{_row('all', total)}",
        partial=_PARTIAL if any(one.identity not in results for one in sampled) else "",
        left=len(left),
        survivors=_survivors(left) or "None.",
    )
    PAGE.write_text(text, "utf-8")
    return summary


def _counts(
    many: Sequence[Mutant], chosen: set[str], results: Mapping[str, Mapping[str, Any]], known: Mapping[str, Judgment]
) -> Counts:
    states = {one.identity: results.get(one.identity, {}).get("status") for one in many if one.identity in chosen}
    survived = [one for one, status in states.items() if status in TRIED - DETECTED]
    return Counts(
        there_are=len(many),
        tried=sum(status in TRIED for status in states.values()),
        detected=sum(status in DETECTED for status in states.values()),
        equivalent=sum(one in known and bool(known[one].equivalent) for one in survived),
    )


def _row(name: str, counts: Counts) -> str:
    share, low, high = counts.interval
    numbers = (counts.there_are, counts.tried, counts.detected, counts.equivalent)
    return (
        f"| {name} | " + " | ".join(f"{one:,}" for one in numbers) + f" | {share:.1f} % | {low:.0f} to {high:.0f} % |"
    )


def _group(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    whole = parts[1] in {"wire", "trust", "entitlements"}
    return ".".join(parts[:2] if whole else parts)


def _survivors(left: Iterable[Mutant]) -> str:
    lines = (
        f"- `{one.identity}` {one.path.removeprefix('licensekit/')}, `{one.scope}`, {one.operator}:"
        f" `{_short(one.before)}` → `{_short(one.after)}`"
        for one in left
    )
    return "\n".join(lines)


def _short(text: str) -> str:
    return text.replace("`", "'") if len(text) < 160 else f"{text[:157]}…".replace("`", "'")


_PARTIAL: Final = """\
The rest of the sample was not tried yet. So the score and its interval are only about those that were tried. They are
tried module by module, and code that runs at import comes last, so they do not represent the rest.

"""
_PAGE: Final = """\
# Mutation testing

<!-- made by: python -m tests.mutation report -->

Would a test fail if the code were wrong? A *mutant* is the code with one small mistake: `<` in place of `<=`,
`or` in place of `and`, a condition that is always true, a number that is one too high, a missing statement. The tests
that run the changed line are run on each mutant. If no test fails, the mutant has *survived*: a test is missing, or the
change makes no difference.

{summary}

| what | mutants | tried | found | equivalent | score | interval |
|---|---|---|---|---|---|---|
{table}

These modules have {there_are} mutants; a random sample of {sampled} was drawn with a fixed seed, and {tried} of them
were tried. {alike} of the found mutants made a test run endlessly. {equivalent} survivors were judged equivalent,
each with its reason in `tests/mutation/survivors.toml`, and are left out of the score; with them it would be {raw} %.

{partial}Only tests on SQLite within one process count here. The many tests that start processes, servers and browsers
would find more.

## Survivors without an answer

{left} mutants:

{survivors}

## How to run it

```text
python -m tests.mutation cover      record which tests run which lines: once, and after tests have changed
python -m tests.mutation run        run the remaining trials; you can stop it at any time
python -m tests.mutation survivors  list the survivors without an answer
python -m tests.mutation report     write this page
```

Results are kept under `.mutation/`, by the change and by the code of its function, without docstrings. So only changed
functions are tried again. For a survivor, write a test that fails, and run
`python -m tests.mutation run --survivors`. If no test can fail, say why in `tests/mutation/survivors.toml`.
"""
