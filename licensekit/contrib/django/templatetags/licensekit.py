"""Licenses in templates: `{% license "quote" as may_quote %}`."""

from django.template import Context, Library

from licensekit.access import Access
from licensekit.contrib.django.licensed import asked_of

register = Library()


@register.simple_tag(takes_context=True, name="license")
def license_tag(context: Context, code: str) -> bool:
    """Return whether the user of a page may use a license; without a user, whether the installation may."""
    return asked_of(context.get("user"), code).access(code) is Access.FULL
