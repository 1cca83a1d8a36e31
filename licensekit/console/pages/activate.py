"""Activate: take a file, show what it would change, release what is too much, activate it.

Between the steps the file travels in the form, as its tokens: nothing of it is kept here.
"""

from collections.abc import Sequence

from starlette.responses import Response

from licensekit.console.rendering import page
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError, UnexpectedType
from licensekit.installation import Preview
from licensekit.limits import FILE_BYTES
from licensekit.text.pasted import LeftOut, find_tokens
from licensekit.wire import armor
from licensekit.wire.documents import Kind

SHOWN_HOLDERS = 100
"""How many holders of a license in deficit can be ticked together."""


Released = tuple[str, str, LicenseError | None]
"""A holder, the license that it was to release, and what stands against that."""


def show(visit: Visit, error: LicenseError | None = None) -> Response:
    """Ask for a file; after a refusal with what was written, and why."""
    return page(visit, "activate.html", error=error, largest=FILE_BYTES)


def preview(visit: Visit) -> Response:
    """Show what the file would change, and what was left out to find its tokens.

    A form can carry those, one a line.
    """
    given = visit.form.file("file") or visit.form.raw("text").encode()
    if not given:
        raise UnexpectedType(reason="nothing")
    found = find_tokens(given)
    written = armor.write_file(armor.read(found.data))
    return _preview(visit, visit.installation.propose_activate(written).preview, written, left_out=found.left_out)


def release(visit: Visit) -> Response:
    """Release what was ticked, holder by holder, and show the preview again."""
    done = [_release(visit, one) for one in visit.form.texts("release")]
    written = visit.form.raw("text")
    found = visit.installation.propose_activate(written).preview
    return _preview(visit, found, written, released=done)


def activate(visit: Visit) -> Response:
    """Activate the file, and show what has changed."""
    written = visit.form.raw("text")
    found = visit.installation.propose_activate(written).preview
    try:
        done = visit.installation.activate(written)
    except LicenseError as error:
        return _preview(visit, found, written, error=error)
    settings = [one for one in found.settings if one.altered]
    return page(visit, "activated.html", changed=done.changed, rows=found.altered, settings=settings)


def _preview(
    visit: Visit,
    found: Preview,
    written: str,
    *,
    released: Sequence[Released] = (),
    error: LicenseError | None = None,
    left_out: Sequence[LeftOut] = (),
) -> Response:
    deficient = {one.license for one in found.deficits}
    return page(
        visit,
        "preview.html",
        error=error,
        preview=found,
        written=written,
        left_out=left_out,
        released=released,
        rows=found.rows if visit.form.has("all") else found.altered,
        settings=[one for one in found.settings if visit.form.has("all") or one.altered],
        shows_all=visit.form.has("all"),
        # A deficit is shown with its holders, below; the other reasons by themselves.
        reasons=[r for r in found.reasons if r.data.get("license") not in deficient],
        shown_holders=SHOWN_HOLDERS,
        kinds={row.code: row.kind.name for row in found.rows},
        satellites={code for code, one in visit.state.entitlements.licenses.items() if one.limits_sites},
    )


def _release(visit: Visit, asked: str) -> Released:
    kind, _, rest = asked.partition(" ")
    code, _, holder = rest.partition(" ")
    change = visit.installation.sites if kind == Kind.SITE.name else visit.installation.users
    try:
        change.release(holder, code)
    except LicenseError as error:
        return holder, code, error
    return holder, code, None
