"""Rendering pages: templates, which escape everything, their texts, and the files that pages load.

The console's own texts are in `texts.toml`, in English. Errors, notices and reasons are sentences of the library. Both
are shown in the language of the request.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from licensekit import errors
from licensekit.console.views import due, license_names, over, percent, tone
from licensekit.console.visit import Visit, address
from licensekit.dates import date_of, days_of, format_seconds, moment_of
from licensekit.errors.templates import as_word
from licensekit.installation import InstallationState, Notice
from licensekit.languages import ENGLISH, language, local_name, translated, translated_count
from licensekit.text.names import join_groups
from licensekit.text.values import UNRESTRICTED

_STATUS: Final[tuple[tuple[type[errors.LicenseError], int], ...]] = (
    (errors.NotFound, 404),
    (errors.QuestionError, 404),
    (errors.FormatError, 400),
    (errors.NotStorable, 400),
    (errors.StateError, 503),
)
REFUSED: Final = 409
_SECTIONS: Final = ("licenses", "users", "sites", "events", "activate", "files", "history", "health")
MENU: Final = {"overview": "/", **{name: f"/{name}" for name in _SECTIONS}}  # where each section begins
_TEXTS: Final = Path(__file__).with_name("texts.toml")
_FOLDER: Final = Path(__file__).with_name("static")
_SOURCES: Final = {"console.css": "css/*.css", "console.js": "js/*.js", "icon.svg": "icon.svg"}
"""What each file is joined from, in the order of file names."""
_TYPES: Final = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}
_FILES: Final = {
    name: b"\n".join(path.read_bytes() for path in sorted(_FOLDER.glob(source))) for name, source in _SOURCES.items()
}
_VERSION: Final = sha256(b"".join(_FILES.values())).hexdigest()[:12]
"""In the URL of each file, so that browsers load a new version immediately."""


def page(
    visit: Visit, template: str, *, error: errors.LicenseError | None = None, status: int | None = None, **facts: Any
) -> Response:
    """Render a screen, in the frame that all screens share. An `error` decides the HTTP status, unless one is given."""
    return _framed(visit, template, visit.state, status or status_of(error), error=error, **facts)


def trouble(visit: Visit, error: errors.LicenseError | None, template: str = "trouble.html", **facts: Any) -> Response:
    """Render an error, in a frame without facts: it may be that the installation cannot be read."""
    return _framed(visit, template, None, status_of(error), error=error, **facts)


def _framed(visit: Visit, template: str, state: InstallationState | None, status: int, **facts: Any) -> Response:
    shown = _TEMPLATES.get_template(template).render(visit=visit, url=visit.url, state=state, **facts)
    return HTMLResponse(shown, status)


def faults_of(error: errors.LicenseError | None) -> tuple[errors.Located, ...]:
    """Return every reason against a change; none without an error."""
    if error is None:
        return ()
    return error.faults if isinstance(error, errors.RefusedError | errors.FaultsError) else (error,)


def status_of(error: errors.LicenseError | None) -> int:
    """Return the HTTP status that fits an error; 200 without one."""
    return 200 if error is None else next((code for branch, code in _STATUS if isinstance(error, branch)), REFUSED)


def bare_page(request: Request, template: str, *, status: int = 200, **facts: Any) -> Response:
    """Render a page for somebody who is not signed in: it shows nothing of the installation."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(url=partial(address, request), **facts), status)


def moved(visit: Visit, path: str, **params: str | None) -> Response:
    """Redirect the browser to a screen, after a change."""
    return RedirectResponse(visit.url(path, **params), 303)


def download(name: str, written: str) -> Response:
    """Return a text as a file to download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written, media_type="text/plain; charset=utf-8", headers=headers)


def issuer_name(issuer: str, state: InstallationState) -> str:
    """Return the name of an issuer, or its code."""
    known = state.trust_store.catalogs.get(issuer)
    return issuer if known is None else known.document.names.get("issuer", issuer)


def license_name(code: str, state: InstallationState) -> str:
    """Return the name of a license, or its code where no catalog has it any more."""
    license_ = state.entitlements.licenses.get(code)
    return code if license_ is None else local_name(license_.names, license_.name)


def named(notice: Notice, state: InstallationState) -> Notice:
    """Return a notice with the name of its license instead of the code."""
    if "license" not in notice.fields:
        return notice
    return notice.replace(license=license_name(notice.values()["license"], state))


def amount(count: int | None) -> str:
    """Format a count; None is unrestricted."""
    return text("amount.unrestricted") if count is None else f"{count:,}".replace(",", text("amount.group"))


def value(sold: object) -> str:
    """Format the value of a setting: text, a number, a boolean or None."""
    if isinstance(sold, bool):
        return text("amount.true" if sold else "amount.false")
    if sold is None:
        return text("amount.nothing")
    if sold == UNRESTRICTED:
        return amount(None)
    return amount(sold) if isinstance(sold, int) else str(sold)


def day(days: int | str, edge: str = "end") -> Markup:
    """Format a date, given in days since 1970 or as ISO text, that means the `end` or the `start` of its day, UTC."""
    return _day(days, edge, language())


@lru_cache(1000)
def _day(days: int | str, edge: str, _: str) -> Markup:
    found = date.fromisoformat(days) if isinstance(days, str) else date_of(days)
    shown = text("date.day", day=found.day, month=text(f"date.month.{found.month}"), year=found.year)
    return _time(str(found), shown, text(f"date.{edge}_of_day", day=found), "day")


def dated(words: str) -> str:
    """Return a sentence of the library with its dates as people write them."""
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", lambda found: day(days_of(date.fromisoformat(found[0]))).striptags(), words)


def moment(seconds: int | None) -> Markup:
    """Format a time, given in seconds since 1970, in UTC; the script converts it to the reader's zone."""
    if seconds is None:
        return Markup()
    found = moment_of(seconds)
    month = text(f"date.month.{found.month}")
    shown = text("date.moment", day=found.day, month=month, year=found.year, time=f"{found:%H:%M}")
    written = format_seconds(seconds)
    return _time(written, shown, text("date.utc", time=written), "moment")


def sentence(words: str) -> str:
    """Return a message of the library as a sentence, with a capital letter and a full stop."""
    return f"{words[:1].upper()}{_stopped(words[1:])}"


def _stopped(words: str) -> str:
    return words if words.endswith("?") else f"{words.rstrip('.')}."


def coded(sentence: str) -> Markup:
    """Render what is between backticks as code, without the command name `licensekit`."""
    pieces = sentence.replace("`licensekit ", "`").split("`")
    if len(pieces) % 2 == 0:
        return escape(sentence)
    code = Markup("<code>{}</code>")  # it escapes what it wraps, as `join` does the rest
    return Markup("").join(code.format(piece) if at % 2 else piece for at, piece in enumerate(pieces))


def described(error: errors.Located) -> Markup:
    """Render where and what an error is, without its hint."""
    return coded(error.located)


def stated(said: errors.Coded) -> Markup:
    """Render an error, as `described` does, or a notice as a sentence; data at its beginning is not capitalized."""
    words, where = (said.located, said.where) if isinstance(said, errors.Located) else (said.message, "")
    is_data = where or any(one and words.startswith(str(one)) for one in said.data.values())
    return coded(_stopped(words) if is_data else sentence(words))


def _time(written: str, shown: str, title: str, kind: str) -> Markup:
    return Markup('<time datetime="{}" title="{}" data-time="{}">{}</time>').format(written, title, kind, shown)


async def static_file(request: Request) -> Response:
    """Return the style sheet, the script or the icon, which browsers keep until it changes."""
    name: str = request.path_params["name"]
    if name not in _FILES:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_FILES[name], media_type=_TYPES[name], headers=headers)


def _environment() -> Environment:
    loader = PackageLoader("licensekit.console")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    cast("dict[str, Any]", made.globals).update(
        t=text, has_text=has, language=shown_language, version=_VERSION, menu=tuple(MENU.items())
    )
    shown = (
        *(amount, coded, dated, day, described, due, issuer_name, join_groups, license_name, license_names, moment),
        *(as_word, named, over, percent, sentence, stated, tone, value),
    )
    filters: dict[str, Any] = {one.__name__: one for one in shown}
    made.filters.update(filters)
    return made


def text(key: str, **values: object) -> str:
    """Return the text of a dotted `key`, formatted with `values`; `n` chooses between its `one` and its `many`."""
    if has(key):
        found = translated(f"console/{key}", texts()[key])
    else:
        forms = texts()[f"{key}.one"], texts()[f"{key}.many"]
        found = translated_count(f"console/{key}", *forms, cast("int", values["n"]))
    return found.format_map(values) if values else found


def shown_language() -> str:
    """Return the code of the language that is shown."""
    return language() or ENGLISH


def has(key: str) -> bool:
    """Return whether there is a text of this key."""
    return key in texts()


@cache
def texts() -> Mapping[str, str]:
    """Return all texts by dotted key."""
    return dict(_flat("", tomllib.loads(_TEXTS.read_text(encoding="utf-8"))))


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
        return
    for name, one in value.items():
        yield from _flat(f"{key}.{name}" if key else name, one)


_TEMPLATES: Final = _environment()
