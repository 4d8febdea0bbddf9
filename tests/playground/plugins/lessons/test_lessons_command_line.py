"""Lessons on the command line: checked, and what pupils have done listed, with a sentence for each fault."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.experiment.presets import preset_named
from core.lessons.language import words_file
from core.lessons.lesson import Lesson
from core.lessons.lesson_file import read_lesson
from core.lessons.result_code import StepResult, code_of
from core.lessons.translation import read_in
from playground import translation
from playground.cli import main
from playground.model import preferences
from playground.plugins.lessons.progress import LessonProgress
from tests.core.lessons.lesson_files import written
from tests.core.lessons.test_translation import german
from tests.playground.command_line import failing


def test_lessons_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = written(tmp_path, name="good.md")
    assert main(["lesson", "check", str(good)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "good.md line 33: step which should have an explanation, got none",
        "good.md: “A small lesson”, 4 steps, is solved by its key",
    ]


def test_faults_are_listed_and_the_other_lessons_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = written(tmp_path, ("minutes = 5", "minutes = 0"), name="bad.md")
    good = written(tmp_path, ('ring = "play"', 'ring = "plaz"'), name="ring.md")
    assert main(["lesson", "check", str(bad), str(good), str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].startswith(
        "bad.md line 3: The lesson: minutes: it must be a whole number from 1 to 240, got 0"
    )
    assert lines[1].startswith("ring.md line 8: step train: ring must be a control, a command or a setting")
    assert lines[2].startswith("ring.md line 33: step which should have an explanation")
    assert "cannot be read" in lines[3]
    assert err == "numpynet: 3 of 3 lessons have faults\n"


def test_a_file_that_is_missing_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(["lesson", "check", "gone.md"], capsys) == "numpynet: There is no file gone.md"


def _code(lesson: Lesson, mark: int, password: str = "") -> str:
    did = [StepResult(True, 1, True), StepResult(True, 1, True), StepResult(), StepResult(True, tries=1)]
    return code_of(lesson, did, mark, password)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_codes_are_listed_and_faults_told_by_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    lesson = read_lesson(written(own))
    (own / "bad.md").write_text("no lesson", encoding="utf-8")
    good, wrong, other = _code(lesson, 1), _code(lesson, 2), _code(replace(lesson, id="else"), 3)
    wrong = wrong[:-1] + ("7" if wrong[-1] != "7" else "3")
    lines = [
        "=cmd|' /C calc'!A0 " + good,
        "",
        f"Grace: {good.lower()}",
        f"Ärger {wrong}",
        f"Bob {other}",
        "Ada",
    ]
    codes = tmp_path / "codes.txt"
    codes.write_text("\n".join(lines), encoding="utf-16")
    out = tmp_path / "results.csv"
    assert main(["lesson", "grade", str(codes), "-o", str(out), "--lessons", str(own)]) == 1
    rows = _rows(out.read_text(encoding="utf-8-sig"))
    assert [row["line"] for row in rows] == ["line 1", "line 3", "line 4", "line 5", "line 6"]
    assert rows[0] == {
        "line": "line 1", "name": "'=cmd|' /C calc'!A0", "lesson": "small", "version": "1", "steps_done": "3",
        "steps": "4", "guesses_right": "1", "guesses": "1", "right_at_once": "1", "questions": "1", "hints": "0",
        "shown": "0", "answers": "guess: many, right, not sure; which: right, 1 try",
        "signed": "no", "notes": "", "fault": "",
    }  # fmt: skip
    assert [row["fault"] for row in rows[1:]] == [
        "the code is that of line 1 once more",
        "the code was not copied whole, or a letter of it is wrong",
        "the code is of a lesson that is not here, or whose steps were changed since",
        "there is no result code in the line",
    ]
    assert rows[2]["name"] == "Ärger"
    said = capsys.readouterr()
    assert said.out == f"wrote {out}, 5 lines\n"
    assert "numpynet: codes.txt line 4: the code was not copied whole" in said.err
    assert "bad.md line 1: a lesson must begin with a line" in said.err
    assert said.err.endswith("numpynet: 4 of 5 lines have faults\n")


def test_a_class_password_is_read_from_a_file_or_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = read_lesson(written(tmp_path))
    codes, secret = tmp_path / "codes.txt", tmp_path / "secret.txt"
    codes.write_text(f"Ada {_code(lesson, 1, 'größer')}\n", encoding="utf-8")
    call = ["lesson", "grade", str(codes), "--lessons", str(tmp_path)]
    assert main(call) == 0
    assert _rows(capsys.readouterr().out)[0]["signed"] == "not checked"
    monkeypatch.setenv("NUMPYNET_CLASS_PASSWORD", "größer")
    assert main(call) == 0
    assert _rows(capsys.readouterr().out)[0]["signed"] == "yes"
    secret.write_text("kleiner\r\n", encoding="utf-8")
    assert main([*call, "--password-file", str(secret)]) == 1
    said = capsys.readouterr()
    assert _rows(said.out)[0]["fault"] == "the code is not signed with this class password"
    secret.write_text("\n", encoding="utf-8")
    told = failing([*call, "--password-file", str(secret)], capsys)
    assert told == f"numpynet: {secret} must hold the class password, got nothing"


def test_saved_lessons_of_a_folder_are_listed_with_their_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = read_lesson(written(tmp_path))
    for name in ("ada", "bob"):
        progress = LessonProgress(lesson, tmp_path / "saved" / name)
        progress.of(lesson.steps[0]).done = True
        progress.of(lesson.steps[0]).note = "@größer"
        progress.save()
    damaged = tmp_path / "saved" / "bob" / "zz.json"
    damaged.write_text("{}", encoding="utf-8")
    assert main(["lesson", "grade", str(tmp_path / "saved"), "--lessons", str(tmp_path)]) == 1
    said = capsys.readouterr()
    rows = _rows(said.out)
    assert [row["name"].partition("/")[0] for row in rows] == ["ada", "bob", "bob"]
    assert [row["steps_done"] for row in rows] == ["1", "1", ""]
    assert [row["notes"] for row in rows] == ["'@größer", "'@größer", ""]
    assert "zz.json: it is no saved lesson of this program" in said.err


def test_codes_that_cannot_be_read_are_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(["lesson", "grade", "gone.txt"], capsys) == "numpynet: There is no file gone.txt"
    codes = tmp_path / "codes.txt"
    codes.write_bytes(b"\xff\x81x")
    told = failing(["lesson", "grade", str(codes)], capsys)
    assert told == f"numpynet: {codes} must be a text in UTF-8, UTF-16 or Windows-1252"


def test_a_code_that_was_handed_on_is_told_in_whatever_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = read_lesson(written(tmp_path))
    mine, code = 0xABCDE, _code(lesson, 0xABCDE)
    done = code_of(lesson, [StepResult(True)] * 4, mine)
    lines = [
        f"Änne {code}",
        f"{code.replace('-', '').replace('0', 'O').lower()}; Bob",
        f"Änne {done}",
        f"Cid {code_of(lesson, [StepResult(True)] * 3 + [StepResult()], mine)}",
        f"\x1b[31mDora {_code(lesson, 7)}",
    ]
    codes = tmp_path / "codes.txt"
    codes.write_bytes("\r\n".join(lines).encode("cp1252"))
    assert main(["lesson", "grade", str(codes), "--lessons", str(tmp_path)]) == 1
    rows = _rows(capsys.readouterr().out)
    assert [row["name"] for row in rows[:4]] == ["Änne", "Bob", "Änne", "Cid"]
    assert "\x1b" not in rows[4]["name"]
    assert [row["fault"] for row in rows] == [
        "", "the code is that of line 1 once more", "", "the code is of the same pupil as that of line 1", "",
    ]  # fmt: skip


def test_sheets_are_written_as_pdf_and_html(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], qapp: object
) -> None:
    lesson, pdf, key = written(tmp_path), tmp_path / "sheet.pdf", tmp_path / "key.HTML"
    assert main(["lesson", "sheet", str(lesson), "-o", str(pdf)]) == 0
    assert main(["lesson", "sheet", str(lesson), "-o", str(key), "--key"]) == 0
    assert capsys.readouterr().out == f"wrote {pdf}\nwrote {key}\n"
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert "Key, for the teacher" in key.read_text(encoding="utf-8")
    told = failing(["lesson", "sheet", str(lesson), "-o", "sheet.doc"], capsys)
    assert told == "numpynet: sheet.doc must end in .pdf or .html"


def test_a_new_lesson_begins_with_a_preset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.md"
    assert main(["lesson", "new", "moons", "-o", str(path)]) == 0
    assert read_lesson(path).start == preset_named("moons")
    assert capsys.readouterr().out.startswith(f"wrote {path}; `numpynet lesson check` names what is still")
    assert main(["lesson", "check", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all("a placeholder is left" in line for line in lines)
    assert "nothing" in failing(["lesson", "new", "nothing", "-o", str(path)], capsys)


def test_a_sheet_is_in_the_language_of_the_flag_the_environment_or_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = german(tmp_path), tmp_path / "sheet.html"
    for each in (preferences, translation):
        monkeypatch.setattr(each, "preferences_path", lambda: tmp_path / "preferences.json")

    def title(*words: str, file: Path = path) -> str:
        assert main(["lesson", "sheet", str(file), "-o", str(out), *words]) == 0
        found = re.search(r"<h1>(.+)</h1>", out.read_text(encoding="utf-8"))
        assert found is not None
        return found[1]

    assert title() == title("--language", "zh") == "A small lesson"
    assert title("--language", "de") == title(file=words_file(path, "de")) == "Eine kleine Lektion"
    preferences.Preferences().language = "de"
    assert title() == "Eine kleine Lektion"
    monkeypatch.setenv("NUMPYNET_LANGUAGE", "en")
    assert title() == "A small lesson"


def test_the_check_looks_at_words_beside_a_lesson_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = german(tmp_path)
    assert main(["lesson", "check", *map(str, sorted(tmp_path.glob("*.md")))]) == 0
    assert "small.de.md has the steps, answers and parts of small.md\n" in capsys.readouterr().out
    german(tmp_path, ("- wenige\n", ""), ("Eine kleine", "Die kleine"))
    for files in ([path], [words_file(path, "de")]):
        assert main(["lesson", "check", *map(str, files)]) == 1
        told = capsys.readouterr().out.splitlines()
        assert told[0] == "small.de.md line 8: section guess must list 2 answers, got 1"


def test_what_programs_read_is_the_same_in_each_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    codes = tmp_path / "codes.txt"
    codes.write_text(f"Ada {_code(read_in(german(own), 'de'), 1)}", encoding="utf-8")
    found = []
    for language in ("en", "de"):
        monkeypatch.setenv("NUMPYNET_LANGUAGE", language)
        assert main(["lesson", "grade", str(codes), "--lessons", str(own)]) == 0
        found.append(capsys.readouterr().out)
    assert found[0] == found[1]
    assert "guess: many" in found[0]
