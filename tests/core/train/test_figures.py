"""The record of what was measured: its keys, its captions, its form in files."""

from __future__ import annotations

import ast
import json
import math
from dataclasses import replace
from typing import Any

import pytest

from core.train.figures import NOTHING, Figure, Figures, Place
from tests.sources import trees

_PLACE = Place(368, 3, 35, 12_883, 2, 368.086)
_FIGURES = Figures(
    _PLACE,
    Figure(0.0273, 0.99, 0.0, 250, 2_100, corrected=True),
    Figure(0.05, 0.9, 0.0, 900, 900),
    0.03,
    368.0,
)


def test_a_place_is_written_with_its_batch() -> None:
    assert _PLACE.text == "368 + 3/35"
    assert replace(_PLACE, step=0).text == "368"


@pytest.mark.parametrize(
    ("figure", "part", "is_part"),
    [
        (Figure(), "", False),
        (Figure(0.5, 0.9, 0.0, 250, 2_400), "of 250", True),
        (Figure(0.5, 0.9, 0.0, 2_400, 2_400), "", False),
        (Figure(0.5, 0.9), "samples unknown", False),
        (Figure(math.nan, 0.9), "samples unknown", False),
    ],
)
def test_a_figure_says_of_how_many_samples_it_is(figure: Figure, part: str, is_part: bool) -> None:
    assert (figure.part, figure.is_part) == (part, is_part)


def test_keys_differ_where_the_figure_does() -> None:
    others = [
        _FIGURES.key(2, "train"),
        _FIGURES.key(1, "test"),
        replace(_FIGURES, place=replace(_PLACE, updates=12_884)).key(1, "train"),
        replace(_FIGURES, place=replace(_PLACE, edits=3)).key(1, "train"),
        replace(_FIGURES, train=replace(_FIGURES.train, samples=2_100)).key(1, "train"),
    ]
    key = _FIGURES.key(1, "train")
    assert len({key, *others}) == 1 + len(others)
    assert replace(_FIGURES, is_old=True).key(1, "train") == key


def test_without_test_samples_nothing_is_known_of_them() -> None:
    found = replace(_FIGURES, test=NOTHING).of("test")
    assert math.isnan(found.loss)
    assert found.part == ""
    assert _FIGURES.of("test").score == 0.9


@pytest.mark.parametrize("figures", [_FIGURES, Figures(), replace(_FIGURES, test=NOTHING)])
def test_files_give_figures_back(figures: Figures) -> None:
    found = Figures.from_json(json.loads(json.dumps(figures.to_json(), allow_nan=False)))
    assert repr(found) == repr(figures)


@pytest.mark.parametrize(
    "change",
    [
        {"place": [1, 2, 3]},
        {"place": [1, 2, 3, -4, 0, 1.5]},
        {"train": [0.5, 0.9, 0.0, 2.5, 3, False]},
        {"train": None},
        {"test": [0.5]},
        {"mean_loss": "much"},
    ],
)
def test_other_values_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Figures.from_json(_FIGURES.to_json() | change)


_MEASURING = {"EvaluationPass", "evaluation_pass", "score_of", "score_from", "tally", "from_mean", "additive"}
_MEASURES = {
    "core.train.evaluation": "the pass that makes every figure",
    "core.train.train_step": "makes that pass",
    "core.train.training": "Training.evaluate and measure",
    "core.train.tasks.task": "what a score is",
    "core.train.class_weights": "the loss of a step",
    "core.train.slow_step": "the loss of each sample of a batch, as its step takes it",
    "core.nn.losses": "what a loss is",
    "core.inspect.reference_levels": "forecasts that are no network",
    "core.probes.baselines": "models that are no network",
}


def measuring(tree: ast.Module) -> set[str]:
    """What in a source measures losses or scores by itself."""
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return _MEASURING & {
        each.attr if isinstance(each, ast.Attribute) else ast.unparse(each) for each in calls
    }


def test_loss_and_score_are_measured_in_one_place() -> None:
    found = {name for name, tree in trees("|".join(_MEASURING)) if measuring(tree)}
    assert sorted(found) == sorted(_MEASURES)


@pytest.mark.parametrize(
    "line", ["EvaluationPass(network, samples, objective)", "task.score_of(found, samples)"]
)
def test_what_measures_by_itself_is_found(line: str) -> None:
    assert measuring(ast.parse(f"def late():\n    return {line}\n"))
