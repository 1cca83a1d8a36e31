"""Templates of messages: what a text may ask of a field, and how it is filled in."""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from string import Formatter
from typing import Any, Final

from licensekit.dates import format_days, format_seconds

_SHOWN: Final = 60  # characters that a message shows of a text that somebody else wrote
_LINE: Final = 200  # characters that a message shows of what a library or the system said
_NAMED: Final = 10  # how many codes one message names
_DOCUMENTS: Final = {"trust": "trust document", "revocations": "revocation list"}
"""Types of documents that messages call by another name than their tokens do."""
_BELONGS: Final = {
    **dict.fromkeys(("root", "trust", "revocations", "catalog"), "it is part of a pack, which --pack takes"),
    **dict.fromkeys(("bundle", "reset"), "a customer takes it with `licensekit activate`"),
    "request": "send it to the vendor, who takes it with `licensekit answer`",
    **dict.fromkeys(("receipt", "statement"), "send it to the vendor, who takes it with `licensekit accept`"),
}
"""What is to be done with a document of a type that is in a wrong place."""


def _documents(types: str | Sequence[str], _: str) -> str:
    return " or ".join(_DOCUMENTS.get(one, one) for one in ((types,) if isinstance(types, str) else types))


def _line(text: str, _: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in str(text)[:_LINE])
    return " ".join(shown.split())


def _counted(count: int | Sized, words: str) -> str:
    number = count if isinstance(count, int) else len(count)
    one, _, many = words.partition("|")
    return f"{number} {one if number == 1 else many}"


def _codes(codes: Iterable[str], _: str) -> str:
    quoted = [f"`{code}`" for code in codes]
    more = len(quoted) - _NAMED
    if more > 0:
        quoted[_NAMED:] = [f"{more} more"]
    return _joined(quoted, "and")


def _joined(items: Sequence[str], word: str) -> str:
    *others, last = items
    return f"{', '.join(others)} {word} {last}" if others else last


def _first(items: Sequence[object], words: str) -> str:
    more = f" (and {_counted(len(items) - 1, words)})" if len(items) > 1 else ""
    return f"{items[0]}{more}"


_FORMS: Final[Mapping[str, Callable[[Any, str], str]]] = {
    "day": lambda days, _: format_days(days),
    "time": lambda seconds, _: format_seconds(seconds),
    "hex": lambda data, _: bytes(data).hex(),
    "quoted": lambda text, _: ascii(text)[:_SHOWN],
    "line": _line,
    "document": _documents,
    "belongs": lambda name, _: _BELONGS.get(name, ""),
    "list": lambda items, nothing: ", ".join(map(str, items)) or nothing,
    "led": lambda items, lead: lead + ", ".join(map(str, items)) if items else "",
    "message": lambda one, _: one.message,
    "hint": lambda one, _: one.hint,
    "messages": lambda items, _: "; ".join(one.message for one in items),
    "count": _counted,
    "codes": _codes,
    "choice": lambda words, _: _joined([f'"{word}"' for word in words], "or"),
    "guess": lambda word, nothing: f"did you mean `{word}`?" if word else nothing,
    "meant": lambda texts, _: f"write {_joined(texts, 'or')}" if texts else "",
    "first": _first,
    "typed": lambda text, _: shlex.quote(text),
    "or": lambda text, nothing: str(text or nothing),
    "use": lambda use, _: "" if use == "production" else f"{use} ",
}
"""What a template may ask of a field: `{expiry:day}`, `{key:hex}`, `{used:count seat|seats}`.

`day` is of days since 1970, and `time` of seconds. `quoted` is for what a stranger wrote, `line` for what a library or
the system said, `typed` for what is typed into a shell, and `document` for the type of a token, or for several of which
one is meant; `belongs` says where a document of that type goes. `{released:led , released }` is the list behind its
words, and nothing where the list is empty. Of many `codes` the first are named; `{faults:first more fault|more faults}`
is the first one, and how many more there are. `{use:use}` is the word before a sequence that is not of production, and
nothing where it is. `{guess:guess check it}` asks whether the one that is near was meant, and says the words behind it
where none is; `{by:or somebody}` is the text, or the words behind it where it is empty.
"""


class _Templates(Formatter):
    """The templates of messages, whose fields may have the forms of `_FORMS`."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return `value` as `format_spec` asks, or its type if it does not fit: an error must come out in any case."""
        form, _, words = format_spec.partition(" ")
        try:
            if form in _FORMS:
                return _FORMS[form](value, words)
            return str(super().format_field(value, format_spec))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return f"({type(value).__name__})"


_TEMPLATES: Final = _Templates()


def fill_in(template: str, data: Mapping[str, Any]) -> str:
    """Return a template with the values of its fields; raise `LookupError` for a field that is not in `data`."""
    return _TEMPLATES.vformat(template, (), data)
