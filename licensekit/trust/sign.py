"""Signing of documents. Programs that only verify do not load this module."""

from licensekit.keys.signing import Signer
from licensekit.wire import armor, frame
from licensekit.wire.documents import TYPE_OF, Document, encode


def sign(document: Document, *signers: Signer) -> armor.Token:
    """Sign `document` with each of `signers`; raises `PayloadInvalid` as `encode`, and `SignerUnavailable`."""
    return add_signatures(TYPE_OF[type(document)], frame.Frame((), encode(document)), *signers)


def add_signatures(kind: str, opened: frame.Frame, *signers: Signer) -> armor.Token:
    """Add a signature by each of `signers` to those of `opened`; raises as `sign`."""
    signatures = list(opened.signatures)
    for signer in signers:
        key = signer.verifying_key
        message = frame.message(kind, key.scheme, key.reference, opened.payload)
        signatures.append(frame.Signature(key.scheme, key.reference, signer.sign(message)))
    return armor.Token(kind, frame.write(frame.Frame(tuple(signatures), opened.payload)))
