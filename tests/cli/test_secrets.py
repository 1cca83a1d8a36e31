"""Secrets are where they belong and nowhere else, and no other account can change what a command makes."""

import base64
import logging
import os
import stat
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest.mock import Mock

import pytest

from licensekit import limits
from licensekit.errors.coded import Coded
from licensekit.keys import keyfile
from licensekit.keys.signing import SigningKey
from tests.cli.broken_streams import BUG, invoke
from tests.cli.every_use import Use, make_use, make_world, used
from tests.cli.invoking import Ran
from tests.disk_faults import worlds

SIGNING: Final = b"MARK-of-the-signing-passphrase"
ROOT: Final = b"MARK-of-the-root-passphrase"
WRONG: Final = b"MARK-of-a-wrong-passphrase"
HOLDERS: Final = ("secret/", "id_ed25519")
"""Files that a person made to hold a secret."""
DATABASES: Final = (".db", ".db-wal", ".db-shm", ".moved")
"""Endings of what an installation's own key is in."""
PUBLIC: Final = {".signing", ".lic", ".lkp", ".lkr", ".pub", ".py", ".svg", ".html", ".csv", ".toml"}
"""Endings of what is handed out, or says no more than a person wrote: others may read it."""


def spelled(secret: bytes) -> list[bytes]:
    """Return how a secret may be written."""
    forms = [secret, secret.hex().encode(), repr(secret)[2:-1].encode()]
    return [*forms, base64.b64encode(secret).rstrip(b"="), base64.urlsafe_b64encode(secret).rstrip(b"=")]


class Watch:
    """Notes every secret that is made or opened, every error that is made, and every line of the log."""

    def __init__(self, patch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture) -> None:
        self.secrets: dict[str, bytes] = {"signing": SIGNING, "root": ROOT, "wrong": WRONG}
        self.errors: list[Coded] = []
        self.log = log
        log.set_level(logging.DEBUG)
        make, note = Coded.__init__, self.errors.append

        def noted(made: Coded, /, **data: Any) -> None:
            make(made, **data)
            note(made)

        patch.setattr(Coded, "__init__", noted)
        init = SigningKey.__init__
        secrets = self.secrets

        def kept(key: SigningKey, secret: bytes, *more: Any) -> None:
            init(key, secret, *more)
            if any(secret):  # a key of zeros, which a test imports, is everywhere
                secrets[f"key {key.verifying_key.fingerprint}"] = secret

        patch.setattr(SigningKey, "__init__", kept)

    def assert_silent(self, place: str, said: bytes) -> None:
        """Check that no secret is in what was said."""
        for name, secret in self.secrets.items():
            assert not any(form in said for form in spelled(secret)), f"{name} in {place}"

    def assert_kept(self, ran: Ran) -> None:
        """Check all that a command said."""
        self.assert_silent("standard output", ran.out.encode(errors="surrogatepass"))
        self.assert_silent("standard error", ran.err.encode(errors="surrogatepass"))
        self.assert_silent("the log", self.log.text.encode())
        for error in self.errors:
            said = f"{error!r} {error} {error.data} {error.as_json()} {error.__dict__}"
            self.assert_silent(type(error).__name__, said.encode(errors="surrogatepass"))

    def assert_files(self, folder: Path, *, seeds_in: Callable[[str], bool]) -> None:
        """Check every file, except those that are meant to contain a passphrase or the key of an installation."""
        for path in files_below(folder):
            name = str(path.relative_to(folder))
            if not name.startswith(HOLDERS) and not seeds_in(name):
                self.assert_silent(name, path.read_bytes())


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the plain files in a folder."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def holds_installation(name: str) -> bool:
    """Return whether a file is the database of an installation, or a copy of one."""
    return name.endswith(DATABASES) and not name.startswith("acme/")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A world with marked passphrases, made where the umask takes nothing away."""
    before = os.umask(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "PASSPHRASE", SIGNING)
        patch.setattr(worlds, "ROOT_PASSPHRASE", ROOT)
        yield make_world(tmp_path_factory.mktemp("world") / "base")
    os.umask(before)


@pytest.mark.attack("leaked-secret")
@pytest.mark.attack("exposed-file")
@pytest.mark.parametrize("name", list(used()))
def test_no_command_lets_a_secret_out_or_others_in(
    name: str, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As it should be, with wrong passphrases, and where it ends in a defect whose traceback is shown."""
    use = make_use(name, world, tmp_path)
    watch = Watch(monkeypatch, caplog)
    good = use.run_in(worlds.copy_world(use.template, tmp_path / "run"), invoke)
    assert good.code == 0, good.err
    watch.assert_kept(good)
    watch.assert_files(tmp_path / "run", seeds_in=holds_installation)
    assert_closed_to_others(tmp_path / "run", use)
    if "{p}" in use.line or "{r}" in use.line:
        for file in ("signing", "root"):
            (use.template / "secret" / file).write_bytes(WRONG + b"\n")
        ran = use.run_in(use.template, invoke)
        assert ran.code in {0, 7}
        watch.assert_kept(ran)
    elif good.out:
        ran = use.run_in(worlds.copy_world(use.template, tmp_path / "again"), partial(invoke, out=BUG))
        assert "Traceback" in ran.err
        watch.assert_kept(ran)


def assert_closed_to_others(folder: Path, use: Use) -> None:
    """Check the modes of what the commands have made: nobody else writes it, nor reads what is not handed out."""
    given = {str(path.relative_to(use.template)) for path in use.template.rglob("*")}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if (
            name.startswith(("secret", "id_ed25519", "tmp"))
            or name in {"site", *worlds.TABLE["files"]}
            or path.is_symlink()
        ):
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if not (name in given and name.startswith("home/console")):  # a helper of tests makes these
            assert not mode & 0o022, f"{name}: {mode:o}"
            assert path.is_dir() or path.suffix in PUBLIC or not mode & 0o077, f"{name}: {mode:o}"


@pytest.mark.attack("leaked-secret")
def test_the_watch_notices_what_it_looks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
    watch = Watch(monkeypatch, caplog)
    key = SigningKey.generate(1)
    text = keyfile.seal(key, SIGNING, label="x")
    (tmp_path / "sealed").write_text(text)
    watch.assert_files(tmp_path, seeds_in=lambda _: False)
    for said in (key.reveal_secret(), key.reveal_secret().hex().encode(), b"x" + SIGNING, base64.b64encode(ROOT)):
        (tmp_path / "leaks").write_bytes(said)
        with pytest.raises(AssertionError, match="in leaks"):
            watch.assert_files(tmp_path, seeds_in=lambda _: False)
    assert repr(key).encode() not in spelled(key.reveal_secret())
    watch.assert_silent("repr", repr(key).encode())


PASSWORD: Final = "MARK-of-a-password"
URL: Final = f"postgresql://nobody:{PASSWORD}@127.0.0.1:9/none?connect_timeout=1"
"""The address of a server that is not there."""


@pytest.mark.attack("leaked-secret")
@pytest.mark.parametrize(
    "line",
    [
        "status --home {url}",
        "users add anna --home {url} ",
        "backup saved.db --home {url}",
        "doctor --home {url} --json",
        "move {url} elsewhere",
        "move elsewhere {url}",
        "init other --ledger {url} {p} {r}",
        "ledger list -C acme",
        "ledger move {url} -C acme",
        "issue second.toml -C acme {p}",
    ],
)
def test_the_password_of_a_server_is_never_said(
    line: str, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch(monkeypatch, caplog)
    watch.secrets["password"] = PASSWORD.encode()
    place = worlds.copy_world(world, tmp_path / "run")
    monkeypatch.chdir(place)
    if line.endswith(("acme", "{p}")):
        (place / "acme/ledger.db").rename(tmp_path / "away")
        (place / "acme/ledger.url").write_text(f"{URL}\n")
        (place / "acme/ledger.url").chmod(0o600)
    words = {"url": URL, "p": "--passphrase-file secret/signing", "r": "--root-passphrase-file secret/root"}
    monkeypatch.setattr("time.sleep", Mock())
    ran = invoke(line.format(**words).split())
    assert ran.code not in {0, 70}, ran.err
    watch.assert_kept(ran)
    for path in files_below(place):
        if path.name != "ledger.url":
            watch.assert_silent(path.name, b"" if path.suffix == ".db" or "secret" in path.parts else path.read_bytes())


@pytest.mark.process
@pytest.mark.attack("leaked-secret")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks into /proc")
def test_workers_have_no_secret_in_their_arguments_or_environment(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is handed to processes that sign is not where every account can read it."""
    watch, seen = Watch(monkeypatch, caplog), list[bytes]()
    submit = ProcessPoolExecutor.submit

    def look(pool: Any, *words: Any) -> Any:
        done = submit(pool, *words)
        for child in pool._processes or ():  # the processes have no other place
            for name in ("cmdline", "environ"):
                seen.append(Path("/proc", str(child), name).read_bytes())
        return done

    monkeypatch.setattr(ProcessPoolExecutor, "submit", look)
    line = "issue orders.csv -C acme -o many --yes --workers 2 --passphrase-file secret/signing"
    with worlds.still(worlds.copy_world(world, tmp_path / "run")):
        ran = invoke(line.split())
    assert ran.code == 0, ran.err
    assert len(seen) >= 4
    watch.assert_silent("a process", b"\n".join(seen))
