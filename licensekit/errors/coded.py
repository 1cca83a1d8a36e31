"""Codes with typed data and one message template: what errors, notices and reasons share.

A class is one code, its name with dashes, and its annotations are its data. What it says in English stands under its
code in `messages.toml`, beside its module, and names nothing but its fields. A field is what that text calls it; a
docstring stands where that leaves a question. Programs branch on `code` and read the fields, people read `message`, and
a translation is another `messages.toml`.
"""

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from collections.abc import Set as AbstractSet
from functools import cache, partial
from string import Formatter
from typing import Any, ClassVar, Final, Self, cast, dataclass_transform

from licensekit.dates import format_days, format_seconds

Templates = str | Mapping[str, str]
"""One template, or one for each value of the field `reason`."""

_SHOWN: Final = 60
"""Characters that a message shows of a text that somebody else wrote."""
_LINE: Final = 200
"""Characters that a message shows of what a library or the system said."""
_NAMED: Final = 10
"""How many codes one message names."""
_DOCUMENTS: Final = {"trust": "trust document", "revocations": "revocation list"}
"""Types of documents that messages call by another name than their tokens do."""

_BELONGS: Final = {
    **dict.fromkeys(("root", "trust", "revocations", "catalog"), "give a pack with --pack"),
    **dict.fromkeys(("bundle", "reset"), "a customer takes it with `licensekit activate`"),
    "request": "send it to the vendor, who takes it with `licensekit answer`",
    **dict.fromkeys(("receipt", "statement"), "send it to the vendor, who takes it with `licensekit accept`"),
}
"""What is to be done with a document of a type that is in a wrong place."""


def _documents(types: str | Sequence[str], _: str) -> str:
    named = (types,) if isinstance(types, str) else types
    return " or ".join(_DOCUMENTS.get(name, name) for name in named)


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


def _led(items: Sequence[object], lead: str) -> str:
    return lead + ", ".join(map(str, items)) if items else ""


_FORMS: Final[Mapping[str, Callable[[Any, str], str]]] = {
    "day": lambda days, _: format_days(days),
    "time": lambda seconds, _: format_seconds(seconds),
    "hex": lambda data, _: bytes(data).hex(),
    "quoted": lambda text, _: ascii(text)[:_SHOWN],
    "line": _line,
    "document": _documents,
    "belongs": lambda name, _: _BELONGS.get(name, ""),
    "list": lambda items, nothing: ", ".join(map(str, items)) or nothing,
    "led": _led,
    "messages": lambda items, _: "; ".join(one.message for one in items),
    "count": _counted,
    "codes": _codes,
    "choice": lambda words, _: _joined([f'"{word}"' for word in words], "or"),
    "guess": lambda word, nothing: f"did you mean `{word}`?" if word else nothing,
    "meant": lambda texts, _: f"write {_joined(texts, 'or')}" if texts else "",
    "first": _first,
    "typed": lambda text, _: shlex.quote(text),
    "use": lambda use, _: "" if use == "production" else f"{use} ",
}
"""What a template may ask of a field: `{expiry:day}`, `{key:hex}`, `{used:count seat|seats}`.

`day` is of days since 1970, and `time` of seconds. `quoted` is for what a stranger wrote, `line` for what a library or
the system said, `typed` for what is typed into a shell, and `document` for the type of a token, or for several of which
one is meant; `belongs` says where a document of that type goes. `{released:led , released }` is the list behind its
words, and nothing where the list is empty. Of many `codes` the first are named; `{faults:first more fault|more faults}`
is the first one, and how many more there are. `{use:use}` is the word before a sequence that is not of production, and
nothing where it is. `{guess:guess check it}` asks whether the one that is near was meant, and says the words behind it
where none is.
"""


class _Templates(Formatter):
    """The templates of messages, whose fields may have the forms of `_FORMS`."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return the value of a field, or of an attribute of one; its name where it has none."""
        try:
            return super().get_field(field_name, args, kwargs)
        except AttributeError:
            return f"({field_name})", field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return `value` as `format_spec` asks; specifications of `str.format` work as well.

        Nothing is raised: an error must come out whatever its data is. What does not fit its form (a day beyond the
        calendar, nothing where bytes belong) is shown by its type.
        """
        form, _, words = format_spec.partition(" ")
        try:
            if form in _FORMS:
                return _FORMS[form](value, words)
            return str(super().format_field(value, format_spec))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return f"({type(value).__name__})"


fill_in: Final = _Templates().vformat
"""Fills in a template: `fill_in(template, (), data)`."""


class Text:
    """A text of a class of codes, or of one that it is made from: what `messages.toml` says there for this use."""

    def __init__(self, use: str, otherwise: str | None = None) -> None:
        self._use, self._otherwise = use, otherwise

    def __get__(self, _: object, kind: type["Coded"]) -> Templates:
        for one in kind.__mro__:
            own = messages_beside(one.__module__).get(vars(one).get("code", ""), {})
            if self._use in own:
                return own[self._use]
        if self._otherwise is None:
            raise AttributeError(f"{kind.__name__} has no {self._use}")
        return self._otherwise


@cache
def messages_beside(module: str) -> Mapping[str, Mapping[str, Templates]]:
    """Return code to use to text, as the `messages.toml` beside a module says."""
    import tomllib  # noqa: PLC0415  # a program that shows no message pays for none

    return tomllib.loads(_written_beside(module))


@cache
def _written_beside(module: str) -> str:
    file = getattr(sys.modules[module], "__file__", None)
    path = os.path.join(os.path.dirname(file or ""), "messages.toml")  # noqa: PTH118, PTH120  # pathlib is slow to load
    if not os.path.exists(path):  # noqa: PTH110  # likewise
        return ""
    with open(path, encoding="utf-8") as opened:  # noqa: PTH123  # likewise
        return opened.read()


@dataclass_transform(kw_only_default=True, frozen_default=True)
class _Declared:
    """A class that declares its fields as annotations, with defaults where one is optional."""


class Coded(_Declared):
    """A code, its data, and the message that they make.

    Where one code has several messages, one for each value of `reason`, its class says `reasons=True`.
    """

    code: ClassVar[str]
    """The name of the class with dashes, without `Error` at its end, unless the class states another one."""
    template: ClassVar[Templates] = cast("Templates", Text("message"))
    """What happened, and behind a semicolon what to do."""
    hint_template: ClassVar[Templates] = cast("Templates", Text("hint", ""))
    """What to do where the template does not say it: for every reason, or a long text."""
    reason: str = ""
    """A field of a class with `reasons`, which must be given unless the class has a default for it."""
    fields: ClassVar[Mapping[str, bool]] = {}
    """The name of each field, and whether it has a default."""
    _about: ClassVar[frozenset[str]] = frozenset()
    """Fields that are no data: where it happened, what to do."""

    def __init_subclass__(cls, *, reasons: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        _written_beside(cls.__module__)  # now: an error may be that no more files can be opened
        fields = dict(cls.fields)
        if reasons:
            fields.setdefault("reason", False)
        own = {name: name in vars(cls) for name, kind in cls.__annotations__.items() if "ClassVar" not in str(kind)}
        cls.fields = {**fields, **own}
        if "code" not in vars(cls):
            name = cls.__name__.removesuffix("Error")
            cls.code = "".join(f"-{one.lower()}" if one.isupper() else one for one in name).removeprefix("-")

    def __init__(self, **data: Any) -> None:
        unknown = data.keys() - self.fields.keys()
        missing = {name for name, has_default in self.fields.items() if not has_default} - data.keys()
        if unknown or missing:
            raise TypeError(f"{type(self).__name__}: no field {sorted(unknown)}, missing {sorted(missing)}")
        for name, value in data.items():
            object.__setattr__(self, name, value)
        reasons = getattr(self, "template", "")
        if not isinstance(reasons, str) and self.reason not in reasons:
            raise TypeError(f"{type(self).__name__}: no reason {self.reason!r}")

    @classmethod
    def texts(cls, reason: str = "") -> tuple[str, str]:
        """Return the templates of a message and of what to do about it, either of which may be empty."""
        message, _, hint = _of(cls.template, reason).partition("; ")
        return message, hint or _of(cls.hint_template, reason)

    @property
    def data(self) -> dict[str, Any]:
        """The fields by name, as they were given: bytes, days and seconds since 1970."""
        return {name: getattr(self, name) for name in self.fields if name not in self._about}

    @property
    def message(self) -> str:
        """What happened, as a sentence without its full stop."""
        return self._say(self.texts(self.reason)[0])

    @property
    def hint(self) -> str:
        """What to do; empty where there is nothing to say."""
        return self._say(self.texts(self.reason)[1])

    def as_json(self) -> dict[str, Any]:
        """Return code, message, data and hint as plain JSON values; bytes as hex."""
        return {
            "code": self.code,
            "message": self.message,
            "data": {name: plain_value(value) for name, value in self.data.items()},
            "hint": self.hint or None,
        }

    def replace(self, **changes: Any) -> Self:
        """Return the same with other values in some fields."""
        return type(self)(**{**self.values(), **changes})

    def values(self) -> dict[str, Any]:
        """Return every field by name: the data, and what is about the code rather than data."""
        return {name: getattr(self, name) for name in self.fields}

    def _say(self, template: Templates) -> str:
        return fill_in(_of(template, self.reason), (), self.data)

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{type(self).__name__}({said})"


def _of(templates: Templates, reason: str) -> str:
    return templates if isinstance(templates, str) else templates.get(reason, "")


class Message(Coded):
    """Something to be shown that is no error: a notice, a reason, a consequence."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (type(other), other.values()) == (type(self), self.values())

    def __hash__(self) -> int:
        return hash((type(self), self.message))

    def __str__(self) -> str:
        return self.message


class Located(Coded):
    """Something wrong at a place: an error, or one fault of a file that has several."""

    where: str = ""
    """The file, key path or line that it is about; empty where the code says enough."""
    _about: ClassVar[frozenset[str]] = frozenset({"where"})

    def at(self, where: str) -> Self:
        """Return the same with `where` (a file, a key path, a line) put in front."""
        return self.replace(where=": ".join(filter(None, (where, self.where))))

    def as_json(self) -> dict[str, Any]:
        """Return code, message, data, hint and place as plain JSON values; bytes as hex."""
        return {**super().as_json(), "where": self.where or None}

    def __str__(self) -> str:
        located = f"{self.where}: {self.message}" if self.where else self.message
        return f"{located}; {self.hint}" if self.hint else located


class LicenseError(Located, Exception):
    """Root of every error that this package raises on purpose."""

    code = "license-error"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **self.values()), ()

    def at(self, where: str) -> Self:
        """Return the same error with `where` (a file, a key path, a line) put in front."""
        copy = super().at(where)
        copy.__cause__ = self.__cause__
        return copy


def plain_value(value: Any) -> Any:
    """Return a field as JSON can hold it: bytes as hex, structs by their fields, the rest as is."""
    plain: Any = value
    if isinstance(value, bytes):
        plain = value.hex()
    elif isinstance(value, Coded):
        plain = value.as_json()
    elif hasattr(value, "_asdict"):
        plain = plain_value(value._asdict())
    elif isinstance(value, Mapping):
        named = cast("Mapping[object, Any]", value)
        plain = {str(key): plain_value(one) for key, one in named.items()}
    elif isinstance(value, Sequence | AbstractSet) and not isinstance(value, str):
        plain = [plain_value(one) for one in cast("Sequence[Any]", value)]
    elif not isinstance(value, str | int | float | None):
        plain = str(value)
    return plain
