"""`licensekit users`: changes of one user, or of many as one change; and users in tables."""

from collections.abc import Sequence
from typing import Any, Final

import click

from licensekit.cli import output
from licensekit.cli.customer.commands import in_installation
from licensekit.cli.inputs import located, read_input, write_output
from licensekit.cli.options import Decorator, WordChoice, collected, option, together, whole
from licensekit.cli.proposals import Consent, consent_options, show_proposal
from licensekit.cli.tables import table_options
from licensekit.cli.views import spelling
from licensekit.installation import (
    IMPORT_BYTES,
    GroupRule,
    ImportRow,
    Installation,
    PlannedUser,
    Synced,
    SyncProposal,
    UserFilter,
    UsersProposal,
    parse_directory,
    parse_ids,
    parse_users,
    profiles,
    user_lines,
)
from licensekit.text.columns import TableOptions
from licensekit.wire.documents import UserKind

_KIND: Final = WordChoice(UserKind)
_RULES: Final[output.Columns[GroupRule]] = spelling.columns("group licenses")


def _as_set(_ctx: click.Context, _param: click.Parameter, kinds: Sequence[UserKind]) -> frozenset[UserKind]:
    return frozenset(kinds)


filters: Final[Decorator] = collected(
    "wanted",
    UserFilter,
    option("--license LICENSE", "Only users assigned this license."),
    option("--holding LICENSE", "Only users who have this license, also through a plan."),
    option("--kind kinds", "Only users of this kind; may be repeated.", type=_KIND, multiple=True, callback=_as_set),
    option("--text TEXT", "Only users with words in the id or name that start with each word of TEXT.", default=""),
    option("--retired/--not-retired", "Only retired users, or all others.", default=None),
    option("--lapsed expired", "Only users assigned a license that has lapsed."),
    option("--idle DAYS", "Only users who hold a license and were not seen for more than DAYS days.", type=whole(0)),
    option("--group GROUP", "Only members of this group of the directory."),
    option("--unusable", "Only users who cannot log in but hold a license, or hold one that nobody can use any more."),
)


def _command(does: str, text: str, arguments: str, *options: Decorator) -> click.Command:
    """Return a command that changes one user, or many as one change."""

    @click.command(does, help=text)
    @click.argument("named", metavar=arguments, nargs=-1)
    @together(*options)
    @option("--from-file FILE file", "Many users: a table with a column id (`-`: standard input).")
    @filters
    @table_options
    @option("--preview", "Show what would change, and stop.")
    @in_installation
    @output.json_option
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
            raise click.UsageError(f"give {'LICENSE... and ' * (does != 'retire')}one of ID, --from-file and filters.")
        given: dict[str, Any] = {"release": release, **({} if does == "retire" else {does: named})}
        with located(file):
            proposal = installation.users.propose_assign(chosen, **given, retire=does == "retire")
            if not preview:
                proposal.apply()
        if as_json:
            output.emit_json(proposal.as_json())
        elif preview:
            show_proposal(proposal)
        else:
            _show_done(proposal)

    return change


def _show_done(proposal: UsersProposal) -> None:
    for one in proposal.users:
        texts = [("assigned", one.assigned), ("released", one.released)]
        done = [f"{what} {', '.join(sorted(codes))}" for what, codes in texts if codes]
        output.emit(f"{one.written}: {', '.join(['retired', *done] if one.ends else done)}")
    if not proposal.users:
        output.emit("nothing to change")


_replacing: Final = option("--release LICENSE...", "Release this license in the same change.")
assign = _command("assign", "Assign licenses to a user, or to many as one change.", "[ID] LICENSE...", _replacing)
release = _command("release", "Release licenses of a user, or of many as one change.", "[ID] LICENSE...")
retire = _command("retire", "Retire a user, or many as one change, which releases every license.", "[ID]")


def _show_counts(done: Synced) -> None:
    parts = {name: f"{number} {name}" for name, number in done._asdict().items() if number}
    licenses = {"assigned", "released"} & parts.keys()
    parts |= {name: f"{output.counted(getattr(done, name), 'license')} {name}" for name in licenses}
    output.emit(", ".join(parts.values()))


def _warn_of_marks(file: str, rows: list[ImportRow]) -> None:
    if marks := [mark for row in rows for mark in row.marks]:
        every = marks[0].replace(count=sum(mark.count for mark in marks))
        output.warn(f"{file}: {every.message}.")


@click.command("import")
@click.argument("file")
@table_options
@in_installation
@output.printing(_show_counts, Synced._asdict)
def import_(*, file: str, table: TableOptions, installation: Installation) -> Synced:
    """Add and change users, and assign licenses, from a CSV file (`-`: standard input)."""
    rows = parse_users(read_input(file, what="a file of users", limit=IMPORT_BYTES), table)
    _warn_of_marks(file, rows)
    with located(file), output.progress("importing", len(rows)) as told:
        return installation.users.import_rows(rows, told)


@click.command()
@click.argument("file")
@option("--profile NAME", "Origin of the export. Default: detected from the headings.", type=click.Choice(profiles()))
@table_options
@option("--most-leave most", "Continue although most users leave or lose licenses.")
@in_installation
@consent_options(preview="Show what would change, and change nothing.", yes="Do not ask when users leave.")
def sync(
    *, file: str, profile: str | None, table: TableOptions, most: bool, installation: Installation, consent: Consent
) -> None:
    """Make the users match the export of a directory (`-`: standard input)."""
    rows = parse_directory(read_input(file, what="an export of users", limit=IMPORT_BYTES), table, profile or "")
    if not consent.as_json:
        _warn_of_marks(file, rows)
    with located(file):
        proposal = installation.users.propose_sync(rows)
        if proposal.too_many is not None and not (most or consent.preview):
            raise proposal.too_many
        if consent.ends(proposal, lambda _: _show_preview(proposal), question="Make these changes?"):
            return
        with output.progress("syncing", len(proposal.staged)) as told:
            done = proposal.apply(confirm=True, most_leave=most, progress=told)
    if consent.as_json:
        output.emit_json(proposal.as_json())
        return
    for one in (user for user in proposal.users if user.faults):
        parts = file, f"line {one.line}", output.harmless(one.staged.user.written), _why(one)
        output.warn(": ".join(filter(None, parts)))
    _show_counts(done)


def _show_preview(proposal: SyncProposal) -> None:
    shown = sorted((one for one in proposal.users if one.outcome in _ORDER), key=lambda one: _ORDER.index(one.outcome))
    if shown:
        output.show_rows(shown, _COLUMNS)
        output.emit()
    _show_counts(proposal.counts)
    for one in (*proposal.warnings, *proposal.needs_confirmation):
        output.warn(f"{one.message}.")


def _why(one: PlannedUser) -> str:
    """Describe what happens to a user, or why it is refused."""
    if one.faults:
        return "; ".join(map(str, one.faults))
    licenses = [("assigned", one.staged.assigned), ("released", one.staged.released)]
    done = [f"{what} {', '.join(sorted(codes))}" for what, codes in licenses if codes]
    fields = ", ".join(field.replace("_", " ") for field in one.set)
    return "; ".join([fields, *done] if fields else done)


_ORDER: Final = ("added", "changed", "left", "refused")
_COLUMNS: Final[output.Columns[PlannedUser]] = spelling.columns(
    "outcome >line id=staged.user.written name=staged.user.name what", line=lambda one: one.line or None, what=_why
)


@click.command()
@option("-o --output FILE file", "Where to write the table (`-`: standard output).", default="-")
@in_installation
def export(*, file: str, installation: Installation) -> None:
    """Write all users as a CSV file, which `users import` and `users sync` read again."""
    write_output(file, "".join(user_lines(row.user for row in installation.users.list())).encode())


@click.command()
@click.argument("named", metavar="[GROUP] [LICENSE]...", nargs=-1)
@option("--drop", "Drop these licenses from the rule of the group, or the whole rule.")
@in_installation
@output.listing("rules", _RULES)
def rules(*, named: tuple[str, ...], drop: bool, installation: Installation) -> tuple[GroupRule, ...]:
    """List which licenses `users sync` assigns to the members of each group, or change the rule of a GROUP."""
    group, *licenses = named or [""]
    if drop:
        installation.users.remove_rule(group, *licenses)
    elif licenses:
        installation.users.add_rule(group, *licenses)
    elif group:
        raise click.UsageError("give a GROUP with LICENSEs, or --drop.")
    return installation.users.rules()
