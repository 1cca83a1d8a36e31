"""Runs `licensekit` in this process as a person at a desk would, and looks at what it leaves."""

import json
from pathlib import Path
from typing import Any, NamedTuple, cast

from click.testing import CliRunner, Result

from licensekit.cli.main import licensekit
from tests.workspaces import PASSPHRASE, ROOT_PASSPHRASE, snapshot


class Desk(NamedTuple):
    """A folder to run commands in, with passphrase files beside it."""

    folder: Path
    secrets: Path

    @staticmethod
    def begin(folder: Path) -> "Desk":
        """Put the passphrase files beside `folder`, so that they are not part of it."""
        secrets = folder.parent / f"{folder.name}-secrets"
        secrets.mkdir()
        (secrets / "signing").write_bytes(PASSPHRASE + b"\n")
        (secrets / "root").write_bytes(ROOT_PASSPHRASE + b"\n")
        return Desk(folder, secrets)

    @property
    def passphrase(self) -> tuple[str, str]:
        """The options that open a signing key."""
        return "--passphrase-file", str(self.secrets / "signing")

    @property
    def root_passphrase(self) -> tuple[str, str]:
        """The options that open a root key."""
        return "--root-passphrase-file", str(self.secrets / "root")

    @property
    def both_passphrases(self) -> tuple[str, ...]:
        """Both."""
        return *self.passphrase, *self.root_passphrase

    def run(self, *words: str, code: int = 0, typed: str | bytes | None = None) -> Result:
        """Run a command; its exit code must be `code`, and no traceback may escape."""
        result = CliRunner().invoke(licensekit, words, input=typed, prog_name="licensekit")
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        assert result.exit_code == code, result.output
        return result

    def json(self, *words: str) -> dict[str, Any]:
        """Run a command with `--json` and give what it prints."""
        return cast("dict[str, Any]", json.loads(self.run(*words, "--json").stdout))

    def refused(self, code: int, *words: str, typed: str | bytes | None = None) -> str:
        """Run a command that must fail with `code`, say why in lines, and change nothing."""
        before = snapshot(self.folder)
        result = self.run(*words, code=code, typed=typed)
        assert snapshot(self.folder) == before
        if "--json" in words:
            assert json.loads(result.stdout).keys() == {"error"}
        else:
            assert result.stdout == ""
        assert all(line.startswith("licensekit: ") for line in result.stderr.splitlines())
        return result.stderr
