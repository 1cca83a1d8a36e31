"""The newest license file of an installation, from where its issuer publishes it (`docs/how-to/renewals.md`)."""

from collections.abc import Callable

from licensekit.errors import BundleRefused, FetchFailed, FormatError, LicenseError, SignatureInvalid, UpdateNotOffered
from licensekit.installation.activation import ActivationProposal
from licensekit.installation.preview import Preview
from licensekit.state.loading import ReadTransaction
from licensekit.wire.documents import PICKUP, PICKUP_BYTES, UPDATE, Bundle, decode, hex_extension

Fetch = Callable[[str], bytes]
"""Returns what is at an address; raises a `LicenseError` if nothing comes."""


def update_address(read: ReadTransaction, issuer: str | None) -> str:
    """Return where the newest file of an issuer lies, the vendor by default (`docs/format.md`, "Extensions").

    What has expired or was taken back says it as well: a renewal is looked for then, too.

    Raises:
        UpdateNotOffered: nothing of the issuer is here, or its catalog or its bundles do not say where.
    """
    trust_store = read.state().trust_store
    owner = issuer or trust_store.issuer
    payloads = [one.token.payload for one in read.stored.bundles if one.record.issuer == owner and one.token.frame]
    said = [hex_extension(decode(Bundle, one).extensions, PICKUP, PICKUP_BYTES) for one in payloads]
    pickups = [pickup.hex() for pickup in said if pickup is not None]
    catalog = trust_store.catalogs.get(owner)
    folder = None if catalog is None else catalog.document.urls.get(UPDATE)
    if not payloads or folder is None or not pickups:
        reason = "pickup" if folder else "catalog"
        raise UpdateNotOffered(reason=reason if payloads else "nothing", issuer=owner)
    # What was activated last is what the issuer goes on with.
    return f"{folder.removesuffix('/')}/{pickups[-1]}.lic"


def propose_fetched(address: str, fetch: Fetch, propose: Callable[[bytes], ActivationProposal]) -> ActivationProposal:
    """Return what the file at an address would change.

    An error that names no place names the folder, as whoever knows the whole address can fetch the file. What is
    damaged is to be fetched again, and not to be mailed.
    """
    data = b""
    try:
        data = fetch(address)
        if data.lstrip().startswith(b"<"):
            raise FetchFailed(reason="page")
        return propose(data)
    except LicenseError as error:
        # All files end with a line: without its end one is cut off, and not forged.
        is_cut_off = isinstance(error, SignatureInvalid) and not data.endswith(b"\n")
        is_damaged = is_cut_off or isinstance(error, FormatError)
        shown = FetchFailed(reason="damaged", detail=error.message) if is_damaged else error
        raise (shown if shown.where else shown.at(address.rpartition("/")[0])) from error


def is_news(preview: Preview) -> bool:
    """Return whether a file has anything to take or to refuse but older bundles."""
    is_older = [isinstance(one, BundleRefused) and one.reason == "older" for one in preview.reasons]
    return preview.outcome.changed or not all(is_older)
