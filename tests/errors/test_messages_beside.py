"""What codes say is in the `messages.toml` beside their modules: each code has a text, and each text a code."""

import re
import resource
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from licensekit.errors import FaultsError
from licensekit.errors.coded import Coded
from tests.errors.coded_classes import below
from tests.structure.layers import PACKAGE

OURS = sorted(
    {kind for kind in below(Coded) if kind.__module__.startswith("licensekit.")},
    key=lambda kind: (kind.code, kind.__name__),  # two packages have a code of one name
)
FILES = sorted(PACKAGE.rglob("messages.toml"))
USES = {"message", "hint", "subject", "remedy", "consequence", "severity", "date", "nothing"}
SAYS = """
import sys
from licensekit.errors import NotFound
print(NotFound(reason="user", name="anna").hint, sys.modules["licensekit"].__file__)
"""


def package_of(file: Path) -> str:
    """Return the name of the package that a file belongs to."""
    return ".".join((PACKAGE.name, *file.parent.relative_to(PACKAGE).parts))


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_every_code_has_a_text(kind: type[Coded]) -> None:
    """Those without are roots of others, which nobody makes."""
    assert hasattr(kind, "template") or kind.__subclasses__()


@pytest.mark.parametrize("file", FILES, ids=package_of)
def test_every_text_belongs_to_a_class_beside_it(file: Path) -> None:
    """Or to a module that reads it by its name."""
    written = tomllib.loads(file.read_text("utf-8"))
    codes = {kind.code for kind in OURS if kind.__module__.rpartition(".")[0] == package_of(file)}
    sources = "".join(source.read_text("utf-8") for source in file.parent.glob("*.py"))
    codes.update(re.findall(r'messages_beside\(__name__\)\["([a-z-]+)"\]', sources))
    assert written.keys() - codes == set()
    assert {use for texts in written.values() for use in texts} <= USES


def test_a_class_says_what_its_base_says_unless_it_has_a_text() -> None:
    class Odd(FaultsError):
        """Faults for this test alone."""

    assert Odd.template == FaultsError.template


@pytest.mark.process
def test_a_full_table_of_open_files_still_has_its_message() -> None:
    program = f"""
import re
import resource
from pathlib import Path
from licensekit import database  # what runs long has one
from licensekit.errors import FileUnusable
from licensekit.files import read_bytes
resource.setrlimit(resource.RLIMIT_NOFILE, (3, {resource.getrlimit(resource.RLIMIT_NOFILE)[1]}))
try:
    read_bytes(Path("a.lic"), limit=9, what="a license file")
except FileUnusable as error:
    print(error)
"""
    assert "too many files" in run(program, Path.cwd())


@pytest.mark.process
def test_texts_are_read_from_a_zip_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        own = (f"errors/{one.name}" for one in (PACKAGE / "errors").iterdir())
        for name in ("__init__.py", "dates.py", "lazy.py", "languages/__init__.py", *own):
            if not name.endswith("__pycache__"):
                packed.write(PACKAGE / name, f"licensekit/{name}")
    said = run(f"import sys; sys.path.insert(0, {str(tmp_path / 'packed.zip')!r})\n{SAYS}", tmp_path)
    assert said.startswith("look at `users list`")
    assert "packed.zip" in said


def run(program: str, folder: Path) -> str:
    """Return what a new process writes."""
    ran = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    return ran.stdout
