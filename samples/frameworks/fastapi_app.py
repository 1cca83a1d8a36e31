"""Routes that need a license, with FastAPI: `uvicorn samples.frameworks.fastapi_app:app`."""

from typing import Any

from fastapi import Depends, FastAPI

from licensekit.contrib.asgi import LicenseAsgiMiddleware
from licensekit.contrib.fastapi import requires
from samples.superoffice.superoffice_crm_licensing import superoffice_crm

licensing = superoffice_crm.open()
app = FastAPI()


def user_of(scope: Any) -> str | None:
    """Return who is logged in, as the proxy in front of the application says."""
    return next((value.decode() for name, value in scope["headers"] if name == b"x-user"), None)


app.add_middleware(LicenseAsgiMiddleware, licensing=licensing, user=user_of)


@app.get("/quotes", dependencies=[Depends(requires("quote"))])
def quotes() -> list[str]:
    """Return every quote, if the installation has quotes."""
    return ["Q-1"]


@app.get("/pipeline", dependencies=[Depends(requires("sales-pro"))])
async def pipeline() -> list[str]:
    """Return the pipeline to users who hold the plan."""
    return ["Nordlys Kraft"]


@app.get("/web-services")
async def web_services() -> list[str]:
    """Return web services; the license is asked for inside the route."""
    licensing.require("online-webservices")
    return ["contacts"]
