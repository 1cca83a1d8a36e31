"""Passphrases and PINs: changed by a command, one for each root key, read as Windows writes them."""

import os
import shutil
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

import pytest

from licensekit.errors import FileUnusable, LicenseError, PassphraseWrong, TextUnreadable
from licensekit.issuer.keys.keyring import change_passphrase, open_key, read_key_file
from licensekit.text.names import first_line
from tests.issuer_command import Desk
from tests.keys.conftest import Hsm
from tests.workspaces import PASSPHRASE, ROOT_PASSPHRASE, refused

ORDER = Path("acme/orders/example.toml")
WORD = "Blåbærsyltetøy"


def secret(desk: Desk, name: str, content: bytes) -> str:
    """Write a passphrase file beside the desk's folder, and return its path."""
    path = desk.secrets / name
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize(
    "written",
    [
        WORD.encode(),
        f"{WORD}\n".encode(),
        f"{WORD}\r\nmore".encode(),
        BOM_UTF8 + f"{WORD}\r\n".encode(),
        BOM_UTF16_LE + f"{WORD}\r\n".encode("utf-16-le"),
        BOM_UTF16_BE + WORD.encode("utf-16-be"),
    ],
)
def test_a_secret_is_the_same_in_whatever_encoding_its_file_is(written: bytes) -> None:
    assert first_line(written) == WORD.encode()


@pytest.mark.parametrize("written", ["ab\r\n".encode("utf-16-le"), "ab".encode("utf-16-be"), BOM_UTF16_LE + b"a"])
def test_utf_16_without_a_mark_is_refused_by_name(written: bytes) -> None:
    with pytest.raises(TextUnreadable, match="neither UTF-8 nor UTF-16"):
        first_line(written)


def test_white_space_and_other_bytes_belong_to_a_passphrase() -> None:
    assert first_line(b" \xff\t \n") == b" \xff\t "


def test_a_passphrase_file_written_by_windows_opens_the_key(desk: Desk) -> None:
    path = secret(desk, "bom", BOM_UTF16_LE + f"{PASSPHRASE.decode()}\r\n".encode("utf-16-le"))
    desk.run("issue", str(ORDER), "-C", "acme", "--passphrase-file", path)
    bad = secret(desk, "bad", PASSPHRASE.decode().encode("utf-16-le"))
    said = desk.refused(7, "pack", "-C", "acme", "--fresh-days", "9", "--passphrase-file", bad)
    assert f"{bad}: the file is neither UTF-8 nor UTF-16" in said


def test_the_url_of_a_ledger_may_have_a_byte_order_mark(desk: Desk) -> None:
    url = "postgresql://nobody@127.0.0.1:9/none"
    Path("acme/ledger.db").unlink()
    for content in (BOM_UTF8 + f"{url}\r\n".encode(), BOM_UTF16_LE + url.encode("utf-16-le")):
        Path("acme/ledger.url").write_bytes(content)
        assert "127.0.0.1" in desk.refused(8, "keys", "list", "-C", "acme")
    Path("acme/ledger.url").write_bytes(url.encode("utf-16-le"))
    assert "ledger.url" in desk.refused(6, "keys", "list", "-C", "acme")


@pytest.mark.parametrize(
    ("name", "old"), [("signing-1", PASSPHRASE), ("root", ROOT_PASSPHRASE), ("acme/root/root.key", ROOT_PASSPHRASE)]
)
def test_a_passphrase_is_changed_and_the_key_stays(desk: Desk, name: str, old: bytes) -> None:
    path = Path("acme/keys/signing-1.key" if name == "signing-1" else "acme/root/root.key")
    before = read_key_file(path)
    present, new = secret(desk, "present", old), secret(desk, "new", WORD.encode())
    words = ("keys", "passphrase", name, "-C", "acme", "--new-passphrase-file", new)
    assert desk.json(*words, "--passphrase-file", present)["key_id"] == before.key_id
    assert read_key_file(path) == before
    assert open_key(before, WORD.encode).verifying_key == before.part.verifying_key
    assert path.stat().st_mode & 0o077 == 0
    assert "does not open this key file" in desk.refused(7, *words, "--passphrase-file", present)
    assert str(path) in desk.run(*words, "--passphrase-file", new).stdout


def test_a_root_key_needs_no_workspace_to_get_another_passphrase(place: Desk, init_template: Path) -> None:
    shutil.copy(init_template / "acme/root/root.key", "stick.key")
    new = secret(place, "new", b"TEST NEW")
    root = place.root_passphrase[1]
    place.run("keys", "passphrase", "stick.key", "--passphrase-file", root, "--new-passphrase-file", new)
    assert "no key `other`" in place.refused(7, "keys", "passphrase", "other", "--passphrase-file", root)


def test_a_key_in_a_token_has_no_passphrase_to_change(desk: Desk, hsm: Hsm) -> None:
    pin = secret(desk, "pin", hsm.pin.encode())
    new = ("keys", "new", "hsm", "--pkcs11", hsm.uri("token=acme"), "-C", "acme", *desk.root_passphrase)
    desk.run(*new, "--pin-file", pin)
    said = desk.refused(6, "keys", "passphrase", "hsm", "-C", "acme", *desk.passphrase)
    assert "has no passphrase; change the PIN with the token's own tool" in said


def no_space(_: int) -> None:
    """Fail as on a full disk."""
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("fails", ["the old one is wrong", "the new one is empty", "the disk is full"])
def test_the_old_key_file_is_never_lost(desk: Desk, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    file = read_key_file(desk.folder / "acme/keys/signing-1.key")
    old, new = PASSPHRASE, b"TEST NEW"
    if fails == "the old one is wrong":
        old = b"TEST WRONG"
    elif fails == "the new one is empty":
        new = b""
    else:
        monkeypatch.setattr(os, "fsync", no_space)
    asked: list[bytes] = []

    def ask_new() -> bytes:
        asked.append(new)
        return new

    with pytest.raises(LicenseError) as caught:
        change_passphrase(file, lambda: old, ask_new)
    monkeypatch.undo()
    assert bool(asked) is not isinstance(caught.value, PassphraseWrong)
    assert open_key(file, lambda: PASSPHRASE).verifying_key == file.part.verifying_key
    assert [path.name for path in file.path.parent.iterdir()] == ["signing-1.key"]


def test_a_link_to_a_key_file_is_left_alone(desk: Desk) -> None:
    path = desk.folder / "acme/keys/signing-1.key"
    path.rename(desk.folder / "elsewhere.key")
    path.symlink_to(desk.folder / "elsewhere.key")
    error = refused(
        FileUnusable,
        desk.folder,
        lambda: change_passphrase(read_key_file(path), lambda: PASSPHRASE, lambda: b"TEST NEW"),
    )
    assert "symbolic link" in error.message


def each_root(desk: Desk) -> list[str]:
    """Return the options that give three root keys a passphrase each."""
    files = [secret(desk, f"root-{number}", f"TEST ROOT {number}\n".encode()) for number in (1, 2, 3)]
    return [word for file in files for word in ("--root-passphrase-file", file)]


def test_each_root_key_has_a_passphrase_of_its_own_from_files_too(place: Desk) -> None:
    """At `init`, when they sign, and in the next root; one for all of them is possible as well."""
    desk, each = place, each_root(place)
    desk.run("init", "acme", "--root-keys", "3", "--threshold", "2", *desk.passphrase, *each)
    for number in (1, 2, 3):
        file = read_key_file(Path(f"acme/root/root-{number}.key"))
        open_key(file, lambda number=number: f"TEST ROOT {number}".encode())  # type: ignore[misc]  # a default binds it
    desk.run("keys", "new", "second", "-C", "acme", *desk.passphrase, *each)
    two = ("--root-key", "acme/root/root-3.key", "--root-key", "acme/root/root-2.key")
    desk.run("keys", "retire", "second", "-C", "acme", *two, each[4], each[5], each[2], each[3])
    assert "is given 2 times" in desk.run("keys", "retire", "signing-1", "-C", "acme", *each[:4], code=2).stderr
    new = ("--new-passphrase-file", secret(desk, "new", b"TEST NEXT"))
    desk.run("keys", "rotate-root", "--root-keys", "2", "-C", "acme", *each, *new)
    open_key(read_key_file(Path("acme/root/root-2-v2.key")), lambda: b"TEST NEXT")
