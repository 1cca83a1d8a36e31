"""What the licenses of a catalog mean: pure rules over `Catalog` documents.

An application needs only what stands here. What a vendor asks before signing is in `rules` (is the
catalog sound?) and `changes` (what would it take away?), which an application does not load.
"""

from licensekit.catalog.includes import included, reached

__all__ = ["included", "reached"]
