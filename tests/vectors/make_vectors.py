"""Write `lk1/*.json` from the TEST KEYS: `python -m tests.vectors.make_vectors`.

Ed25519 is deterministic, so the files come out the same every time. ML-DSA is not: `hybrids.json`
is kept as it is, unless it is missing or `--hybrids` is given.
"""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from tests.vectors import of_documents, of_form, of_hybrids, of_lists, of_packs, of_trust, of_verification
from tests.vectors.vector import Vector

FOLDER: Final = Path(__file__).parent / "lk1"
AT_RANDOM: Final = "hybrids"
KEYS: Final = "TEST KEYS, which everybody can make: trust nothing that they sign"

GROUPS: Final[dict[str, Callable[[], Iterable[Vector]]]] = {
    "tokens": of_form.tokens,
    "identities": of_form.identities,
    "frames": of_form.frames,
    "payloads": of_form.payloads,
    "fields": of_form.fields,
    "documents": of_documents.documents,
    "keys": of_verification.keys,
    "signatures": of_verification.signatures,
    "contents": of_verification.contents,
    "revoked": of_verification.revoked,
    "installations": of_verification.installations,
    "packs": of_packs.packs,
    "pins": of_trust.pins,
    "rotations": of_trust.rotations,
    "trust-documents": of_trust.trust_documents,
    "lists": of_lists.lists,
    "files": of_trust.files,
    AT_RANDOM: of_hybrids.hybrids,
}
"""Name of the file to what makes its vectors."""


def text_of(group: str) -> str:
    """Return the text of the file of a group."""
    made = list(GROUPS[group]())
    grounds = list(dict.fromkeys((vector.root, vector.pack) for vector in made))
    whole = {
        "format": "lk1",
        "group": group,
        "about": (GROUPS[group].__doc__ or "").strip(),
        "keys": KEYS,
        "grounds": [{"root": root, "pack": pack} for root, pack in grounds],
        "vectors": [vector.as_json(grounds.index((vector.root, vector.pack))) for vector in made],
    }
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"


def main(arguments: list[str]) -> None:
    """Write every file, but the one at random only when it is asked for or missing."""
    for group in GROUPS:
        path = FOLDER / f"{group}.json"
        if group != AT_RANDOM or "--hybrids" in arguments or not path.exists():
            path.write_text(text_of(group), "ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
