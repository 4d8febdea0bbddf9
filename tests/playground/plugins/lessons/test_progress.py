"""What was done in a lesson: kept in a file, read again, and begun anew where that is damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.lessons.lesson import Step
from core.lessons.result_code import read_code
from core.lessons.worksheet import Run
from playground.plugins.lessons.progress import (
    Guess,
    LessonProgress,
    StepProgress,
    guess_is_right,
    guess_of,
    with_tick,
)
from tests.core.lessons.lesson_files import small


def test_progress_is_kept_by_file(tmp_path: Path) -> None:
    lesson = small(tmp_path)
    progress = LessonProgress(lesson, tmp_path / "kept")
    assert (progress.first_open, progress.done) == (0, 0)
    train, guess = lesson.steps[:2]
    progress.of(train).done = True
    progress.of(guess).answer = (1.0,)
    progress.of(guess).measured = 0.97
    progress.of(guess).note = "größer"
    progress.save()
    again = LessonProgress(lesson, tmp_path / "kept")
    assert (again.first_open, again.done) == (1, 1)
    assert again.of(guess) == StepProgress(answer=(1.0,), measured=0.97, note="größer")
    assert again.code == progress.code
    assert read_code(again.code, [lesson]).steps[0].done
    assert again.notes == "größer"
    # Two pupils who have done the same have other codes.
    assert LessonProgress(lesson, tmp_path / "a").code != LessonProgress(lesson, tmp_path / "b").code
    # The same lesson in another folder is another pupil's.
    (tmp_path / "other").mkdir()
    assert LessonProgress(small(tmp_path / "other"), tmp_path / "kept").done == 0


@pytest.mark.parametrize(
    "steps",
    [
        {"train": {"done": 1}},
        {"train": {"answer": [True]}},
        {"train": {"answer": "1"}},
        {"train": {"answer": [1e999]}},
        {"train": {"hints": -1}},
        {"train": {"sure": "perhaps"}},
        {"train": {"note": 3}},
        {"train": {"mood": "good"}},
        {"train": []},
        [],
        None,
    ],
)
def test_a_damaged_file_begins_anew(tmp_path: Path, steps: object) -> None:
    lesson = small(tmp_path)
    progress = LessonProgress(lesson, tmp_path)
    progress.of(lesson.steps[0]).done = True
    progress.save()
    data = json.loads(progress.path.read_text(encoding="utf-8"))
    progress.path.write_text(json.dumps(data | {"steps": steps}), encoding="utf-8")
    assert LessonProgress(lesson, tmp_path).done == 0
    progress.path.write_bytes(b"\xff{")
    assert LessonProgress(lesson, tmp_path).done == 0


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    progress = LessonProgress(small(tmp_path), tmp_path / "file")
    progress.save()
    assert progress.fault.startswith("Your progress cannot be kept: ")


@pytest.mark.parametrize("runs", [3, "x", [3], [{}], [{"changed": "", "epochs": 1, "measure": [], "value": 1}],
                                  [{"changed": "", "epochs": True, "measure": "test loss", "value": 1}]])  # fmt: skip
def test_damaged_runs_begin_anew_and_runs_that_go_on_stay_one(tmp_path: Path, runs: object) -> None:
    lesson = small(tmp_path)
    progress = LessonProgress(lesson, tmp_path)
    for changed, epochs in (("a", 3), ("a", 7), ("b", 2), ("a", 9), ("a", 4)):
        progress.note_run(Run(changed, epochs, "test loss", 0.5))
    # What was said before a run stays with it.
    progress.note_run(Run("a", 5, "test loss", 0.5, "few"))
    progress.note_run(Run("a", 6, "test loss", 0.5))
    progress.save()
    kept = LessonProgress(lesson, tmp_path).runs
    assert [run.guess for run in kept] == ["", "", "", "few"]
    assert [(run.changed, run.epochs) for run in kept] == [("a", 7), ("b", 2), ("a", 9), ("a", 6)]
    data = json.loads(progress.path.read_text(encoding="utf-8"))
    progress.path.write_text(json.dumps(data | {"runs": runs}), encoding="utf-8")
    assert LessonProgress(lesson, tmp_path).runs == ()


def test_a_finished_lesson_has_a_tick(tmp_path: Path) -> None:
    lesson = small(tmp_path)
    progress = LessonProgress(lesson, tmp_path)
    for step in lesson.steps:
        progress.save()
        assert with_tick(lesson.path, "Small", tmp_path) == "Small"
        progress.of(step).done = True
    progress.save()
    assert with_tick(lesson.path, "Small", tmp_path) == "Small ✓"
    # Another file with the same id is another lesson.
    assert with_tick(tmp_path / "other.md", "Small", tmp_path) == "Small"
    progress.path.write_text("{", encoding="utf-8")
    assert with_tick(lesson.path, "Small", tmp_path) == "Small"


def _step(question: str, **given: object) -> Step:
    return Step("a", "predict", "A", "a", 1, question=question, measure="test accuracy", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "measured", "right"),
    [
        ((74.0,), 0.72, True),
        ((60.0,), 0.72, False),
        ((72.0,), None, False),
        ((48.0,), 0.42, True),
        ((54.0,), 0.42, False),
        ((54.0,), 0.3, False),
        (None, 0.72, False),
    ],
)
def test_a_number_is_right_if_it_is_near(
    answer: tuple[float, ...] | None, measured: float | None, right: bool
) -> None:
    step = _step("number", right=(40.0, 55.0))
    assert guess_is_right(step, StepProgress(done=True, answer=answer, measured=measured)) is right


def test_a_choice_is_right_if_it_is_what_came() -> None:
    step = _step("single", choices=("few", "many"), ranges=((0.0, 70.0), (70.0, 100.0)), right=(1.0,))
    assert guess_is_right(step, StepProgress(answer=(0.0,), measured=0.5))
    assert not guess_is_right(step, StepProgress(answer=(1.0,), measured=0.5))


def test_a_guess_is_a_band_and_what_came_of_it() -> None:
    choices = {"choices": ("few", "many"), "ranges": ((0.0, 70.0), (70.0, 100.0)), "right": (1.0,)}
    step = _step("single", **choices)
    assert guess_of(step, StepProgress()) is None
    said = Guess("test accuracy", True, "few", (0.0, 70.0), None, False)
    assert guess_of(step, StepProgress(answer=(0.0,))) == said
    assert guess_of(step, StepProgress(answer=(0.0,), measured=0.5)) == replace(said, did=50.0, is_right=True)
    number = guess_of(_step("number", right=(40.0, 55.0)), StepProgress(answer=(54.0,)))
    assert number is not None
    assert (number.said, number.band) == ("54", (54.0, 54.0))
    # Choices that stand for no range.
    unmeasured = guess_of(_step("single", **choices | {"ranges": ()}), StepProgress(answer=(1.0,)))
    assert unmeasured is not None
    assert unmeasured.band is None


@pytest.mark.parametrize("answer", [[99], [-7.5], [], [10**400], [0, 1], [0.5]])
@pytest.mark.parametrize("name", ["guess", "which"])
def test_an_answer_that_the_lesson_has_not_begins_the_step_anew(
    tmp_path: Path, name: str, answer: list[float]
) -> None:
    """Of a lesson that has fewer answers now, or of a file that somebody wrote."""
    lesson = small(tmp_path)
    step = next(each for each in lesson.steps if each.id == name)
    progress = LessonProgress(lesson, tmp_path / "kept")
    progress.of(step).answer, progress.of(step).done = (1.0,), True
    progress.of(step).note = "a note"
    progress.save()
    data = json.loads(progress.path.read_text())
    data["steps"][name]["answer"] = answer
    progress.path.write_text(json.dumps(data))
    again = LessonProgress(lesson, tmp_path / "kept")
    assert again.of(step).answer is None
    assert not again.of(step).done
    assert guess_of(step, again.of(step)) is None
    assert again.code
    if 10**400 not in answer:
        assert again.of(step).note == "a note"


def test_every_kind_of_question_takes_its_own_answers() -> None:
    def takes(question: str, *answer: float) -> bool:
        return Step("a", "ask", "A", "", 1, question=question, choices=("a", "b", "c")).takes(answer)

    assert takes("single", 2.0)
    assert not takes("single", 3.0)
    assert takes("several")
    assert takes("several", 2.0, 0.0)
    assert not takes("several", 1.0, 1.0)
    assert takes("order", 2.0, 0.0, 1.0)
    assert not takes("order", 0.0, 1.0)
    assert takes("number", -7.5)
    assert not takes("number")


def test_two_windows_on_one_lesson_lose_nothing_of_each_other(tmp_path: Path) -> None:
    lesson = small(tmp_path)
    train, guess, reach = lesson.steps[:3]
    one, two = (LessonProgress(lesson, tmp_path / "kept") for _ in range(2))
    one.of(train).done = True
    one.note_run(Run("one", 5, "test accuracy", 0.9))
    one.save()
    two.of(guess).answer = (1.0,)
    two.note_run(Run("two", 5, "test accuracy", 0.8))
    assert not two.fault
    two.save()
    assert "another window" in two.fault
    again = LessonProgress(lesson, tmp_path / "kept")
    assert again.of(train).done
    assert again.of(guess).answer == (1.0,)
    assert [run.changed for run in again.runs] == ["one", "two"]
    # One pupil has one code.
    assert again.code == two.code
    # Both go on, in the same step, too: what is done stays done.
    one.of(guess).answer = (0.0,)
    two.of(reach).done = True
    two.save()
    one.save()
    last = LessonProgress(lesson, tmp_path / "kept")
    assert last.of(guess).answer == (0.0,)
    assert last.of(reach).done
