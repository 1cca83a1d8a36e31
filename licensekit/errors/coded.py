"""Codes with typed data and one message template: what errors, notices and reasons share.

A class is one code. Its annotations are its data; its template says the data in English, and names
nothing else. Programs branch on `code` and read the fields, people read `message`, and a
translation replaces templates without touching either.
"""

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any, ClassVar, Self, dataclass_transform, get_origin

from licensekit.dates import format_days, format_seconds

_SHOWN = 60
"""Characters that a message shows of a text that somebody else wrote."""


class _Templates(Formatter):
    """Format fields by what they are: `{expiry:day}`, `{key:hex}`, `{codes:list}`."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return `value` as `format_spec` asks; specifications of `str.format` work as well."""
        form, _, words = format_spec.partition(" ")
        match form:
            case "day":
                return format_days(value)
            case "time":
                return format_seconds(value)
            case "hex":
                return bytes(value).hex()
            case "quoted":
                return ascii(value)[:_SHOWN]
            case "list":
                return ", ".join(map(str, value)) or words
            case "count":
                one, _, many = words.partition("|")
                return f"{value} {one if value == 1 else many}"
            case _:
                return str(super().format_field(value, format_spec))


_format = _Templates().vformat


@dataclass_transform(kw_only_default=True)
class Coded:
    """A code, its data, and the message that they make.

    A subclass declares its fields as annotations, with defaults where one is optional. Where one
    code has several messages, `template` maps each value of the field `reason` to its own.
    """

    code: ClassVar[str]
    template: ClassVar[str | Mapping[str, str]]
    hint_template: ClassVar[str] = ""
    """What to do; may name the same fields."""
    _fields: ClassVar[Mapping[str, bool]] = {}
    """The name of each field, and whether it has a default."""
    _about: ClassVar[frozenset[str]] = frozenset()
    """Fields that are no data: where it happened, what to do."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = {
            name: hasattr(cls, name)
            for name, kind in cls.__dict__.get("__annotations__", {}).items()
            if get_origin(kind) is not ClassVar and not str(kind).startswith("ClassVar")
        }
        cls._fields = {**cls._fields, **own}

    def __init__(self, **data: Any) -> None:
        unknown = data.keys() - self._fields.keys()
        missing = {name for name, has_default in self._fields.items() if not has_default}
        if unknown or (missing := missing - data.keys()):
            raise TypeError(
                f"{type(self).__name__}: no field {sorted(unknown)}"
                if unknown
                else f"{type(self).__name__}: missing {sorted(missing)}"
            )
        for name, value in data.items():
            object.__setattr__(self, name, value)

    @property
    def data(self) -> dict[str, Any]:
        """The fields by name, as they were given: bytes, days and seconds since 1970."""
        return {name: getattr(self, name) for name in self._fields if name not in self._about}

    @property
    def message(self) -> str:
        """What happened, as a sentence without its full stop."""
        template = self.template
        if not isinstance(template, str):
            template = template[self.data["reason"]]
        return _format(template, (), self.data)

    @property
    def what_to_do(self) -> str:
        """The hint; empty where there is none."""
        return _format(self.hint_template, (), self.data)

    def as_json(self) -> dict[str, Any]:
        """Return code, message, data and hint as plain JSON values; bytes as hex."""
        return {
            "code": self.code,
            "message": self.message,
            "data": {name: plain_value(value) for name, value in self.data.items()},
            "hint": self.what_to_do or None,
        }

    def replace(self, **changes: Any) -> Self:
        """Return the same with other values in some fields."""
        given = {name: getattr(self, name) for name in self._fields}
        return type(self)(**{**given, **changes})

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    def __hash__(self) -> int:
        return hash((type(self), self.message))

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{type(self).__name__}({told})"


def plain_value(value: Any) -> Any:
    """Return a field as JSON can hold it: bytes as hex, structs by their fields, the rest as is."""
    match value:
        case bytes():
            return value.hex()
        case Coded():
            return value.as_json()
        case Mapping():
            return {str(key): plain_value(one) for key, one in value.items()}
        case str():
            return str(value)
        case Sequence():
            named = getattr(value, "_asdict", None)
            return plain_value(named()) if named else [plain_value(one) for one in value]
        case None | bool() | int() | float():
            return value
        case _:
            return str(value)
