"""What screens show: their texts in order, the attributes that people see or hear, and what of it is data."""

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from itertools import chain
from typing import Any, Final, cast

from licensekit.installation import Installation
from licensekit.wire.plain import plain
from tests.languages.pseudo import CLOSE, OPEN

SEEN: Final = frozenset({"title", "aria-label", "placeholder", "alt", "label"})
"""Attributes that people see or hear."""
SCRIPTED: Final = frozenset({"adds", "every", "label", "name", "releases", "texts", "ticked", "zone"})
"""Those of scripts that are texts: `data-…`."""
_CODE: Final = "[a-z]+(?:-[A-Za-z]+)+"


class Screen(HTMLParser):
    """The texts of a page: `shown` in its order, and each attribute that is a text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown = list[str]()
        self.attributes = list[str]()
        self._within = list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the attributes that are texts."""
        self._within.append(tag)
        self.shown.append(" ")
        texts = {name: value for name, value in attrs if value}
        self.attributes += (
            value for name, value in texts.items() if name in SEEN or name.removeprefix("data-") in SCRIPTED - {name}
        )

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that have no end of their own."""
        self.shown.append(" ")
        if tag in self._within:
            while self._within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Keep a text, except code, which is in no language."""
        if not {"code", "textarea", "script", "style"} & set(self._within):
            self.shown.append(data)


def without_marked(shown: str) -> str:
    """Return what is not within marks."""
    depth, found = 0, list[str]()
    for character in shown:
        depth += character == OPEN
        found.append(" " if depth or character == CLOSE else character)
        depth -= character == CLOSE
    return "".join(found)


def left_over(screen: Screen, data: re.Pattern[str]) -> set[str]:
    """Return the words of a page that are neither within marks nor data."""
    marked = ("".join(screen.shown), *screen.attributes)
    assert all(text.count(OPEN) == text.count(CLOSE) for text in marked)
    texts = (data.sub(" ", without_marked(text)) for text in marked)
    return {word for text in texts for word in re.findall(r"[^\W\d_]{2,}", text)}


def data_of(installation: Installation, *typed: str) -> re.Pattern[str]:
    """Return what finds each text that somebody gave an installation."""
    state = installation.state()
    documents = [one.document for one in (*state.trust_store.catalogs.values(), *state.bundles)]
    people = [one._asdict() for one in installation.users.list()]
    sites = [row.site._asdict() for row in installation.sites.list()]
    entries = [one.facts for one in installation.audit.entries()]
    given = [
        list(map(plain, documents)),
        people,
        sites,
        entries,
        [one._asdict() for one in installation.events.list(ended=True)],
    ]
    codes = [
        name for code in (*state.entitlements.licenses, *state.trust_store.catalogs) for name in (code, bare(code))
    ]
    access = [way for one in state.trust_store.catalogs.values() for way in one.document.access]
    labels = [*access, *(part.label for part in state.parts), state.product_name, *codes]
    found = set(_texts(json.loads(json.dumps(given, default=str)))).union(labels, typed)
    words = sorted(filter(None, found), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))}|{_CODE})(?!\w)")


def bare(code: str) -> str:
    """Return a code without its issuer."""
    return code.rpartition(".")[2]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(_texts, cast("dict[str, Any]", value).values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(_texts, cast("Iterable[Any]", value)))
