"""What a brush does to the points under it."""

from __future__ import annotations

import numpy as np
import pytest

from playground.model.paint_stroke import Brush, Stroke


def test_no_more_than_twenty_thousand() -> None:
    rows = np.zeros((19_990, 3))
    made = Stroke(rows, Brush(density=20), 6.0, np.random.default_rng(0))
    made.begin((0.0, 0.0))
    assert made.full
    assert len(made.points) == 20_000


def test_erasing_leaves_the_others_at_their_index() -> None:
    rows = np.column_stack([np.arange(10.0), np.zeros(10), np.zeros(10)])
    made = Stroke(rows, Brush("erase", radius=1.2), 20.0, np.random.default_rng(0))
    made.begin((3.0, 0.0))
    assert made.points[:, 0].tolist() == [0, 1, 7, 8, 9, 5, 6]


def test_the_whole_disc_is_covered_evenly() -> None:
    made = Stroke(np.zeros((0, 3)), Brush(radius=2.0, density=4000), 6.0, np.random.default_rng(0))
    made.begin((1.0, 1.0))
    distance = np.hypot(*(made.points[:, :2] - 1.0).T)
    assert distance.max() <= 2.0
    assert np.mean(distance < 1.0) == pytest.approx(0.25, abs=0.03)
