"""What the site shows otherwise than the Markdown on its own: what it would not understand, and links that leave it.

Docstrings name pages by their path in the checkout; on the site these are links.
"""

import posixpath
import re
from typing import Any, Final

LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)\s#]+)(#[^)\s]*)?\)")

RUN: Final = re.compile(r'^( *```+ *\w+.*?) (?:norun|append)="[^"]*"', re.MULTILINE)
"""What the opening of a code block says to who runs it (`tests.docs.examples`)."""

ONLY_THERE: Final = re.compile(r"^On GitHub .*\n", re.MULTILINE)
NAMED: Final = re.compile(r'<code>docs/([\w/-]+)\.md</code>(?:, (?:"|&quot;)([^"&<]+)(?:"|&quot;))?')
"""A page that a docstring names, perhaps with a heading of it."""


def without_orders(markdown: str) -> str:
    """Remove the options for our runner from code blocks: MkDocs does not accept a block with an unknown option."""
    return RUN.sub(r"\1", markdown)


def within_documents(markdown: str, uri: str) -> str:
    """Replace each link of the page `uri` that leaves the documents by its text and the path in the checkout."""

    def within(found: re.Match[str]) -> str:
        text, link = found[1], found[2]
        path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(uri), link))
        if ":" in link or path.startswith("docs/"):
            return found[0]
        return f"`{path}`" if posixpath.basename(path) in text else f"{text} (`{path}`)"

    return LINK.sub(within, markdown)


def with_links(html: str, url: str) -> str:
    """Make a link of each page that a docstring on the page at `url` names."""

    def linked(found: re.Match[str]) -> str:
        name, heading = found[1], found[2]
        anchor = "#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") if heading else ""
        return f'<a href="{posixpath.relpath(name, url)}/{anchor}">{heading or name}</a>'

    return NAMED.sub(linked, html)


def on_page_markdown(markdown: str, page: Any, **_others: object) -> str:
    """Return the Markdown that MkDocs shows of a page."""
    return ONLY_THERE.sub("", without_orders(within_documents(markdown, page.file.src_uri)))


def on_page_content(html: str, page: Any, **_others: object) -> str:
    """Return the HTML that MkDocs shows of a page."""
    return with_links(html, page.url)
