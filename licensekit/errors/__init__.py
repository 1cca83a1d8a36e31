"""One error tree. Each class has a stable `code`; each error carries its facts as `data`.

A message says what is wrong, where, and what to do. `str(error)` is those three in one line; `error.message`,
`error.where` and `error.hint` are the parts. A file that a person wrote can have many faults: each is a `Fault` with a
code, and one `FaultsError` has all of them. Codes never change their meaning: programs may branch on them, and
`docs/errors.md` lists them all. A class is loaded when it is named: a process that verifies a good file needs none.
"""

# ruff: noqa: F403  # a list of all classes would repeat every module

from typing import TYPE_CHECKING

from licensekit.lazy import lazy_names

if TYPE_CHECKING:
    from licensekit.errors.coded import *
    from licensekit.errors.documents import *
    from licensekit.errors.faults import *
    from licensekit.errors.installation import *
    from licensekit.errors.storage import *
    from licensekit.errors.workspace import *

__getattr__ = lazy_names(__name__, "coded documents faults installation storage workspace")
