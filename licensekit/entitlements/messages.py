"""Everything that the engine has to say, one class a code: why a license is not granted."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from licensekit.errors.coded import Message


class WhyNot(Message):
    """Why a license gives less than full access."""


class BundleNotInForce(WhyNot):
    """A bundle grants it, and cannot now."""

    code = "bundle-not-in-force"
    template: ClassVar[str | Mapping[str, str]] = {
        "expired": "bundle {bundle} expired",
        "foreign": "bundle {bundle} is bound to another installation",
        "unmaintained": "bundle {bundle} does not cover this version of the product",
        "pending": "bundle {bundle} has not started",
    }
    reason: Literal["expired", "foreign", "unmaintained", "pending"]
    bundle: str
    """Serial, part and sequence, after the issuer where that is not the vendor."""


class FullWithAnother(WhyNot):
    """It is full for users who hold another license."""

    code = "full-with-another"
    template = "alone it can be read; with the user license `{license}` it is full"
    license: str


class OnlyIncluded(WhyNot):
    """It is not sold by itself."""

    code = "only-included"
    template = "it is not sold by itself, but included in: {included_in:list}"
    included_in: tuple[str, ...]


class NoBundleGrants(WhyNot):
    """No bundle in force grants it."""

    code = "no-bundle-grants"
    template = "no bundle in force grants it"


class NotInCatalog(WhyNot):
    """A newer catalog does not have it any more."""

    code = "not-in-catalog"
    template = "it is in no catalog any more"


class NotGrantedTo(WhyNot):
    """A user or site is not given it by any license that it holds, or not to that extent."""

    code = "not-granted-to"
    template = "`{holder}` does not have it to this extent"
    hint_template = "see what is assigned and what the installation has"
    holder: str
