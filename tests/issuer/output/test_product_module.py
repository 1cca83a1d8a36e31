"""The module that an application imports is whole, formatted and typed, whatever the pack sells."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from licensekit import Holder, Licensing, User
from licensekit.errors import FormatError, RootMismatch
from licensekit.issuer.output.product_module import module_name, product_module
from licensekit.product import Product
from licensekit.wire.documents import Kind, LoginRule, SettingType, UserKind
from tests import homes, makers

CATALOGS: Mapping[str, Mapping[str, Any]] = {
    "nothing": {},
    "one of each": {
        "licenses": {
            "reports": makers.license_entry(Kind.SYSTEM),
            "branch": makers.license_entry(Kind.SITE),
            "user": makers.license_entry(Kind.USER),
        },
        "settings": {"tier": makers.setting()},
        "access": {"web": LoginRule(all=["user"], users=[UserKind.ASSOCIATE])},
    },
    "several": {
        "licenses": {
            **{code: makers.license_entry(Kind.SYSTEM) for code in ("class", "quote", "sale")},
            "sales": makers.license_entry(Kind.USER),
        },
        "settings": {
            "max-rows": makers.setting(SettingType.NUMBER, default=100),
            "skin": makers.setting(SettingType.TEXT),
            "beta": makers.setting(SettingType.BOOLEAN, default=False),
        },
    },
}


def pack_of(name: str) -> str:
    """Return a pack with one of `CATALOGS`."""
    sold: dict[str, Any] = {"licenses": {}, "settings": {}, "access": {}, **CATALOGS[name]}
    return homes.pack(makers.catalog(**sold))


def product_in(text: str) -> Product[Any]:
    """Run the text of a module, and return its product."""
    module = ModuleType("made")
    exec(text, module.__dict__)  # noqa: S102  # what an import does
    found: Product[Any] = module.__dict__["demo_crm"]
    return found


@pytest.mark.parametrize(
    ("name", "documented", "apart"),
    [
        ("SiteLicensing", Holder, set[str]()),
        ("UserLicensing", User, set[str]()),
        ("DemoCrmLicensing", Licensing, {"entitlements", "open", "source"}),
    ],
)
def test_the_protocols_have_every_question(name: str, documented: type, apart: set[str]) -> None:
    """A question that is added to the library is added to the module; `apart` is set per object, or no question."""
    module = ModuleType("made")
    exec(product_module(pack_of("several")), module.__dict__)  # noqa: S102  # what an import does
    typed: type = module.__dict__[name]
    asked, written = ({one for one in dir(kind) if not one.startswith("_")} for kind in (documented, typed))
    assert asked ^ written == apart


@pytest.mark.parametrize("name", CATALOGS)
def test_the_module_has_the_product_of_the_pack(name: str) -> None:
    product = product_in(product_module(pack_of(name)))
    assert (product.code, product.root, product.pack) == ("demo-crm", homes.PIN, pack_of(name))
    assert product.verifier() is not None


def test_codes_are_types_by_kind() -> None:
    text = product_module(pack_of("one of each"))
    for line in (
        'SystemLicense: TypeAlias = Literal["reports"]',
        'SiteLicense: TypeAlias = Literal["branch"]',
        'UserLicense: TypeAlias = Literal["user"]',
        'WayToLogIn: TypeAlias = Literal["web"]',
    ):
        assert line in text


def test_a_setting_without_a_default_may_be_none() -> None:
    text = product_module(pack_of("several"))
    assert 'def setting(self, code: Literal["max-rows"]) -> int: ...' in text
    assert 'def setting(self, code: Literal["skin"]) -> str | None: ...' in text
    assert 'def setting(self, code: Literal["beta"]) -> bool: ...' in text


def test_the_date_of_the_version_is_in_the_module() -> None:
    product = product_in(product_module(pack_of("nothing"), released=date(2027, 3, 1)))
    assert product.released == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("product", "name"),
    [("acme", "acme"), ("acme-crm", "acme_crm"), ("3d-print", "product_3d_print"), ("class", "product_class")],
)
def test_a_product_has_a_name_in_python(product: str, name: str) -> None:
    assert module_name(product) == name
    assert name.isidentifier()


@pytest.mark.parametrize(("pack", "error"), [(b"", FormatError), (b"lk1-root.AA", FormatError)])
def test_what_is_not_a_pack_makes_no_module(pack: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        product_module(pack)


def test_a_pack_without_a_root_makes_no_module() -> None:
    with pytest.raises(RootMismatch):
        product_module("\n".join(homes.pack().splitlines()[1:]))


USE = """
from made import {name}

def ask() -> tuple[bool, int, str | None, bool]:
    with {name}.open("home") as licensing:
        return (
            licensing.allows("quote"),
            licensing.setting("max-rows"),
            licensing.setting("skin"),
            licensing.user("anna", licenses=["sales"]).allows("sale"),
        )
"""
MISTAKES = (
    'licensing.allows("qoute")',
    'licensing.setting("rows")',
    'licensing.user("anna").allows("x")',
    'licensing.user("anna", licenses=["sale"])',
)


@pytest.mark.process
def test_formatters_linters_and_type_checkers_accept_it(tmp_path: Path) -> None:
    for name in CATALOGS:
        (tmp_path / f"{name.replace(' ', '_')}.py").write_text(product_module(pack_of(name)))
    for tool in (
        ("ruff", "format", "--isolated", "--check"),
        ("ruff", "check", "--isolated", "--select", "E,F,I,UP"),
        ("mypy", "--strict", "--cache-dir", str(tmp_path / "cache")),
        ("pyright",),
    ):
        done = run(*tool, ".", folder=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.process
def test_a_mistyped_code_is_found_before_the_program_runs(tmp_path: Path) -> None:
    (tmp_path / "made.py").write_text(text := product_module(pack_of("several")))
    name = text.rpartition(": Final = Product[")[0].rpartition("\n")[2]
    (tmp_path / "use.py").write_text(USE.format(name=name))
    mypy = ("mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "use.py")
    assert run(*mypy, folder=tmp_path).returncode == 0
    for mistake in MISTAKES:
        (tmp_path / "use.py").write_text(f"from made import {name}\n\nlicensing = {name}.open()\n{mistake}\n")
        assert run(*mypy, folder=tmp_path).returncode == 1, mistake


def run(*words: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a tool of this environment in a folder."""
    return subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False)
