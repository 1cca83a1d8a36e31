"""`licensekit users assign`, `release` and `retire`: of one user, or of many as one change."""

from typing import Final, NamedTuple

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.inputs import located, read_input
from licensekit.cli.options import Decorator, WordChoice, collected, option, together, whole
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.cli.proposals import show_proposal
from licensekit.cli.tables import table_options
from licensekit.cli.views import spelling
from licensekit.installation import IMPORT_BYTES, Installation, UserFilter, UsersProposal, parse_ids
from licensekit.text.columns import TableOptions
from licensekit.wire.documents import UserKind

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
        callback=lambda _ctx, _param, kinds: frozenset(kinds),
    ),
    option("--text TEXT", "Only users with this text in the id or name.", default=""),
    option("--retired/--not-retired", "Only retired users, or all others.", default=None),
    option("--lapsed expired", "Only users assigned a license that has lapsed."),
    option("--idle DAYS", "Only users who hold a license and were not seen for more days.", type=whole(0)),
    option("--unusable", "Only users who hold a license and cannot log in, or one that nobody can use any more."),
)
"""The filters of a list of users, as `wanted`."""


class Chosen(NamedTuple):
    """Which users are changed, and whether that is only shown."""

    wanted: UserFilter
    file: str | None
    table: TableOptions
    preview: bool
    as_json: bool

    def change(
        self, installation: Installation, named: tuple[str, ...], does: str, release: tuple[str, ...] = ()
    ) -> None:
        """Change the users, or show what would change; `named` are licenses, behind the user if it is about one."""
        chosen: UserFilter | tuple[str, ...] = self.wanted
        is_filtered = self.wanted != UserFilter()
        if is_filtered and self.file is not None:
            raise click.UsageError("give --from-file or filters, not both.")
        if self.file is not None:
            data = read_input(self.file, what="a list of users", limit=IMPORT_BYTES)
            with located(self.file):
                chosen = parse_ids(data, self.table)
        elif not is_filtered:
            chosen, named = named[:1], named[1:]
        is_retiring = does == "retire"
        if is_retiring is bool(named) or not (chosen or self.file):
            one, many = ("ID", "users") if is_retiring else ("ID LICENSE...", "users for LICENSE...")
            raise click.UsageError(f"give {one}, or choose many {many} with --from-file or filters.")
        with located(self.file):
            proposal = installation.users.propose_assign(
                chosen,
                assign=named if does == "assign" else (),
                release=named if does == "release" else release,
                retire=is_retiring,
            )
            if not self.preview:
                proposal.apply()
        if self.as_json:
            emit_json(proposal.as_json())
        elif self.preview:
            show_proposal(proposal)
        else:
            _show_done(proposal)


def _show_done(proposal: UsersProposal) -> None:
    for one in proposal.users:
        done = (
            ("retired", one.retired),
            (f"assigned {spelling.listed(one.assigned)}", one.assigned),
            (f"released {spelling.listed(one.released)}", one.released),
        )
        emit(f"{one.user.written}: {spelling.listed(text for text, applies in done if applies)}")
    if not proposal.users:
        emit("nothing to change")


def _of_users(arguments: str, *options: Decorator) -> Decorator:
    """Return what makes a command of a function that changes the users which its command line chooses."""
    return together(
        click.command(),
        click.argument("named", metavar=arguments, nargs=-1),
        *options,
        collected(
            "chosen",
            Chosen,
            option(
                "--from-file FILE file",
                "Many users: the ids in this file, or the column id of a table (`-`: standard input).",
            ),
            filters,
            table_options,
            option("--preview", "Show the changes, and make none."),
            json_option,
        ),
        in_installation,
    )


@_of_users("[ID] LICENSE...", option("--release LICENSE...", "Release this license in the same change."))
def assign(*, named: tuple[str, ...], release: tuple[str, ...], chosen: Chosen, installation: Installation) -> None:
    """Assign licenses to a user, or to many as one change."""
    chosen.change(installation, named, "assign", release)


@_of_users("[ID] LICENSE...")
def release(*, named: tuple[str, ...], chosen: Chosen, installation: Installation) -> None:
    """Release licenses of a user, or of many as one change."""
    chosen.change(installation, named, "release")


@_of_users("[ID]")
def retire(*, named: tuple[str, ...], chosen: Chosen, installation: Installation) -> None:
    """Retire a user, or many as one change, which releases every license."""
    chosen.change(installation, named, "retire")
