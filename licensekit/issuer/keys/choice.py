"""Which of the key files at hand signs: one that the trust document admits for it now."""

from collections.abc import Sequence
from typing import NamedTuple

from licensekit.errors import KeyMissing
from licensekit.issuer.keys.keyring import KeyFile
from licensekit.trust.scope import AdmittedSigner
from licensekit.trust.state import TrustState
from licensekit.wire.documents import KeyState


class Candidate(NamedTuple):
    """A key file, and what the trust document says of its key."""

    file: KeyFile
    admitted: AdmittedSigner


def choose_key(
    files: Sequence[KeyFile],
    trust: TrustState,
    kind: str,
    *,
    issuer: str,
    now: int,
    name: str | None = None,
) -> KeyFile:
    """Give the newest key that may sign a document of `kind` for `issuer` now, or the one `name`.

    What a key may sign beyond that (uses, terms) shows when it signs.

    Raises:
        KeyMissing: there is none.
    """
    if name is not None:
        return named_file(files, name)
    fitting = [c for c in candidates(files, trust) if _may_sign(c.admitted, kind, issuer, now)]
    if not fitting:
        raise KeyMissing(reason="none-fits", type=kind, issuer=issuer)
    return max(fitting, key=_seniority).file


def named_file(files: Sequence[KeyFile], name: str) -> KeyFile:
    """Give the key file of this name or key id.

    Raises:
        KeyMissing: there is none.
    """
    for file in files:
        if name in {file.name, file.key_id}:
            return file
    raise KeyMissing(reason="no-file", name=name)


def candidates(files: Sequence[KeyFile], trust: TrustState) -> list[Candidate]:
    """Give the files whose keys the trust document names."""
    named = ((file, file.part.verifying_key) for file in files)
    found = ((file, trust.signers.get((key.scheme, key.key_id))) for file, key in named)
    return [Candidate(file, admitted) for file, admitted in found if admitted is not None]


def _may_sign(signer: AdmittedSigner, kind: str, issuer: str, now: int) -> bool:
    admitted = signer.admitted
    return (
        admitted.state is KeyState.ACTIVE
        and admitted.valid_from <= now
        and (admitted.valid_to is None or now < admitted.valid_to)
        and kind in signer.types
        and issuer in admitted.scope.issuers
    )


def _seniority(candidate: Candidate) -> tuple[bool, int, str]:
    """Prefer a key without limits on use and term, then the newest."""
    admitted = candidate.admitted.admitted
    return admitted.scope.longest_term is None, admitted.valid_from, admitted.name
