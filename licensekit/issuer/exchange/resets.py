"""From a request to a reset: the vendor puts one installation right, once."""

from typing import NamedTuple

from licensekit.database import Connection
from licensekit.errors import ExchangeFileRefused, RequestAnswered, WorkspaceError
from licensekit.issuer.attachments import Attachments
from licensekit.issuer.exchange.requests import Asking, answer_before
from licensekit.issuer.ledger import Record, append, bundles, exchange_files
from licensekit.issuer.ledger.finding import require_serial
from licensekit.issuer.signing import sign_admitted
from licensekit.issuer.state import WorkspaceState, file_of
from licensekit.keys.signing import Signer
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


def reset_file(token: Token, riders: Attachments, *, repeated: bool) -> ResetFile:
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
    state: WorkspaceState,
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
        issuer=state.issuer,
        installation=asking.installation,
        what=what,
        nonce=request.document.nonce,
        issued=now,
        extensions={},
    )
    token = sign_admitted(reset, signer, state.trust_store.trust, now)
    append(
        ledger,
        [
            Record("answer", now, who, request.token, request.document),
            Record("answer", now, who, token, reset, request=asking.identity, note=note),
        ],
    )
    return token


def require_ours(ledger: Connection, state: WorkspaceState, asking: Asking) -> None:
    """Refuse the request of an installation that is not one of the customers'.

    Raises:
        WorkspaceError: this is a third party's workspace.
        NotIssued: the request names a serial that nothing was issued for.
        ExchangeFileRefused: the serial is bound to another, or the installation is unknown.
    """
    if state.is_partner:
        raise WorkspaceError(
            "only the vendor resets an installation",
            hint="send the request to the vendor of the product",
        )
    serial = asking.request.serial
    if serial is None:
        if not exchange_files.of_installation(ledger, asking.installation):
            raise ExchangeFileRefused(
                "the request names no serial, and nothing ever came from its installation",
                hint="activate a license there first",
            )
        return
    require_serial(ledger, serial)
    require_not_bound_elsewhere(ledger, serial, asking.installation)


def require_not_bound_elsewhere(ledger: Connection, serial: str, installation: bytes) -> None:
    """Refuse what an installation says of a serial that is bound to another.

    Raises:
        ExchangeFileRefused: it is.
    """
    for one in bundles.current(ledger, serial):
        binding = one.bundle.binding
        if binding is not None and binding.installation not in {None, installation}:
            raise ExchangeFileRefused(
                f"it is signed by another installation than the one that {one.label} is bound to",
                installation=installation.hex(),
            )
