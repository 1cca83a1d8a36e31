"""The root of the error tree."""

from typing import Any, Self

from licensekit.errors.coded import Located


class LicenseError(Located, Exception):
    """Root of every error that this package raises on purpose."""

    code = "license-error"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.values())

    def at(self, where: str) -> Self:
        """Return the same error with `where` (a file, a key path, a line) put in front."""
        copy = super().at(where)
        copy.__cause__ = self.__cause__
        return copy


def _rebuild(kind: type[LicenseError], data: dict[str, Any]) -> LicenseError:
    return kind(**data)
