"""A product opens everything with its own root and pack, in its own place."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from licensekit import Licensing
from licensekit.errors import UnexpectedType
from licensekit.product import Product
from tests import homes

PRODUCT: Product[Licensing] = Product("demo-crm", root=homes.PIN, pack=homes.pack())


def test_it_opens_the_installation_that_is_named(tmp_path: Path) -> None:
    with PRODUCT.open(tmp_path / "home", create=True) as licensing:
        assert str(tmp_path / "home") in repr(licensing)


def test_it_opens_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_CRM_LICENSE_HOME", str(tmp_path / "there"))
    monkeypatch.setenv("LICENSEKIT_HOME", str(tmp_path / "elsewhere"))
    with PRODUCT.open(create=True) as licensing:
        assert str(tmp_path / "there") in repr(licensing)


def test_it_has_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LICENSEKIT_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with PRODUCT.open(create=True) as licensing:
        assert "demo-crm" in repr(licensing)


def test_its_verifier_knows_its_root() -> None:
    with pytest.raises(UnexpectedType):
        PRODUCT.verifier().verify(homes.pack(), now=datetime(2027, 1, 1, tzinfo=UTC))


def test_its_commands_have_root_and_pack_built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_CRM_LICENSE_HOME", str(tmp_path / "there"))
    done = CliRunner().invoke(PRODUCT.commands("crm"), ["activate", "--help"])
    assert "--root" not in done.output
    assert CliRunner().invoke(PRODUCT.commands(), ["status"]).exit_code


def test_it_is_named_in_its_repr() -> None:
    assert repr(PRODUCT) == "<Product demo-crm>"
