"""A snapshot is immutable and carries its request."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from core.data.drawing import Drawing
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.optim import Adam
from tests.core.inspect.started import BLOBS, DIGITS, HILLS, IRIS, MOONS, start

ALL = {"moons": MOONS, "blobs": BLOBS, "hills": HILLS, "iris": IRIS, "digits": DIGITS}


def arrays_of(value: Any) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple):
        return [array for item in value for array in arrays_of(item)]
    if dataclasses.is_dataclass(value):
        return [a for field in dataclasses.fields(value) for a in arrays_of(getattr(value, field.name))]
    return []


@pytest.mark.parametrize("name", ALL)
def test_an_old_snapshot_never_changes(name: str) -> None:
    trainer, _, taker = start(ALL[name], 1)
    pictures: list[Snapshot] = []
    kept: list[list[np.ndarray]] = []
    for grid in (20, 20, 30):
        pictures.append(taker.take(SnapshotRequest(grid=grid)))
        kept.append([array.copy() for array in arrays_of(pictures[-1])])
        trainer.configure(trainer.config.replace(optimizer=Adam(0.5)))
        trainer.run_epoch()
    for picture, copies in zip(pictures, kept, strict=True):
        assert len(copies) > 5
        for array, copy in zip(arrays_of(picture), copies, strict=True):
            np.testing.assert_array_equal(array, copy)
            assert not np.shares_memory(array, trainer.network.parameters)
    assert not np.array_equal(pictures[0].layers[-1].kernel, pictures[1].layers[-1].kernel)


def test_a_snapshot_tells_where_the_training_stands() -> None:
    trainer, _, taker = start(MOONS, 2)
    trainer.step()
    picture = taker.take(SnapshotRequest())
    assert (picture.run, picture.epoch, picture.step) == (4, 2, 1)
    assert picture.steps_per_epoch == trainer.steps_per_epoch == 9
    np.testing.assert_array_equal(picture.history.epoch, [0, 1, 2])
    np.testing.assert_array_equal(picture.layers[0].kernel, trainer.network.weights[0]["kernel"])
    np.testing.assert_array_equal(picture.layers[0].bias, trainer.network.weights[0]["bias"])
    assert start(DIGITS, 0)[2].take(SnapshotRequest(grid=16)).layers[0].kernel is None


def test_a_picture_carries_what_was_asked_and_what_is_trained() -> None:
    _, _, taker = start(DIGITS, 0)
    request = SnapshotRequest(grid=16, sample=3)
    picture = taker.take(request)
    assert picture.request is request
    assert picture.experiment is DIGITS
    later = taker.experiment = DIGITS.with_training(batch_size=64)
    assert taker.take(request).experiment is later
    assert picture.experiment is DIGITS


@pytest.mark.parametrize("in_network", [True, False])
def test_a_drawing_belongs_to_the_picture_that_carries_its_request(in_network: bool) -> None:
    _, prepared, taker = start(DIGITS, 0)
    before = taker.take(SnapshotRequest(grid=16))
    drawing = Drawing(prepared.data.inputs[5])
    request = dataclasses.replace(before.request, drawn=drawing, show_drawn=in_network)
    picture = taker.take(request)
    assert picture.boundary is before.boundary
    assert picture.request is request
    assert picture.shows_drawing is in_network
    assert not before.shows_drawing
