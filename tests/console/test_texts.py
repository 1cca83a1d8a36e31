"""Every text is there that a page asks for, and every text is asked for."""

import re
from pathlib import Path

import pytest

import licensekit.console
from licensekit.console.rendering import has, text, texts

FOLDER = Path(licensekit.console.__file__).parent
SOURCES = [path.read_text(encoding="utf-8") for path in FOLDER.rglob("*") if path.suffix in {".html", ".py"}]
ASKED = {
    key for source in SOURCES for key in re.findall(r"""(?<![\w.])(?:t|text|sentence)\(\s*["']([\w.-]+)["']""", source)
}
BUILT = {
    prefix
    for source in SOURCES
    for prefix in (*re.findall(r"""["']([a-z_.]+\.)["'] ~ """, source), *re.findall(r"""f["']([a-z_.]+\.)\{""", source))
}


def test_every_text_that_is_asked_for_is_there() -> None:
    numbered = {key for key in ASKED if has(f"{key}.one") and has(f"{key}.many")}
    prefixes = {key for key in ASKED if key.endswith(".")}
    assert len(ASKED) > 150
    assert {key for key in ASKED - numbered - prefixes if not has(key)} == set()


def test_every_text_is_asked_for() -> None:
    said = " ".join(SOURCES)
    idle = {
        key
        for key in texts()
        if re.sub(r"\.(one|many)$", "", key) not in ASKED
        and not any(key.startswith(prefix) for prefix in BUILT)
        and f'"{key}"' not in said
    }
    assert idle == set()


@pytest.mark.parametrize(("n", "said"), [(0, "0 days left"), (1, "1 day left"), (2, "2 days left")])
def test_one_is_told_from_many(n: int, said: str) -> None:
    assert text("notices.days", n=n) == said


def test_a_text_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        text("no.such")
