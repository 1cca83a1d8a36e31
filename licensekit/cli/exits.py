"""The exit codes of every command, as `docs/commands.md` lists them."""

from typing import Final

from licensekit.errors import (
    FaultsError,
    FormatError,
    KeyFault,
    LicenseError,
    NotEntitled,
    ProposalError,
    QuestionError,
    RefusedError,
    StateError,
    TrustError,
    WorkspaceError,
)

NO: Final = 1
"""The command worked and the answer is no."""
USAGE: Final = 2
DEFECT: Final = 70
"""Licensekit itself failed; the number is that of EX_SOFTWARE in sysexits.h."""
INTERRUPTED: Final = 130

_CODES: Final[tuple[tuple[type[LicenseError], int], ...]] = (
    (NotEntitled, NO),
    (QuestionError, USAGE),
    (FormatError, 3),
    (TrustError, 4),
    (FaultsError, 5),
    (RefusedError, 6),
    (ProposalError, 6),
    (WorkspaceError, 6),
    (KeyFault, 7),
    (StateError, 8),
)


def exit_code(error: LicenseError) -> int:
    """Return the exit code for `error`: that of its branch of the error tree."""
    return next((code for branch, code in _CODES if isinstance(error, branch)), NO)
