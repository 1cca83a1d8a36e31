"""`true` in the place of a system license's count: it is 1, unless a quantity is what counts."""

from collections.abc import Iterator, Mapping

from licensekit.errors import Fault
from licensekit.wire.documents import License


def missing_quantities(
    system: Mapping[str, int | None], licenses: Mapping[str, License], prefix: str = ""
) -> Iterator[Fault]:
    """Give a fault for each license that is sold by quantity and has `True` for its count."""
    for code, count in system.items():
        if count is True and code in licenses and (unit := licenses[code].quantity) is not None:
            yield Fault(f"{prefix}system.{code}", f"is sold by quantity: write how many {unit}")


def as_numbers(system: Mapping[str, int | None]) -> dict[str, int | None]:
    """Give the same counts with 1 for `True`."""
    return {code: None if count is None else int(count) for code, count in system.items()}
