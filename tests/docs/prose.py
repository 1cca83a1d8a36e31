"""Every text that somebody reads, in pieces: docstrings, comments, help, messages, screens, pages and samples."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = ("licensekit", "docs", "samples", "testkit", "tests", "keys", ".ci", ".github")
WRITTEN_BY_TOOLS: Final = frozenset({"node_modules", "__pycache__", "dist", "build"})
DOCSTRING, COMMENT, TEXT = "docstring", "comment", "text"


class Piece(NamedTuple):
    """A text on one line, and where it begins."""

    path: str
    line: int
    kind: str
    """`DOCSTRING`, `COMMENT` or `TEXT`."""
    text: str


def pieces(root: Path = ROOT) -> Iterator[Piece]:
    """Yield every piece of prose below `root`."""
    folders = (path for folder in FOLDERS for path in sorted((root / folder).rglob("*")))
    for path in (*root.glob("*.md"), *folders):
        reader = READERS.get(path.suffix)
        if reader and path.is_file() and not WRITTEN_BY_TOOLS.intersection(path.parts):
            name = path.relative_to(root).as_posix()
            for line, kind, text in reader(name, path.read_text("utf-8")):
                yield Piece(name, line, kind, " ".join(text.split()))


def docstrings(tree: ast.AST, name: str = "") -> Iterator[tuple[str, int, str]]:
    """Yield the docstrings below a node: the names that lead to it, with dots, its line and the text.

    A string behind an assignment is the docstring of what is assigned there.
    """
    before = name
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                before = f"{name}.{node.name}"
                yield from docstrings(node, before)
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                before = f"{name}.{ast.unparse(target)}"
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield before, node.lineno, text
            case _:
                pass


def _comments(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the comments of a module, those in lines below one another as one; the formatter spaces them alike."""
    line, before = 1, 0
    for match in re.finditer(r"(?:^ *# .*\n?)+|(?<=  )# .*", text, re.MULTILINE):
        line, before = line + text.count("\n", before, match.start()), match.start()
        yield line, COMMENT, re.sub(r"^ *# ", "", match[0], flags=re.MULTILINE)


def _module(name: str, text: str) -> Iterator[tuple[int, str, str]]:
    """Yield docstrings and comments, and all other strings of the package, among them the helps of options."""
    tree = ast.parse(text)
    said = {line: text for _, line, text in docstrings(tree)}
    yield from ((line, DOCSTRING, text) for line, text in said.items())
    yield from _comments(text)
    for node in ast.walk(tree) if name.startswith("licensekit/") else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and said.get(node.lineno) != node.value:
            yield node.lineno, TEXT, node.value


def _paragraphs(_: str, text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the paragraphs of a file, without the marks of comments before its lines."""
    for match in re.finditer(r"(?:.*\S.*\n?)+", text):
        said = re.sub(r"^\s*(?:#|//|--|/?\*+)", "", match[0], flags=re.MULTILINE)
        yield text.count("\n", 0, match.start()) + 1, TEXT, said


def _page(name: str, text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the paragraphs of a page without its code blocks: what these print is read where it comes from."""
    fences = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
    return _paragraphs(name, fences.sub(lambda block: "\n" * block[0].count("\n"), text))


READERS: Final[Mapping[str, Callable[[str, str], Iterator[tuple[int, str, str]]]]] = {
    ".py": _module,
    ".md": _page,
    **dict.fromkeys((".toml", ".html", ".sql", ".ts", ".sh", ".yml", ".conf", ".service", ".timer"), _paragraphs),
}
"""How files are read, by the end of their names."""
