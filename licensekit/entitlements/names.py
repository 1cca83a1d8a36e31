"""How an application calls what issuers sell: the vendor's codes bare, others as `issuer.code`."""

from licensekit.trust.pack import TrustStore
from licensekit.wire.documents import License


def qualify(trust_store: TrustStore, issuer: str, code: str) -> str:
    """Return the name by which an application knows a code that `issuer` writes."""
    owner, _, bare = code.rpartition(".")
    owner = owner or issuer
    return bare if owner == trust_store.issuer else f"{owner}.{bare}"


def issuer_of(trust_store: TrustStore, code: str) -> str:
    """Return the issuer of a code as an application writes it: the vendor's has no prefix."""
    return code.rpartition(".")[0] or trust_store.issuer


def name_of(license_: License, language: str = "") -> str:
    """Return the name of a license in a language (a BCP 47 tag), else its plain name.

    Of `nb-no` also the name in `nb` will do (RFC 4647, section 3.4).
    """
    wanted = language.lower()
    while wanted:
        if wanted in license_.names:
            return license_.names[wanted]
        wanted = wanted.rpartition("-")[0]
        if wanted[-2:-1] == "-":  # a single letter goes with what comes after it
            wanted = wanted[:-2]
    return license_.name
