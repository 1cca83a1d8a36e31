"""Keys of one vendor with several scopes, and the trust documents that admit and revoke them.

`vendor` may sign everything and never dies; `second` is unlimited too; `trials` signs trials of sixty days, and `shop`
bundles of the parts `base` and `extra` that sell at most ten of anything.
"""

from collections.abc import Iterable
from typing import Final

from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import KeyState, Scope, Trust, Use
from tests import makers

MOST: Final = 10
TERM: Final = 60
HIGHEST: Final = 2**32 - 1
"""The highest sequence that a bundle can have."""
SCOPES: Final[dict[str, Scope]] = {
    "vendor": makers.scope(),
    "second": makers.scope(),
    "trials": makers.limited(uses=[Use.TRIAL], longest_term=TERM),
    "shop": makers.limited(parts=["base", "extra"], most=MOST),
}


def trust(version: int = 2, revoked: Iterable[str] = ()) -> Trust:
    """Return a trust document that admits all of these keys but the `revoked` ones."""
    states = {name: KeyState.REVOKED if name in revoked else KeyState.ACTIVE for name in SCOPES}
    return makers.trust(
        *(makers.admitted(makers.key(name), name, scope=scope, state=states[name]) for name, scope in SCOPES.items()),
        version=version,
    )


def trust_token(version: int = 2, revoked: Iterable[str] = ()) -> armor.Token:
    """Return such a trust document, signed by the root."""
    return sign(trust(version, revoked), makers.key("root"))
