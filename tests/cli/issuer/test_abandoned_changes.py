"""Changes of keys that travel for signatures: shown, given up, and refused once they are out of date."""

import json
import shutil
from pathlib import Path

import pytest

from licensekit.errors import FileUnusable
from licensekit.issuer import Workspace
from licensekit.issuer.keys import ceremony
from tests.issuer_command import Desk
from tests.workspaces import NOW, snapshot

FIRST, SECOND = "acme/root/root-1.key", "acme/root/root-2.key"


@pytest.fixture
def desk(place: Desk) -> Desk:
    """A workspace whose root has two keys that must both sign."""
    place.run("init", "acme", "--root-keys", "2", "--threshold", "2", *place.both_passphrases)
    return place


def begin(desk: Desk, *words: str, code: int = 0) -> None:
    """Begin a change, which one root key signs."""
    passphrases = desk.root_passphrase if words[0] in {"retire", "rotate-root"} else desk.both_passphrases
    desk.run("keys", *words, "-C", "acme", "--root-key", FIRST, *passphrases, code=code)


def sign(desk: Desk, file: str, root_key: str = SECOND, code: int = 0) -> str:
    """Have a root key sign a file that travels, and return what is said."""
    words = ("keys", "sign-trust", file, "-C", "acme", "--root-key", root_key, *desk.root_passphrase)
    return desk.run(*words, code=code).output


def in_signing(desk: Desk) -> list[dict[str, object]]:
    """Return what `keys list` says is under way."""
    return list(desk.json("keys", "list", "-C", "acme")["in_signing"])


def test_what_is_under_way_is_shown_until_it_is_in_force(desk: Desk) -> None:
    assert in_signing(desk) == []
    begin(desk, "new", "trials")
    shown = {"file": "acme/trust-2.signing", "documents": ["trust document 2"], "missing": 1}
    assert in_signing(desk) == [shown]
    assert "acme/trust-2.signing (1 signature missing)" in desk.run("keys", "list", "-C", "acme").stderr
    Path("acme/broken.signing").write_text("lk1-root.AAAA")
    shutil.copytree("acme", "elsewhere")
    words = ("--root-key", SECOND, *desk.root_passphrase)
    desk.run("keys", "sign-trust", "acme/trust-2.signing", "-C", ".", *words)
    assert "acme/trust-2.signing (to be put in force)" in desk.run("keys", "list", "-C", "acme").stderr
    desk.run("pack", "acme/trust-2.signing", "-C", "acme")
    assert in_signing(desk) == []


@pytest.mark.parametrize("words", [("new", "trials"), ("rotate-root", "--root-keys", "2"), ("retire", "signing-1")])
def test_after_a_change_was_abandoned_the_same_can_begin_again(desk: Desk, words: tuple[str, ...]) -> None:
    """Nothing is deleted, and nothing in force is moved."""
    before = snapshot(Path("acme"))
    begin(desk, *words)
    (file,) = (str(one["file"]) for one in in_signing(desk))
    made = {Path(name).name for name in snapshot(Path("acme")).keys() - before.keys()}
    begin(desk, *words, code=6)
    moved = desk.json("keys", "abandon", file, "-C", "acme")["moved"]
    assert {Path(name).name for name in moved} == made
    assert len({Path(name).parent for name in moved}) == 1
    after = snapshot(Path("acme"))
    assert {name: data for name, data in after.items() if not name.startswith("abandoned")} == before
    assert all(Path(name).is_file() for name in moved)
    begin(desk, *words)
    sign(desk, file)
    assert in_signing(desk) == []


def test_a_second_change_waits_for_the_first_whatever_it_is_called(desk: Desk) -> None:
    begin(desk, "new", "trials")
    begin(desk, "rotate-root", "--root-keys", "2", code=6)
    assert [path.name for path in Path("acme").glob("*.signing")] == ["trust-2.signing"]
    assert sorted(path.name for path in Path("acme/root").iterdir()) == ["root-1.key", "root-2.key"]


def test_a_file_that_is_not_here_any_more_can_be_given_up_from_where_it_is(desk: Desk) -> None:
    begin(desk, "new", "trials")
    Path("stick").mkdir()
    Path("acme/trust-2.signing").rename("stick/trust-2.signing")
    said = desk.run("keys", "abandon", "stick/trust-2.signing", "-C", "acme").stdout
    assert "trials.key" in said
    assert not list(Path("stick").iterdir())


def overtake(desk: Desk) -> None:
    """Let another change be in force, with the key that the one under way was to retire or keep."""
    every = [word for key in (FIRST, SECOND) for word in ("--root-key", key)]
    desk.run("keys", "new", "other", "-C", "acme", *every, *desk.both_passphrases)


@pytest.mark.parametrize("words", [("new", "trials"), ("rotate-root", "--root-keys", "2")])
def test_what_was_overtaken_is_refused_and_what_replaced_it_is_named(desk: Desk, words: tuple[str, ...]) -> None:
    """Also a new root, which would bring back the trust of a time before."""
    begin(desk, *words)
    (file,) = (str(one["file"]) for one in in_signing(desk))
    shutil.copy(file, "copy.signing")
    overtake(desk)
    assert in_signing(desk) == []
    state = snapshot(Path("acme"))
    said = sign(desk, file, code=6)
    assert "trust document 2 is out of date: trust document 2 was signed at 20" in said
    assert "keys abandon FILE" in said
    desk.run("keys", "sign-trust", "copy.signing", "--root-key", SECOND, *desk.root_passphrase)
    assert desk.run("pack", "copy.signing", "-C", "acme", code=4 if words[0] == "new" else 6).stderr
    assert snapshot(Path("acme")) == state
    assert json.loads(desk.run("keys", "list", "-C", "acme", "--json").stdout)["trust"] == 2


def test_a_copy_of_what_is_in_force_needs_no_signature(desk: Desk) -> None:
    begin(desk, "new", "trials")
    shutil.copy("acme/trust-2.signing", "copy.signing")
    sign(desk, "acme/trust-2.signing")
    assert "trust document 2 is in force already" in sign(desk, "copy.signing", code=6)


def test_one_of_another_workspace_is_not_judged_here(desk: Desk) -> None:
    begin(desk, "new", "trials")
    desk.run("init", "other", *desk.both_passphrases)
    desk.run("keys", "rotate", "-C", "other", *desk.both_passphrases)
    with Workspace.open(Path("other")) as workspace:
        assert not workspace.keys.is_ours(ceremony.read_travelling(Path("acme/trust-2.signing")).ceremony, NOW)


def test_a_key_that_cannot_be_moved_is_an_error_and_nothing_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(desk, "new", "trials")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left")

    with monkeypatch.context() as patch:
        patch.setattr(ceremony, "move", fail)
        desk.run("keys", "abandon", "acme/trust-2.signing", "-C", "acme", code=8)
    assert Path("acme/keys/trials.key").is_file()
    assert Path("acme/trust-2.signing").is_file()
    assert FileUnusable.code == "file-unusable"
    desk.run("keys", "abandon", "acme/trust-2.signing", "-C", "acme")
