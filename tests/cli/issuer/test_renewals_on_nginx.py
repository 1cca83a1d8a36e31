"""A renewal is signed, published and fetched through a real web server, and every wrong way is one line.

The server includes `samples/update/nginx.conf` as it is, with another folder.
"""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from licensekit import limits
from licensekit.errors import FetchFailed
from licensekit.installation import fetching
from tests import authority
from tests.authority import Authority
from tests.cli.issuer.test_bound_life import SERIAL, Customers
from tests.issuer_command import Desk
from tests.nginx import free_port, nginx

pytestmark = pytest.mark.server

SNIPPET = (Path(__file__).parents[3] / "samples" / "update" / "nginx.conf").read_text("utf-8")
WRONG = """
location /slow/ {{ alias {folder}/; limit_rate 10; }}
location /on-and-on/ {{ return 302 $uri; }}
location /plain/ {{ return 301 http://localhost$uri; }}
location /moved/ {{ return 301 /licenses/$is_args$args; }}
location /portal/ {{ default_type text/html; return 200 "<!DOCTYPE html><title>Sign in</title>"; }}
location /silent/ {{ return 444; }}
location /broken/ {{ return 503; }}
location /large/ {{ alias {folder}/large/; }}
"""
SERVER = """
listen 127.0.0.1:{port} ssl;
ssl_certificate {tls.certificate};
ssl_certificate_key {tls.key};
{snippet}
{wrong}
"""


class Web(NamedTuple):
    """A web server, and what it serves."""

    address: str
    folder: Path
    tls: Authority
    log: Path

    @property
    def trusted(self) -> tuple[str, str]:
        """Whom a customer trusts."""
        return "--ca", str(self.tls.ca)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """An nginx on a port of its own, whose workers are another account if this one is root."""
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with tempfile.TemporaryDirectory() as place:
        folder, port = Path(place), free_port()
        www = folder / "www"
        (www / "large").mkdir(parents=True)
        tls = authority.make(folder)
        snippet = SNIPPET.replace("/srv/www/licenses", str(www))
        assert snippet != SNIPPET
        wrong = WRONG.format(folder=www)
        with nginx(folder, port, SERVER.format(port=port, tls=tls, snippet=snippet, wrong=wrong)):
            yield Web(f"https://localhost:{port}", www, tls, folder / "access.log")


class Sides(NamedTuple):
    """Vendor and customer in one folder, with a web server between them."""

    both: Customers
    web: Web

    def serve_from(self, path: str) -> None:
        """Sign a catalog whose address is another one, and let the customer have it."""
        catalog = Path("acme/catalog.toml")
        lines = [one for one in catalog.read_text("utf-8").splitlines() if not one.startswith("update")]
        lines.insert(lines.index("[issuer]") + 1, f'update = "{self.web.address}{path}"')
        catalog.write_text("\n".join(lines), "utf-8")
        self.both.run("pack", "-C", "acme", "--yes", *self.both.passphrase)
        if Path("home").exists():
            self.both.at("home", "activate", "acme/acme.lkp")

    def vendor(self, *words: str) -> None:
        """Sign something."""
        self.both.run(*words, "-C", "acme", "--yes", *self.both.passphrase)

    def publish(self) -> None:
        """Publish everything."""
        self.both.run("publish", str(self.web.folder), "-C", "acme")

    def update(self, *words: str, code: int = 0) -> str:
        """Update the customer's installation."""
        return self.both.at("home", "update", *self.web.trusted, *words, code=code)

    def until(self) -> str:
        """Return until when the customer is licensed."""
        [one] = self.both.json("status", "--home", "home")["bundles"]
        expiry: str = one["document"]["expiry"]
        return expiry


@pytest.fixture
def sides(desk: Desk, web: Web) -> Sides:
    """A customer who has the first license, whose file is published."""
    both = Customers(*desk)
    sides = Sides(both, web)
    sides.serve_from("/licenses")
    Path("order.toml").write_text('order = "S-1"\ncompany = "Fjord"\nexpiry = 2031-12-31\nusers.standard = 3\n')
    both.run("issue", "order.toml", "-o", "one.lic", "-C", "acme", *both.passphrase)
    both.at("home", "activate", "one.lic", *both.believed)
    sides.publish()
    return sides


def test_a_renewal_that_is_signed_and_published_is_fetched(sides: Sides) -> None:
    assert "nothing new" in sides.update()
    sides.vendor("renew", SERIAL, "--expires", "2033-12-31", "-o", "two.lic")
    assert "nothing new" in sides.update()
    sides.publish()
    shown = sides.update("--preview")
    assert "can be activated" in shown
    assert sides.until() == "2031-12-31"
    assert "activated" in sides.update()
    assert sides.until() == "2033-12-31"
    assert "nothing new" in sides.update()


def test_a_suspension_and_its_end_are_fetched(sides: Sides) -> None:
    sides.vendor("suspend", "serial", SERIAL)
    sides.publish()
    assert "makes void" in sides.update()
    assert sides.both.json("status", "--home", "home")["bundles"] == []
    sides.vendor("reinstate", "serial", SERIAL)
    sides.publish()
    sides.update()
    assert sides.until() == "2031-12-31"


def test_a_deficit_is_refused_as_it_is_with_activate(sides: Sides) -> None:
    for user in ("anna", "bob"):
        sides.both.at("home", "users", "add", user)
        sides.both.at("home", "users", "assign", user, "standard")
    sides.vendor("amend", SERIAL, "--set", "users.standard=1", "-o", "less.lic")
    sides.publish()
    assert "2 in use: release 1 first" in sides.update("--preview", code=1)
    assert sides.update(code=6) == sides.both.at("home", "activate", "less.lic", code=6).replace("less.lic: ", "")
    sides.both.at("home", "users", "release", "bob", "standard")
    assert "activated" in sides.update()


@pytest.mark.attack("customers-listed-at-the-address")
def test_nobody_lists_the_folder_and_the_log_keeps_no_address(sides: Sides) -> None:
    [file] = sides.web.folder.glob("*.lic")
    sides.update()
    for path in (
        "/licenses/",
        "/licenses",
        "/licenses/..%2fpid",
        f"/licenses/.{file.name}",
        f"/licenses/{'0' * 32}.lic",
    ):
        with pytest.raises(FetchFailed) as caught:
            fetching.fetch(f"{sides.web.address}{path}", ca=sides.web.tls.ca)
        assert caught.value.reason == "absent"
    assert file.stem not in sides.web.log.read_text()


@pytest.mark.attack("customers-listed-at-the-address")
def test_a_link_in_the_folder_is_not_served(sides: Sides) -> None:
    (sides.web.folder / f"{'0' * 32}.lic").symlink_to(sides.web.tls.certificate)
    with pytest.raises(FetchFailed) as caught:
        fetching.fetch(f"{sides.web.address}/licenses/{'0' * 32}.lic", ca=sides.web.tls.ca)
    assert caught.value.status == 403


@pytest.mark.attack("other-file-at-the-vendors-address")
@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("/none", 8, "has no license file for this installation; ask the vendor to publish it"),
        ("/portal", 8, "a web page came instead of a license file; sign in to the network"),
        ("/on-and-on", 8, "or redirects too often; ask the vendor for a catalog with the right `update`"),
        ("/plain", 8, "this is not an https:// address, or redirects to one that is not"),
        ("/silent", 8, "the connection ended before the whole license file had arrived; try again"),
        ("/broken", 8, "the server answers with status 503; try again later"),
        ("/slow", 8, "the license file did not arrive within 1 seconds; check the network, and try again later"),
        ("/large", 8, "what arrived is not a whole license file (more than 4194304 bytes"),
    ],
)
def test_each_wrong_way_is_one_line_and_changes_nothing(
    sides: Sides, monkeypatch: pytest.MonkeyPatch, path: str, code: int, message: str
) -> None:
    sides.vendor("renew", SERIAL, "--expires", "2033-12-31", "-o", "two.lic")
    sides.publish()
    [file] = sides.web.folder.glob("*.lic")
    (sides.web.folder / "large" / file.name).write_bytes(bytes(limits.FILE_BYTES + 1))
    sides.serve_from(path)
    if path == "/slow":
        monkeypatch.setattr(fetching, "fetch", partial(fetching.fetch, seconds=1))
    for words in ([], ["--preview"]):
        [line] = sides.update(*words, code=code).splitlines()
        assert line.startswith(f"licensekit: {sides.web.address}{path}: ")
        assert message in line
        assert file.stem not in line
    assert sides.until() == "2031-12-31"


@pytest.mark.attack("another-customers-file")
def test_a_file_of_another_customer_and_a_damaged_one_change_nothing(sides: Sides) -> None:
    Path("other.toml").write_text('order = "S-2"\ncompany = "Other"\nexpiry = 2031-12-31\nusers.standard = 3\n')
    [file] = sides.web.folder.glob("*.lic")
    sides.vendor("issue", "other.toml", "-o", "other.lic")
    sides.vendor("renew", SERIAL, "--expires", "2033-12-31", "-o", "two.lic")
    whole = Path("two.lic").read_bytes()
    for data, code, message in (
        (Path("other.lic").read_bytes(), 6, "this installation has 1010000014; ask the issuer"),
        (whole[: len(whole) // 2], 8, "what arrived is not a whole license file"),
        (whole[:-9] + b"A" * 8 + b"\n", 4, "does not verify"),
    ):
        file.write_bytes(data)
        shown = sides.update(code=code)
        assert message in shown
        assert sides.until() == "2031-12-31"


@pytest.mark.attack("other-file-at-the-vendors-address")
def test_a_certificate_of_nobody_knows_whom_is_not_trusted(sides: Sides) -> None:
    [line] = sides.both.at("home", "update", code=8).splitlines()
    assert "the certificate of the server is not trusted" in line
    assert "name that with `--ca FILE`" in line
