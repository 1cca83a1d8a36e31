"""A sequence of files and restarts as a case, with the answer to each step beside it."""

from dataclasses import dataclass, field
from typing import Any, Self

from licensekit.dates import format_seconds
from licensekit.wire import armor
from licensekit.wire.documents import Document
from tests import makers
from tests.makers import NOW
from tests.vectors.vector import Case, Catalogs, Ground, Lists, file_of, shown_document, state_numbers


@dataclass
class Sequence:
    """Steps and answers, in their order. Each method adds one step and returns the sequence."""

    name: str
    rule: str
    about: str
    ground: Ground
    steps: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    answers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    now: int = NOW
    """The time of the steps that follow."""
    _state: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the state of the pack."""
        ground = self.ground
        self._state = state_numbers(ground.seen_root, ground.seen_trust, ground.lists, ground.catalogs)

    @property
    def case(self) -> Case:
        """The case: every sequence is about state."""
        given = {"root": self.ground.root, "pack": self.ground.pack}
        asked = {"steps": self.steps}
        answers = {"steps": self.answers}
        return Case(self.name, self.about, self.rule, "sequence", asked, answers, ("state",), (), given)

    def at(self, now: int) -> Self:
        """Set the clock for the steps that follow."""
        self.now = now
        return self

    def state(
        self,
        *,
        root: int | None = None,
        trust: int | None = None,
        lists: Lists | None = None,
        catalogs: Catalogs | None = None,
    ) -> Self:
        """Set what the state is from the next step on; what is not named stays."""
        old = self._state
        number = old["root"][0] if root is None else root
        version = old["trust"][1] if trust is None else trust
        known = {name: tuple(place) for name, place in old["lists"].items()} if lists is None else lists
        sold = {name: tuple(place) for name, place in old["catalogs"].items()} if catalogs is None else catalogs
        self._state = state_numbers(number, version, known, sold)
        return self

    def takes(self, *tokens: armor.Token, shows: tuple[Document, ...] = ()) -> Self:
        """Take a file; `shows` are the documents in it that are not of trust."""
        answer = {"state": self._state, "documents": [shown_document(one) for one in shows]}
        return self._step("take", answer, file=file_of(*tokens))

    def refuses(self, code: str, *tokens: armor.Token) -> Self:
        """Refuse a file."""
        return self._step("take", {"code": code}, file=file_of(*tokens))

    def restarts(self, *lost: str, pack: str | None = None, code: str | None = None) -> Self:
        """Start again, with another pack or without documents that were lost; `code` if that is refused."""
        more: dict[str, Any] = {} if pack is None else {"pack": pack}
        if lost:
            more["lost"] = list(lost)
        return self._step("restart", {"state": self._state} if code is None else {"code": code}, **more)

    def judges(self, *bundles: tuple[armor.Token, str | None]) -> Self:
        """Judge the bundles that were taken again: each with its code, or none."""
        shown = [{"identity": makers.identity_of(token).hex(), "code": code} for token, code in bundles]
        return self._step("bundles", {"bundles": shown})

    def verifies(self, *tokens: armor.Token, shows: tuple[Document, ...], state: dict[str, Any]) -> Self:
        """Verify a file as a program that keeps nothing does."""
        answer = {"state": state, "documents": [shown_document(one) for one in shows]}
        return self._step("verify", answer, file=file_of(*tokens))

    def does_not_verify(self, code: str, *tokens: armor.Token) -> Self:
        """Refuse a file as a program that keeps nothing does."""
        return self._step("verify", {"code": code}, file=file_of(*tokens))

    def _step(self, do: str, answer: dict[str, Any], **more: Any) -> Self:
        self.steps.append({"do": do, "now": format_seconds(self.now), **more})
        self.answers.append(answer)
        return self
