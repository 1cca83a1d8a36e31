"""What an installation refuses."""

from collections.abc import Iterable
from typing import Self

from licensekit.errors.tree import LicenseError


class RefusedError(LicenseError):
    """The installation refuses a change; its state is as it was. `faults` says all that is why."""

    code = "refused"

    @property
    def faults(self) -> tuple["RefusedError", ...]:
        """Everything that stands against the change, this first."""
        return (self, *self.data.get("more", ()))

    def with_more(self, more: Iterable["RefusedError"]) -> Self:
        """Return the same error with `more` reasons that stand against the change."""
        data = {**self.data, "more": tuple(more)}
        return type(self)(self.what, where=self.where, hint=self.hint, **data)


class SerialMismatch(RefusedError):
    """A bundle for another serial, which does not replace the present one."""

    code = "serial-mismatch"


class SequenceOlder(RefusedError):
    """A bundle older than the active one of the same issuer and part."""

    code = "sequence-older"


class SequenceConflict(RefusedError):
    """Another bundle under a sequence that is already taken."""

    code = "sequence-conflict"


class BelowUse(RefusedError):
    """The new license set covers fewer than are assigned."""

    code = "below-use"


class MaintenanceEnded(RefusedError):
    """This version of the product was released after maintenance ended."""

    code = "maintenance-ended"


class BindingMismatch(RefusedError):
    """A bundle bound to another installation."""

    code = "binding-mismatch"


class NotActivated(RefusedError):
    """Nothing was activated here yet."""

    code = "not-activated"
    default_hint = "run `licensekit activate FILE`"
