"""The documents of the format as frozen structs, with their fields in the order of the payload.

`docs/format.md` describes every field with its type, unit and bound, in the same order. Nothing here verifies a
document; `licensekit.trust.signed` does.
"""

# ruff: noqa: F403  # a list of all names would repeat every module

from licensekit.wire.documents.bundle import *
from licensekit.wire.documents.catalog import *
from licensekit.wire.documents.codec import *
from licensekit.wire.documents.exchange import *
from licensekit.wire.documents.fields import *
from licensekit.wire.documents.trust import *
