"""Pages in other languages have the code and headings of the English ones; the glossary says what lessons say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from tests.sources import ROOT

DOCS = ROOT / "docs"
LESSONS = ROOT / "resources" / "lessons"
LANGUAGES = [name for name in ("de", "zh") if (DOCS / name).is_dir()]
SOURCES = {
    "index.md": ROOT / "README.md",
    "first-five-minutes.md": DOCS / "first-five-minutes.md",
    "teachers.md": DOCS / "about" / "teachers.md",
    **{f"lessons/{page.name}": page for page in sorted((DOCS / "about" / "lessons").glob("*.md"))},
}
"""Of each page of a language, where it lies in English."""
MADE = {"tutorial/gallery.md", "library/api.md", "guide/commands.md"}
"""Pages that are written with the site, as those of kinds."""
PAGES = [(language, name) for language in LANGUAGES for name in SOURCES]
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _headings(text: str) -> list[int]:
    return [len(found) for found in re.findall(r"^(#+) ", FENCED.sub("", text), re.MULTILINE)]


def _typed(text: str) -> list[str]:
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", FENCED.sub("", text))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_page_and_no_other(language: str) -> None:
    folder = DOCS / language
    assert {page.relative_to(folder).as_posix() for page in folder.rglob("*.md")} == SOURCES.keys()


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_a_page_has_the_code_and_the_headings_of_the_english_one(language: str, name: str) -> None:
    ours, english = _text(DOCS / language / name), _text(SOURCES[name])
    assert FENCED.findall(ours) == FENCED.findall(english)
    # What is typed, such as options and files, is that of the English page: a translation promises nothing of its own.
    there = " ".join(english.split())
    assert [typed for typed in _typed(ours) if typed not in there] == []
    assert _headings(ours) == _headings(english)


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_links_of_a_page_lead_somewhere(language: str, name: str) -> None:
    page = DOCS / language / name
    made_for_the_site = {"pictures": ROOT / "resources" / "screenshots"}
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", FENCED.sub("", _text(page))):
        if link.startswith("https://"):
            continue
        target = (page.parent / link).resolve()
        if target.is_relative_to(ROOT / "resources" / "screenshots"):
            assert target.is_file(), link
            continue
        home, *rest = target.relative_to(DOCS).parts
        if home == "kinds" or "/".join((home, *rest)) in MADE:
            continue
        assert made_for_the_site.get(home, DOCS / home).joinpath(*rest).is_file(), link


@pytest.mark.parametrize(("language", "name"), [each for each in PAGES if each[1].startswith("lessons/")])
def test_sheets_fit_two_sides_of_a4_and_courses_one(qapp: QApplication, language: str, name: str) -> None:
    sheet, mm = QTextDocument(), 96 / 25.4
    sheet.setMarkdown(_text(DOCS / language / name), QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    sheet.setPageSize(QSizeF(170 * mm, 257 * mm))
    assert sheet.pageCount() <= 1 + Path(name).name[:2].isdigit()


def _terms() -> list[tuple[str, str, str, str]]:
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", _text(DOCS / "contributing" / "glossary.md"), re.M
    )
    return [row for row in rows if row[0] != "English" and not row[0].startswith("---")]


def test_the_glossary_has_eighty_terms_each_once_in_three_languages() -> None:
    terms = _terms()
    assert len(terms) >= 80
    assert len({english for english, *_ in terms}) == len(terms)
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) for _, _, chinese, _ in terms)


@pytest.mark.parametrize(("language", "column"), [("de", 1), ("zh", 2)])
def test_the_glossary_says_what_the_lessons_say(language: str, column: int) -> None:
    words: dict[str, str] = tomllib.loads(_text(LESSONS / "words" / f"{language}.toml"))
    said = " ".join([*words.values(), *map(_text, LESSONS.glob(f"*.{language}.md"))]).lower()
    for term in _terms():
        first = re.split(r" ?[(（]", term[column])[0]
        if "L" in term[3].split(" / ")[column - 1].split(", "):
            assert first.lower() in said, term
        word = None if term[0] == "class" else words.get(term[0].capitalize())  # that one is the school's
        assert word is None or first.lower() in word.lower(), term
