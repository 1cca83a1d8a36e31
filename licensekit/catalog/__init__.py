"""What the licenses of a catalog mean: pure rules over `Catalog` documents.

An application needs only what is exported here, and loads neither `rules` (is the catalog sound?)
nor `changes` (what would it take away?), which an issuer needs before signing.
"""

from licensekit.catalog.includes import included, reached

__all__ = ["included", "reached"]
