"""What a file of users gets wrong (`docs/commands.md`, "users import")."""

from typing import ClassVar, Literal

from licensekit.errors.coded import Templates
from licensekit.errors.faults import Fault


class UserCellInvalid(Fault):
    """A cell of a file of users that cannot be read, or a user who is there twice."""

    code = "user-cell-invalid"
    template: ClassVar[Templates] = {
        "truth": "{text:quoted} is neither yes nor no",
        "kind": "{text:quoted} is no kind of user",
        "license": "no catalog has a license `{text}`",
        "twice": "{text:quoted} is in line {line} already",
    }
    hint_template: ClassVar[Templates] = {
        "kind": "there are {known:list}",
        "license": "{guess:guess}",
    }
    reason: Literal["truth", "kind", "license", "twice"]
    text: str
    """What the cell has."""
    known: tuple[str, ...] = ()
    line: int = 0
    """Where the user is first."""
    guess: str = ""
    """The license that may be meant."""
