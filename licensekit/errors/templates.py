"""Templates of messages: what a text may ask of a field, and how it is filled in."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from functools import cache
from string import Formatter
from typing import Any, Final

from licensekit.dates import format_days, format_seconds
from licensekit.errors.coded import WORDS, messages_beside
from licensekit.languages import form_of, language, translated

_SHOWN: Final = 60  # characters that a message shows of a text that somebody else wrote
_LINE: Final = 200  # characters that a message shows of what a library or the system said
_NAMED: Final = 10  # how many codes one message names


def _word(section: str, name: str, otherwise: str = "") -> str:
    """Return a text of `words.toml` in the current language."""
    found = messages_beside(__name__, WORDS)[section].get(name)
    return otherwise if found is None else translated(f"errors/{section}.{name}", str(found))


@cache
def _words() -> Mapping[str, re.Pattern[str]]:
    """Return name of a word to what it looks like, filled in."""
    texts = messages_beside(__name__, WORDS)["word"].items()
    return {name: re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(str(text)))) for name, text in texts}


def as_word(text: object, _: str = "") -> str:
    """Return in the current language what code says in a field, in English; any other text as it is."""
    said = str(text)
    found = ((name, pattern.fullmatch(said)) for name, pattern in _words().items()) if language() else ()
    return next((_word("word", name).format_map(match.groupdict()) for name, match in found if match), said)


def _item(text: object) -> str:
    """Return an item of a list: a code or a name, or what code says of some in several words."""
    return as_word(text) if " " in str(text) or str(text).startswith("(") else str(text)


def in_place(where: str) -> str:
    """Return where something is, in the current language."""
    return re.sub(r"(?<![^ ])line (\d+)", lambda found: _word("join", "line").format(n=found[1]), where)


def _documents(types: str | Sequence[str], _: str) -> str:
    names = map(str, (types,) if isinstance(types, str) else types)
    return _joined([_word("document", one, one) for one in names], "or")


def _line(text: str, _: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in str(text)[:_LINE])
    return " ".join(shown.split())


def _counted(count: int | Sized, words: str) -> str:
    number = count if isinstance(count, int) else len(count)
    forms = words.split("|")
    return f"{number} {forms[min(form_of(number), len(forms) - 1)]}"


def _codes(codes: Iterable[str], _: str) -> str:
    quoted = [f"`{code}`" for code in codes]
    more = len(quoted) - _NAMED
    if more > 0:
        quoted[_NAMED:] = [_word("join", "more").format(n=more)]
    return _joined(quoted, "and")


def _joined(items: Sequence[str], word: str) -> str:
    *others, last = items
    return _word("join", word).format(others=", ".join(others), last=last) if others else last


def _first(items: Sequence[object], words: str) -> str:
    if len(items) == 1:
        return str(items[0])
    return _word("join", "first").format(first=items[0], others=_counted(len(items) - 1, words))


_FORMS: Final[Mapping[str, Callable[[Any, str], str]]] = {
    "day": lambda days, _: format_days(days),
    "time": lambda seconds, _: format_seconds(seconds),
    "hex": lambda data, _: bytes(data).hex(),
    "quoted": lambda text, _: ascii(text)[:_SHOWN],
    "line": _line,
    "document": _documents,
    "belongs": lambda name, _: _word("belongs", name),
    "word": as_word,
    "words": lambda items, _: ", ".join(map(as_word, items)),
    "list": lambda items, nothing: ", ".join(map(_item, items)) or nothing,
    "led": lambda items, lead: lead + ", ".join(map(_item, items)) if items else "",
    "message": lambda one, _: one.message,
    "hint": lambda one, _: one.hint,
    "messages": lambda items, _: "; ".join(one.message for one in items),
    "count": _counted,
    "codes": _codes,
    "choice": lambda words, _: _joined([f'"{word}"' for word in words], "or"),
    "guess": lambda word, nothing: _word("join", "guess").format(word=word) if word else nothing,
    "meant": lambda texts, _: _word("join", "meant").format(texts=_joined(texts, "or")) if texts else "",
    "first": _first,
    "typed": lambda text, _: shlex.quote(text),
    "or": lambda text, nothing: str(text or nothing),
    "use": lambda use, _: "" if use == "production" else f"{_word('use', use, use)} ",
}
"""What a template may ask of a field: `{expiry:day}`, `{key:hex}`, `{used:count seat|seats}`.

`day` shows days since 1970, and `time` seconds. `quoted` is for text that a stranger wrote, `line` for text from a
library or the system, `typed` for text to type into a shell, and `document` for the type of a token, or for several
types of which one is meant; `belongs` says where a document of that type goes. `word` is for a field that contains an
English word of the code, and `words` for several: `words.toml` lists them. `{released:led , released }` is the list
after the given words, or nothing if the list is empty. Of many `codes`, the first are named;
`{faults:first more fault|more faults}` is the first one and how many more there are. `{use:use}` is the word before a
sequence, or nothing for production. `{guess:guess check it}` asks whether the similar word was meant, or is the given
words if there is no similar one; `{by:or somebody}` is the text, or the given words if it is empty.
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
