"""Axes: lists, choices, linear and logarithmic ranges, of whole numbers and others."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.optim import SGD
from core.spec import SettingError
from core.sweep.axes import AXES, Axis, ChoiceAxis, LinearAxis, ListAxis, LogAxis
from tests.core.sweep.small_sweeps import TINY


def points(axis: Axis) -> tuple[Any, ...]:
    return axis.bind(TINY).points()


def test_a_range_has_its_ends_and_short_numbers_between() -> None:
    rates = LogAxis("optimizer.learning_rate", low=0.001, high=1.0, count=5)
    assert points(rates) == (0.001, 0.005623, 0.03162, 0.1778, 1.0)
    assert points(LinearAxis("dataset.noise", low=0.0, high=0.3, count=4)) == (0.0, 0.1, 0.2, 0.3)
    assert points(LogAxis("optimizer.learning_rate", low=1 / 3, high=0.5, count=1)) == (1 / 3,)


def test_whole_numbers_are_rounded_and_come_once() -> None:
    assert points(LogAxis("layers.dense.units", low=1, high=8, count=8)) == (1, 2, 3, 4, 6, 8)
    assert points(LinearAxis("batch_size", low=10, high=12, count=9)) == (10, 11, 12)


def test_lists_and_choices_take_any_value_once() -> None:
    assert points(ListAxis("layers.dense.units", values=[4, 2, 4])) == (4, 2)
    assert points(ChoiceAxis("layers.dense.use_bias", values=[True, False])) == (True, False)
    assert points(ChoiceAxis("optimizer", values=["adam", SGD(learning_rate=0.1)])) == (
        "adam",
        SGD(learning_rate=0.1).to_json(),
    )


def test_a_share_of_the_way_is_a_value_of_the_axis() -> None:
    rates = LogAxis("optimizer.learning_rate", low=0.01, high=1.0).bind(TINY)
    assert (rates.at(0.0), rates.at(0.5)) == (0.01, 0.1)
    units = ListAxis("layers.dense.units", values=(2, 4, 8)).bind(TINY)
    assert [units.at(share) for share in (0.0, 0.34, 0.67, 0.999)] == [2, 4, 8, 8]


@pytest.mark.parametrize("kind", list(AXES))
def test_json_makes_the_same_axis(kind: type[Axis]) -> None:
    axis = kind(values=(1, "a", [2])) if issubclass(kind, ListAxis | ChoiceAxis) else kind(count=3)
    made = AXES.make(axis.to_json())
    assert made == axis
    assert hash(made) == hash(axis)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: ListAxis(values=()), "List: values must be a list of 1 to 1000, got 0"),
        (lambda: ChoiceAxis(values="abc"), "Choice: values must be a list of 1 to 1000, got 'abc'"),
        (lambda: LogAxis(low=0.0), "Log: from must be more than 0, got 0"),
        (lambda: LinearAxis(low=2.0, high=1.0), "Linear: from must be at most to (1), got 2"),
        (lambda: LinearAxis(count=0), "Linear: values must be at least 1, got 0"),
        (
            lambda: LinearAxis("optimizer").bind(TINY),
            "optimizer must be a number, got a setting of type kind",
        ),
        (lambda: ListAxis("units", values=(1,)).bind(TINY), "Experiment has no setting called 'units'"),
        (
            lambda: ListAxis("batch_size", values=(0,)).bind(TINY).check(TINY),
            "batch size must be at least 1, got 0",
        ),
    ],
)
def test_what_is_wrong_is_a_sentence(made: Any, sentence: str) -> None:
    with pytest.raises(SettingError, match=re.escape(sentence)):
        made()
