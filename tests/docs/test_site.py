"""The site has every page in its navigation, and every public name in its reference."""

import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any, cast

import pytest
import yaml

import licensekit
from licensekit import installation, issuer, testing
from tests.docs.site_hooks import with_links, within_documents, without_orders
from tests.docs.tables import DOCS


class Loader(yaml.SafeLoader):
    """Reads the configuration without the packages that it names."""


def _nothing(_loader: object, _suffix: object, _node: object) -> None:
    """Read an object of Python as nothing."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", _nothing)  # pyright: ignore[reportUnknownMemberType]  # no types
CONFIGURATION: dict[str, Any] = yaml.load((DOCS.parent / "mkdocs.yml").read_text("utf-8"), Loader)  # noqa: S506  # ours
API = "".join(page.read_text("utf-8") for page in sorted((DOCS / "reference" / "api").glob("*.md")))


def entries(part: Any) -> Iterator[str]:
    """Yield the pages of a part of the navigation."""
    if isinstance(part, str):
        yield part
    else:
        parts = cast("dict[str, Any]", part).values() if isinstance(part, dict) else part
        for one in parts:
            yield from entries(one)


def test_every_page_is_in_the_navigation_once() -> None:
    """If this fails, put the new page into `nav` of mkdocs.yml."""
    assert sorted(entries(CONFIGURATION["nav"])) == sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))


@pytest.mark.parametrize("module", [licensekit, installation, issuer, testing], ids=lambda module: module.__name__)
def test_every_public_name_is_in_the_reference(module: ModuleType) -> None:
    named = re.findall(rf"^::: {re.escape(module.__name__)}\.(\w+)$", API, re.MULTILINE)
    assert sorted(named) == sorted(module.__all__)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[the kit](../../testkit/README.md#run)", "the kit (`testkit/README.md`)"),
        ("[ARCHITECTURE.md](../../ARCHITECTURE.md)", "`ARCHITECTURE.md`"),
        ("[format](../format.md#trust)", "[format](../format.md#trust)"),
        ("[a site](https://example.com)", "[a site](https://example.com)"),
    ],
)
def test_a_link_out_of_the_documents_becomes_the_path_in_the_checkout(markdown: str, shown: str) -> None:
    assert within_documents(markdown, "how-to/page.md") == shown


def test_a_code_block_says_nothing_to_who_runs_it() -> None:
    shown = without_orders('```sh norun="needs a token"\na\n```\n```toml title="a.toml" append="yes"\nb\n```\n')
    assert shown == '```sh\na\n```\n```toml title="a.toml"\nb\n```\n'


def test_a_page_that_a_docstring_names_is_a_link() -> None:
    shown = with_links('see <code>docs/installation.md</code>, "Who needs a seat?"', "reference/api/asking/")
    assert shown == 'see <a href="../../../installation/#who-needs-a-seat">Who needs a seat?</a>'
