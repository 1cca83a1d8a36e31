"""What can be assigned to a user or a site: plans to choose one of, and licenses in a tree."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from licensekit.installation import InstallationState, LicenseRow
from licensekit.wire.documents import Kind, SeatKind


class Choice(NamedTuple):
    """One license to tick, and those that require it below."""

    code: str
    name: str
    description: str
    ticked: bool
    held: bool
    """Whether it is assigned now."""
    lapsed: bool
    row: LicenseRow | None
    """None: no catalog has it any more; it can only be released."""
    brings: tuple[str, ...]
    """What it includes, directly or not."""
    included_in: tuple[str, ...]
    """The names of what is held and brings it anyhow."""
    below: tuple["Choice", ...] = ()

    @property
    def closed(self) -> bool:
        """Whether it cannot be ticked: none is free."""
        return not self.ticked and (self.row is None or self.row.free == 0)


class Choices(NamedTuple):
    """Everything that can be assigned to one holder."""

    plans: Mapping[str, Sequence[Choice]]
    """Of each issuer that has any, the vendor's first, called "": a user holds at most one of each."""
    others: tuple[Choice, ...]


def choices_of(
    state: InstallationState,
    kind: Kind,
    held: Iterable[str],
    *,
    lapsed: Iterable[str] = (),
    ticked: Iterable[str] | None = None,
) -> Choices:
    """Return what can be assigned to a holder of `held`.

    `ticked` is what a form said that was refused; without it, what is held.
    """
    holding, gone = frozenset(held), frozenset(lapsed)
    marked = holding if ticked is None else frozenset(ticked)
    rows = {row.code: row for row in state.licenses if row.kind is kind}
    codes = [c for c in rows if c in holding or (rows[c].granted and _assignable(state, c))]
    codes.sort(key=lambda code: rows[code].name.casefold())
    codes += sorted(holding - rows.keys())

    def choice(code: str) -> Choice:
        row = rows.get(code)
        license_ = state.entitlements.licenses.get(code)
        return Choice(
            code=code,
            name=code if row is None else row.name,
            description="" if license_ is None else license_.description,
            ticked=code in marked,
            held=code in holding,
            lapsed=code in gone,
            row=row,
            brings=tuple(sorted(state.entitlements.closure.get(code, ()))),
            included_in=tuple(
                rows[giver].name
                for giver in sorted(holding)
                if giver in rows and code in state.entitlements.closure.get(giver, ())
            ),
            below=tuple(choice(child) for child, parent in parents.items() if parent == code),
        )

    parents = _parents(state, codes)
    roots = [choice(code) for code, parent in parents.items() if parent is None]
    is_plan = {code for code, row in rows.items() if row.plan}
    of_issuer: dict[str, list[Choice]] = {}
    for one in roots:
        if one.code in is_plan:
            of_issuer.setdefault(one.code.rpartition(".")[0], []).append(one)
    return Choices(dict(sorted(of_issuer.items())), tuple(one for one in roots if one.code not in is_plan))


def _assignable(state: InstallationState, code: str) -> bool:
    license_ = state.entitlements.licenses[code]
    return not (license_.hidden or license_.limits_sites or license_.seats is SeatKind.CONCURRENT)


def _parents(state: InstallationState, codes: list[str]) -> dict[str, str | None]:
    """Return for each license the one among `codes` that it requires; a plan stands by itself."""
    licenses = state.entitlements.licenses
    parents: dict[str, str | None] = dict.fromkeys(codes)
    others = [code for code in codes if code in licenses and not licenses[code].plan]
    for code in others:
        required = state.trust_store.beside(code, licenses[code].requires)
        parents[code] = next((one for one in others if one in required), None)
    return parents
