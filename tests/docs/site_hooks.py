"""What the site shows otherwise than the Markdown on its own: links to files of the checkout that it does not have."""

import posixpath
import re
from typing import Any, Final

LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def within_documents(markdown: str, uri: str) -> str:
    """Replace each link of the page `uri` that leaves the documents by its text and the path in the checkout."""

    def within(found: re.Match[str]) -> str:
        text, link = found[1], found[2]
        path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(uri), link))
        if ":" in link or path.startswith("docs/"):
            return found[0]
        return f"`{path}`" if posixpath.basename(path) in text else f"{text} (`{path}`)"

    return LINK.sub(within, markdown)


def on_page_markdown(markdown: str, page: Any, **_others: object) -> str:
    """Return what MkDocs shows of a page."""
    return within_documents(markdown, page.file.src_uri)
