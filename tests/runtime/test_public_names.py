"""What dir(), help() and repr() show of the public API."""

import pydoc
from collections.abc import Iterator
from pathlib import Path

import pytest

import licensekit
from licensekit import Licensing, Verifier, installation
from licensekit.installation import Installation
from tests import homes, makers
from tests.homes import Home, bundle, file


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A folder where nothing was set up yet."""
    return Home(str(tmp_path / "home"))


@pytest.fixture
def activated(home: Home) -> Iterator[Installation]:
    """An installation with a bundle."""
    with home.open() as handle:
        handle.activate(file(bundle()))
        yield handle


@pytest.mark.parametrize("module", [licensekit, installation])
def test_a_package_shows_its_public_names_and_no_other(module: object) -> None:
    names: list[str] = getattr(module, "__all__", [])
    assert names
    assert dir(module) == sorted(names)
    shown = pydoc.plain(pydoc.render_doc(module))
    for name in names:
        assert getattr(module, name) is not None
        assert name in shown
    with pytest.raises(AttributeError, match="no-such"):
        getattr(module, "no-such")


def test_help_names_the_parts_of_an_installation(activated: Installation) -> None:
    shown = pydoc.plain(pydoc.render_doc(Installation))
    parts = [name for name in vars(activated) if not name.startswith("_")]
    assert parts == ["users", "sites", "events", "leases", "audit"]
    for name in (*parts, "propose_activate", "propose_return"):
        assert name in shown


def test_reprs_say_what_is_there(home: Home, activated: Installation) -> None:
    assert repr(activated) == f"<Installation at {home.folder / 'licensing.db'}, by admin>"
    lists = activated.users, activated.sites, activated.events, activated.leases, activated.audit
    for part in lists:
        assert repr(part).startswith(f"<{type(part).__name__} of the installation at ")
    with home.run() as licensing:
        assert isinstance(licensing, Licensing)
        assert repr(licensing) == f"<Licensing from {home.folder}>"
    verifier = Verifier(root=homes.PIN, pack=home.pack)
    assert repr(verifier) == "<Verifier of demo-crm by demo, root 1>"
    verified = verifier.verify(file(bundle()), now=home.clock())
    assert repr(verified).startswith(f"<VerifiedBundle {makers.SERIAL} base 1, until ")


def test_a_repr_looks_at_nothing(home: Home) -> None:
    with home.open() as handle:
        assert repr(handle) == "<Installation at memory://, by admin>"
        assert not home.folder.exists()


@pytest.mark.attack("secret-in-a-traceback")
def test_a_repr_holds_no_secret(home: Home, activated: Installation) -> None:
    stored = activated.state().stored
    proposal = activated.propose_activate(file(bundle(2)))
    for shown in map(repr, (activated, activated.users, proposal)):
        assert stored.seed.hex() not in shown
        assert repr(stored.seed) not in shown
        assert home.pack not in shown
