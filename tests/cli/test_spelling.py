"""Each fact has one spelling, and views have no other."""

import re
from pathlib import Path
from typing import Any

import pytest

from licensekit import cli
from licensekit.access import Access
from licensekit.cli.output import counted
from licensekit.cli.views import spelling
from licensekit.entitlements import Severity
from licensekit.wire.documents import AfterGrace, Kind, SignedType
from tests import makers

VIEWS = sorted(path for folder in ("views", "customer") for path in (Path(cli.__file__).parent / folder).glob("*.py"))
OTHER_SPELLINGS = re.compile(
    r"""["'](none|never|for ever|forever|unlimited|everybody|everyone|true|false|perpetual"""
    r"""|unrestricted)\b|\} (day|hour)s?\b"""
)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (spelling.amount(None), "unrestricted"),
        (spelling.amount(0), "0"),
        (spelling.expiry(None), "perpetual"),
        (spelling.expiry(20_820), "2027-01-02"),
        (spelling.day(20_820), "2027-01-02"),
        (spelling.day(None), None),
        (spelling.moment(0), "1970-01-01T00:00:00Z"),
        (spelling.moment(None), None),
        (spelling.day_of(86_400), "1970-01-02"),
        (counted(1, "day"), "1 day"),
        (counted(-2, "day"), "-2 days"),
        (spelling.amount_of(20, None), "20"),
        (spelling.name_of(Access.READ), "read"),
        (spelling.name_of(AfterGrace.READ_ONLY), "read-only"),
        (spelling.name_of(Severity.ERROR), "error"),
        (spelling.value(data=True), "true"),
        (spelling.value(12), "12"),
        (spelling.listed(["a", "b"]), "a, b"),
        (spelling.listed([]), None),
        (spelling.ALL_OF[Kind.USER], "everybody"),
        (spelling.ALL_OF[Kind.SITE], "every site"),
    ],
)
def test_a_fact_is_spelled(shown: object, expected: object) -> None:
    assert shown == expected


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_views_have_no_spelling_of_their_own(path: Path) -> None:
    if path.stem == "spelling":
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if OTHER_SPELLINGS.search(line) and '"""' not in line]
    assert found == []


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({}, []),
        ({"longest_term": 60}, ["at most 60 days"]),
        ({"parts": ["maps", "storage"]}, ["part maps, storage"]),
        ({"parts": ["maps"], "most": 25}, ["part maps", "at most 25 of a license"]),
    ],
)
def test_the_limits_of_a_key_are_shown_in_words(limits: dict[str, Any], said: list[str]) -> None:
    scope = makers.scope(types=[SignedType.BUNDLE], **limits)
    assert spelling.limits_of(scope) == said
