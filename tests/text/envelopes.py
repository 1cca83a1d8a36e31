"""What mail programs, web pages, shells and editors put around a license file: each is text in, text or bytes out."""

import json
import quopri
import re
import textwrap
from base64 import encodebytes
from collections.abc import Callable
from email.message import EmailMessage
from html import escape
from typing import Final

Envelope = Callable[[str], str]


def wrapped(text: str, width: int = 76) -> str:
    """As mail programs wrap long lines."""
    return "\n".join(piece for line in text.split("\n") for piece in textwrap.wrap(line, width) or [""])


def _quoted_printable(text: str) -> str:
    return quopri.encodestring(text.encode("utf-8", "surrogateescape")).decode("ascii")


def _html(text: str) -> str:
    lines = "<br>\r\n".join(map(escape, text.splitlines()))
    return f"<html><style>p > a {{ color: red }}</style><body><p class='x'>Hello&nbsp;Anna,</p>{lines}</body></html>"


def _cells(text: str) -> str:
    cells = "".join(f"<td>{escape(line)}</td>\n" for line in text.splitlines())
    return f"<table><tr><td>License</td>{cells}</tr></table>"


def _between_letters(mark: str) -> Envelope:
    def put(text: str) -> str:
        return "\n".join(mark.join(line[at : at + 7] for at in range(0, len(line), 7)) for line in text.split("\n"))

    return put


def _mail(text: str) -> str:
    """In its text and once more as a page, both in the mail's own encodings."""
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Your license", "Nordlys <sales@example.com>"
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(f"<pre>{escape(text)}</pre>", subtype="html", cte="base64")
    return mail.as_string()


def attached(*texts: str) -> str:
    """Return a mail with one license file in each attachment."""
    mail = EmailMessage()
    mail["Subject"] = "Your licenses"
    mail.set_content("Dear Anna,\n\nhere they are.\n\nBest regards\nOla\n")
    for number, text in enumerate(texts):
        mail.add_attachment(
            text.encode("utf-8", "surrogateescape"), "application", "octet-stream", filename=f"{number}.lic"
        )
    return mail.as_string()


def forwarded(text: str) -> str:
    """Return a mail that forwards another one as an attachment."""
    inner = EmailMessage()
    inner["Subject"] = "Your license"
    inner.set_content(text, cte="base64")
    outer = EmailMessage()
    outer["Subject"] = "Fwd: Your license"
    outer.set_content("See below.")
    outer.add_attachment(inner)
    return outer.as_string()


INNERMOST: Final[dict[str, Envelope]] = {
    "as it is": str,
    "angle brackets": lambda text: f"<{text}>",
    "attribute": lambda text: f'<input name="license" value="{escape(text)}" type="text">',
    "break opportunities": _between_letters("<wbr>"),
    "no-break spaces": _between_letters("\u00a0"),
    "entities": _between_letters("&nbsp;"),
    "zero-width spaces": _between_letters("\u200b"),
    "soft hyphens": _between_letters("\u00ad"),
    "equals at line ends": lambda text: "".join(f"{line}=\n" for line in text.split("\n")),
    "continued lines": lambda text: text.replace("\n", " \\\n"),
    "byte order marks": lambda text: "\ufeff" + text.replace("\n", "\n\ufeff"),
}
"""Between the letters of tokens or in a tag with them, where nothing else can be."""

ENVELOPES: Final[dict[str, Envelope]] = {
    "greeting and signature": lambda text: f"Hello Anna,\n\nyour license:\n{text}\nBest regards\nOla\n-- \nNordlys AS",
    "behind a colon": lambda text: f"Your license:{text}",
    "quoted": lambda text: "".join(f"> {line}\n" for line in text.split("\n")),
    "quoted twice": lambda text: "".join(f">>{line}\n" for line in text.split("\n")),
    "quotes": lambda text: f'"{text}"',
    "curly quotes": lambda text: f"\u201c{text}\u201d",
    "code fence": lambda text: f"```text\n{text}\n```\n",
    "inline code": lambda text: f"`{text}`",
    "environment": lambda text: f"PORT=80\nLICENSE={text}\nDEBUG=1\n",
    "environment in quotes": lambda text: "LICENSE=" + json.dumps(text, ensure_ascii=False) + "\nDEBUG=1\n",
    "block scalar": lambda text: "license: |\n" + textwrap.indent(text, "    ") + "\nport: 80\n",
    "folded scalar": lambda text: "license: >-\n" + textwrap.indent(text, "  ") + "\n",
    "json": lambda text: json.dumps({"to": "Anna", "license": text, "port": 80}, ensure_ascii=False),
    "json with slashes": lambda text: json.dumps({"license": text}, indent=1, ensure_ascii=False).replace("/", "\\/"),
    "quoted-printable": _quoted_printable,
    "html": _html,
    "table cells": _cells,
    "windows line ends": lambda text: re.sub(r"\r?\n", "\r\n", text),
    "mail": _mail,
    "attachment": attached,
    "forwarded": forwarded,
    "base64 without lines": lambda text: (
        "Content-Transfer-Encoding: base64\n\n" + encodebytes(text.encode("utf-8", "surrogateescape")).decode()
    ),
}
MAILS: Final = frozenset({"mail", "attachment", "forwarded", "base64 without lines"})
"""Envelopes around all the others."""
ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
