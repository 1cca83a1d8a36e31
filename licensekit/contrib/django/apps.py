"""The application that `INSTALLED_APPS` names as `licensekit.contrib.django`, and its system check."""

from typing import Any

from django.apps import AppConfig
from django.core import checks

from licensekit.contrib.django.licensed import licensing
from licensekit.entitlements import Severity
from licensekit.errors import LicenseError


class LicensekitConfig(AppConfig):
    """Registers the system check."""

    name = "licensekit.contrib.django"
    label = "licensekit"

    def ready(self) -> None:
        """Register the system check."""
        checks.register(license_check, "licensekit")


def license_check(**_: Any) -> list[checks.CheckMessage]:
    """Return the notices for an administrator as messages; an error only if no question can be answered.

    Commands such as `migrate` refuse to run after an error, and an expired license must not prevent an update.
    """
    try:
        notices = licensing().notices
    except LicenseError as error:
        return [checks.Error(error.message, error.hint, id=f"licensekit.{error.code}")]
    said = [(one, "; ".join(filter(None, (one.message, one.consequence)))) for one in notices]
    levels = {Severity.INFO: checks.INFO}
    return [
        checks.CheckMessage(levels.get(one.severity, checks.WARNING), text, one.hint, id=f"licensekit.{one.code}")
        for one, text in said
    ]
