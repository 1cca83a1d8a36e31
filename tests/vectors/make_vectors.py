"""Write the cases of the conformance kit from the TEST KEYS: `python -m tests.vectors.make_vectors [GROUP …]`.

Ed25519 is deterministic, so the files come out the same every time. ML-DSA-65 is not: the groups in `AT_RANDOM` are
kept as they are, unless they are missing or named.
"""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from tests.vectors.of_armor import sizes, types_and_bodies, white_space
from tests.vectors.of_canonical import first_faults, no_documents, other_spellings
from tests.vectors.of_chains import audit_entries, hash_chains, ledger_entries
from tests.vectors.of_divided_frames import divided_frames
from tests.vectors.of_documents import documents
from tests.vectors.of_extensions import extension_names
from tests.vectors.of_evaluation_access import grants, holders, includes
from tests.vectors.of_evaluation_assignments import assignments
from tests.vectors.of_evaluation_codes import codes, own_users
from tests.vectors.of_evaluation_consequences import logins, losses
from tests.vectors.of_evaluation_coverage import base_part, coverage
from tests.vectors.of_evaluation_denials import denials
from tests.vectors.of_evaluation_governing import governing
from tests.vectors.of_evaluation_login import events, login
from tests.vectors.of_evaluation_meters import amounts, periods, terms
from tests.vectors.of_evaluation_notices import notices_of_bundles, notices_of_counts
from tests.vectors.of_evaluation_reasons import reasons
from tests.vectors.of_evaluation_serials import serials
from tests.vectors.of_evaluation_settings import settings
from tests.vectors.of_evaluation_slots import counts, satellites, slots
from tests.vectors.of_evaluation_states import caps, states
from tests.vectors.of_evaluation_waiting import waiting
from tests.vectors.of_form import fields, frames, identities, payloads, tokens
from tests.vectors.of_hybrids import hybrids
from tests.vectors.of_key_files import hybrid_key_files, public_key_texts, secret_key_files
from tests.vectors.of_lists import lists
from tests.vectors.of_packs import packs
from tests.vectors.of_payload_fields import PAYLOAD_FIELDS
from tests.vectors.of_public_keys import hybrid_keys, public_keys
from tests.vectors.of_public_suites import (
    cctv_ed25519,
    raw_signatures,
    speccheck_ed25519,
    wycheproof_ed25519,
    wycheproof_ml_dsa,
)
from tests.vectors.of_sentences import sentences
from tests.vectors.of_small_order import small_orders
from tests.vectors.of_trust import files, pins, rotations, trust_documents
from tests.vectors.of_unicode import code_points
from tests.vectors.of_verification import contents, installations, keys, revoked, signatures
from tests.vectors.of_written import refused_documents, written_documents
from tests.vectors.of_written_pins import written_pins
from tests.vectors.vector import Case

FOLDER: Final = Path(__file__).parents[2] / "testkit/licensekit_testkit/cases"
KEYS: Final = "TEST KEYS, which everybody can make: trust nothing that they sign"

Maker = Callable[[], Iterable[Case]]
GROUPS: Final[dict[str, dict[str, Maker]]] = {
    "L0": {
        # tokens, frames, pins
        "white-space": white_space,
        "types-and-bodies": types_and_bodies,
        "sizes": sizes,
        "divided-frames": divided_frames,
        "written-pins": written_pins,
    },
    "L1": {
        # payloads, writers, keys, key files, hash chains
        **PAYLOAD_FIELDS,
        "sentences": sentences,
        "other-spellings": other_spellings,
        "no-documents": no_documents,
        "first-faults": first_faults,
        "code-points": code_points,
        "extension-names": extension_names,
        "written-documents": written_documents,
        "refused-documents": refused_documents,
        "public-keys": public_keys,
        "raw-signatures": raw_signatures,
        "wycheproof-ed25519": wycheproof_ed25519,
        "cctv-ed25519": cctv_ed25519,
        "speccheck-ed25519": speccheck_ed25519,
        "public-key-texts": public_key_texts,
        "secret-key-files": secret_key_files,
        "hash-chains": hash_chains,
        "ledger-entries": ledger_entries,
        "audit-entries": audit_entries,
    },
    "L2": {
        "tokens": tokens,
        "identities": identities,
        "frames": frames,
        "payloads": payloads,
        "fields": fields,
        "documents": documents,
        "keys": keys,
        "signatures": signatures,
        "small-orders": small_orders,
        "contents": contents,
        "revoked": revoked,
        "installations": installations,
        "packs": packs,
        "pins": pins,
        "rotations": rotations,
        "trust-documents": trust_documents,
        "lists": lists,
        "files": files,
    },
    "L3": {
        "governing": governing,
        "serials": serials,
        "waiting": waiting,
        "states": states,
        "caps": caps,
        "grants": grants,
        "includes": includes,
        "holders": holders,
        "codes": codes,
        "own-users": own_users,
        "counts": counts,
        "slots": slots,
        "satellites": satellites,
        "reasons": reasons,
        "denials": denials,
        "base-part": base_part,
        "assignments": assignments,
        "login": login,
        "events": events,
        "settings": settings,
        "periods": periods,
        "amounts": amounts,
        "terms": terms,
        "coverage": coverage,
        "losses": losses,
        "logins": logins,
        "notices-of-bundles": notices_of_bundles,
        "notices-of-counts": notices_of_counts,
    },
    "L4": {
        # hybrid keys
        "hybrids": hybrids,
        "hybrid-keys": hybrid_keys,
        "hybrid-key-files": hybrid_key_files,
        "wycheproof-ml-dsa-65": wycheproof_ml_dsa,
    },
}
"""Level to its groups: name to what makes its cases. A name occurs once in the kit."""
AT_RANDOM: Final = frozenset({"hybrids"})
"""Groups that hold signatures by ML-DSA-65."""
LEVEL: Final = {group: level for level, groups in GROUPS.items() for group in groups}
"""Group to its level."""


def path_of(group: str) -> Path:
    """Return the path of the file of a group."""
    return FOLDER / LEVEL[group] / f"{group}.json"


def text_of(group: str) -> str:
    """Return the text of the file of a group."""
    maker = GROUPS[LEVEL[group]][group]
    made = list(maker())
    grounds: list[dict[str, Any]] = []
    for case in made:
        if case.ground is not None and case.ground not in grounds:
            grounds.append(case.ground)
    whole = {
        "format": "lk1",
        "level": LEVEL[group],
        "group": group,
        "about": (maker.__doc__ or "").strip(),
        "keys": KEYS,
        "grounds": grounds,
        "cases": [case.as_json(group, grounds) for case in made],
    }
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"


def main(arguments: list[str]) -> None:
    """Write the groups that are named, or all; of those at random only what is named or missing."""
    for group in arguments or LEVEL:
        path = path_of(group)
        if group in arguments or group not in AT_RANDOM or not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text_of(group), "ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
