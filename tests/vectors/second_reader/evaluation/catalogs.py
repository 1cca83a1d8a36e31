"""What the catalogs in force say, each code with its issuer ("Words and inputs", "Includes")."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.vectors.second_reader import fields
from tests.vectors.second_reader.trust import State


class Code(NamedTuple):
    """A code of an issuer."""

    issuer: str
    name: str


def code_of(text: str, issuer: str) -> Code:
    """Return a code as it is written: one without an issuer is one of `issuer`."""
    before, dot, name = text.partition(".")
    return Code(before, name) if dot else Code(issuer, text)


@dataclass(frozen=True)
class License:
    """A license of a catalog."""

    code: Code
    kind: str
    plan: bool
    full_with: Code | None
    includes: tuple[Code, ...]
    requires: tuple[Code, ...]
    is_concurrent: bool
    limits_sites: bool
    quantity: str | None
    per: str | None
    replaced_by: Code | None


class Way(NamedTuple):
    """Who may log in by a way."""

    takes: tuple[Code, ...]
    users: tuple[str, ...]


@dataclass(frozen=True)
class Catalogs:
    """The catalogs in force, of all issuers."""

    issuers: frozenset[str]
    licenses: dict[Code, License]
    settings: dict[Code, dict[str, Any]]
    ways: dict[Code, Way]

    def reached(self, code: Code) -> set[Code]:
        """Return a license and all that it gives: what it includes and what took its place, and so on."""
        reached: set[Code] = set()
        waiting = [code]
        while waiting:
            next_one = self.licenses.get(waiting.pop())
            if next_one is not None and next_one.code not in reached:
                reached.add(next_one.code)
                waiting += [*next_one.includes, *([next_one.replaced_by] if next_one.replaced_by else [])]
        return reached


def catalogs_of(state: State) -> Catalogs:
    """Return what the catalogs in force say."""
    licenses: dict[Code, License] = {}
    settings: dict[Code, dict[str, Any]] = {}
    ways: dict[Code, Way] = {}
    for issuer, held in state.catalogs.items():
        for name, one in held.plain["licenses"].items():
            licenses[Code(issuer, name)] = _license(Code(issuer, name), one)
        for name, one in held.says["settings"].items():
            settings[Code(issuer, name)] = fields.named("Setting", one)
        for name, one in held.plain["access"].items():
            takes = tuple(code_of(text, issuer) for text in one["all"])
            ways[Code(issuer, name)] = Way(takes, tuple(one["users"]))
    return Catalogs(frozenset(state.catalogs), licenses, settings, ways)


def _license(code: Code, plain: dict[str, Any]) -> License:
    def maybe(name: str) -> Code | None:
        return None if plain[name] is None else code_of(plain[name], code.issuer)

    return License(
        code=code,
        kind=plain["kind"],
        plan=plain["plan"],
        full_with=maybe("full_with"),
        includes=tuple(code_of(text, code.issuer) for text in plain["includes"]),
        requires=tuple(code_of(text, code.issuer) for text in plain["requires"]),
        is_concurrent=plain["seats"] == "concurrent",
        limits_sites=plain["limits_sites"],
        quantity=plain["quantity"],
        per=plain["per"],
        replaced_by=maybe("replaced_by"),
    )
