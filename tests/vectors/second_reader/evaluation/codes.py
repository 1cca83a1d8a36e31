"""Codes that a program asks about ("Codes")."""

from collections.abc import Collection, Container
from typing import Final

from tests.vectors.second_reader.evaluation.catalogs import Code, License, code_of
from tests.vectors.second_reader.evaluation.world import World
from tests.vectors.second_reader.forms import RefusedError, need
from tests.vectors.second_reader.kinds import SIMPLE

ANY_KIND: Final = ("system", "site", "user")


def written(world: World, code: Code) -> str:
    """Return a code as applications write it: the vendor's without its issuer."""
    return code.name if code.issuer == world.vendor else f"{code.issuer}.{code.name}"


def asked(world: World, text: str, known: Collection[Code]) -> Code | None:
    """Return a code that is asked about, or nothing if its issuer is a partner who is not installed here.

    Refuse any other code that no catalog has (Codes 3 and 4).
    """
    code = code_of(text, world.vendor)
    if _is_code(text) and code.issuer not in {world.vendor, *world.catalogs.issuers}:
        return None
    need(code in known, "unknown-code")
    return code


def _is_code(text: str) -> bool:
    try:
        SIMPLE["qualified code"].show(text)
    except RefusedError:
        return False
    return True


def license_asked(world: World, text: str, kinds: Container[str] = ANY_KIND) -> License | None:
    """Return a license that is asked about, which is of one of the kinds of the question (Codes 1 and 2)."""
    code = asked(world, text, world.catalogs.licenses)
    if code is None:
        return None
    need(world.catalogs.licenses[code].kind in kinds, "wrong-kind")
    return world.catalogs.licenses[code]
