"""Bundles that were activated, each with the scope of its key and whether it was revoked."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.vectors.second_reader import trust
from tests.vectors.second_reader.forms import RefusedError, Token, divide
from tests.vectors.second_reader.trust import Held, State

DAY = trust.DAY
MAPS = {"system": "system", "site": "sites", "user": "users"}
"""Kind of a license to the field in which bundles name it."""


class Scope(NamedTuple):
    """What a key may sign."""

    types: list[int]
    issuers: list[str]
    uses: list[int]
    longest_term: int | None
    parts: list[str] | None
    most: int | None

    @property
    def is_limited(self) -> bool:
        """Whether it has `parts`, `most` or a longest term."""
        return (self.parts, self.most, self.longest_term) != (None, None, None)

    def admits(self, bundle: "Bundle") -> bool:
        """Return whether its key may sign what a bundle says."""
        return bundle.issuer in self.issuers and trust.may_grant(bundle.says, *self[2:])


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle whose key may still sign it."""

    held: Held
    activated: int
    """Its place in the order of activation."""
    scope: Scope
    is_revoked: bool
    """Whether the list names it, or is not there though it must be."""

    @property
    def says(self) -> dict[str, Any]:
        """Its fields."""
        return self.held.says

    @property
    def issuer(self) -> str:
        """Whose licenses it grants."""
        return str(self.says["issuer"])

    @property
    def part(self) -> tuple[str, str]:
        """Its issuer and part."""
        return self.issuer, self.says["part"]

    @property
    def serial(self) -> tuple[str, str, int]:
        """Its issuer and serial, with its use: production before trial before demo."""
        return self.issuer, self.says["serial"], self.says["use"]

    @property
    def starts(self) -> int:
        """The first second in which it counts."""
        return 0 if self.says["starts"] is None else int(self.says["starts"]) * DAY

    @property
    def ends(self) -> int | None:
        """The first second after its grace, or after its expiry if it has none; nothing if it is perpetual."""
        last = self.says["expiry"] if self.says["grace"] is None else self.says["grace"]
        return None if last is None else (int(last) + 1) * DAY

    @property
    def offline_hours(self) -> int:
        """For how many hours it counts while the database is away."""
        return int(self.says["offline_hours"])

    @property
    def after_grace(self) -> str:
        """What it grants after its end."""
        return str(self.held.plain["after_grace"])


def bundles_of(state: State, tokens: list[Token], activated: int = 0) -> tuple[Bundle, ...]:
    """Return the bundles whose keys may still sign them (steps 3 to 8, whatever a clock shows), and their order.

    Two with the same payload are one: at the place of the first, with the key of the last.
    """
    signed_last = {_payload(token): token for token in tokens}
    bundles: list[Bundle] = []
    for token in signed_last.values():
        try:
            held = trust.verified(state, token, "bundle", None)
        except RefusedError:
            continue
        bundles.append(_bundle(state, held, activated + len(bundles)))
    return tuple(bundles)


def _payload(token: Token) -> bytes:
    """Return the payload of a token; bytes that are not a frame count as a payload of their own."""
    try:
        return divide(token, "bundle")[1]
    except RefusedError:
        return token.frame


def _bundle(state: State, held: Held, activated: int) -> Bundle:
    assert held.signer is not None
    scope = Scope(*state.admitted[held.signer]["scope"])
    try:
        trust.require_not_revoked(state, held)
    except RefusedError:
        return Bundle(held, activated, scope, is_revoked=True)
    return Bundle(held, activated, scope, is_revoked=False)
