"""The licensing of a Django project, and views that need a license."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.module_loading import import_string

from licensekit.contrib.gate import asked_about
from licensekit.contrib.problems import MEDIA_TYPE, STATUS, body_of
from licensekit.errors import NotEntitled
from licensekit.runtime.holders import Holder
from licensekit.runtime.licensing import Licensing
from licensekit.runtime.questions import preceded

V = TypeVar("V", bound=Callable[..., Any])


@cache
def licensing() -> Licensing:
    """Return the licensing of the project, opened once.

    `settings.LICENSEKIT` is a product, a function that returns a `Licensing`, or the dotted path of either.
    """
    named: Any = getattr(settings, "LICENSEKIT", None)
    if named is None:
        raise ImproperlyConfigured('LICENSEKIT is not set: LICENSEKIT = "acme_licensing.acme"')
    found = import_string(named) if isinstance(named, str) else named
    opened: Licensing = getattr(found, "open", found)()
    return opened


def asked_of(user: Any, code: str) -> Licensing | Holder:
    """Return whom to ask about a license, as `asked_about`; the id of a Django user is the username."""
    return asked_about(licensing(), code, None if user is None else user.get_username())


def license_required(code: str) -> Callable[[V], V]:
    """Return a decorator of views, sync or async, that raises `NotEntitled` unless the request's user has a license."""

    def ask(request: HttpRequest, *_: Any, **__: Any) -> None:
        asked_of(getattr(request, "user", None), code).require(code)

    return lambda view: preceded(view, ask, sync_to_async)


class LicenseMiddleware(MiddlewareMixin):
    """Answers with a problem document where a view raises `NotEntitled`."""

    def process_exception(self, _: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the response to a refusal."""
        if isinstance(exception, NotEntitled):
            return HttpResponse(body_of(exception), status=STATUS, content_type=MEDIA_TYPE)
        return None
