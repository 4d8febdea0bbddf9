from __future__ import annotations

import itertools
import math

import pytest

from core.experiment.experiment import Experiment
from core.optim.piecewise_schedule import PiecewiseLinear
from core.optim.schedules import SCHEDULES
from core.spec import SettingError


def test_the_rate_lies_on_straight_lines_between_points() -> None:
    drawn = PiecewiseLinear((2.0, 0.5, 4.0, 1.0, 8.0, 0.0), "linear")
    found = [drawn.rate(0.1, step, 2) for step in (0, 4, 6, 8, 12, 16, 400)]
    assert found == pytest.approx([0.05, 0.05, 0.075, 0.1, 0.05, 0.0, 0.0])


def test_on_a_logarithmic_scale_it_falls_by_equal_shares() -> None:
    drawn = PiecewiseLinear((0.0, 1.0, 10.0, 0.01))
    found = [drawn.rate(1.0, step, 1) for step in range(12)]
    assert found[5] == pytest.approx(0.1)
    assert all(
        b / a == pytest.approx(math.exp(math.log(0.01) / 10)) for a, b in itertools.pairwise(found[:11])
    )
    assert found[10] == found[11] == pytest.approx(0.01)


def test_one_point_is_a_constant() -> None:
    drawn = PiecewiseLinear((5.0, 0.25))
    assert {drawn.rate(0.4, step, 3) for step in range(100)} == {0.1}


@pytest.mark.parametrize(
    ("points", "scale", "sentence"),
    [
        ((0.0, 1.0, 5.0), "log", "Piecewise linear: points must be pairs, got 3 numbers"),
        ((5.0, 1.0, 5.0, 0.5), "log", "Piecewise linear: epochs of points must ascend, got 5 before 5"),
        ((0.0, 0.0), "log", "Piecewise linear: shares must be more than 0 on a logarithmic scale, got 0"),
        ((0.0, 1e4), "linear", "Piecewise linear: shares must be at most 1000, got 10000"),
        ((-1.0, 1.0), "linear", "Piecewise linear: points must be at least 0"),
        ((), "linear", "Piecewise linear: points must be one or more numbers"),
    ],
)
def test_impossible_points_are_refused_with_a_sentence(
    points: tuple[float, ...], scale: str, sentence: str
) -> None:
    with pytest.raises(SettingError, match=sentence):
        PiecewiseLinear(points, scale)


def test_it_is_saved_with_an_experiment() -> None:
    drawn = PiecewiseLinear((0.0, 1.0, 30.5, 0.2), "linear")
    experiment = Experiment().with_training(schedule=drawn)
    assert Experiment.from_json(experiment.to_json()) == experiment
    assert SCHEDULES.make("drawn") == PiecewiseLinear()
    assert (drawn.epochs, drawn.shares) == ((0.0, 30.5), (1.0, 0.2))
