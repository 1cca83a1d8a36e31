"""The forms of a page, as a browser without a script sends them."""

from html.parser import HTMLParser
from typing import Any, Final

Fields = dict[str, list[str]]

_TICKS: Final = {"checkbox", "radio"}


class _Forms(HTMLParser):
    """Collects what each form of a page sends, by its action."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Fields] = {}
        self._fields: Fields = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self._fields = self.found.setdefault(given.get("action") or "", {})
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self._fields.setdefault(self._select, []).append(value)
        elif tag == "input" and name and (given.get("type") not in _TICKS or "checked" in given):
            self._fields.setdefault(name, []).append(value)


def fields_of(page: str, action: str) -> Fields:
    """Return what the form of a page with this action sends as it is shown."""
    forms = _Forms()
    forms.feed(page)
    return forms.found[action]


def typed(page: str, action: str, **changes: str | list[str]) -> dict[str, Any]:
    """Return what a form sends after somebody has changed some of its fields; an empty list is a box without a tick."""
    return {**fields_of(page, action), **changes}
