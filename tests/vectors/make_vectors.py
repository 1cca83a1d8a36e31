"""Write the cases of the conformance kit from the TEST KEYS: `python -m tests.vectors.make_vectors [GROUP …]`.

Ed25519 is deterministic, so the files come out the same every time. ML-DSA-65 is not: the groups in `AT_RANDOM` are
kept as they are, unless they are missing or named.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from tests.vectors.of_armor import types_and_bodies, white_space
from tests.vectors.of_bundles_again import bundles_again
from tests.vectors.of_canonical import first_faults, no_documents, other_spellings
from tests.vectors.of_chains import audit_entries, hash_chains, ledger_entries
from tests.vectors.of_changes import lists_and_keys, refused_files, rotations_over_time
from tests.vectors.of_clocks import clocks, without_state
from tests.vectors.of_divided_frames import divided_frames
from tests.vectors.of_documents import documents
from tests.vectors.of_evaluation_access import grants, includes
from tests.vectors.of_evaluation_assignments import assignments
from tests.vectors.of_evaluation_base import base_part
from tests.vectors.of_evaluation_codes import codes
from tests.vectors.of_evaluation_consequences import logins, losses
from tests.vectors.of_evaluation_coverage import coverage
from tests.vectors.of_evaluation_denials import denials
from tests.vectors.of_evaluation_events import events
from tests.vectors.of_evaluation_governing import governing
from tests.vectors.of_evaluation_holders import holders
from tests.vectors.of_evaluation_login import login
from tests.vectors.of_evaluation_meters import amounts, periods, terms
from tests.vectors.of_evaluation_notices import notices_of_bundles
from tests.vectors.of_evaluation_notices_of_counts import notices_of_counts
from tests.vectors.of_evaluation_own_users import own_users
from tests.vectors.of_evaluation_reasons import reasons
from tests.vectors.of_evaluation_serials import serials
from tests.vectors.of_evaluation_settings import settings
from tests.vectors.of_evaluation_slots import counts, satellites, slots
from tests.vectors.of_evaluation_states import caps, states
from tests.vectors.of_evaluation_waiting import waiting
from tests.vectors.of_extensions import extension_names
from tests.vectors.of_floors import floors
from tests.vectors.of_form import fields, frames, identities, payloads, tokens
from tests.vectors.of_hybrid_trust import hybrid_roots, hybrid_sequences, hybrid_signers, hybrid_trust_keys
from tests.vectors.of_hybrids import hybrid_keys_named, hybrids
from tests.vectors.of_lists import lists
from tests.vectors.of_pack_files import pack_files
from tests.vectors.of_packs import packs
from tests.vectors.of_payload_fields import PAYLOAD_FIELDS
from tests.vectors.of_public_key_texts import public_key_texts
from tests.vectors.of_public_keys import hybrid_keys, public_keys
from tests.vectors.of_public_suites import (
    cctv_ed25519,
    raw_signatures,
    speccheck_ed25519,
    wycheproof_ed25519,
    wycheproof_ml_dsa,
)
from tests.vectors.of_restarts import lost_documents, other_packs
from tests.vectors.of_root_chains import forks, missing, older, orders, trust_versions
from tests.vectors.of_roots import pinned_steps, root_steps, trust_steps
from tests.vectors.of_scopes import issuers, limits, most, types, uses
from tests.vectors.of_secret_key_files import hybrid_key_files, secret_key_files
from tests.vectors.of_self_signed import self_signed
from tests.vectors.of_sentences import sentences
from tests.vectors.of_signing import signing
from tests.vectors.of_small_order import small_orders
from tests.vectors.of_steps import steps_of_bundles, steps_of_catalogs, steps_of_lists, steps_of_resets
from tests.vectors.of_taken_back import required, taken_back
from tests.vectors.of_thresholds import rotated_thresholds, thresholds
from tests.vectors.of_token_sizes import sizes
from tests.vectors.of_trust import files, pins, rotations, trust_documents
from tests.vectors.of_unicode import code_points
from tests.vectors.of_verification import contents, installations, keys, revoked, signatures
from tests.vectors.of_vouching import vouching
from tests.vectors.of_whole_files import alone, everything, faults_in_files, held, numbers, two_steps_of_a_file
from tests.vectors.of_windows import longest_terms, times_of_issue, windows
from tests.vectors.of_written import refused_documents, written_documents
from tests.vectors.of_written_pins import written_pins
from tests.vectors.vector import Maker

FOLDER: Final = Path(__file__).parents[2] / "testkit/licensekit_testkit/cases"
KEYS: Final = "TEST KEYS, which everybody can make: trust nothing that they sign"

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
        "steps-of-bundles": steps_of_bundles,
        "steps-of-resets": steps_of_resets,
        "steps-of-lists": steps_of_lists,
        "steps-of-catalogs": steps_of_catalogs,
        "windows": windows,
        "times-of-issue": times_of_issue,
        "longest-terms": longest_terms,
        "scopes-types": types,
        "scopes-issuers": issuers,
        "scopes-uses": uses,
        "scopes-limits": limits,
        "scopes-most": most,
        "steps-of-pinned-roots": pinned_steps,
        "steps-of-roots": root_steps,
        "steps-of-trust-documents": trust_steps,
        "thresholds": thresholds,
        "thresholds-of-later-roots": rotated_thresholds,
        "vouching": vouching,
        "chains": orders,
        "chains-above-the-first": older,
        "chains-with-gaps": missing,
        "chains-with-forks": forks,
        "trust-versions": trust_versions,
        "files-of-everything": everything,
        "files-with-faults": faults_in_files,
        "files-with-numbers": numbers,
        "files-again": held,
        "files-with-two-faults": two_steps_of_a_file,
        "alone": alone,
        "floors": floors,
        "taken-back": taken_back,
        "lists-required": required,
        "self-signed": self_signed,
        "packs-with-faults": pack_files,
        "signing": signing,
        "sequences-clocks": clocks,
        "sequences-without-state": without_state,
        "sequences-packs": other_packs,
        "sequences-lost": lost_documents,
        "sequences-lists": lists_and_keys,
        "sequences-rotations": rotations_over_time,
        "sequences-refused": refused_files,
        "sequences-bundles": bundles_again,
        "hybrid-keys-named": hybrid_keys_named,
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
        "hybrid-roots": hybrid_roots,
        "hybrid-signers": hybrid_signers,
        "hybrid-trust-keys": hybrid_trust_keys,
        "hybrid-sequences": hybrid_sequences,
    },
}
"""Level to its groups: name to what makes its cases. A name occurs once in the kit."""
AT_RANDOM: Final = frozenset({"hybrids", "hybrid-roots", "hybrid-signers", "hybrid-trust-keys", "hybrid-sequences"})
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
