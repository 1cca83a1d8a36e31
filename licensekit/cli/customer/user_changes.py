"""`licensekit users assign`, `release` and `retire`: of one user, or of many as one change."""

from collections.abc import Sequence
from typing import Final

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.inputs import located, read_input, table_options
from licensekit.cli.options import Decorator, WordChoice, collected, option, together, whole
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.cli.proposals import show_proposal
from licensekit.installation import IMPORT_BYTES, Installation, UserFilter, UsersProposal, parse_ids
from licensekit.text.columns import TableOptions
from licensekit.wire.documents import UserKind


def _as_set(_ctx: click.Context, _param: click.Parameter, kinds: Sequence[UserKind]) -> frozenset[UserKind]:
    return frozenset(kinds)


filters: Final[Decorator] = collected(
    "wanted",
    UserFilter,
    option("--license LICENSE", "Only users assigned this license."),
    option("--holding LICENSE", "Only users who have this license, also through a plan."),
    option(
        "--kind kinds",
        "Only users of this kind; may be repeated.",
        type=WordChoice(UserKind),
        multiple=True,
        callback=_as_set,
    ),
    option("--text TEXT", "Only users with words in the id or name that start with each word of TEXT.", default=""),
    option("--retired/--not-retired", "Only retired users, or all others.", default=None),
    option("--lapsed expired", "Only users assigned a license that has lapsed."),
    option("--idle DAYS", "Only users who hold a license and were not seen for more days.", type=whole(0)),
    option("--unusable", "Only users who hold a license and cannot log in, or one that nobody can use any more."),
)
"""The filters of a list of users, as `wanted`."""


def _command(does: str, text: str, arguments: str, *options: Decorator) -> click.Command:
    """Return a command that changes one user, or many of them as one change."""

    @click.command(does, help=text)
    @click.argument("named", metavar=arguments, nargs=-1)
    @together(*options)
    @option("--from-file FILE file", "Many users: a table with a column id (`-`: standard input).")
    @filters
    @table_options
    @option("--preview", "Show the changes, and make none.")
    @in_installation
    @json_option
    def change(
        *,
        named: tuple[str, ...],
        file: str | None,
        wanted: UserFilter,
        table: TableOptions,
        preview: bool,
        installation: Installation,
        as_json: bool,
        release: tuple[str, ...] = (),
    ) -> None:
        chosen: UserFilter | tuple[str, ...] = wanted
        if file is not None:
            data = read_input(file, what="a list of users", limit=IMPORT_BYTES)
            with located(file):
                chosen = parse_ids(data, table)
        elif wanted == UserFilter():
            chosen, named = named[:1], named[1:]
        if (does == "retire") is bool(named) or not (chosen or file) or (file and wanted != UserFilter()):
            licenses = "" if does == "retire" else "LICENSE... and "
            raise click.UsageError(f"give {licenses}one of ID, --from-file and filters.")
        given = {"release": release, **({} if does == "retire" else {does: named})}
        with located(file):
            proposal = installation.users.propose_assign(chosen, **given, retire=does == "retire")
            if not preview:
                proposal.apply()
        if as_json:
            emit_json(proposal.as_json())
        elif preview:
            show_proposal(proposal)
        else:
            _show_done(proposal)

    return change


def _show_done(proposal: UsersProposal) -> None:
    for one in proposal.users:
        texts = [("assigned", one.assigned), ("released", one.released)]
        done = [f"{what} {', '.join(sorted(codes))}" for what, codes in texts if codes]
        emit(f"{one.written}: {', '.join(['retired', *done] if one.ends else done)}")
    if not proposal.users:
        emit("nothing to change")


_replacing: Final = option("--release LICENSE...", "Release this license in the same change.")
assign = _command("assign", "Assign licenses to a user, or to many as one change.", "[ID] LICENSE...", _replacing)
release = _command("release", "Release licenses of a user, or of many as one change.", "[ID] LICENSE...")
retire = _command("retire", "Retire a user, or many as one change, which releases every license.", "[ID]")
