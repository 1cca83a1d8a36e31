"""One option has one meaning and one spelling, in every command and in an application's."""

from collections import defaultdict
from typing import Final, NamedTuple

import click
import pytest
from click.testing import CliRunner

from licensekit.cli import customer_commands
from licensekit.cli.main import licensekit
from licensekit.cli.options import Checked, WordChoice
from tests.cli.command_tree import APPLICATION, Node, every_command


class Meaning(NamedTuple):
    """What an option of one name is, wherever it is."""

    metavars: str
    """What stands for its value, with `|` between alternatives; empty for a flag."""
    openings: str
    """How its help may begin, with `|` between alternatives."""


MEANINGS: Final = {
    "-C": Meaning("DIR", "The workspace"),
    "--about": Meaning("NAME", "Only changes"),
    "--administrator": Meaning("", "The user may log in|Whether the user"),
    "--all": Meaning("", "Show"),
    "--by": Meaning("WAY|WHAT|ID", "The way to log in|Group by|Only changes"),
    "--clock-is-right": Meaning("", "Trust the clock"),
    "--color": Meaning("", "Whether to print in color"),
    "--column": Meaning("HEADING=COLUMN", "Read the column with this heading"),
    "--csv": Meaning("", "Print CSV"),
    "--customer": Meaning("NAME", "Only"),
    "--encoding": Meaning("NAME", "The encoding of the table"),
    "--expired": Meaning("", "Sign although the term has passed"),
    "--expiring-within": Meaning("DAYS", "Only active ones whose term ends|Renew all whose|Count what ends"),
    "--for-pack": Meaning("FILE", "Attach what an application with this pack lacks"),
    "--format": Meaning("[toml|jsonl|csv]|[jsonl|csv]", "How ORDERS are written|How entries"),
    "--fresh-days": Meaning("DAYS", "After this many days|Sign the revocation list again"),
    "--from": Meaning("TIME|DATE", "When it starts|The first day"),
    "--from-file": Meaning("FILE", "Many users|Many renewals"),
    "--group": Meaning("GROUP", "A group of the user|For the users of this group|Only members of this group"),
    "--help": Meaning("", "Show this message"),
    "--after": Meaning("ENTRY|CUSTOMER", "Continue after"),
    "--limit": Meaning("VALUE", "Show at most this many"),
    "--for": Meaning("NAME", "Whom it signs in"),
    "--force": Meaning("", "Replace FILE if it exists"),
    "--holding": Meaning("LICENSE", "Only users"),
    "--home": Meaning("DIR", "The installation"),
    "--idle": Meaning("DAYS", "Only users"),
    "--issuer": Meaning("CODE", "Who signs|For whom it signs|The issuer of the bundle"),
    "--ignore": Meaning("HEADING", "Leave out the column with this heading"),
    "--json": Meaning("", "Print one JSON object"),
    "--json-lines": Meaning("", "Print a line of JSON for each license"),
    "--keep-going": Meaning("", "Skip invalid orders"),
    "--key": Meaning("KEY", "Sign with this key"),
    "--kind": Meaning("[associate|external|system|anonymous]", "Internal users are associates|Only users of"),
    "--lapsed": Meaning("", "Only users"),
    "--license": Meaning("LICENSE", "Only"),
    "--login": Meaning("", "Whether the user may log in"),
    "--longest-term": Meaning("DAYS", "The longest term of its bundles"),
    "--most": Meaning("COUNT", "The highest count"),
    "--name": Meaning("NAME", "The name of|The issuer's name|Its name|The new name|Tell the vendor what"),
    "--new-passphrase-fd": Meaning("N", "Read the new passphrase"),
    "--new-passphrase-file": Meaning("FILE", "Read the new passphrase"),
    "--new-part": Meaning("", "Use a new part"),
    "--no-attachments": Meaning("", "Attach nothing"),
    "--no-longer-sold": Meaning("", "Sell what the catalog no longer sells"),
    "--now": Meaning("TIME", "Answer as of this time"),
    "--order": Meaning("FILE", "The order|What the installation gets"),
    "--order-number": Meaning("NUMBER", "Your number for it|Only bundles for the order"),
    "--other-company": Meaning("", "Use a serial that was issued to another company"),
    "--output": Meaning("FILE|DIR", "Where|Also write the pack here|The folder"),
    "--pack": Meaning("FILE", "The application's pack"),
    "--part": Meaning("PART", "Which part"),
    "--parts": Meaning("PART", "A part that its bundles may be of"),
    "--passphrase-fd": Meaning("N", "Read the passphrase of the signing key|Read the present passphrase"),
    "--passphrase-file": Meaning("FILE", "Read the passphrase of the signing key|Read the present passphrase"),
    "--pin-fd": Meaning("N", "Read the PIN of a token"),
    "--pin-file": Meaning("FILE", "Read the PIN of a token"),
    "--pkcs11": Meaning("URI", "Create the key in this token"),
    "--plan": Meaning("FILE", "Write a CSV file of who"),
    "--preview": Meaning("", "Show"),
    "--print": Meaning("FILE", "Also write a page"),
    "--product": Meaning("CODE", "What is licensed"),
    "--purchase-order": Meaning("NUMBER", "The customer's own number"),
    "--purpose": Meaning("[production|test|recovery]", "What it is for|Tell the vendor what"),
    "--qr": Meaning("FILE", "Also draw the license"),
    "--reason": Meaning("TEXT", "Why, for the ledger"),
    "--release": Meaning("LICENSE", "Release this license"),
    "--required": Meaning("", "Take away what another part requires"),
    "--released": Meaning("DATE", "When this version of the product was released"),
    "--retired": Meaning("", "Only retired users"),
    "--root": Meaning("PIN", "The vendor's root pin|The pinned root|With --partner-of"),
    "--root-key": Meaning("FILE", "A root key to sign with"),
    "--root-keys": Meaning("N", "How many keys the root has|With "),
    "--root-passphrase-fd": Meaning("N", "Read the passphrase of the root key"),
    "--root-passphrase-file": Meaning("FILE", "Read the passphrase of the root key"),
    "--scheme": Meaning("[ed25519|hybrid]", "hybrid:"),
    "--signed-by": Meaning("KEY", "Sign again|The key whose"),
    "--signs": Meaning("[revocations|catalog|bundle|reset]", "A type that it may sign"),
    "--site": Meaning("ID", "The site at which|For the users at this site|Only changes"),
    "--state": Meaning("CHOICE", "Only"),
    "--text": Meaning("TEXT", "Only users"),
    "--threshold": Meaning("N", "How many of the root keys|With "),
    "--to": Meaning("TIME", "When it stops"),
    "--what": Meaning("CODE", "Only changes"),
    "--until": Meaning("DATE", "The last day"),
    "--unusable": Meaning("", "Only users"),
    "--unknown-serial": Meaning("", "Use a new serial"),
    "--unknown-replaced": Meaning("", "Replace a serial"),
    "--use": Meaning("[production|trial|demo]", "A use that its bundles may have"),
    "--user": Meaning("ID", "For this user|Only changes"),
    "--settle": Meaning("FILE", "Release excess assignments"),
    "--workers": Meaning("N", "In bulk, sign and write with this many additional processes"),
    "--yes": Meaning("", "Do not ask|Sign without asking"),
}
"""Every option that more than one command has. Add one here with its one meaning."""

BESIDE: Final = {"-o": "--output"}
"""Short options, each with the long one that goes with it in every command."""


class Use(NamedTuple):
    """An option of a command."""

    node: Node
    option: click.Option

    @property
    def name(self) -> str:
        """The long name, where it has one."""
        return max(self.option.opts, key=len)

    @property
    def metavar(self) -> str:
        """What the help shows for the value; all choices of a state are one."""
        if self.option.is_flag:
            return ""
        if self.name == "--state" and isinstance(self.option.type, click.Choice):
            return "CHOICE"
        return self.option.make_metavar(click.Context(self.node.command))

    def has(self, meaning: Meaning) -> bool:
        """Return whether this is what the option is."""
        text = self.option.help or ""
        metavars = (meaning.metavars, *meaning.metavars.split("|"))
        if meaning.metavars.startswith("["):
            metavars = tuple(f"[{one.strip('[]')}]" for one in meaning.metavars.split("]|["))
        return self.metavar in metavars and text.startswith(tuple(meaning.openings.split("|")))


SECRETS: Final = {"passphrase", "password", "pin", "secret", "seed", "token"}
"""Words of an option that is about a secret."""

USES: Final = [
    Use(node, param)
    for node in every_command()
    for param in node.command.get_params(click.Context(node.command))
    if isinstance(param, click.Option)
]


def require_none(offenses: list[str]) -> None:
    """Fail with all offenses, one a line; those of an application's commands are ours."""
    lines = list(dict.fromkeys(offenses))
    if lines:
        pytest.fail("\n".join([f"{len(lines)} offenses:", *lines]), pytrace=False)


def test_every_option_means_one_thing() -> None:
    uses: defaultdict[str, list[Use]] = defaultdict(list)
    for use in USES:
        uses[use.name].append(use)
    lines: list[str] = []
    for name, found in sorted(uses.items()):
        meaning = MEANINGS.get(name)
        places = {use.node.path for use in found}
        if meaning is None and len(places) > 1:
            lines.append(f"{name} is not in the table, and {len(places)} commands have it")
        elif meaning is not None:
            lines += [_offense(use, meaning) for use in found if not use.has(meaning)]
    require_none(lines)


def _offense(use: Use, meaning: Meaning) -> str:
    return (
        f"{use.node.path}: {use.name} {use.metavar or '(flag)'} is {use.option.help!r},"
        f" not {meaning.metavars or '(flag)'} with {meaning.openings!r}"
    )


def test_a_short_option_comes_with_its_long_one() -> None:
    lines = [
        f"{use.node.path}: {short} without {BESIDE[short]}"
        for use in USES
        for short in use.option.opts
        if short in BESIDE and BESIDE[short] not in use.option.opts
    ]
    lines += [
        f"{use.node.path}: {long} without {short}"
        for use in USES
        for short, long in BESIDE.items()
        if long in use.option.opts and short not in use.option.opts
    ]
    require_none(lines)


def test_every_option_has_a_help_text() -> None:
    lines = [f"{use.node.path}: {use.name}" for use in USES if not use.option.help]
    require_none(lines)


@pytest.mark.attack("secret-in-an-argument")
def test_no_option_takes_a_secret_itself() -> None:
    """Whoever lists processes reads arguments, so an option names the file or descriptor that has the secret."""
    secrets = [use for use in USES if SECRETS & set(use.name.strip("-").split("-"))]
    assert len({use.name for use in secrets}) > 5
    require_none([f"{use.node.path}: {use.name} {use.metavar}" for use in secrets if use.metavar not in {"FILE", "N"}])


def test_what_a_value_must_be_is_described_in_our_own_words() -> None:
    """No number or date is read by a type of click, whose words are for programmers."""
    named = (click.Choice, click.Path, WordChoice, type(click.STRING), type(click.BOOL))
    params = [
        (node, param) for node in every_command() for param in node.command.get_params(click.Context(node.command))
    ]
    require_none(
        [
            f"{node.path}: {param.name} is of {type(param.type).__name__}"
            for node, param in params
            if not isinstance(param.type, (Checked, *named))
        ]
    )
    for node, param in params:
        if isinstance(param.type, Checked):
            with pytest.raises(click.BadParameter) as caught:
                param.type.convert("\u2028?", param, click.Context(node.command))
            assert caught.value.message.startswith("'\\u2028?' is not a")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("renew", "1", "--days", "0"), "'0' is not a whole number from 1 to 36600"),
        (("renew", "1", "--days", "many"), "'many' is not a whole number from 1 to 36600"),
        (("ledger", "list", "--limit", "0"), "'0' is not a whole number from 1 on"),
        (("ledger", "list", "--since", "monday"), "'monday' is not a date like 2027-01-01"),
        (("events", "end", "x"), "'x' is not a whole number from 1 on"),
        (("activate", "a", "--released", "2027"), "'2027' is not a date like 2027-01-01"),
        (("keys", "new", "--parts", "a" * 65), "is not a code: at most 64 lower-case letters"),
        (("keys", "new", "--issuer", "A"), "'A' is not a code: at most 64 lower-case letters"),
    ],
)
def test_a_value_that_cannot_be_says_what_can(words: tuple[str, ...], said: str) -> None:
    ran = CliRunner().invoke(licensekit, words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr


@pytest.mark.parametrize("node", list(every_command()), ids=str)
def test_an_option_that_has_one_value_is_given_once(node: Node) -> None:
    """The last one would win, and nobody would know."""
    is_ours = node.words[0] != APPLICATION[0]
    group, words = licensekit if is_ours else customer_commands(), node.words[1 if is_ours else 2 :]
    if not words:
        return
    for option in node.command.get_params(click.Context(node.command)):
        if not isinstance(option, click.Option) or option.is_flag:
            continue
        for name in option.opts:
            ran = CliRunner().invoke(group, [*words, name, "1", option.opts[-1], "2"])
            is_refused = f"{max(option.opts, key=len)} is given twice." in ran.stderr
            assert is_refused is not option.multiple
            assert ran.exit_code == 2 or option.multiple


def test_a_flag_that_is_given_twice_says_nothing_else() -> None:
    assert CliRunner().invoke(licensekit, ["ledger", "--help", "--help"]).exit_code == 0
