"""The engine: what verified documents and assignments grant at a moment (`docs/evaluation.md`).

`evaluate` computes `Entitlements` from bundles and catalogs; the functions of `questions` answer from them without a
clock or a file. Names are loaded on first use.
"""

# ruff: noqa: F403  # a list of all names would repeat every module

from typing import TYPE_CHECKING

from licensekit.lazy import lazy_names

if TYPE_CHECKING:
    from licensekit.entitlements.amounts import *
    from licensekit.entitlements.evaluation import *
    from licensekit.entitlements.holdings import *
    from licensekit.entitlements.messages import *
    from licensekit.entitlements.notices import *
    from licensekit.entitlements.parts import *
    from licensekit.entitlements.questions import *
    from licensekit.entitlements.settings import *
    from licensekit.entitlements.states import *
    from licensekit.entitlements.timeline import *

__getattr__ = lazy_names(
    __name__, "states messages settings amounts timeline parts holdings evaluation notices questions"
)
