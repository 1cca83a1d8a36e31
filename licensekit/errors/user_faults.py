"""What a file of users gets wrong (`docs/commands.md`, "users import")."""

from typing import ClassVar

from licensekit.errors.coded import Templates
from licensekit.errors.faults import Fault


class UserColumnInvalid(Fault):
    """A first line that names other columns than there are."""

    code = "user-column-invalid"
    template: ClassVar[Templates] = {
        "no-id": "there is no column `id`",
        "unknown": "there is no column {name:quoted} to import",
        "twice": "the column `{name}` is there twice",
    }
    hint_template: ClassVar[Templates] = {"no-id": "columns are {known:list}"}
    reason: str
    name: str
    known: tuple[str, ...] = ()


class UserCellInvalid(Fault):
    """A cell of a file of users that cannot be read, or a user who is there twice."""

    code = "user-cell-invalid"
    template: ClassVar[Templates] = {
        "truth": "{text:quoted} is neither yes nor no",
        "kind": "{text:quoted} is no kind of user",
        "twice": "{text:quoted} is in line {line} already",
    }
    hint_template: ClassVar[Templates] = {"kind": "there are {known:list}"}
    reason: str
    text: str
    """What the cell has."""
    known: tuple[str, ...] = ()
    line: int = 0
    """Where the user is first."""
