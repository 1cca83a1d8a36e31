"""Licenses as permissions: `user.has_perm("license.quote")`."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import BaseBackend

from licensekit.access import Access
from licensekit.contrib.django.licensed import asked_of


class LicenseBackend(BaseBackend):
    """Grants `license.CODE` to active users who have full access; raises as `asked_about`."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:  # noqa: ARG002  # it is of every object
        """Return whether a user may use a license."""
        app, _, code = perm.partition(".")
        return app == "license" and user_obj.is_active and asked_of(user_obj, code).access(code) is Access.FULL

    async def ahas_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return the same in asyncio."""
        return await sync_to_async(self.has_perm)(user_obj, perm, obj)
