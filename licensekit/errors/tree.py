"""The root of the error tree: what every error carries and how it reads in one line."""

from typing import Any, ClassVar, Self

from licensekit.errors.coded import Coded, plain_value


class LicenseError(Exception):
    """Root of every error that this package raises on purpose."""

    code: ClassVar[str] = "license-error"
    default_hint: ClassVar[str] = ""

    def __init__(self, what: str, *, where: str = "", hint: str = "", **data: Any) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self._hint = hint or self.default_hint
        self._data = data

    @property
    def hint(self) -> str:
        """What to do; empty where there is nothing to say."""
        return self._hint

    @property
    def data(self) -> dict[str, Any]:
        """The facts of the error, by name."""
        return self._data

    def as_json(self) -> dict[str, Any]:
        """Return code, message, data and hint as plain JSON values; bytes as hex."""
        data = {name: plain_value(value) for name, value in self.data.items()}
        hint = self.hint or None
        return {"code": self.code, "message": self.what, "data": data, "hint": hint}

    def __str__(self) -> str:
        located = f"{self.where}: {self.what}" if self.where else self.what
        return f"{located}; {self.hint}" if self.hint else located

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.what, self.where, self.hint, self.data)

    def at(self, where: str) -> Self:
        """Return the same error with `where` (a file, a key path, a line) put in front."""
        place = f"{where}: {self.where}" if self.where else where
        copy = type(self)(self.what, where=place, hint=self.hint, **self.data)
        copy.__cause__ = self.__cause__
        return copy


def _rebuild(
    kind: type[LicenseError], what: str, where: str, hint: str, data: dict[str, Any]
) -> LicenseError:
    return kind(what, where=where, hint=hint, **data)


class CodedError(Coded, LicenseError):
    """An error whose data is typed, and whose message is its class's template."""

    where: str = ""
    """The file, key path or line that it is about; empty where the code says enough."""
    _about: ClassVar[frozenset[str]] = frozenset({"where"})

    def __init__(self, **data: Any) -> None:
        Coded.__init__(self, **data)
        self.what = self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_coded, (type(self), {name: getattr(self, name) for name in self.fields()})

    def at(self, where: str) -> Self:
        """Return the same error with `where` (a file, a key path, a line) put in front."""
        copy = self.replace(where=f"{where}: {self.where}" if self.where else where)
        copy.__cause__ = self.__cause__
        return copy


def _rebuild_coded(kind: type[CodedError], data: dict[str, Any]) -> CodedError:
    return kind(**data)
