"""What is published can be built again to the same bytes by whoever has the source."""

from pathlib import Path

import pytest

from tests.shipping.build_twice import PLACES, TOP, copy, same, tracked


@pytest.mark.attack("unreproducible-release")
def test_two_builds_that_differ_in_a_byte_are_refused(tmp_path: Path) -> None:
    for name, content in (("one", b"a"), ("other", b"b")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "package.whl").write_bytes(content)
    with pytest.raises(SystemExit, match="different bytes"):
        same(tmp_path / "one", tmp_path / "other")
    assert list(same(tmp_path / "one", tmp_path / "one")) == ["package.whl"]


def test_a_file_that_only_one_build_has_is_a_difference(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "package.whl").write_bytes(b"a")
    with pytest.raises(SystemExit):
        same(tmp_path / "one", tmp_path / "other")


@pytest.mark.attack("unreproducible-release")
@pytest.mark.process
def test_places_differ_in_all_that_must_not_matter(tmp_path: Path) -> None:
    """Modes and times of the files, and the folder's name; not what is in the files, nor which they are."""
    project = TOP / "testkit"
    for place in PLACES:
        copy(project, tmp_path / place.folder, place)
    one, other = (tmp_path / place.folder / "pyproject.toml" for place in PLACES)
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_mode != other.stat().st_mode
    assert one.stat().st_mtime != other.stat().st_mtime
    for place in PLACES:
        copied = (tmp_path / place.folder).rglob("*")
        found = {str(path.relative_to(tmp_path / place.folder)) for path in copied if path.is_file()}
        assert found == set(tracked(project))
