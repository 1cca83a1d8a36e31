"""Importing users from a directory or a table, after a preview, and the licenses that groups are assigned."""

from base64 import b64decode, b64encode
from typing import Any, Final
from zlib import compress, decompressobj

from starlette.responses import Response

from licensekit.console.rendering import faults_of, moved, page, status_of, text
from licensekit.console.views import user_licenses
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError, ProposalStale, UnexpectedType
from licensekit.installation import parse_directory, parse_users, profiles

SHOWN: Final = 100  # how many users of each outcome are named
LARGEST: Final = 16 * 1024 * 1024  # the largest table, in bytes
OUTCOMES: Final = ("left", "refused", "added", "changed")


def ask(visit: Visit, error: LicenseError | None = None) -> Response:
    """Ask for a table, and show the rules of groups; after a refusal, with the error."""
    licenses = [row for row in user_licenses(visit.state) if not row.hidden]
    facts: dict[str, Any] = {"profiles": profiles(), "licenses": licenses, "largest": LARGEST}
    facts["rules"] = visit.installation.users.rules()
    return page(visit, "directory.html", status=status_of(error), errors=faults_of(error), **facts)


def take(visit: Visit) -> Response:
    """Show what a table would change, and apply it when the form, which carries the table, comes back."""
    shown, users, refusal = visit.form.raw("shown"), visit.installation.users, None
    data = b"".join(visit.form.files("file")) or visit.form.raw("text").encode()
    if shown:
        data = decompressobj().decompress(b64decode(visit.form.raw("table")), LARGEST)
    if not data:
        raise UnexpectedType(reason="nothing")
    if visit.form.text("how") == "import":
        proposal = users.propose_import(parse_users(data))
    else:
        proposal = users.propose_sync(parse_directory(data, profile=visit.form.text("profile")))
    try:
        if shown and shown != proposal.digest:
            raise ProposalStale(about=text("many.list"), changed=(text("many.stale"),))
        if shown:
            proposal.apply(confirm=visit.form.has("confirm"), most_leave=visit.form.has("most"))
            return moved(visit, "/users", saved="synced")
    except LicenseError as error:
        refusal = error
    becomes = {name: [one for one in proposal.users if one.outcome == name] for name in OUTCOMES}
    facts: dict[str, Any] = {"proposal": proposal, "becomes": becomes, "shown": SHOWN, "errors": faults_of(refusal)}
    table = b64encode(compress(data)).decode()
    return page(visit, "directory_preview.html", status=status_of(refusal), table=table, **facts)


def set_rule(visit: Visit) -> Response:
    """Add licenses to the rule of a group, or remove the rule."""
    users, given = visit.installation.users, visit.form.texts("license")
    (users.remove_rule if visit.form.has("drop") else users.add_rule)(visit.form.text("group"), *given)
    return moved(visit, "/users/directory", saved="rule")
