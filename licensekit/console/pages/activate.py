"""Activate: take a file, show what it would change, release what is too much, activate it.

Between the steps the file travels in the form, as its tokens: nothing of it is kept here.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from starlette.responses import Response

from licensekit.console.rendering import issuer_name, license_name, page
from licensekit.console.screens import status_of
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError, NoBundle, TooLarge
from licensekit.installation import InstallationState, Preview
from licensekit.limits import FILE_BYTES
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Kind

SHOWN_HOLDERS = 100
"""How many holders of a license in deficit can be ticked together."""


class Released(NamedTuple):
    """One release that was asked for on the way to an activation."""

    holder: str
    name: str
    """The license."""
    error: LicenseError | None
    """What stands against it."""


def show(visit: Visit) -> Response:
    """Ask for a file."""
    return _ask(visit)


def preview(visit: Visit) -> Response:
    """Show what the file would change."""
    try:
        written = _tokens(visit.form.file("file") or visit.form.raw("text").encode())
        found = visit.installation.propose_activate(written).preview
    except LicenseError as error:
        return _ask(visit, status=status_of(error), error=error, written=visit.form.raw("text"))
    return _preview(visit, found, written)


def release(visit: Visit) -> Response:
    """Release what was ticked, holder by holder, and show the preview again."""
    state = visit.installation.state()
    done = [_release(visit, state, one) for one in visit.form.texts("release")]
    written = visit.form.raw("text")
    return _preview(
        visit, visit.installation.propose_activate(written).preview, written, released=done
    )


def activate(visit: Visit) -> Response:
    """Activate the file, and show what has changed."""
    written = visit.form.raw("text")
    found = visit.installation.propose_activate(written).preview
    try:
        done = visit.installation.activate(written)
    except LicenseError as error:
        return _preview(visit, found, written, error=error)
    return page(
        visit,
        "activated.html",
        visit.installation.state(),
        changed=done.changed,
        rows=found.altered,
        settings=[one for one in found.settings if one.altered],
    )


def _ask(visit: Visit, *, status: int = 200, **facts: Any) -> Response:
    state = visit.installation.state()
    facts = {"error": None, "written": "", "largest": FILE_BYTES, **facts}
    return page(visit, "activate.html", state, status=status, **facts)


def _preview(
    visit: Visit,
    found: Preview,
    written: str,
    *,
    released: Iterable[Released] = (),
    error: LicenseError | None = None,
) -> Response:
    state = visit.installation.state()
    deficient = {one.license for one in found.deficits}
    shows_all = visit.form.has("all")
    return page(
        visit,
        "preview.html",
        state,
        status=status_of(error),
        preview=found,
        written=written,
        error=error,
        released=tuple(released),
        rows=found.rows if shows_all else found.altered,
        settings=[one for one in found.settings if shows_all or one.altered],
        shows_all=shows_all,
        # A deficit is shown with its holders, below; the other reasons by themselves.
        reasons=[r for r in found.reasons if r.data.get("license") not in deficient],
        deficits=[
            (one, license_name(state, one.license), one.holders[:SHOWN_HOLDERS])
            for one in found.deficits
        ],
        license_names={
            code: license_name(state, code)
            for loss in found.consequences.losses
            for code in loss.licenses
        },
        issuers={b.issuer: issuer_name(state, b.issuer) for b in _bundles(found)},
        satellites={code for code, one in state.entitlements.licenses.items() if one.limits_sites},
    )


def _bundles(found: Preview) -> tuple[Bundle, ...]:
    void = (one.bundle for one in found.void)
    return (*found.new, *found.again, *found.same, *found.replaced, *void, *found.refused)


def _tokens(data: bytes) -> str:
    """Return a file as text that a form can carry: its tokens, one a line.

    Raises:
        FormatError: it is no license file, is damaged or too large.
    """
    if not data:
        raise NoBundle(reason="nothing")
    if len(data) > FILE_BYTES:
        raise TooLarge(reason="bytes", limit=FILE_BYTES, size=len(data), wanted="a license file")
    return "".join(armor.write(token) + "\n" for token in armor.read(data))


def _release(visit: Visit, state: InstallationState, asked: str) -> Released:
    kind, _, rest = asked.partition(" ")
    code, _, holder = rest.partition(" ")
    change = visit.installation.sites if kind == Kind.SITE.name else visit.installation.users
    try:
        change.release(holder, code)
    except LicenseError as error:
        return Released(holder, license_name(state, code), error)
    return Released(holder, license_name(state, code), None)
