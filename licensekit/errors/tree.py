"""The root of the error tree: what every error carries and how it reads in one line."""

from typing import Any, ClassVar, Self


class LicenseError(Exception):
    """Root of every error that this package raises on purpose."""

    code: ClassVar[str] = "license-error"
    default_hint: ClassVar[str] = ""

    def __init__(self, what: str, *, where: str = "", hint: str = "", **data: Any) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint or self.default_hint
        self.data = data

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
