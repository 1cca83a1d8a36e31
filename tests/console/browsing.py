"""A console in a thread, and a real browser in front of it."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

import pytest
import uvicorn

from licensekit.console.application import app
from licensekit.console.connections import Listener
from licensekit.console.security.sign_in import Links, SignIn
from licensekit.console.serving import configured, listen
from licensekit.console.visit import Identity

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from starlette.types import ASGIApp

    from licensekit.installation import Installation

CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
_QUIET: Final = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
)


class Served(NamedTuple):
    """A console that is being served."""

    address: str
    """Where browsers reach it."""
    port: int
    """Where it listens."""
    link_for: Callable[[str], str]
    """Makes a link that signs a browser in for a name."""

    def sign_in(self, page: "Page", name: str = "ingrid.solberg") -> None:
        """Sign a browser in, whatever its language is."""
        page.goto(self.link_for(name))
        page.locator("main form button").click()
        page.locator("nav.menu").wait_for()


@contextmanager
def served(installation: "Installation", public: str = "") -> Generator[Served]:
    """Serve the console of an installation at a port of its own; browsers reach it at `public` if that is given."""
    listener = listen("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    address = public or f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        links = Links(Path(folder))
        links.announce(address)
        with running(app(installation, SignIn(links), origins=[public] if public else ()), listener):

            def link_for(name: str) -> str:
                return links.make(Identity(name))

            yield Served(address, port, link_for)


@contextmanager
def running(served: "ASGIApp", listener: Listener, *tls: Path) -> Generator[None]:
    """Serve an application in a thread, as the command does."""
    server = uvicorn.Server(configured(served, listener, *tls))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it where a browser is required."""
    if os.environ.get("LICENSEKIT_TEST_BROWSER") == "required":
        pytest.fail(what)
    pytest.skip(what)


def chromium() -> str | None:
    """Return the path of Chromium; None if this machine has none."""
    given = os.environ.get("LICENSEKIT_TEST_CHROMIUM")
    found = (shutil.which(name) for name in CHROMIUM)
    return given or next((path for path in found if path is not None), None)


def axe() -> str | None:
    """Return the text of axe-core's script; None if it is not there."""
    given = os.environ.get("LICENSEKIT_TEST_AXE")
    path = Path(given) if given else Path("node_modules", "axe-core", "axe.min.js")
    return path.read_text(encoding="utf-8") if path.is_file() else None


@contextmanager
def browser(path: str) -> "Generator[Browser]":
    """Start Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # few tests need it

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        try:
            yield started
        finally:
            started.close()
