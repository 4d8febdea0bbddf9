"""Lessons in other languages: their files of words, what is shown where these have none, and the sheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.lessons.language import ENGLISH, LANGUAGES, lesson_of, lessons_in, words_file, words_files
from core.lessons.lesson_file import LessonError, read_lesson
from core.lessons.result_code import StepResult, code_of, read_code
from core.lessons.shipped import shipped_lessons, title_of
from core.lessons.solve import Solver
from core.lessons.translation import read_in, translation_faults
from core.lessons.worksheet import pupils_sheet
from tests.core.lessons.lesson_files import TEXT, written

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
WORDS = [words_file(lesson, language) for lesson in shipped_lessons() for language in OTHERS]
GERMAN = """# Eine kleine Lektion

Text der Lektion.

## train: Trainiere
Drücke „Play“.

## guess: Vermute
Wie viele?

### answers
- wenige
- viele

### explanation
Drei Geraden.

## reach: Erreiche 95 %
Mit drei Neuronen.

### hint 1
Erstens.

### hint 2
Zweitens.

## which: Welche?
Welche davon?

### answers
- diese
- jene

## teacher

### prior knowledge
Keins.

### misconceptions
Keine.

### ask
Warum?

### extension
Mehr.
"""


def german(folder: Path, *changes: tuple[str, str]) -> Path:
    """The small lesson, with German words beside it of which some are replaced."""
    lesson, text = written(folder), GERMAN
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    words_file(lesson, "de").write_text(text, encoding="utf-8")
    return lesson


@pytest.mark.parametrize("words", WORDS, ids=lambda path: path.name)
def test_words_of_shipped_lessons_have_all_steps_answers_and_parts(words: Path) -> None:
    lesson = lesson_of(words)
    assert lesson is not None
    assert words in words_files(lesson)
    assert list(translation_faults(lesson, words)) == []
    read = read_in(lesson, words.suffixes[0][1:])
    english = read_lesson(lesson)
    assert read.language in LANGUAGES
    own, other = [
        [each.title, each.text, *(text for step in each.steps for text in (step.title, step.text))]
        for each in (english, read)
    ]
    assert [text for text, same in zip(own, other, strict=True) if text == same] == []
    for step in read.steps:
        assert len(set(step.choices)) == len(step.choices), step.id


def test_words_take_the_place_of_the_lessons_own_and_nothing_else(tmp_path: Path) -> None:
    english, lesson = read_lesson(german(tmp_path)), read_in(tmp_path / "small.md", "de")
    assert (lesson.language, lesson.title, lesson.text) == ("de", "Eine kleine Lektion", "Text der Lektion.")
    assert lesson.steps[1].choices == ("wenige", "viele")
    assert lesson.steps[2].hints == ("Erstens.", "Zweitens.")
    assert lesson.teacher["ask"] == "Warum?"
    assert (lesson.start, lesson.id, lesson.path) == (english.start, english.id, english.path)
    for own, other in zip(english.steps, lesson.steps, strict=True):
        assert (own.until, own.key, own.right, own.line) == (other.until, other.key, other.right, other.line)
    assert (title_of(lesson.path, "de"), title_of(lesson.path, "zh")) == (lesson.title, "A small lesson")
    assert lessons_in(tmp_path) == [lesson.path]


def test_english_stands_where_words_are_missing(tmp_path: Path) -> None:
    path = german(
        tmp_path,
        ("## train: Trainiere\nDrücke „Play“.\n", ""),
        ("- wenige\n", ""),
        ("### hint 2\nZweitens.\n", ""),
    )
    lesson = read_in(path, "de")
    assert (lesson.steps[0].title, lesson.steps[0].text) == ("Train", "Press Play.")
    assert (lesson.steps[1].title, lesson.steps[1].choices) == ("Vermute", ("few", "many"))
    assert lesson.steps[2].hints == ("Erstens.", "Second.")
    assert read_in(path, "zh") == read_in(path, "en") == read_lesson(path)
    words_file(path, "de").write_bytes(b"\xff")
    assert read_in(path, "de") == read_lesson(path)


def test_the_check_tells_all_differences_at_once(tmp_path: Path) -> None:
    path = german(
        tmp_path,
        ("## train: Trainiere\nDrücke „Play“.\n", ""),
        ("- wenige\n", ""),
        ("### hint 2\nZweitens.\n", "### hint 3\nDrittens.\n"),
        ("## which: Welche?", "## which"),
        ("Text der Lektion.", "![Bild](plan.png)"),
        ("## teacher", "## more: Mehr\nMehr.\n\n## More\n\n## teacher"),
    )
    assert list(translation_faults(path, words_file(path, "de"))) == [
        "small.de.md line 34: a section must be a step, once: \"## its-id: Its title\", got '## More'",
        "small.de.md line 1: the lesson must show the pictures none, got plan.png",
        "small.de.md line 6: section guess must list 2 answers, got 1",
        'small.de.md line 15: section reach must have a "### hint 2", got none',
        'small.de.md line 15: section reach must have no "### hint 3", got one',
        "small.de.md line 24: section which must have a title, got ''",
        "small.de.md line 31: section more must be a step of small.md or the teacher, got 'more'",
        "small.de.md line 1: section train must be there as in small.md, got none",
    ]


def test_words_have_no_front_matter(tmp_path: Path) -> None:
    path = german(tmp_path)
    words_file(path, "de").write_text(TEXT, encoding="utf-8")
    assert list(translation_faults(path, words_file(path, "de"))) == [
        "small.de.md line 1: words must stand without a front matter, got one"
    ]
    words_file(path, "de").write_bytes(b"\xff")
    with pytest.raises(LessonError, match="must be a text in UTF-8"):
        list(translation_faults(path, words_file(path, "de")))


def test_a_code_made_in_german_is_read_in_english(tmp_path: Path) -> None:
    path = german(tmp_path)
    steps = [StepResult(True, answer=1, right=True), StepResult(True, answer=1, right=True, sure=2)] * 2
    code = code_of(read_in(path, "de"), steps, 5)
    assert code == code_of(read_lesson(path), steps, 5)
    assert read_code(code, [read_lesson(path)]).steps == read_code(code, [read_in(path, "de")]).steps


def test_the_key_solves_a_lesson_with_german_words(tmp_path: Path) -> None:
    outcomes = list(Solver(read_in(german(tmp_path), "de")).steps())
    assert [each.step.title for each in outcomes] == ["Trainiere", "Vermute", "Erreiche 95 %", "Welche?"]
    assert all(each.reached and each.as_predicted for each in outcomes)


def test_the_sheet_follows_the_language(tmp_path: Path) -> None:
    page = pupils_sheet(read_in(german(tmp_path), "de"), decimal=",")
    assert '<html lang="de">' in page
    for text in (
        "LEKTION",
        "Vermute, bevor du „Starten“ drückst",
        "etwa 5 Minuten",
        "Ergebniscode",
        "☐ wenige",
    ):
        assert text in page
    for text in ("LESSON", "Result code", "Predict", "Explain", "because"):
        assert text not in page
