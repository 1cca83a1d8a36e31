"""One verified bundle, and what it grants at the moment for which it was verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licensekit.access import Access
from licensekit.runtime.bundle_fields import BundleFields

if TYPE_CHECKING:
    from licensekit.entitlements import Count, Explanation, Fingerprint
    from licensekit.entitlements.answers import Answers
    from licensekit.trust.pack import TrustStore
    from licensekit.trust.signed import Verified
    from licensekit.wire.documents import Bundle


class VerifiedBundle(BundleFields):
    """A bundle that was verified for one moment: its fields, and what it grants then."""

    __slots__ = ("_answers", "_fingerprint", "_now", "_released", "_trust_store", "verified")

    def __init__(
        self,
        verified: Verified[Bundle],
        trust_store: TrustStore,
        now: int,
        fingerprint: Fingerprint | None,
        released: int | None,
    ) -> None:
        super().__init__(verified.document)
        self.verified = verified
        self._trust_store = trust_store
        self._now = now
        self._fingerprint = fingerprint
        self._released = released
        self._answers: Answers | None = None

    @property
    def identity(self) -> str:
        """The identity of the bundle, 32 hex digits."""
        return self.verified.identity.hex()

    @property
    def state(self) -> str:
        """`pending`, `active`, `warning`, `grace`, `expired`, `foreign` or `unmaintained`.

        It compares equal to the members of `licensekit.State`.
        """
        granted = self.answers.entitlements
        return (granted.parts or granted.waiting)[0].state

    @property
    def answers(self) -> Answers:
        """Everything that the bundle grants at its moment, worked out at the first question."""
        if self._answers is None:
            # A program that only verifies does not load the engine.
            from licensekit.entitlements import evaluate  # noqa: PLC0415  # see above
            from licensekit.entitlements.answers import Answers  # noqa: PLC0415  # see above

            granted = evaluate(
                self._trust_store,
                [self.verified],
                self._now,
                fingerprint=self._fingerprint,
                released=self._released,
            )
            self._answers = Answers(granted, {})
        return self._answers

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Say whether the installation may use a system license to `at_least` this extent.

        Raises:
            UnknownLicense: no catalog has the code.
            WrongKind: it is no system license; ask `count` for site and user licenses.
        """
        return self.answers.access(code) >= at_least

    def access(self, code: str) -> Access:
        """Say to what extent the installation may use a system license; raises as `allows` does."""
        return self.answers.access(code)

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Return if `allows`; raises as it does.

        Raises:
            NotEntitled: it does not; the message says why.
        """
        self.answers.require(code, at_least)

    def count(self, code: str) -> Count:
        """Give how much of a license the bundle grants at its moment; nothing is in use.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        return self.answers.count(code)

    def explain(self, code: str) -> tuple[Explanation, ...]:
        """Give each way in which the bundle grants a license.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        return self.answers.explain(code)
