"""A dependency for FastAPI."""

from collections.abc import Callable

from fastapi.requests import HTTPConnection

from licensekit.contrib.asgi import KEY, LicenseAsgiMiddleware


def requires(code: str) -> Callable[[HTTPConnection], None]:
    """Return a dependency that refuses a request or WebSocket without a license: `Depends(requires("quote"))`.

    It needs `LicenseAsgiMiddleware`, which answers a refused request. FastAPI runs it in a thread.
    """

    def ask(connection: HTTPConnection) -> None:
        middleware = connection.scope.get(KEY)
        if not isinstance(middleware, LicenseAsgiMiddleware):
            # Not a TypeError: the middleware is missing.
            raise RuntimeError("requires() needs app.add_middleware(LicenseAsgiMiddleware, licensing=…)")  # noqa: TRY004
        middleware.require(connection.scope, code)

    return ask
