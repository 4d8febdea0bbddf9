"""The columns of a small drawing of a network, for points, tables and images."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.data.datasets import Digits
from core.experiment.experiment import Experiment
from core.inspect.network_columns import network_columns
from core.inspect.snapshot import SnapshotRequest
from core.nn import Conv2D, Dense, Flatten, MaxPooling2D
from tests.core.inspect.started import IRIS, MOONS, start


def test_points_have_maps_of_features_and_units_with_the_top_row_first() -> None:
    snapshot = start(MOONS)[2].take(SnapshotRequest(grid=20))
    columns = network_columns(snapshot, 4)
    assert [len(column.units) for column in columns] == [3, 4, 3, 1]
    assert [column.size for column in columns] == [3, 5, 3, 1]
    assert [after.follows(before) for before, after in pairwise(columns)] == [True] * 3
    assert snapshot.feature_maps is not None
    np.testing.assert_array_equal(columns[0].units[0], snapshot.feature_maps[0][::-1])


def test_tables_have_as_many_inputs_as_columns_without_maps_of_them() -> None:
    columns = network_columns(start(IRIS)[2].take(SnapshotRequest(grid=20)), 8)
    assert columns[0].units == [None] * 4
    assert [column.size for column in columns] == [4, 6, 3]


def test_images_have_feature_maps_and_activations() -> None:
    layers = (Conv2D(filters=3), MaxPooling2D(), Flatten(), Dense(5, "relu"))
    columns = network_columns(
        start(Experiment(dataset=Digits(), layers=layers))[2].take(SnapshotRequest()), 2
    )
    assert [len(column.units) for column in columns] == [1, 2, 2, 2, 2]
    assert not columns[1].follows(columns[0])
    values = [unit for unit in columns[3].units if isinstance(unit, float)]
    assert len(values) == 2
    assert all(-1.0 <= value <= 1.0 for value in values)
