"""Every Python of an example runs as if somebody at a terminal answered: passphrases, and yes.

It is found by being on the path of the interpreter. Keys open fast, and new workspaces count serials from the example.
"""

from unittest.mock import patch

import click

from licensekit import limits
from licensekit.cli import inputs
from licensekit.cli.issuer import issue
from licensekit.issuer.orders import numbering as serials
from licensekit.keys import keyfile


def answer(prompt: str, **options: object) -> str:
    """Type a passphrase, the same for each key."""
    assert options.get("hide_input"), f"the examples have no answer to: {prompt}"
    return "test passphrase"


def agree(question: str, **_options: object) -> bool:
    """Show a question, and type y."""
    click.echo(f"{question} [y/N]: y", err=True)
    return True


def example_number(_draw: object) -> int:
    """Count from the example."""
    return int(serials.EXAMPLE[:-1])


def start() -> None:
    """Change the interpreter, for as long as it runs."""
    for module in (inputs, issue):
        patch.object(module, "is_terminal", lambda: True).start()
    patch.object(click, "prompt", answer).start()
    patch.object(click, "confirm", agree).start()
    patch.object(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN).start()
    patch.object(serials, "anywhere", example_number).start()


start()
