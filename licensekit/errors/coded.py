"""Codes with typed data and one message template: what errors, notices and reasons share.

A class is one code, its name with dashes, and its annotations are its data. Its English text is under its code in
`messages.toml`, beside its module, and names nothing but its fields. The text shows what a field means; a comment
explains a field if the text does not. Programs branch on `code` and read the fields; people read `message`, in the
current language (`licensekit.languages`).
"""

import os
import sys
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import cache, partial
from typing import Any, ClassVar, Final, Self, cast, dataclass_transform

from licensekit.languages import language, translated

Templates = str | Mapping[str, str]  # one template, or one for each value of the field `reason`


_MESSAGES: Final = "messages.toml"
WORDS: Final = "words.toml"


class Text:
    """A text of a class of codes: what `messages.toml` says for this use of its code, or of that of a base class."""

    def __init__(self, use: str, otherwise: str | None = None) -> None:
        self._use, self._otherwise = use, otherwise

    def __get__(self, _: object, kind: type["Coded"]) -> Templates:
        for one in kind.__mro__:
            code = vars(one).get("code", "")
            own = messages_beside(one.__module__).get(code, {})
            if self._use in own:
                return (
                    own[self._use] if not language() else _translated(one.__module__, code, self._use, own[self._use])
                )
        if self._otherwise is None:
            raise AttributeError(f"{kind.__name__} has no {self._use}")
        return self._otherwise


def _translated(module: str, code: str, use: str, templates: Templates) -> Templates:
    key = f"{module.partition('.')[2].partition('.')[0]}/{code}.{use}"
    if isinstance(templates, str):
        return translated(key, templates)
    return {reason: translated(f"{key}.{reason}", one) for reason, one in templates.items()}


def messages_beside(module: str, file: str = _MESSAGES) -> Mapping[str, Mapping[str, Templates]]:
    """Return code to use to text, as the file of messages beside a module says; nothing where there is none."""
    return _texts(module.rpartition(".")[0], file)


@cache
def _texts(package: str, file: str) -> Mapping[str, Mapping[str, Templates]]:
    import tomllib  # noqa: PLC0415  # a program that shows no message pays for none

    return tomllib.loads(_file(package, file))


@cache
def _file(package: str, file: str) -> str:
    """Return a file of a package, from a zip archive too; nothing where it has none."""
    home: Any = sys.modules.get(package)
    with suppress(AttributeError, OSError):
        return str(home.__spec__.loader.get_data(f"{home.__path__[0]}{os.sep}{file}"), "utf-8")
    return ""


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
    """Fields that are not data: where it happened, what to do."""

    def __init_subclass__(cls, *, reasons: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        _file(cls.__module__.rpartition(".")[0], _MESSAGES)  # now: an error may be that no more files can be opened
        required = {"reason": cls.fields.get("reason", False)} if reasons else {}
        own = {name: name in vars(cls) for name, kind in cls.__annotations__.items() if "ClassVar" not in str(kind)}
        cls.fields = {**cls.fields, **required, **own}
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
        data = {name: plain_value(value) for name, value in self.data.items()}
        return {"code": self.code, "message": self.message, "data": data, "hint": self.hint or None}

    def replace(self, **changes: Any) -> Self:
        """Return the same with other values in some fields."""
        return type(self)(**{**self.values(), **changes})

    def values(self) -> dict[str, Any]:
        """Return every field by name: the data, and what is about the code rather than data."""
        return {name: getattr(self, name) for name in self.fields}

    def _say(self, template: Templates) -> str:
        from licensekit.errors.templates import fill_in  # noqa: PLC0415  # an error that is only caught says nothing

        return fill_in(_of(template, self.reason), self.data)

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{type(self).__name__}({said})"


def _of(templates: Templates, reason: str) -> str:
    return templates if isinstance(templates, str) else templates.get(reason, "")


class Message(Coded):
    """A message that is not an error: a notice, a reason, a consequence."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (type(other), other.values()) == (type(self), self.values())

    def __hash__(self) -> int:
        return hash((type(self), repr(self)))

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

    @property
    def located(self) -> str:
        """What happened, and where."""
        from licensekit.errors.templates import in_place  # noqa: PLC0415  # as `_say` does

        return f"{in_place(self.where)}: {self.message}" if self.where else self.message

    def __str__(self) -> str:
        return f"{self.located}; {self.hint}" if self.hint else self.located


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


_file(__name__.rpartition(".")[0], WORDS)  # as the messages are: before no more files can be opened


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
        plain = {str(key): plain_value(one) for key, one in cast("Mapping[object, Any]", value).items()}
    elif isinstance(value, Sequence | AbstractSet) and not isinstance(value, str):
        plain = [plain_value(one) for one in cast("Sequence[Any]", value)]
    elif not isinstance(value, str | int | float | None):
        plain = str(value)
    return plain
