"""`--preview` and `--yes`: showing proposals, and asking for agreement."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import click

from licensekit.cli import groups, inputs, output
from licensekit.cli.options import Decorator, collected, option
from licensekit.cli.views import spelling
from licensekit.cli.views.documents import Facts
from licensekit.proposals import Proposal
from licensekit.wire.documents import Catalog, Kind

Show = Callable[[Proposal[Any]], None]


def show_proposal(proposal: Proposal[Any], first: Facts = (), catalog: Catalog | None = None) -> None:
    """Print the facts `first`, then changes, consequences, warnings and questions; `catalog` has the units."""

    def shown(path: str, value: Any) -> str:
        if value is None and path == "expiry":
            return spelling.PERPETUAL
        table_, _, code = path.partition(".")
        if value is None or catalog is None or table_ != Kind.SYSTEM.plural:
            return spelling.value(value)
        return spelling.amount_of(value, catalog.licenses.get(code))

    if first := list(first):
        output.facts(*first)
        output.emit()
    is_new = not first and all(one.before is None for one in proposal.changes)
    if proposal.changes:
        rows = ((path, None if is_new else shown(path, was), shown(path, now)) for path, was, now in proposal.changes)
        output.table(["what", "now", "then"], rows)
    else:
        output.emit("Nothing would change.")
    for one in (*proposal.consequences, *proposal.warnings, *proposal.needs_confirmation):
        output.warn(f"{one.message}.")


class Consent(NamedTuple):
    """Whether a proposal is only shown, and whether nobody is asked."""

    preview: bool
    yes: bool
    as_json: bool

    def ends(
        self, proposal: Proposal[Any], show: Show = show_proposal, *, always: bool = False, question: str = "Sign this?"
    ) -> bool:
        """Print a preview if asked, then ask whether to continue; return whether the command ends with the preview.

        `show` prints the preview for people, with `always` also before they are asked. `question` is asked if something
        needs a confirmation, which is an error without a terminal and `--yes`.
        """
        asks = bool(proposal.needs_confirmation) and not (self.preview or self.yes)
        if asks and (self.as_json or not inputs.is_terminal()):
            proposal.require_confirmed(confirm=False)
        is_shown = (self.preview or always) and not self.as_json
        if self.preview and self.as_json:
            output.emit_json(proposal.as_json())
        elif is_shown:
            with output.failing_as("before"):
                show(proposal)
        else:
            for one in proposal.warnings:
                output.warn(f"{one.message}.")
        if asks:
            for one in () if is_shown else proposal.needs_confirmation:
                output.remark(f"{one.message}.")
            require_agreement(question)
        return self.preview


def require_agreement(question: str) -> None:
    """Ask; unless the answer is yes, end the command with nothing changed."""
    if not click.confirm(question, err=True):
        output.remark("Nothing was changed.")
        click.get_current_context().exit(groups.NO)


def consent_options(*, preview: str, yes: str) -> Decorator:
    """Return `--json`, `--preview` and `--yes` with these help texts, passed as `consent`."""
    return collected("consent", Consent, output.json_option, option("--preview", preview), option("--yes", yes))


consenting: Final = consent_options(preview="Show the changes, and sign nothing.", yes="Sign without asking.")
"""The same, for commands that sign."""
