"""`numpynet lesson check` solves lessons by their own keys, without a window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import Command, exit_code, make_parser
from playground.headless.failure import HeadlessError, check_there, sentences
from playground.headless.reports import print_line


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "lesson",
        "Check lessons: their form, and that each step is reached by the lesson's own key.",
        """examples:
  numpynet lesson check my-lesson.md
  numpynet lesson check lessons/*.md

A fault is told by its line: an entry that does not exist, a control or command that the window does not have, a picture
that is missing, a goal that the key does not reach, a prediction whose right answer does not come true.
""",
    )
    parser.add_argument("action", choices=("check",), help="what to do")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="the files of lessons (.md)")
    options = parser.parse_args(arguments)
    return exit_code(lambda: check_lessons(options.files))


def check_lessons(files: Sequence[Path]) -> None:
    """Print the faults of each file, or that it has none. Raises `HeadlessError` if there are any."""
    from core.formats import EXPORTERS
    from core.lessons.lesson_file import read_lesson
    from core.lessons.solve import faults
    from core.reports import REPORTS
    from playground.commands.action_table import all_rows
    from playground.model.hideable_controls import hideable_names

    commands = {row.name for row in all_rows((), (*EXPORTERS, *REPORTS))}
    wrong = 0
    for file in files:
        check_there(file)
        try:
            with sentences(f"{file} cannot be read"):
                lesson = read_lesson(file)
            found = list(faults(lesson, commands, hideable_names()))
        except HeadlessError as error:
            found = [str(error)]
        for sentence in found:
            print_line(sentence)
        if not found:
            print_line(f"{file.name}: “{lesson.title}”, {len(lesson.steps)} steps, is solved by its key")
        wrong += bool(found)
    if wrong:
        raise HeadlessError(f"{wrong} of {len(files)} lessons have faults")


COMMAND = Command("lesson", "check FILE...", "check lessons, and solve them by their own keys", _run)
