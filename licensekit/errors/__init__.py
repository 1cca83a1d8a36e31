"""The tree of errors under `LicenseError`: each class has a stable `code`, and each error typed `data`.

`error.message` says what is wrong, `error.where` where, and `error.hint` what to do; `str(error)` is all three in one
line. A file that a person wrote can have many faults: one `FaultsError` has all of them, each a `Fault` with its own
code. Programs may branch on codes, whose meaning never changes; `docs/errors.md` lists them. Classes are loaded on
first use.
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
