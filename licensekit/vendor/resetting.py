"""From a request to a reset: the vendor puts one installation right, once."""

from typing import NamedTuple

from licensekit.database import Connection
from licensekit.errors import PaperRefused, RequestAnswered, WorkspaceError
from licensekit.keys.signing import Signer
from licensekit.vendor.finding import require_serial
from licensekit.vendor.footing import Footing, file_of
from licensekit.vendor.ledger import Record, append, bundles, papers
from licensekit.vendor.requests import Asking, answer_before
from licensekit.vendor.riders import Riders
from licensekit.vendor.signing import sign_admitted
from licensekit.wire.armor import Token
from licensekit.wire.documents import Reset, ResetWhat, decode
from licensekit.wire.frame import read
from licensekit.wire.plain import word


class ResetFile(NamedTuple):
    """A signed reset, ready to be handed out."""

    reset: Reset
    token: Token
    data: bytes
    """The file: the reset and what rides along."""
    is_repeated: bool
    """Whether the same request was answered with it before."""

    @property
    def name(self) -> str:
        """How the file is called: the installation, in part, and what is put right."""
        return f"{self.reset.installation.hex()[:8]}-{word(self.reset.what)}.lic"


def reset_file(token: Token, riders: Riders, *, repeated: bool) -> ResetFile:
    """Give the file of a signed reset."""
    reset = decode(Reset, read(token.frame).payload)
    return ResetFile(reset, token, file_of([*riders.always, token]), repeated)


def reset_before(ledger: Connection, asking: Asking, what: ResetWhat) -> Token | None:
    """Give the reset that answers a request already.

    Raises:
        RequestAnswered: it was answered with something else.
    """
    before = answer_before(ledger, asking)
    if before is None:
        return None
    if before.token.type != "reset":
        raise RequestAnswered("this request was answered with a license")
    reset = decode(Reset, read(before.token.frame).payload)
    if reset.what is not what:
        raise RequestAnswered(f"this request was answered with a reset ({word(reset.what)})")
    return before.token


def sign_reset(
    ledger: Connection,
    footing: Footing,
    asking: Asking,
    what: ResetWhat,
    signer: Signer,
    *,
    who: str,
    now: int,
    note: str = "",
) -> Token:
    """Sign a reset for the installation that asks, and enter it beside the request.

    Raises:
        KeyOutOfScope, KeyOutOfWindow, KeyRevoked, KeyUnknown: the key may not sign it.
    """
    request = asking.signed
    reset = Reset(
        issuer=footing.issuer,
        installation=asking.installation,
        what=what,
        nonce=request.document.nonce,
        issued=now,
        extensions={},
    )
    token = sign_admitted(reset, signer, footing.ground.trust, now)
    append(
        ledger,
        [
            Record("answer", now, who, request.token, request.document),
            Record("answer", now, who, token, reset, request=asking.identity, note=note),
        ],
    )
    return token


def require_ours(ledger: Connection, footing: Footing, asking: Asking) -> None:
    """Refuse the request of an installation that is not one of the customers'.

    Raises:
        WorkspaceError: this is a third party's workspace.
        NotIssued: the request names a serial that nothing was issued for.
        PaperRefused: the serial is bound to another, or nothing of the installation is known.
    """
    if footing.is_partner:
        raise WorkspaceError(
            "only the vendor resets an installation",
            hint="send the request to the vendor of the product",
        )
    serial = asking.request.serial
    if serial is None:
        if not papers.of_installation(ledger, asking.installation):
            raise PaperRefused(
                "the request names no serial, and nothing ever came from its installation",
                hint="activate a license there first",
            )
        return
    require_serial(ledger, serial)
    require_not_bound_elsewhere(ledger, serial, asking.installation)


def require_not_bound_elsewhere(ledger: Connection, serial: str, installation: bytes) -> None:
    """Refuse what an installation says of a serial that is bound to another.

    Raises:
        PaperRefused: it is.
    """
    for one in bundles.current(ledger, serial):
        binding = one.bundle.binding
        if binding is not None and binding.installation not in {None, installation}:
            raise PaperRefused(
                f"it is signed by another installation than the one that {one.label} is bound to",
                installation=installation.hex(),
            )
