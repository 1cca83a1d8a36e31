"""`licensekit activate` and `update`: activate a license file, or show what it would change."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit.access import Access
from licensekit.cli import groups, inputs
from licensekit.cli.customer import commands, exchange
from licensekit.cli.options import DAY, PATH, Decorator, collected, option
from licensekit.cli.output import Columns, emit, emit_json, facts, json_option, show_below
from licensekit.cli.views import spelling
from licensekit.installation import ActivationProposal, Installation, Preview, PreviewRow, SettingChange
from licensekit.wire.documents import Bundle, Kind, Use
from licensekit.wire.plain import plain

_NAMED: Final = 5  # how many licenses that end are named
_NO_EFFECT: Final = "adds nothing to what is active here; it takes effect when that is gone"


class ActivateOptions(NamedTuple):
    """How a license file is activated, or only previewed."""

    only_preview: bool
    show_all: bool
    settling: exchange.Settling
    as_json: bool

    def run(self, proposal: ActivationProposal) -> None:
        """Activate or preview a file, and print what changes; a preview exits with 1 if it cannot be activated."""
        preview, settlement = proposal.preview, self.settling.read(proposal.settlement)
        if self.settling.ends(settlement):
            return
        changed = False
        if self.settling.settle:
            preview = preview.settled()
        if not self.only_preview:
            changed = proposal.apply(settle=settlement if self.settling.settle else None).changed
        if self.as_json:
            more = proposal.as_json() if self.only_preview else {}
            emit_json({"activated": changed, **preview.plain(), **more, "settlement": settlement.plain()})
        else:
            _show_preview(preview, show_all=self.show_all)
            _show_result(preview, changed=changed, only_preview=self.only_preview)
            self.settling.show(settlement)
        if self.only_preview and not preview.can_activate:
            raise click.exceptions.Exit(groups.NO)


_activate_options: Final[Decorator] = collected(
    "wanted",
    ActivateOptions,
    option("--preview only_preview", "Show what would change, and stop."),
    option("--all show_all", "Show licenses that do not change, too."),
    exchange.settle_options,
    json_option,
)
_RELEASED: Final = "When this version of the product was released, for its maintenance."


@click.command()
@click.argument("file")
@_activate_options
@commands.trust_options
@option("--released DATE", _RELEASED, cls=commands.ApplicationOption, type=DAY)
@commands.home_option
def activate(*, file: str, wanted: ActivateOptions, **place: Any) -> None:
    """Activate a license file (`-`: standard input), whole or not at all."""
    data = inputs.read_tokens(file, what="a license file")
    with inputs.located(file), commands.opened_first(**place) as installation:
        wanted.run(installation.propose_activate(data))


@click.command()
@_activate_options
@option("--issuer CODE", "The issuer of the bundles. Default: the vendor.")
@option("--ca FILE", "Trust a server whose certificate an authority in FILE (PEM) has signed, and no other.", type=PATH)
@commands.in_installation
def update(*, installation: Installation, issuer: str | None, ca: Path | None, wanted: ActivateOptions) -> None:
    """Fetch the newest license file from the vendor's address, and activate it."""
    proposal = installation.propose_update(issuer=issuer, ca=ca)
    if proposal is not None:
        wanted.run(proposal)
    elif wanted.as_json:
        emit_json({"activated": False, "new": []})
    else:
        emit("nothing new: the newest license file is here already")


def _show_result(preview: Preview, *, changed: bool, only_preview: bool) -> None:
    if preview.reasons:
        click.secho("cannot be activated:", fg="red", bold=True)
        for reason in preview.reasons:
            emit(f"  {reason}")
    elif only_preview and preview.outcome.changed:
        click.secho("can be activated", fg="green", bold=True)
    elif changed:
        click.secho("activated", fg="green", bold=True)
    else:
        emit("nothing changes: all of this is active already")


def _show_preview(preview: Preview, *, show_all: bool) -> None:
    """Print the bundles, and the licenses and settings that change, or all with `show_all`."""
    outcome = preview.outcome
    facts(
        ("company", preview.company or None),
        ("serial", outcome.serial),
        *(("new", _describe(bundle)) for bundle in outcome.new),
        *(("no effect", f"{bundle.label} {_NO_EFFECT}") for bundle in outcome.without_effect),
        *(("signed again", _describe(bundle)) for bundle in outcome.again),
        *(("replaces", _describe(bundle)) for bundle in outcome.replaced),
        *(("makes void", f"{_describe(one.bundle)}: {one.why.message}") for one in preview.void),
        *(("activated before", _describe(bundle)) for bundle in outcome.same),
        *(("refused", f"{_describe(b)}, for {b.company}") for b in preview.refused),
        *(("changes", f"{one.bundle.part} {term}") for one in preview.bundles if one.before for term in one.terms),
        *(("brings", what) for what in outcome.trust),
        ("from", spelling.moment(preview.moment) if preview.moment > preview.now else None),
        *_consequences(preview),
    )
    rows = [row for row in preview.rows if show_all or row.altered]
    show_below(sorted(rows, key=spelling.by_issuer_and_kind), _ROWS)
    show_below([one for one in preview.settings if show_all or one.altered], _SETTINGS)
    emit()


def _consequences(preview: Preview) -> Iterator[tuple[str, str]]:
    """Yield until when the product is licensed, what ends and how many people may log in."""
    covered = (preview.covered_new, preview.covered_now)
    yield "licensed until", "; now ".join(one.shown_until or "not licensed" for one in covered)
    for loss in preview.losses:
        what = "read-only" if loss.access is Access.READ else "ends"
        named, more = loss.licenses[:_NAMED], len(loss.licenses) - _NAMED
        yield what, f"{_since(preview, loss.at)}: {', '.join((*named, *([f'{more} more'] if more > 0 else [])))}"
    people = [f"{one.people} {_since(preview, one.at)}" for one in preview.logins[1:]]
    if people:
        yield "may log in", "; ".join((f"{preview.logins[0].people} now", *people))


def _since(preview: Preview, at: int) -> str:
    return f"from {spelling.moment(at)}" if at > preview.now else "with this file"


def _describe(bundle: Bundle) -> str:
    shown = plain(bundle)
    ends = spelling.PERPETUAL if bundle.expiry is None else f"until {shown['expiry']}"
    starts = f"from {shown['starts']} " if shown["starts"] else ""
    use = "" if bundle.use is Use.PRODUCTION else f"{bundle.use.word}, "
    return f"{bundle.serial} {bundle.part}, {use}sequence {bundle.sequence}, by {bundle.issuer}, {starts}{ends}"


def _free(row: PreviewRow, total: int | None, free: int | None, access: Access) -> str | None:
    return None if row.kind is Kind.SYSTEM or _all_have_it(total, access) else spelling.amount(free)


def _total(row: PreviewRow, total: int | None, access: Access) -> str:
    if row.kind is Kind.SYSTEM:
        return spelling.amount_of(total, row)
    return spelling.ALL_OF[row.kind] if _all_have_it(total, access) else spelling.amount(total)


def _all_have_it(total: int | None, access: Access) -> bool:
    """Return whether everybody has a license through another one, so that it is not counted."""
    return total == 0 and access is Access.FULL


_ROWS: Final[Columns[PreviewRow]] = {
    **spelling.columns("name license=code kind"),
    ">in use": lambda row: None if row.kind is Kind.SYSTEM else row.in_use,
    ">free": lambda row: _free(row, row.total_now, row.free_now, row.access_now),
    ">total now": lambda row: _total(row, row.total_now, row.access_now),
    ">added": lambda row: spelling.amount_of(f"{row.added:+}", row) if row.added else None,
    ">new total": lambda row: _total(row, row.total_new, row.access_new),
    ">new free": lambda row: _free(row, row.total_new, row.free_new, row.access_new),
    "can be activated": lambda row: ": ".join(filter(None, ("no" if row.reason else "yes", row.reason or row.due))),
}
_SETTINGS: Final[Columns[SettingChange]] = {
    **spelling.columns("name setting=code"),
    "now": lambda change: spelling.value(change.before),
    "then": lambda change: spelling.value(change.after),
}
