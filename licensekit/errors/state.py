"""What an installation refuses to activate."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from licensekit.errors.coded import Coded, LicenseError


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

    serial: str
    part: str
    use: str
    sequence: int


class SerialMismatch(BundleRefused):
    """A bundle for another serial, which does not take the place of the present one."""

    template = "{serial} {part} {use:use}{sequence} is for serial {serial}, and this installation has {present}"
    hint_template = "ask the issuer for a bundle for {present}, or one that replaces it"
    present: str


class SequenceOlder(BundleRefused):
    """A bundle older than one that was here, of the same issuer, serial, part and use."""

    template = "{serial} {part} {use:use}{sequence} is older than sequence {highest}, which was activated here"
    hint_template = "activate the newest file, or ask the vendor for a reset of the sequence"
    highest: int


class SequenceConflict(BundleRefused):
    """Another bundle under a sequence that is already taken, for the same use."""

    template = "another {serial} {part} {use:use}{sequence} was activated here"
    hint_template = "ask the issuer for one of a higher sequence"


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


class MaintenanceEnded(BundleRefused):
    """This version of the product was released after maintenance ended."""

    template = (
        "{serial} {part} {use:use}{sequence} covers versions released until {maintenance:day},"
        " and this one was released later"
    )
    hint_template = "renew the maintenance, or use an earlier version of the product"
    maintenance: int


class SettingRefused(BundleRefused):
    """A bundle sells a value that its setting cannot have."""

    template = "{serial} {part} {use:use}{sequence}: {value:quoted} does not fit the setting `{setting}`"
    hint_template = "ask the issuer for a file with a value that fits"
    setting: str
    value: str


class ClockRefused(RefusedError):
    """The clock cannot be accepted in place of the latest time seen."""

    template = {
        "used": "the clock was accepted once already for this base bundle; ask the vendor for a reset of the clock",
        "needless": "the clock is not behind a time that only clocks have shown;"
        " set the clock right, or ask the vendor for a reset of the clock",
    }


class BindingMismatch(BundleRefused):
    """A bundle bound to another installation."""

    template = "{serial} {part} {use:use}{sequence} is bound to another installation: {difference}"
    hint_template = "make a request here with `licensekit request`, and send it to the issuer"
    difference: Coded | None


class NotActivated(RefusedError):
    """Nothing was activated here yet."""

    template = {
        "absent": "no installation was set up here yet; run `licensekit activate FILE`",
        "no-pack": "nothing was activated here yet, so the vendor's pack is needed;"
        " activate a file with `--pack FILE`, and `--root PIN` from the vendor's documentation",
        "no-serial": "nothing was activated here yet, so there is nothing to state; run `licensekit activate FILE`",
    }
