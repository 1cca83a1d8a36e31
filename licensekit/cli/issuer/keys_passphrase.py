"""`licensekit keys passphrase`: another passphrase for a key file."""

from pathlib import Path

import click

from licensekit.cli.inputs import SecretSource, read_secret
from licensekit.cli.issuer.options import secret_options, workspace_option
from licensekit.cli.output import emit_json, facts, json_option
from licensekit.issuer import change_passphrase, find_key_file


@click.command()
@click.argument("name", metavar="NAME|FILE")
@workspace_option
@secret_options("passphrase", "the present passphrase")
@secret_options("new_passphrase", "the new passphrase")
@json_option
def passphrase(
    *, name: str, folder: Path, passphrase: SecretSource, new_passphrase: SecretSource, as_json: bool
) -> None:
    """Change the passphrase of a signing key or a root key.

    It is a key of the workspace, or the key FILE wherever it is kept: then no workspace is needed. Each copy of a file
    keeps the passphrase that it had.
    """
    file = find_key_file(folder, name)
    change_passphrase(
        file,
        lambda: read_secret(passphrase, f"Present passphrase of {file.path}"),
        lambda: read_secret(new_passphrase, f"New passphrase of {file.path}", confirm=True),
    )
    if as_json:
        emit_json({"file": str(file.path), "key_id": file.key_id})
    else:
        facts(("new passphrase", file.path))
