"""Commands that an application mounts speak under its name, and so does what it mounts of the console."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from licensekit import Licensing
from licensekit.cli import customer_commands
from licensekit.console import Authorize, Identity
from licensekit.console.rendering import coded
from licensekit.errors import LicenseError
from licensekit.errors.coded import Coded
from licensekit.product import Product
from tests import homes, makers, today
from tests.cli.command_tree import APPLICATION, every_command

PRODUCT: Product[Licensing] = Product("demo-crm", root=homes.PIN, pack=today.pack())
OURS = re.compile("licensekit", re.IGNORECASE)
DISTRIBUTION = re.compile(r"licensekit-files\[\w+\]|licensekit {version}")
"""What somebody types to install an extra, and what `doctor` says of versions: the package has one name."""


class Says(LicenseError):
    """An error with a text of another one."""

    template = "{text}"
    text: str


def every_text() -> Iterator[str]:
    """Yield the templates of every error, notice, reason and consequence, and of what to do about them."""
    classes = [Coded]
    for one in classes:
        classes += one.__subclasses__()
        template = getattr(one, "template", None)
        if template is not None and one.__module__.startswith("licensekit."):
            for reason in [""] if isinstance(template, str) else template:
                yield from filter(None, one.texts(reason))


OUR_TEXTS = sorted({text for text in every_text() if OURS.search(text)})


def run(*words: str, group: click.Group | None = None, **options: Any) -> Result:
    """Run a command of the application `acme`, which has mounted ours."""
    acme = click.Group("acme", commands={"license": group or PRODUCT.commands()})
    return CliRunner().invoke(acme, ["license", *words], **options)


@pytest.mark.parametrize("node", [str(one) for one in every_command() if one.words[0] == APPLICATION[0]])
def test_no_help_names_us(node: str) -> None:
    shown = run(*node.split()[2:], "--help").output
    assert "Usage: acme license" in shown
    assert not OURS.search(shown)


@pytest.mark.parametrize("text", OUR_TEXTS)
@pytest.mark.parametrize("json", [[], ["--json"]])
def test_no_text_of_an_error_names_us(text: str, json: list[str]) -> None:
    group = PRODUCT.commands()

    @group.command()
    @click.option("--json", is_flag=True)
    def fail(*, json: bool) -> None:  # noqa: ARG001  # the group reads it
        raise Says(text=text)

    ran = run("fail", *json, group=group)
    assert "acme" in ran.stderr
    assert not OURS.search(DISTRIBUTION.sub("", ran.output))


def test_there_are_texts_that_would_name_us() -> None:
    assert len(OUR_TEXTS) > 30


def test_the_cure_is_the_command_as_it_is_called_here(tmp_path: Path) -> None:
    ran = run("status", "--home", str(tmp_path / "new"))
    assert ran.exit_code
    assert "run `acme license activate FILE`" in ran.stderr
    assert "the vendor's `keys list`" in run_text("`licensekit keys list` shows them")
    assert "set DEMO_CRM_LICENSE_HOME" in run_text("set LICENSEKIT_HOME")


def run_text(text: str) -> str:
    """Return what the mounted commands print of a text."""
    group = PRODUCT.commands()

    @group.command()
    def fail() -> None:
        raise Says(text=text)

    return run("fail", group=group).stderr


def test_without_a_pack_the_home_has_our_name() -> None:
    assert "LICENSEKIT_HOME" in run("status", "--help", group=customer_commands()).output


def test_the_home_is_the_products_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("LICENSEKIT_HOME", raising=False)
    (tmp_path / "one.lic").write_text(today.file(today.bundle()))
    assert run("activate", str(tmp_path / "one.lic")).exit_code == 0
    assert (tmp_path / "data" / "licensekit" / "demo-crm" / "licensing.db").exists()
    monkeypatch.setenv("LICENSEKIT_HOME", str(tmp_path / "ours"))
    monkeypatch.setenv("DEMO_CRM_LICENSE_HOME", str(tmp_path / "theirs"))
    assert run("activate", str(tmp_path / "one.lic")).exit_code == 0
    assert (tmp_path / "theirs" / "licensing.db").exists()
    assert run("activate", str(tmp_path / "one.lic"), "--home", str(tmp_path / "given")).exit_code == 0
    assert (tmp_path / "given" / "licensing.db").exists()
    assert not (tmp_path / "ours").exists()


def test_files_are_verified_with_what_is_built_in(tmp_path: Path) -> None:
    (tmp_path / "one.lic").write_text(today.file(today.bundle()))
    (tmp_path / "forged.lic").write_text(makers.file_of(makers.forged(homes.signed(today.bundle()))))
    assert "VERIFIED, signed by" in run("inspect", str(tmp_path / "one.lic")).stdout
    assert "VERIFIED" in run("verify", str(tmp_path / "one.lic")).stdout
    assert run("verify", str(tmp_path / "forged.lic")).exit_code == 4
    refused = run("inspect", str(tmp_path / "one.lic"), "--pack", "other.lkp")
    assert (refused.exit_code, "No such option" in refused.output) == (2, True)


@pytest.fixture
def authorize() -> Authorize:
    """Everybody is an administrator."""
    return lambda _: Identity("admin")


def test_the_console_of_a_product_is_mounted_with_what_is_built_in(tmp_path: Path, authorize: Authorize) -> None:
    (tmp_path / "one.lic").write_text(today.file(today.bundle()))
    assert run("activate", str(tmp_path / "one.lic"), "--home", str(tmp_path / "home")).exit_code == 0
    console = PRODUCT.console(authorize, home=tmp_path / "home", origins=["http://testserver"])
    with TestClient(console) as browser:
        shown = browser.get("/")
        assert shown.status_code == 200
        assert "<title>Overview · Demo CRM</title>" in shown.text
        assert not OURS.search(shown.text)
        assert not OURS.search(browser.get("/files").text)


def test_the_console_of_a_product_has_the_language_that_its_application_chooses(
    tmp_path: Path, authorize: Authorize
) -> None:
    console = PRODUCT.console(authorize, home=tmp_path / "home", origins=["http://testserver"], language="nb")
    with TestClient(console) as browser:
        shown = browser.get("/activate", headers={"accept-language": "en"})
        assert (shown.status_code, shown.headers["content-language"]) == (200, "nb")


def test_the_console_names_commands_without_a_program() -> None:
    assert coded("run `licensekit activate FILE`") == "run <code>activate FILE</code>"
