"""Lessons solved by their own keys, and what a check says of those that are not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.formats import EXPORTERS
from core.io.resources import resource
from core.lessons.conditions import parse_condition
from core.lessons.language import lessons_in
from core.lessons.lesson import Stage
from core.lessons.lesson_file import LessonError, read_lesson
from core.lessons.solve import Solver, advice, faults
from core.lessons.translation import read_in
from core.reports import REPORTS
from playground.commands.action_table import all_rows
from playground.model.hideable_controls import control_for, hideable_names
from tests.core.lessons.lesson_files import small

SHIPPED = lessons_in(resource("lessons"))
FOREIGN = sorted((Path(__file__).parent / "foreign").glob("*.md"))
COMMANDS = {row.name for row in all_rows((), (*EXPORTERS, *REPORTS))}


def _faults(folder: Path, *changes: tuple[str, str]) -> list[str]:
    return list(
        faults(small(folder, *changes), {"export", "undo"}, {"play", "palette"}, {"play": "play"}.get)
    )


def test_lessons_are_in_order_and_need_earlier_ones() -> None:
    lessons = [read_lesson(path) for path in SHIPPED]
    assert len({path.name[:2] for path in SHIPPED}) == len(SHIPPED) >= 14
    known: set[str] = set()
    for lesson in lessons:
        assert set(lesson.needs) <= known
        assert lesson.path.stem[3:] == lesson.id
        assert 10 <= lesson.minutes <= 20
        assert any(step.kind == "ask" for step in lesson.steps)
        known.add(lesson.id)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_lesson_is_solved_by_its_key(path: Path) -> None:
    lesson = read_lesson(path)
    assert list(faults(lesson, COMMANDS, hideable_names(), control_for)) == []
    assert list(advice(lesson)) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_choices_of_a_shipped_lesson_are_the_ranges_that_are_drawn(path: Path) -> None:
    for step in read_lesson(path).steps:
        for choice, (low, high) in zip(step.choices, step.ranges, strict=False):
            said = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", choice)} - {100.0}
            assert said, choice
            assert said <= {low, high}, choice


BELOW = {"en": "below|less than", "de": "unter|weniger als", "zh": "不到"}


@pytest.mark.parametrize("language", BELOW)
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_choices_of_a_shipped_lesson_do_not_overlap(path: Path, language: str) -> None:
    """Where one range ends and another begins the number itself is of the upper one."""
    for step in read_in(path, language).steps:
        lows = {low for low, _ in step.ranges}
        for choice, (_, high) in zip(step.choices, step.ranges, strict=False):
            number = f"{high:g}".replace(".", "[.,]")
            said = re.search(rf"({BELOW[language]}) {number}(?![\d.,]*\d)", choice)
            assert high not in lows or said, (step.id, choice)


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.stem)
def test_exercises_of_other_courses_can_be_written_as_lessons(path: Path) -> None:
    assert list(faults(read_lesson(path), COMMANDS, hideable_names(), control_for)) == []


@pytest.mark.slow(reason="1 s each")
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_its_predictions_hold_for_five_other_seeds(path: Path) -> None:
    lesson = read_lesson(path)
    for seed in range(1, 6):
        for outcome in Solver(lesson, seed).steps():
            assert outcome.as_predicted, (seed, outcome.step.id, outcome.measured)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_nothing_is_granted_to_a_key_that_does_nothing(path: Path) -> None:
    lesson = read_lesson(path)
    empty = replace(lesson, steps=tuple(replace(step, key=()) for step in lesson.steps))
    for seed in range(5):
        reached = [
            outcome.step.id
            for outcome in Solver(empty, seed).steps()
            if outcome.step.until and outcome.reached
        ]
        assert reached == [], seed


@pytest.mark.slow(reason="2 s each")
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_goal_of_a_shipped_lesson_is_reached_by_play_alone(path: Path) -> None:
    lesson = read_lesson(path)
    play = tuple(replace(step, key=(Stage(),) if step.key else ()) for step in lesson.steps)
    for seed in range(2):
        for outcome in Solver(replace(lesson, steps=play), seed).steps():
            assert outcome.step.kind != "goal" or not outcome.reached, (seed, outcome.step.id)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_lesson_seals_a_test_and_measures_on_validation(path: Path) -> None:
    lesson = read_lesson(path)
    assert lesson.start.sealed == 0.2
    for step in lesson.steps:
        assert all(
            name not in ("test loss", "test accuracy")
            for name in (step.measure, *(each.name for each in step.until))
        )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_texts_of_a_shipped_lesson_are_short(path: Path) -> None:
    for step in read_lesson(path).steps:
        assert len(step.title) <= 40, step.title
        assert len(step.text) <= 320, step.text
        assert all(len(choice) <= 75 for choice in step.choices)
        # Nobody reads on after three sentences without doing something.
        assert len(re.findall(r"[.!?](?:\s|$)", step.text)) <= 5, step.text


def test_a_small_lesson_is_solved_step_by_step(tmp_path: Path) -> None:
    outcomes = list(Solver(small(tmp_path)).steps())
    assert [outcome.reached for outcome in outcomes] == [True] * 4
    train, guess, reach, which = outcomes
    assert train.moment.value("epoch") == 2
    # Each setup begins anew.
    assert guess.moment.value("epoch") == 60
    assert reach.moment.value("epoch") < 60
    assert guess.measured == guess.moment.value("test accuracy")
    assert which.holding == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"epoch <= 60"]', '"epoch <= 2"]', "line 26: step reach: its key must reach test accuracy >= 95 %, got"),
        ("[[0, 70], [70, 100]]", "[[0, 99.9], [99.95, 100]]", "line 15: step guess: the right prediction must"),
        ('ring = "play"', 'ring = "pley"', "line 8: step train: ring must be a control, a command or a setting"),
        ('"play", "palette"]', '"plays"]', "line 1: show must name controls of the window, which are palette, play"),
        ('"play", "palette"]', '"status"]', "line 8: step train needs the control 'play' for 'play', which"),
        ('"epoch >= 2"]', '"export was used"]', "line 8: step train needs the control 'menus' for 'export', which"),
        ('"epoch >= 2"]', '"export was used", "dance was used"]', "step train: there is no command 'dance'"),
        ('"epoch >= 2"]\nring = "play"\nkey = {}', '"epoch >= 2"]', "line 8: step train must have a key"),
        ("key = {}", "key = { weights = [[7, \"kernel\", 0, 0, 1.0]] }", "the key of train cannot be used"),
        ("key = {}", 'key = { "layers.dense.units" = 4 }', "the key of train cannot be used: Sweep: layers must be"),
        ("key = {}", 'key = { acts = ["dance was used"] }', "step train: there is no command 'dance'"),
        ("key = {}", 'key = { acts = ["9 inputs were looked at"] }', "there must be 9 inputs to look at, got 2"),
        ("key = {}", 'key = { acts = ["3 hidden neurons were looked at"] }', "3 hidden neurons to look at, got 0"),
        ("key = {}", 'key = { acts = ["an epoch was looked at"], epochs = 0 }', "1 epoch to look at, got 0"),
    ],
)  # fmt: skip
def test_a_fault_of_a_key_is_told(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    found = _faults(tmp_path, (old, new))
    assert any(sentence in each for each in found), found


def test_a_key_of_stages_tries_one_after_the_other(tmp_path: Path) -> None:
    stages = (
        '[{ "optimizer.learning_rate" = 1.0, epochs = 2 }, { "optimizer.learning_rate" = 0.03, epochs = 3 }]'
    )
    tried = '"optimizer.learning_rate = 1 was tried", "optimizer.learning_rate = 0.03 was tried"'
    assert not _faults(
        tmp_path, ('until = ["epoch >= 2"]', f"until = [{tried}]"), ("key = {}", f"key = {stages}")
    )


def test_a_start_that_cannot_run_and_a_loss_without_end_are_sentences(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path, ('layers = "" }', 'layers = "conv2d 3 3x3 relu" }'))
    assert fault.startswith("small.md line 1: the start cannot be trained: ")
    sgd = 'start = { dataset = "plane", optimizer = { kind = "sgd", learning_rate = 100 } }'
    found = _faults(
        tmp_path,
        ('start = { dataset = { kind = "circles", noise = 0.1 }, layers = "" }', sgd),
        ('"epoch >= 2"', '"epoch >= 20"'),
    )
    assert any("step train: its key must reach epoch >= 20" in each for each in found), found
    with pytest.raises(LessonError, match="the key of train cannot be used: Training: batch size"):
        list(Solver(small(tmp_path, ("key = {}", "key = { batch_size = 0 }"))).steps())


def test_a_key_without_epochs_trains_as_far_as_its_condition(tmp_path: Path) -> None:
    solver = Solver(small(tmp_path))
    step = solver.lesson.steps[0]
    until = [
        replace(step, until=(parse_condition(each),)) for each in ("epoch >= 5", "test accuracy >= 99 %")
    ]
    assert [solver._epochs(each, Stage()) for each in until] == [5, 1_000]
    for _ in range(3):
        solver._train()
    assert [solver._epochs(each, Stage()) for each in until] == [2, 1_000]
    for _ in range(4):
        solver._train()
    assert solver._epochs(until[0], Stage()) == 0
    assert solver._epochs(until[0], Stage(epochs=9)) == 9
    assert solver._epochs(replace(step, until=()), Stage()) == 0
