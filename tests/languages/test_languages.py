"""The language of what is shown: the task's own, English where nothing else is known, and never a failure."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import (
    ArmorInvalid,
    CatalogInvalid,
    LicenseError,
    NotFound,
    TooLarge,
    UnexpectedType,
    UserCellInvalid,
)
from licensekit.errors.coded import Coded, plain_value
from licensekit.errors.templates import as_word
from licensekit.installation.plan import Brought
from licensekit.languages import (
    ENGLISH,
    known_languages,
    language,
    local_name,
    translated,
    translated_count,
    use_language,
)
from tests.errors.coded_classes import below
from tests.languages.pseudo import CLOSE, OPEN, PSEUDO, mark, speak

NOT_FOUND = NotFound(reason="user", name="anna")
SAID = "there is no user 'anna'; look at `users list`"
ENGLISH_ALONE = """
import sys
from licensekit.errors import NotFound
print(NotFound(reason="user", name="anna"), *sorted(sys.modules.keys() & {"gettext", "importlib.resources", "babel"}))
"""
IN_NORWEGIAN = """
from licensekit.errors import NotFound
with use_language("nb"):
    print(NotFound(reason="user", name="anna").message)
"""
KINDS = sorted(
    {kind for kind in below(Coded) if kind.__module__.startswith("licensekit.")},
    key=lambda one: (one.code, one.__name__),  # two classes share a code, and every worker must sort alike
)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> str:
    """A language in which each text is within marks."""
    speak(monkeypatch, mark)
    return PSEUDO


def test_a_message_is_english_unless_a_language_is_used() -> None:
    assert (str(NOT_FOUND), language()) == (SAID, "")
    with use_language("nb"):
        assert str(NOT_FOUND) == "det er ingen bruker 'anna'; se i `users list`"
        with use_language(ENGLISH):
            assert str(NOT_FOUND) == SAID
        assert language() == "nb"
    assert str(NOT_FOUND) == SAID


def test_what_programs_read_is_the_same_in_any_language(pseudo: str) -> None:
    error = TooLarge(reason="bytes", limit=3, wanted="a license file", where="line 7")
    before, data = repr(error), error.as_json()
    with use_language(pseudo):
        assert (repr(error), error.code, error.data) == (before, "too-large", data["data"])
        assert f"{OPEN}a license file{CLOSE}" in error.message
        assert str(error).startswith(f"{OPEN}line 7{CLOSE}: {OPEN}more than 3 bytes")


def test_messages_that_are_equal_have_one_hash_in_any_language(pseudo: str) -> None:
    one = Brought(reason="root", version=3)
    before = hash(one)
    with use_language(pseudo):
        assert hash(one) == before


def test_a_language_is_each_tasks_own() -> None:
    async def said(code: str) -> str:
        with use_language(code):
            await asyncio.sleep(0)
            return NOT_FOUND.message

    async def both() -> list[str]:
        return list(await asyncio.gather(said("nb"), said(ENGLISH)))

    assert asyncio.run(both()) == ["det er ingen bruker 'anna'", "there is no user 'anna'"]


@pytest.mark.parametrize("code", ["xx", "NB", "nb-NO", "../nb", "", "nb.mo"])
def test_a_language_that_there_is_not_is_english(code: str) -> None:
    with use_language(code):
        assert str(NOT_FOUND) == SAID


@pytest.mark.process
def test_english_loads_no_catalog_and_no_gettext() -> None:
    done = subprocess.run([sys.executable, "-c", ENGLISH_ALONE], check=True, capture_output=True, text=True)
    assert done.stdout == f"{SAID}\n"


@pytest.mark.process
def test_without_a_compiled_catalog_there_is_english_alone(tmp_path: Path) -> None:
    """As in a checkout from which nothing was built."""
    import shutil  # noqa: PLC0415  # for this test alone

    import licensekit  # noqa: PLC0415  # likewise

    left_out = shutil.ignore_patterns("*.mo", "__pycache__", "issuer", "cli", "console")
    shutil.copytree(Path(licensekit.__file__).parent, tmp_path / "licensekit", ignore=left_out)
    program = (
        f"from licensekit.languages import known_languages, use_language\nprint(*known_languages())\n{IN_NORWEGIAN}"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == "en\nthere is no user 'anna'\n"


TRANSLATIONS = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(["{name}", "{name:quoted}", "{name:line}", "{", "}", "{{", "{x}", "{name!r}", "{0}", "a", "; "])
    ).map("".join),
)


@given(said=TRANSLATIONS)
def test_a_message_comes_out_whatever_a_translation_says(said: str) -> None:
    """A translation that is not a template with the same fields is ignored."""
    with pytest.MonkeyPatch.context() as patch:
        speak(patch, lambda key, text: said if key == "errors/not-found.message.user" else text)
        with use_language(PSEUDO):
            assert isinstance(str(NOT_FOUND), str)


@pytest.mark.parametrize("said", ["", "{x}", "{0}", "{name:line}", "{name", "name}", "{name.x}", "{name!r} {issuer}"])
def test_a_translation_with_another_field_or_none_at_all_is_left_out(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, lambda key, text: said if key == "errors/not-found.message.user" else text)
    with use_language(PSEUDO):
        assert str(NOT_FOUND) == SAID


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(number=st.integers(-1, 3), text=st.text(max_size=5))
def test_every_message_comes_out_in_each_language(kind: type[Coded], number: int, text: str) -> None:
    """Whatever the data are."""
    template = getattr(kind, "template", "")
    for reason in ("",) if isinstance(template, str) else template:
        for value in (number, text, b"\0", (text,), None, NOT_FOUND):
            made = kind(**dict.fromkeys(kind.fields, value) | ({"reason": reason} if "reason" in kind.fields else {}))
            for code in known_languages():
                with use_language(code):
                    assert isinstance(f"{made.message}{made.hint}" if template else "", str)


def test_a_text_has_the_form_of_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a language with three forms, as Polish has."""

    def polish(number: int) -> int:
        return 0 if number == 1 else 1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2

    speak(monkeypatch, lambda _, text: text.replace("cell|cells", "komórka|komórki|komórek"), polish)
    error = CatalogInvalid(faults=(NOT_FOUND,) * 3)
    with use_language(PSEUDO):
        found = [_cells(number) for number in (1, 3, 5, 12, 22)]
    assert found == ["1 komórka", "3 komórki", "5 komórek", "12 komórek", "22 komórki"]
    assert error.message == "there is no user 'anna'; look at `users list` (and 2 more faults)"


def _cells(number: int) -> str:
    from licensekit.errors import SyntaxInvalid  # noqa: PLC0415  # for this function alone

    said = SyntaxInvalid(reason="cells", count=number, most=9).message
    return " ".join(said.split()[1:3]).removesuffix(",")


def test_a_translation_with_too_few_forms_uses_its_last(monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, lambda _, text: text.replace("cell|cells", "celle"))
    with use_language(PSEUDO):
        assert _cells(3) == "3 celle"


def test_a_number_chooses_between_texts() -> None:
    with use_language("nb"):
        found = [translated_count("console/notices.days", "{n} day left", "{n} days left", n) for n in (1, 2)]
    assert found == ["{n} dag igjen", "{n} dager igjen"]


def test_a_text_whose_english_has_changed_is_english_until_its_catalog_knows_it() -> None:
    with use_language("nb"):
        assert translated("console/notices.days", "some new text") == "some new text"


def test_a_name_is_the_one_in_the_language() -> None:
    names, found = {"nb": "Salg", "de": "Vertrieb"}, list[str]()
    for code in ("", ENGLISH, "nb", "sv"):
        with use_language(code):
            found.append(local_name(names, "Sales"))
    assert found == ["Sales", "Sales", "Salg", "Sales"]


BROUGHT = [
    Brought(reason="root", version=2),
    Brought(reason="trust", version=3),
    Brought(reason="revocations", version=4, issuer="demo"),
    Brought(reason="catalog", version=5, issuer="demo"),
    *(Brought(reason="reset", effect=effect) for effect in ("clock", "sequence", "restore")),
]


@pytest.mark.parametrize("brought", BROUGHT, ids=lambda one: one.path)
def test_what_the_log_keeps_in_english_is_shown_in_the_language(brought: Brought, pseudo: str) -> None:
    kept = str(brought)
    with use_language(pseudo):
        assert as_word(kept) == f"{OPEN}{kept}{CLOSE}"


@pytest.mark.parametrize("said", ["true or false", "symbolic link", "the decimal number 3.5", "12 more", "(erased)"])
def test_what_code_says_in_a_field_is_shown_in_the_language(said: str, pseudo: str) -> None:
    assert as_word(said) == said
    with use_language(pseudo):
        assert as_word(said) == f"{OPEN}{said}{CLOSE}"


def test_what_somebody_wrote_is_shown_as_it_is(pseudo: str) -> None:
    with use_language(pseudo):
        assert as_word("a text of somebody") == "a text of somebody"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnexpectedType(reason="other", type="trust", wanted=("bundle", "reset")), "lisens eller en tilbakestilling"),
        (UserCellInvalid(reason="license", text="sale", guess="sales"), "`sales`?"),
        (ArmorInvalid(reason="altered", type="catalog"), "katalog"),
    ],
    ids=["documents", "guess", "type"],
)
def test_what_messages_put_together_is_in_the_language(error: LicenseError, said: str) -> None:
    with use_language("nb"):
        assert said in str(error)


def test_data_of_a_translated_message_are_plain(pseudo: str) -> None:
    with use_language(pseudo):
        shown: dict[str, Any] = plain_value(TooLarge(reason="bytes", limit=3, wanted="a key"))
    assert shown["data"]["wanted"] == "a key"
