"""All mutants, by topic."""

from typing import Final

from tests.vectors.mutants import (
    of_fields,
    of_files,
    of_frames,
    of_keys,
    of_kinds,
    of_order,
    of_payloads,
    of_roots,
    of_tokens,
    of_verification,
)
from tests.vectors.mutants.mutant import Mutant

TOPICS: Final[dict[str, list[Mutant]]] = {
    "Tokens": of_tokens.TOKENS,
    "Frames": of_frames.FRAMES,
    "Pins": of_frames.PINS,
    "Schemes": of_keys.SCHEMES,
    "Payloads": of_payloads.MESSAGE_PACK,
    "Documents": of_payloads.DOCUMENTS,
    "Kinds of values": of_kinds.KINDS,
    "Rules between fields": of_kinds.RULES,
    "Nil in a field": of_fields.NIL,
    "Any kind in a field": of_fields.ANY_KIND,
    "One more in a field": of_fields.ONE_MORE,
    "Bounds": of_fields.BOUNDS,
    "Verification": of_verification.KEYS_AND_SIGNATURES + of_verification.CONTENT,
    "Scopes": of_verification.SCOPES,
    "Revocation": of_verification.REVOKED,
    "What installations sign": of_verification.INSTALLATIONS,
    "Pinned root": of_roots.PINNED,
    "Later roots": of_roots.LATER,
    "Order": of_order.ORDER,
    "Trust documents": of_order.TRUST,
    "Lists and catalogs": of_order.LISTS_AND_CATALOGS,
    "Files": of_files.FILES,
    "Floors": of_files.FLOORS,
    "Packs": of_files.PACKS,
    "Key files": of_keys.KEY_FILES,
    "Hash chains": of_keys.CHAINS,
}
ALL: Final = [mutant for mutants in TOPICS.values() for mutant in mutants]
