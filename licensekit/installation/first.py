"""The first activation, when nobody gave a root pin: take it from the pack, and say so."""

from licensekit.errors import RootMismatch
from licensekit.trust.roots import pin_of
from licensekit.wire import armor, frame
from licensekit.wire.documents import Root, decode


def pin_in_pack(pack: bytes | str) -> str:
    """Give the pin of the oldest root in a pack.

    Whoever made the pack chose it: it protects from the second file on, and not from the first.

    Raises:
        FormatError: the pack is damaged.
        RootMismatch: there is no root in it.
    """
    payloads = [frame.read(t.frame).payload for t in armor.read(pack) if t.type == "root"]
    if not payloads:
        raise RootMismatch(reason="no-root")
    return pin_of(min(payloads, key=lambda payload: decode(Root, payload).version))
