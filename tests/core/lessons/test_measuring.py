"""Measures: each has a value where there is something to measure, and none where nothing was looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.experiment.presets import preset_named
from core.io.resources import resource
from core.lessons.conditions import parse_condition
from core.lessons.lesson import with_changes
from core.lessons.lesson_file import read_lesson
from core.lessons.measuring import ASKS, MEASURES, measure_of, measured, request_of
from core.lessons.solve import Solver

_SMALL = "embedding 12 8, positional_encoding, multi_head_attention 2"
SCENES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "Moons": (
        {"sealed": 0.2},
        {"what_if": {"fixed": [1]}, "sample": 2, "place": 1},
        ("turned", "change", "changed columns", "changed", "fixed columns", "sample", "place", "test openings"),
    ),
    "Repeat": (
        {"dataset.samples": 100},
        {"texts": {"prompt": "ab", "temperature": 0.1}},
        (
            "prompt", "temperature", "written texts", "different texts", "new texts", "right texts",
            "attention 7 back", "attention on the first",
        ),
    ),
    "Moons from noise": (
        {"dataset.samples": 100, "task.conditional": True},
        {"samples": {"steps": 4, "method": "euler"}, "time": 0.25},
        (
            "distance to the data", "distance to the samples", "distance from the data", "steps", "guidance",
            "of their class", "time",
        ),
    ),
    "Digits through two numbers": (
        {"train_share": 0.9},
        {"plane": True, "reconstructions": True},
        ("told apart", "mean error"),
    ),
}  # fmt: skip


def _solver(preset: str) -> Solver:
    changes, _, names = SCENES[preset]
    lesson = read_lesson(resource("lessons") / "01-a-neuron-is-a-line.md")
    solver = Solver(replace(lesson, start=with_changes(preset_named(preset), changes)))
    solver._wanted = (*solver._wanted, *names)
    return solver


@pytest.mark.parametrize("preset", SCENES)
def test_a_measure_has_a_value_where_it_was_asked_for(preset: str) -> None:
    _, looks, names = SCENES[preset]
    solver = _solver(preset)
    before = solver.moment()
    solver._request = request_of(looks)
    solver.trainer.run_epoch()
    solver.trainer.measure()
    now = solver.moment()
    assert now.value("epoch") == 1
    for name in names:
        found = measure_of(name)
        assert found is not None
        assert now.value(name) is not None, name
        if found.part is not None and "what_if" in looks:
            assert before.value(name) is None, name
    if preset == "Repeat":
        assert (now.value("prompt"), now.value("temperature"), now.value("written texts")) == ("ab", 0.1, 9)
        assert now.value("different texts") <= 1
    if preset == "Moons from noise":
        assert now.value("time") == 0.25
    if preset == "Digits through two numbers":
        assert now.value("told apart") > 0.2
        assert 0.03 < now.value("mean error") < 0.2
    if preset == "Moons":
        assert now.value("validation accuracy") is not None
        assert now.value("test accuracy") is None
        assert now.value("changed") == "x1" if now.value("changed columns") else True
        solver._look(replace(solver.lesson.steps[0].key[0], open_test=True, seeds=3, epochs=2))
        again = solver.moment()
        assert again.value("test accuracy") is not None
        assert again.value("test openings") == 1


def test_the_scenes_and_the_sets_have_every_measure() -> None:
    shown = {name.replace(" 7 ", " N ") for *_, names in SCENES.values() for name in names}
    rest = {name for name, each in MEASURES.items() if each.part is not None} - shown
    assert rest == set()
    for name, measure in MEASURES.items():
        assert measure.label[:1].isupper(), name
        assert measure.told.endswith("."), name
        assert not name.endswith(" was tried")


def test_sets_of_seeds_are_compared() -> None:
    at: Any = None
    names = [name for name, each in MEASURES.items() if each.source == "sets"]
    assert measured(at, names) == {}
    first, then = {0: 0.8, 1: 0.9, 2: 0.7}, {0: 0.85, 1: 0.85, 2: 0.9, 7: 1.0}
    assert measured(at, names, [first]) == {
        "seeds": 3, "median accuracy": pytest.approx(0.8), "spread": pytest.approx(0.2),
    }  # fmt: skip
    assert measured(at, names, [first, then])["better seeds"] == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"samples": {"steps": "many"}}, "samples: steps must be as 20, got 'many'"),
        ({"texts": {"warmth": 2}}, "texts must be a table with prompt, temperature, top_k, count, seed, only_new"),
        ({"texts": 3}, "texts must be a table with prompt"),
        ({"sample": 0}, "sample must be a whole number from 1 on, got 0"),
        ({"place": True}, "place must be a whole number from 1 on, got True"),
        ({"letters": 1}, "texts, what_if, samples, time, plane, reconstructions, got 'letters'"),
        ({"texts": {"only_new": 1}}, "only_new must be as False, got 1"),
        ({"plane": 3}, "plane must be true, got 3"),
        ({"time": "late"}, "time must be true, or a number, got 'late'"),
        ({"texts": {"count": True}}, "count must be as 9, got True"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_at_is_a_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        request_of(given)
    assert sentence in str(caught.value)


def test_a_wish_has_what_a_key_says_and_else_the_usual() -> None:
    request = request_of(
        {"what_if": {"target": 1, "fixed": [0, 2]}, "samples": {"guidance": 3, "classes": [3]}}
    )
    assert request.parts["what_if"] == replace(ASKS["what_if"][1], target=1, fixed=(0, 2))
    assert request.parts["flow_paths"].classes == (3,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prompt >= ka", "'prompt' must be compared with a text by = or !=, got 'ka'"),
        (
            "attention 7 back >= 1",
            "attention 7 back must be compared with a percentage such as \"95 %\", got '1'",
        ),
        ("attention 12345 back >= 1 %", "must compare a setting by its path"),
    ],
)
def test_a_measure_is_compared_as_it_can_be(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_condition(text)
    assert sentence in str(caught.value)
    assert parse_condition("attention 7 back >= 80 %").label_in() == "Attention 7 back"
