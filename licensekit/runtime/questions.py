"""The questions about an installation as a whole, asked of it or of one verified bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licensekit.access import Access

if TYPE_CHECKING:
    # A program that only verifies does not load the engine.
    from licensekit.entitlements import Count, Explanation
    from licensekit.entitlements.answers import Answers


class Questions:
    """The questions that `answers` answers."""

    __slots__ = ()

    @property
    def answers(self) -> Answers:
        """Everything that is granted now, as one immutable value."""
        raise NotImplementedError

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the installation may use a system license to `at_least` this extent.

        Raises:
            UnknownLicense: no catalog has the code.
            WrongKind: it is no system license: site and user licenses are asked of a site or a
                user, and `count` has their numbers.
        """
        return self.access(code) >= at_least

    def access(self, code: str) -> Access:
        """Return to what extent the installation may use a system license; raises as `allows`."""
        return self.answers.access(code)

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Check that `allows` holds; raises as it does.

        Raises:
            NotEntitled: it does not; the message says why.
        """
        self.answers.require(code, at_least)

    def count(self, code: str) -> Count:
        """Return how much of a license there is, and how much of it is in use.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        return self.answers.count(code)

    def explain(self, code: str) -> tuple[Explanation, ...]:
        """Return every bundle that grants a license, and through which other license.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        return self.answers.explain(code)
