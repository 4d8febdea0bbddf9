"""The boundary is the network's prediction on the plane."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import Plane
from core.data.plane import Plane as Surface
from core.experiment.prepare import prepare
from core.inspect.snapshot import SnapshotRequest
from tests.core.inspect.started import BLOBS, DIGITS, HILLS, IRIS, MOONS, start

ALL = {"moons": MOONS, "blobs": BLOBS, "hills": HILLS, "iris": IRIS, "digits": DIGITS}


@pytest.mark.parametrize("grid", [30, 100])
@pytest.mark.parametrize("maps", [True, False])
@pytest.mark.parametrize("name", ALL)
def test_the_boundary_is_the_prediction_on_the_grid(name: str, maps: bool, grid: int) -> None:
    trainer, prepared, taker = start(ALL[name])
    for _ in range(2):  # the second snapshot uses caches of the first
        picture = taker.take(SnapshotRequest(grid=grid, maps=maps))
        assert picture.boundary is not None
        side = picture.boundary.shape[0]
        outputs = trainer.network.predict(prepared.grid_inputs(side))
        if outputs.shape[1] == 1:
            outputs = prepared.encoding.to_signed(outputs)
        np.testing.assert_array_equal(picture.boundary, outputs.reshape(side, side, -1))
        trainer.step()
    assert side == grid


def test_a_grid_over_wide_inputs_is_coarser() -> None:
    _, _, taker = start(DIGITS, 0)
    picture = taker.take(SnapshotRequest(grid=500))
    assert picture.boundary is not None
    assert picture.boundary.shape == (169, 169, 10)


def test_row_zero_is_the_lowest_x2() -> None:
    prepared = prepare(MOONS.replace(features=("x1", "x2")))
    points = prepared.grid_inputs(5).reshape(5, 5, 2)
    np.testing.assert_allclose(points[0, :, 1], -6.0)
    np.testing.assert_allclose(points[-1, :, 1], 6.0)
    np.testing.assert_allclose(points[2, :, 0], [-6, -3, 0, 3, 6])
    _, _, taker = start(MOONS, 0)
    maps = taker.take(SnapshotRequest(grid=21)).feature_maps
    assert maps is not None
    assert maps.shape == (3, 21, 21)
    np.testing.assert_allclose(maps[0][7], np.linspace(-1, 1, 21), atol=1e-6)  # x1 grows along the columns
    np.testing.assert_allclose(maps[1][:, 7], np.linspace(-1, 1, 21), atol=1e-6)  # x2 along the rows
    np.testing.assert_allclose(maps[2], np.outer(np.linspace(-1, 1, 21), np.linspace(-1, 1, 21)), atol=1e-6)


def test_the_plane_of_wider_data() -> None:
    inputs = np.random.default_rng(0).normal(size=(300, 6)).astype(np.float32) * [1, 9, 1, 4, 1, 1] + 3
    plane = Surface.of_main_directions(inputs.astype(np.float32))
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-5)
    assert np.abs(plane.axes[0]).argmax() == 1
    assert np.abs(plane.axes[1]).argmax() == 3
    placed = plane.place(inputs.astype(np.float32))
    assert (placed >= plane.low).all()
    assert (placed <= plane.high).all()
    grid = plane.grid(3)
    np.testing.assert_allclose(plane.place(grid)[0], plane.low, atol=1e-3)
    np.testing.assert_allclose(plane.place(grid)[-1], plane.high, atol=1e-3)
    np.testing.assert_allclose(plane.place(grid)[2], (plane.high[0], plane.low[1]), atol=1e-3)
    single = Surface.of_main_directions(inputs[:, :1].astype(np.float32))
    assert single.grid(4).shape == (16, 1)


def test_points_beyond_the_window_widen_the_plane() -> None:
    assert Surface.of_points(np.zeros((0, 2))).high == (6.0, 6.0)
    assert Surface.of_points(np.array([[1.0, -20.0]])).low == (-21.0, -21.0)
    assert prepare(HILLS.replace(dataset=Plane(samples=50))).plane.high == (6.0, 6.0)
