"""The documents as frozen structs, not verified here; `docs/format.md` describes the fields, in the same order."""

# ruff: noqa: F403  # a list of all names would repeat every module

from licensekit.wire.documents.bundle import *
from licensekit.wire.documents.catalog import *
from licensekit.wire.documents.codec import *
from licensekit.wire.documents.exchange import *
from licensekit.wire.documents.fields import *
from licensekit.wire.documents.trust import *
