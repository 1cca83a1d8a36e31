"""`licensekit explain`: why not, and what would help."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.customer.events import EVENT_COLUMNS
from licensekit.cli.customer.status import LICENSE_COLUMNS, show_status
from licensekit.cli.customer.users import remarks
from licensekit.cli.inputs import STANDARD, read_tokens
from licensekit.cli.inspect import show_findings
from licensekit.cli.options import now_option
from licensekit.cli.output import Columns, facts, heading, printing, remark, separated, show_below
from licensekit.cli.views import spelling
from licensekit.cli.views.notices import show_coded
from licensekit.installation import (
    BundleRecord,
    Explained,
    Explanation,
    Given,
    Installation,
    LicenseDetails,
    LicenseRow,
    UserDetails,
)
from licensekit.wire.documents import SeatKind

_HOLDERS: Final = 20
"""How many holders of a license are named."""


def _show(found: Sequence[Explained]) -> None:
    if len(found) > 1:
        remark(f"`{found[0].name}` names several things: {', '.join(f'a {one.kind}' for one in found)}.")
    for one in separated(found):
        if len(found) > 1:
            heading(f"{one.kind} {one.name}")
        _VIEWS[one.kind](one.details)
        if one.kind != "installation":
            for row in one.rows:
                show_coded(row.what, row.remedy, row.about or one.kind)


@click.command()
@click.argument("name", metavar="[USER|LICENSE|FILE]", default="")
@in_installation
@now_option
@printing(_show, lambda found: {"explained": [one.plain() for one in found]})
def explain(*, name: str, installation: Installation, now: int | None) -> Sequence[Explained]:
    """Explain what is wrong, and what would help.

    Of a user: whether it may log in, what each license gives, and why not more. Of a license, by its code or name:
    whether it is granted, and who has it. Of a file (`-`: standard input): what is in it, and whether this installation
    takes it now. Without a name: the installation, as `status` does.
    """
    is_file = name == STANDARD or os.path.isfile(name)  # noqa: PTH113  # of what can be no path it is False
    return installation.explain(name, data=read_tokens(name, what="a license file") if is_file else None, now=now)


def _show_user(details: UserDetails) -> None:
    user, names = details.user, details.names
    facts(
        ("id", user.written),
        ("name", user.name or None),
        ("kind", spelling.name_of(user.kind)),
        ("groups", spelling.listed(user.groups)),
        ("remarks", remarks(user)),
        ("last seen", spelling.day(user.last_seen)),
        ("logs in by", spelling.listed(way for way, may in details.logins.items() if may) or spelling.EMPTY),
    )
    show_below(details.given, {"name": lambda given: names[given.license], **_GIVEN})
    show_below(details.events, EVENT_COLUMNS)


def _show_license(details: LicenseDetails) -> None:
    row, license_ = details.row, details.license
    marks = [
        ("plan", row.plan),
        ("hidden", row.hidden),
        ("limits sites", license_.limits_sites),
        ("concurrent seats", license_.seats is SeatKind.CONCURRENT),
    ]
    facts(
        *((title.removeprefix(">"), cell(row)) for title, cell in LICENSE_COLUMNS.items()),
        ("description", license_.description or None),
        ("remarks", spelling.listed(mark for mark, applies in marks if applies)),
        ("issuer", row.issuer),
        ("full with", details.full_with),
        ("includes", spelling.listed(details.includes)),
        ("replaced by", details.replaced_by),
        ("requires", spelling.listed(details.requires)),
        ("required by", spelling.listed(details.required_by)),
        ("held by", _named(details.holders, row.in_use)),
        ("beyond what is sold", _named(details.surplus, len(details.surplus))),
        ("buy more", details.buy),
    )
    show_below(details.explanations, _explanations(row))
    show_below(details.history, _HISTORY)


def _named(holders: Sequence[str], count: int) -> str | None:
    shown = holders[:_HOLDERS]
    more = count - len(shown)
    return f"{', '.join(shown)}{f' and {more} more' if more > 0 else ''}" if shown else None


def _explanations(row: LicenseRow) -> Columns[Explanation]:
    return {
        "granted by": lambda one: one.bundle,
        "state": lambda one: spelling.name_of(one.state),
        "starts": lambda one: spelling.day(one.starts),
        "expiry": lambda one: spelling.expiry(one.expiry),
        "access": lambda one: spelling.name_of(one.access),
        ">count": lambda one: None if one.via else spelling.amount_of(one.amount, row._replace(per=one.per)),
        "through": lambda one: f"{one.via}, whose place it took" if one.successor else one.via,
    }


_VIEWS: Final[Mapping[str, Callable[[Any], None]]] = {
    "installation": show_status,
    "user": _show_user,
    "license": _show_license,
    "file": lambda details: show_findings(details.findings, details.trust_store),
}
_GIVEN: Final[Columns[Given]] = {
    "license": lambda given: given.license,
    "access": lambda given: spelling.name_of(given.access),
    "through": lambda given: spelling.listed(given.origins),
}
_HISTORY: Final[Columns[BundleRecord]] = {
    "activated": lambda record: spelling.moment(record.activated),
    "bundle": lambda record: record.label,
    "now": lambda record: record.state,
}
