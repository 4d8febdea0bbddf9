"""`numpynet lesson` writes, checks and prints lessons, and lists what pupils have done, without a window."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.cli.command import Command, exit_code, make_parser, option
from playground.headless.failure import HeadlessError, check_there, sentences
from playground.plugin import add_force, check_destination, print_line, print_note, write_file

if TYPE_CHECKING:
    from core.lessons.lesson import Lesson


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "lesson",
        "Lessons for a class: write and check them, print worksheets, list what pupils have done.",
        """examples:
  numpynet lesson new moons -o my-lesson.md
  numpynet lesson check my-lesson.md lessons/*.md
  numpynet lesson sheet my-lesson.md -o sheet.pdf
  numpynet lesson sheet my-lesson.md -o key.html --key --language de
  numpynet lesson grade codes.txt -o results.csv --lessons my-lessons/

Check: a fault is told by its line: an entry that does not exist, a control or command that the window does not have, a
picture that is missing, a goal that the key does not reach, a prediction whose right answer does not come true.
The words of my-lesson.de.md beside my-lesson.md must have its steps, answers and parts; each difference is told.

Grade: each line of the file is a name and a result code, in either order, as pupils have pasted it. It is no exam: a
code can be forged. Where NUMPYNET_CLASS_PASSWORD is set in the environment of the window, codes are signed with it:
take a sentence, not a word.
""",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="check lessons, and solve them by their own keys")
    option(check, "FILE", "the files of lessons (.md)", dest="files", nargs="+", type=Path)
    check.set_defaults(work=lambda options: check_lessons(options.files))
    sheet = actions.add_parser("sheet", help="write a worksheet, for pupils or with its key")
    option(sheet, "FILE", "the file of a lesson (.md)", type=Path)
    option(sheet, "-o, --output OUT", ".pdf or .html", type=Path, required=True)
    option(sheet, "--key", "with answers, marks and what comes out over six seeds", action="store_true")
    told = "its language, de or zh (default: NUMPYNET_LANGUAGE of the environment, or that of the window)"
    option(sheet, "--language CODE", told)
    sheet.set_defaults(
        work=lambda options: write_sheet(options.file, options.output, options.key, options.language)
    )
    new = actions.add_parser(
        "new", help="write a lesson to begin with, from a project, an experiment or a preset"
    )
    option(new, "SOURCE", "a project, an experiment, or the name of a preset")
    option(new, "-o, --output OUT", "the lesson to write, .md", type=Path, required=True)
    add_force(new)
    new.set_defaults(work=lambda options: write_new(options.source, options.output, options.force))
    grade = actions.add_parser("grade", help="list result codes, or saved lessons, in a table")
    option(
        grade,
        "CODES",
        "a text with a name and a code in each line, or a folder of saved lessons (.json)",
        type=Path,
    )
    option(grade, "-o, --output OUT", "the .csv to write (default -)", default="-")
    add_force(grade)
    option(grade, "--lessons DIR", "a folder of lessons of your own", type=Path)
    option(
        grade,
        "--password-file FILE",
        "the class password (default: NUMPYNET_CLASS_PASSWORD of the environment)",
        type=Path,
    )
    grade.set_defaults(work=_grade)
    options = parser.parse_args(arguments)
    return exit_code(lambda: options.work(options))


def check_lessons(files: Sequence[Path]) -> None:
    """Print the faults of each file, or that it has none. Raises `HeadlessError` if there are any."""
    from core.formats import EXPORTERS
    from core.lessons.language import lesson_of, words_files
    from core.lessons.solve import advice, faults
    from core.reports import REPORTS
    from playground.commands.action_table import all_rows
    from playground.model.hideable_controls import control_for, hideable_names
    from playground.plugins.lessons.needs import looks_here

    commands = {row.name for row in all_rows((), (*EXPORTERS, *REPORTS))}
    wrong = 0
    for file in files:
        check_there(file)
        if (original := lesson_of(file)) is not None:
            found = _differences(original, file)
            for sentence in found or [f"{file.name} has the steps, answers and parts of {original.name}"]:
                print_line(sentence)
            wrong += bool(found)
            continue
        try:
            lesson = _lesson(file)
            found = list(faults(lesson, commands, hideable_names(), control_for, looks_here()))
            for words in words_files(file):
                found += [] if words in files else _differences(file, words)
            advised = list(advice(lesson))
        except HeadlessError as error:
            found, advised = str(error).splitlines(), []
        for sentence in (*found, *advised):
            print_line(sentence)
        if not found:
            print_line(f"{file.name}: “{lesson.title}”, {len(lesson.steps)} steps, is solved by its key")
        wrong += bool(found)
    if wrong:
        raise HeadlessError(f"{wrong} of {len(files)} lessons have faults")


def _differences(lesson: Path, words: Path) -> list[str]:
    from core.lessons.translation import translation_faults

    try:
        with sentences(f"{words} cannot be read"):
            return list(translation_faults(lesson, words))
    except HeadlessError as error:
        return str(error).splitlines()


def _lesson(file: Path, language: str = "en") -> Lesson:
    from core.lessons.translation import read_in

    with sentences(f"{file} cannot be read"):
        return read_in(file, language)


def write_sheet(file: Path, output: Path, is_key: bool, language: str | None = None) -> None:
    """Write a worksheet as PDF or HTML, by the suffix. Raises `HeadlessError`.

    Without a language in that of the environment, or else of the window.
    """
    from core.lessons.language import language_of, lesson_of
    from core.lessons.worksheet import key_sheet, pupils_sheet
    from playground.translation import chosen_language

    check_there(file)
    check_destination(output, [file])
    suffix = output.suffix.lower()
    if suffix not in (".pdf", ".html"):
        raise HeadlessError(f"{output.name} must end in .pdf or .html")
    from PySide6.QtCore import QLocale

    if (original := lesson_of(file)) is not None:
        file, language = original, language or language_of(file)
    lesson = _lesson(file, language or chosen_language())
    decimal = QLocale.system().decimalPoint() if lesson.language == "en" else lesson.say(".")
    with sentences(f"{file} cannot be printed"):
        page = key_sheet(lesson, decimal) if is_key else pupils_sheet(lesson, decimal=decimal)
    data = page.encode() if suffix == ".html" else _pdf(page)
    write_file(output, data)


def write_new(source: str, output: Path, force: bool = False) -> None:
    """Write a lesson that starts with `source`, a file or a preset's name. Raises `HeadlessError`.

    With `force`, over whatever is there.
    """
    from core.lessons.new_lesson import lesson_files, write_lesson
    from playground.headless.sources import Changes, DataChoices, find_experiment

    experiment, _ = find_experiment(source, DataChoices(), Changes())
    for file in lesson_files(output, experiment):
        check_destination(file, [Path(source), *experiment.dataset.sources], mark="", force=force)
    with sentences(f"{output} cannot be written"):
        write_lesson(output, experiment)
    print_line(f"wrote {output}; `numpynet lesson check` names what is still to be written in it")


def _pdf(page: str) -> bytes:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        from PySide6.QtGui import QFontDatabase, QGuiApplication

        from playground.plugins.lessons.views.sheet_pdf import sheet_pdf
    except ImportError as error:
        raise HeadlessError(f"a PDF needs a library of the system, .html does not: {error}") from None
    application = QGuiApplication.instance() or QGuiApplication([])
    if not QFontDatabase.families():
        raise HeadlessError("a PDF needs fonts, and this system has none; .html does not")
    data = sheet_pdf(page)
    del application  # it must outlive the fonts
    return data


def _grade(options: argparse.Namespace) -> None:
    """Write a row for each code of a file, or for each saved lesson of a folder; "-" is standard output.

    What cannot be read is a row with its sentence, too. Raises `HeadlessError` at the end if there are any.
    """
    from core.lessons.grading import graded, table_text
    from core.lessons.result_code import PASSWORD

    source, output = options.codes, options.output
    if options.password_file is None:
        password = os.environ.get(PASSWORD, "")
    else:
        password = _text(options.password_file).strip("\r\n")
        if not password:
            raise HeadlessError(f"{options.password_file} must hold the class password, got nothing")
    check_there(source)
    if output != "-":
        reads = [source, *filter(None, [options.lessons, options.password_file])]
        check_destination(Path(output), reads, mark=table_text(), force=options.force)
    lessons = list(_lessons(options.lessons))
    rows = list(_saved(source, lessons) if source.is_dir() else graded(_text(source), lessons, password))
    text = table_text(rows)
    if output == "-":
        print_line(text.removesuffix("\n"))
    else:
        # With its mark Excel reads UTF-8 as such, and an umlaut in a name stays one.
        write_file(Path(output), text.encode("utf-8-sig"), f", {len(rows):,} lines")
    faults = [row for row in rows if row.get("fault")]
    for row in faults:
        print_note(f"{source.name} {row['line']}: {row['fault']}")
    if faults:
        raise HeadlessError(f"{len(faults):,} of {len(rows):,} lines have faults")


def _lessons(folder: Path | None) -> Iterator[Lesson]:
    """The lessons of a class's own folder, and those of the program."""
    from core.lessons.language import lessons_in
    from core.lessons.shipped import shipped_lessons

    if folder is not None:
        check_there(folder)
        for file in lessons_in(folder):
            try:
                yield _lesson(file)
            except HeadlessError as error:
                print_note(str(error))
    yield from map(_lesson, shipped_lessons())


def _saved(folder: Path, lessons: Sequence[Lesson]) -> Iterator[dict[str, Any]]:
    """Saved lessons are read as their code would be; nobody signs a file."""
    from core.lessons.grading import graded_code
    from playground.plugins.lessons.progress import LessonProgress

    for file in sorted(folder.rglob("*.json")):
        name = file.relative_to(folder).with_suffix("").as_posix()
        row: dict[str, Any] = {"line": file.name, "name": name}
        try:
            with sentences("it cannot be read"):
                progress = LessonProgress.in_file(file, lessons)
        except HeadlessError as error:
            yield row | {"fault": str(error)}
        else:
            yield row | graded_code(progress.code, lessons) | {"notes": progress.notes, "signed": ""}


def _text(file: Path) -> str:
    from core.lessons.grading import text_of_codes

    with sentences(f"{file} cannot be read"):
        return text_of_codes(file)


COMMAND = Command(
    "lesson",
    "new|check|sheet|grade …",
    "write and check lessons, print them, list results",
    _run,
    after="runs",
)
