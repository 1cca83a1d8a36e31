"""What an installation refuses to activate."""

from collections.abc import Iterable
from typing import Any, ClassVar, Final, Self

from licensekit.errors.coded import Coded, LicenseError

_BUNDLE: Final = "{serial} {part} {use:use}{sequence}"


class RefusedError(LicenseError):
    """The installation refuses a change; its state is as it was. `faults` says all that is why."""

    _about: ClassVar[frozenset[str]] = frozenset({"where", "more"})
    more: tuple["RefusedError", ...] = ()
    """What else stands against the change."""

    @property
    def faults(self) -> tuple["RefusedError", ...]:
        """Everything that stands against the change, this first."""
        return (self, *self.more)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values; `more` in its data is what else stands against it."""
        said = super().as_json()
        more = [fault.as_json() for fault in self.more]
        return {**said, "data": {**said["data"], "more": more}} if more else said

    def with_more(self, more: Iterable["RefusedError"]) -> Self:
        """Return the same error with `more` reasons that stand against the change."""
        return self.replace(more=tuple(more))


class BundleRefused(RefusedError):
    """A bundle that the installation does not activate; its data name the bundle."""

    template = {
        "other-serial": f"{_BUNDLE} is for serial {{serial}}, and this installation has {{present}};"
        " ask the issuer for a bundle for {present}, or one that replaces it",
        "older": f"{_BUNDLE} is older than sequence {{highest}}, which was activated here;"
        " activate the newest file, or ask the vendor for a reset of the sequence",
        "other-here": f"another {_BUNDLE} was activated here; ask the issuer for one of a higher sequence",
        "returned": f"{_BUNDLE} was returned from here; ask the issuer for a new bundle",
        "unmaintained": f"{_BUNDLE} covers versions released until {{maintenance:day}},"
        " and this one was released later; renew the maintenance, or use an earlier version of the product",
        "setting": f"{_BUNDLE}: {{value:quoted}} does not fit the setting `{{setting}}`;"
        " ask the issuer for a file with a value that fits",
        "foreign": f"{_BUNDLE} is bound to another installation: {{difference}};"
        " make a request here with `licensekit request`, and send it to the issuer",
    }
    serial: str
    part: str
    use: str
    sequence: int
    present: str = ""
    highest: int = 0
    maintenance: int | None = None
    setting: str = ""
    value: str = ""
    difference: Coded | None = None


class BelowUse(RefusedError):
    """The new license set covers fewer than are assigned."""

    # Either all holders are named, or the first of the users or sites.
    template = dict.fromkeys(("few", "users", "sites"), "{license}: {in_use} in use and {total} in the new license set")
    hint_template = {
        "few": "release {remove} of those who hold it first: {newest:list}",
        "users": "release {remove} of those who hold it first: {newest:list} and {others} more:"
        " look at `users list --license {license}`",
        "sites": "release {remove} of those who hold it first: {newest:list} and {others} more: look at `sites list`",
    }
    license: str
    in_use: int
    total: int
    remove: int
    holders: tuple[str, ...]
    """Those with the highest slots first; not all, if they are very many."""
    newest: tuple[str, ...]
    """The first of them."""
    others: int


class NotActivated(RefusedError):
    """Nothing was activated here yet."""

    template = {
        "absent": "no installation was set up here yet; run `licensekit activate FILE`",
        "no-pack": "nothing was activated here yet, so the vendor's pack is needed;"
        " activate a file with `--pack FILE`, and `--root PIN` from the vendor's documentation",
        "no-serial": "nothing was activated here yet, so there is nothing to state; run `licensekit activate FILE`",
    }
