"""What was ticked on a card of licenses, merged with what somebody else has changed since it was shown."""

from collections.abc import Iterable
from typing import NamedTuple

from starlette.responses import Response

from licensekit.console.rendering import license_name, moved
from licensekit.console.visit import Conflict, Visit
from licensekit.installation import Sites, Users


class Ticks(NamedTuple):
    """What a form wants of the licenses of one holder."""

    held: frozenset[str]  # what is assigned now
    wanted: frozenset[str]  # all that is to be assigned
    conflicts: tuple[Conflict, ...]  # the plans of which somebody else has chosen another one


def ticks_of(visit: Visit, held: Iterable[str]) -> Ticks:
    """Return what a form wants of a holder of `held`; whatever was not touched in it stays as it is now.

    The form says in `held` what was assigned when it was shown, and in `was.plan` and `was.plan.ISSUER` the plans.
    """
    form, licenses, holding = visit.form, visit.state.entitlements.licenses, frozenset(held)
    plans = {code for code in holding if code in licenses and licenses[code].plan}
    current = {name.removeprefix("was."): "" for name, _ in form.fields() if name.startswith(("plan", "was.plan"))}
    current |= {".".join(filter(None, ("plan", code.rpartition(".")[0]))): code for code in plans}
    edits = form.edits(current)
    before = frozenset(form.texts("held")).difference(form.text(f"was.{field}") for field in current)
    ticked = frozenset(form.texts("license"))
    others = (holding - plans - (before - ticked)) | (ticked - before)
    named = (Conflict(one.field, *(license_name(code, visit.state) for code in one[1:])) for one in edits.conflicts)
    return Ticks(holding, others.union(filter(None, edits.wanted.values())), tuple(named))


def save_ticks(visit: Visit, holders: Users | Sites, path: str, ticks: Ticks) -> Response:
    """Assign what is new and release what is gone, in one change, and name what somebody else has changed."""
    holders.assign(visit.holder, *sorted(ticks.wanted - ticks.held), release=sorted(ticks.held - ticks.wanted))
    theirs = sorted(ticks.held.symmetric_difference(visit.form.texts("held")))
    # An address has room for a few of them.
    return moved(visit, path, id=visit.holder, saved="licenses", meanwhile=" ".join(theirs[:20]))
