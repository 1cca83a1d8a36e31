"""What our reader can be asked, and what answers it."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, Final

from licensekit.errors import LicenseError
from tests.vectors.our_reader import chains, evaluation, files, forms, keys, sequences

Line = dict[str, Any]

ASKS: Final[dict[str, Callable[[Line], Line]]] = {
    "tokens": forms.tokens,
    "frame": forms.divide,
    "pin": forms.pin,
    "payload": forms.payload,
    "write": forms.write,
    "public": keys.public,
    "signature": keys.signature,
    "key_file": keys.key_file,
    "chain": chains.chain,
    "ledger_entry": chains.ledger_entry,
    "audit_entry": chains.audit_entry,
    "file": files.file,
    "sequence": sequences.sequence,
    "sign": forms.sign,
    "evaluate": evaluation.evaluate,
}
"""Ask to the function that answers it, or raises why it refuses."""
SCHEMES: Final = (1, 2, 3)


def answer(line: Line) -> Line:
    """Return the answer to a line of the kit."""
    if line["ask"] == "hello":
        return {"reader": f"licensekit {version('licensekit-files')}", "asks": list(ASKS), "schemes": list(SCHEMES)}
    try:
        return ASKS[line["ask"]](line)
    except LicenseError as error:
        return {"code": error.code, "message": str(error)}
