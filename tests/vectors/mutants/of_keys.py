"""Mutants of Schemes: which keys and signatures are taken, with arithmetic on the curve where a library offers none."""

import hashlib
from types import ModuleType
from typing import Any, Final

from tests.vectors.mutants import curve
from tests.vectors.mutants.mutant import Patch, changed, left_out, mutants_of, patched, swapped

Verifies = Any
"""What a library makes of a public key, a signature and a message."""


def _by_ed25519(verifies: "curve.Verifies") -> Patch:
    """Return a patch with another verification of Ed25519."""

    def patch(forms: ModuleType) -> None:
        class Ed25519PublicKey:
            def __init__(self, public: bytes) -> None:
                self.public = public

            @classmethod
            def from_public_bytes(cls, public: bytes) -> "Ed25519PublicKey":
                return cls(public)

            def verify(self, signature: bytes, message: bytes) -> None:
                if not verifies(self.public, signature, message):
                    raise forms.InvalidSignature

        forms.Ed25519PublicKey = Ed25519PublicKey  # type: ignore[attr-defined]

    return patch
