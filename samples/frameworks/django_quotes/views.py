"""Pages that need a license, and one that shows what its user may do."""

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.middleware import RemoteUserMiddleware
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from licensekit.contrib.django.licensed import license_required, licensing

PAGE = """{% load licensekit %}{% license "quote" as may_quote %}
{% if may_quote %}<a href="/quotes">Quotes</a>{% else %}<a href="/buy">Buy quotes</a>{% endif %}
"""


class ProxyUserMiddleware(RemoteUserMiddleware):
    """Logs in the user that the proxy in front of the application names."""

    header = "HTTP_X_USER"


def page(request: HttpRequest) -> HttpResponse:
    """Show what the user of the page may do."""
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


@license_required("quote")
def quotes(_: HttpRequest) -> HttpResponse:
    """Show every quote, if the installation has quotes."""
    return HttpResponse("Q-1")


@license_required("sales-pro")
async def pipeline(request: HttpRequest) -> HttpResponse:
    """Show the pipeline to users who hold the plan."""
    user = await request.auser()
    return HttpResponse(f"the pipeline of {user.get_username()}")


@permission_required("license.sales-pro", raise_exception=True)
def forecast(_: HttpRequest) -> HttpResponse:
    """Show the forecast to users who have the permission."""
    return HttpResponse("up")


def areas(_: HttpRequest) -> HttpResponse:
    """Show areas; the license is asked for inside the view."""
    licensing().require("area-mgt")
    return HttpResponse("north")


urlpatterns = [
    path("", page),
    path("quotes", quotes),
    path("pipeline", pipeline),
    path("forecast", forecast),
    path("areas", areas),
]
