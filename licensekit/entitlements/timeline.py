"""Which bundles are in force, at every moment (`docs/evaluation.md`, "Bundles that govern").

P1  Within a line (issuer, serial, part and use), the highest sequence that has started is the head. A bundle by a
    limited key displaces only bundles that the scope of that key allows.
P2  If the head was revoked, nothing of its line counts; any other revoked bundle counts as absent.
P3  A base bundle by an unlimited key replaces the serials that it names, unless their use is higher. One for production
    also replaces the trials and demos of all other serials.
P4  Of serials that replace each other, the one activated last stays.
P5  For each issuer and part, the remaining head with the highest use is in force; of several, the one activated last.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from licensekit.dates import start_of_day
from licensekit.trust.scope import AdmittedSigner, admits
from licensekit.trust.signed import Verified
from licensekit.trust.state import TrustState
from licensekit.trust.verify import revocation_of
from licensekit.wire.documents import BASE as _BASE
from licensekit.wire.documents import Bundle, Use, spread


class _Candidate(NamedTuple):
    verified: Verified[Bundle]
    activated: int  # its number in the order of activation
    is_revoked: bool
    may_replace: bool

    @property
    def bundle(self) -> Bundle:
        return self.verified.document

    @property
    def part(self) -> tuple[str, str]:
        """Issuer and part, for which one candidate is in force."""
        return self.bundle.issuer, self.bundle.part

    @property
    def serial(self) -> "_Serial":
        """The serial and use, which are replaced as a whole."""
        return _Serial(self.bundle.issuer, self.bundle.serial, self.bundle.use)


class _Serial(NamedTuple):
    """The bundles of a serial for one use."""

    issuer: str
    name: str
    use: Use


class Timeline(NamedTuple):
    """Bundles in the order of their activation, from which those in force at any moment are found."""

    candidates: tuple[_Candidate, ...]
    trust: TrustState

    @classmethod
    def of(cls, bundles: Iterable[Verified[Bundle]], trust: TrustState) -> "Timeline":
        """Return the timeline of bundles in the order of their activation, including revoked ones."""
        judged = (
            _Candidate(one, number, revocation_of(one, trust) is not None, may_replace(one, trust))
            for number, one in enumerate(bundles)
        )
        return cls(tuple(judged), trust)

    def in_force(self, moment: int) -> list[Verified[Bundle]]:
        """Return the bundles in force at a second since 1970, in the order of activation."""
        if len(self.candidates) == 1:
            [only] = self.candidates
            has_started = start_of_day(only.bundle.starts or 0) <= moment
            return [only.verified] if has_started and not only.is_revoked else []
        lines: dict[tuple[str, _Serial], list[_Candidate]] = {}
        for one in self.candidates:
            if start_of_day(one.bundle.starts or 0) <= moment:
                lines.setdefault((one.bundle.part, one.serial), []).append(one)
        every = [_head(line, self.trust) for line in lines.values()]
        heads = [head for head in every if not head.is_revoked]
        standing = [one for head in heads for one in lines[head.bundle.part, head.serial] if not one.is_revoked]
        replaced = _replaced(standing)
        chosen: dict[tuple[str, str], _Candidate] = {}
        for head in sorted(heads, key=lambda one: (-one.bundle.use, one.activated)):
            if head.serial not in replaced:
                chosen[head.part] = head
        return [one.verified for one in sorted(chosen.values(), key=lambda one: one.activated)]

    def governing(self, now: int) -> tuple[list[Verified[Bundle]], list[Verified[Bundle]]]:
        """Return the bundles in force at `now`, and those that will be at their start, in order of activation."""
        begins = {one.verified: start_of_day(one.bundle.starts or 0) for one in self.candidates}
        at_start = {begin: self.in_force(begin) for begin in set(begins.values()) if begin > now}
        return self.in_force(now), [one for one, begin in begins.items() if one in at_start.get(begin, ())]

    def divided(self) -> list["Timeline"]:
        """Divide this into timelines that do not affect each other: by part, or by issuer if serials are replaced."""
        of_issuer: dict[str, dict[_Serial, None]] = {}
        for one in self.candidates:
            of_issuer.setdefault(one.bundle.issuer, {})[one.serial] = None
        replaced, parts = set[_Serial](), set[tuple[str, str]]()
        for one in self.candidates:
            others = of_issuer[one.bundle.issuer] if one.may_replace else ()
            taken = {other for other in others if takes_place_of(one.bundle, other.name, other.use)}
            replaced |= taken
            parts |= {one.part} if taken else set()
        parts |= {one.part for one in self.candidates if one.serial in replaced}
        found: dict[tuple[str, ...], list[_Candidate]] = {}
        for one in self.candidates:
            found.setdefault((one.bundle.issuer,) if one.part in parts else one.part, []).append(one)
        return [Timeline(tuple(several), self.trust) for several in found.values()]


def serial_of(bundles: Iterable[Bundle], vendor: str) -> str | None:
    """Return the serial of an installation: that of the vendor's base bundle, or of the next best."""
    first = min(bundles, key=lambda b: (b.issuer != vendor, b.part != _BASE, b.issuer), default=None)
    return None if first is None else first.serial


def may_replace(bundle: Verified[Bundle], trust: TrustState) -> bool:
    """Return whether a bundle may replace other serials: it is a base bundle by an unlimited key."""
    # A key that is limited in parts, counts or term must not remove what others sold.
    signer = signer_of(bundle, trust)
    return signer is not None and not signer.is_limited and bundle.document.part == _BASE


def takes_place_of(bundle: Bundle, serial: str, use: Use) -> bool:
    """Return whether a bundle that may replace others replaces a serial of its issuer (P3)."""
    is_named = serial in bundle.replaces or (bundle.use is Use.PRODUCTION and use > bundle.use)
    return is_named and serial != bundle.serial and use >= bundle.use


def holds_back(newer: Verified[Bundle], older: Bundle, trust: TrustState) -> bool:
    """Return whether `newer` displaces `older`; by a limited key, only if its scope allows `older` (P1)."""
    signer = signer_of(newer, trust)
    return signer is not None and (not signer.is_limited or admits(signer, older))


def signer_of(verified: Verified[Bundle], trust: TrustState) -> AdmittedSigner | None:
    """Return the entry of a bundle's key in the trust document in force, or None."""
    key = verified.keys[0]
    return trust.signers.get((key.scheme, key.key_id))


def _head(line: Iterable[_Candidate], trust: TrustState) -> _Candidate:
    """Return the highest sequence of a line, ignoring bundles that may not displace the one before."""
    head, *newer = sorted(line, key=lambda one: (one.bundle.sequence, one.activated))
    for one in newer:
        if holds_back(one.verified, head.bundle, trust):
            head = one
    return head


def _replaced(standing: Sequence[_Candidate]) -> set[_Serial]:
    """Return the serials that others replace, directly or indirectly (P3, P4)."""
    last: dict[_Serial, int] = {}
    for one in standing:  # not in order of activation, and a serial may have several parts
        last[one.serial] = max(one.activated, last.get(one.serial, one.activated))
    direct: dict[_Serial, frozenset[_Serial]] = dict.fromkeys(last, frozenset())
    for one in standing:
        if one.may_replace:
            of_issuer = (other for other in last if other.issuer == one.bundle.issuer)
            direct[one.serial] |= {other for other in of_issuer if takes_place_of(one.bundle, other.name, other.use)}
    takes = {serial: spread(others, direct) for serial, others in direct.items()}
    return {
        older
        for newer, replaced in takes.items()
        for older in replaced
        if newer not in takes[older] or last[newer] > last[older]
    }
