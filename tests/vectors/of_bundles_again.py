"""Cases of sequences in which bundles that were taken are judged again, by what is in force then."""

from collections.abc import Iterator
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import KeyState, LowestOfUses, SignedType
from tests import makers
from tests.makers import ISSUED, SERIAL
from tests.vectors.of_clocks import SHIPPED, listed
from tests.vectors.of_root_chains import BUNDLE, KEYS, ROOTS, TOKEN, trust_of
from tests.vectors.sequence import Sequence
from tests.vectors.vector import VENDOR, Case, Ground, citing, file_of

SECOND: Final = makers.key("second")
AGAIN: Final = sign(BUNDLE, SECOND)
NEXT: Final = makers.bundle(sequence=2)
NEXT_TOKEN: Final = sign(NEXT, SECOND)


def vendor_and_second(version: int, **changes: Any) -> armor.Token:
    """Return a trust document that admits SECOND, and the vendor with these changes."""
    keys = [makers.admitted(VENDOR, **changes), makers.admitted(SECOND, "second")]
    return sign(makers.trust(*keys, version=version), KEYS[0])


OF_TWO_KEYS: Final = Ground(SHIPPED.root, file_of(ROOTS[1], vendor_and_second(1)))
CHANGES: Final[dict[str, tuple[str, str | None, dict[str, Any]]]] = {
    "revoked": ("4.4", "key-revoked", {"state": KeyState.REVOKED}),
    "retired-before": ("7.2", "key-out-of-window", {"state": KeyState.RETIRED, "valid_to": ISSUED}),
    "retired-after": ("7.2", None, {"state": KeyState.RETIRED, "valid_to": ISSUED + 1}),
    "window-later": ("7.2", "key-out-of-window", {"valid_from": ISSUED + 1}),
    "other-type": ("4.5", "key-out-of-scope", {"scope": makers.scope(types=[SignedType.CATALOG])}),
    "other-issuer": ("7.3", "key-out-of-scope", {"scope": makers.scope(issuers=["acme"])}),
    "other-use": ("7.4", "key-out-of-scope", {"scope": makers.scope(uses=[1, 2])}),
    "other-part": ("7.5", "key-out-of-scope", {"scope": makers.limited(parts=["reports"])}),
    "most": ("7.7", "key-out-of-scope", {"scope": makers.limited(parts=["base"], most=1)}),
    "term": ("7.8", "key-out-of-scope", {"scope": makers.limited(longest_term=1)}),
}
"""What a later trust document says of the vendor's key, and what becomes of its bundle."""


@citing("readers-7a", "readers-7b")
def bundles_again() -> Iterator[Case]:
    """Bundles that were taken are judged again by what is in force: their key, the list and the clock."""
    for name, (rule, code, changes) in CHANGES.items():
        about = f"the key of a bundle that was taken: {name.replace('-', ' ')}; then signed again by another key"
        yield (
            Sequence(f"key-{name}", rule, about, OF_TWO_KEYS)
            .takes(TOKEN, shows=(BUNDLE,))
            .takes(NEXT_TOKEN, shows=(NEXT,))
            .judges((TOKEN, None), (NEXT_TOKEN, None))
            .state(trust=2)
            .takes(vendor_and_second(2, **changes))
            .judges((TOKEN, code), (NEXT_TOKEN, None))
            .restarts()
            .judges((TOKEN, code), (NEXT_TOKEN, None))
            .takes(AGAIN, shows=(BUNDLE,))
            .judges((AGAIN, None), (NEXT_TOKEN, None))
            .case
        )
    yield (
        Sequence("key-let-again", "4.4", "a key that was revoked is let again, and its bundle with it", OF_TWO_KEYS)
        .takes(TOKEN, shows=(BUNDLE,))
        .state(trust=2)
        .takes(vendor_and_second(2, state=KeyState.REVOKED))
        .judges((TOKEN, "key-revoked"))
        .state(trust=3)
        .takes(vendor_and_second(3))
        .judges((TOKEN, None))
        .case
    )
    nobody = sign(makers.trust(makers.admitted(SECOND, "second"), version=2), KEYS[0])
    yield (
        Sequence("key-left-out", "4.3", "nobody admits the key of a bundle any more", OF_TWO_KEYS)
        .takes(TOKEN, shows=(BUNDLE,))
        .state(trust=2)
        .takes(nobody)
        .judges((TOKEN, "key-unknown"))
        .refuses("key-unknown", TOKEN)
        .takes(AGAIN, shows=(BUNDLE,))
        .judges((AGAIN, None))
        .case
    )
    yield (
        Sequence("clock-before-key", "7.1", "the clock is before a bundle, and its key was closed", OF_TWO_KEYS)
        .takes(TOKEN, shows=(BUNDLE,))
        .state(trust=2)
        .takes(vendor_and_second(2, valid_to=ISSUED))
        .judges((TOKEN, "key-out-of-window"))
        .at(0)
        .judges((TOKEN, "issued-ahead"))
        .case
    )
    yield from _revoked_bundles()


def _revoked_bundles() -> Iterator[Case]:
    identity = makers.identity_of(TOKEN)
    first, last = (1, 1, 1), (1, 1, 3)
    yield (
        Sequence("revoked-and-reinstated", "9.2", "a list names a bundle, and the next one does not", OF_TWO_KEYS)
        .takes(TOKEN, NEXT_TOKEN, shows=(BUNDLE, NEXT))
        .state(lists={"demo": first})
        .takes(listed(1, identities=[identity]))
        .judges((TOKEN, "bundle-revoked"), (NEXT_TOKEN, None))
        .refuses("bundle-revoked", AGAIN)
        .state(lists={"demo": (1, 1, 2)})
        .takes(listed(2, serials=[SERIAL]))
        .judges((TOKEN, "bundle-revoked"), (NEXT_TOKEN, "bundle-revoked"))
        .state(lists={"demo": last})
        .takes(listed(3))
        .judges((TOKEN, None), (NEXT_TOKEN, None))
        .takes(listed(2, serials=[SERIAL]))
        .judges((TOKEN, None), (NEXT_TOKEN, None))
        .case
    )
    lowest = {SERIAL: {"base": LowestOfUses(2, None, None)}}
    yield (
        Sequence("lowest", "9.2", "a list raises the lowest sequence that counts", OF_TWO_KEYS)
        .takes(TOKEN, shows=(BUNDLE,))
        .takes(NEXT_TOKEN, shows=(NEXT,))
        .state(lists={"demo": first})
        .takes(listed(1, lowest=lowest))
        .judges((TOKEN, "bundle-revoked"), (NEXT_TOKEN, None))
        .restarts()
        .judges((TOKEN, "bundle-revoked"), (NEXT_TOKEN, None))
        .case
    )
    yield (
        Sequence("order", "Identities", "the same bundle again keeps its place, whoever signs it", OF_TWO_KEYS)
        .takes(TOKEN, shows=(BUNDLE,))
        .takes(NEXT_TOKEN, shows=(NEXT,))
        .takes(AGAIN, shows=(BUNDLE,))
        .judges((TOKEN, None), (NEXT_TOKEN, None))
        .state(trust=2)
        .takes(vendor_and_second(2, state=KeyState.REVOKED))
        .judges((AGAIN, None), (NEXT_TOKEN, None))
        .takes(NEXT_TOKEN, AGAIN, shows=(NEXT, BUNDLE))
        .judges((AGAIN, None), (NEXT_TOKEN, None))
        .case
    )
    yield (
        Sequence("under-a-new-root", "R3", "bundles are judged by the trust document of the new root", SHIPPED)
        .takes(TOKEN, shows=(BUNDLE,))
        .state(root=2)
        .takes(ROOTS[2], sign(makers.trust(root_version=2), KEYS[1]))
        .judges((TOKEN, "key-unknown"))
        .state(trust=2)
        .takes(trust_of(2, 2))
        .judges((TOKEN, None))
        .case
    )
