"""What is kept of a run, as bytes and back."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from core.experiment.prepare import prepare
from playground.model.runs.run_record import (
    CURVE_COLUMNS,
    THUMBNAIL_PX,
    data_key,
    data_text,
    pack_curves,
    pack_thumbnail,
    unpack_curves,
    unpack_thumbnail,
)
from tests.playground.model.runs.made_runs import POINTS, finished


def test_curves_survive_packing() -> None:
    curves = finished().result.curve
    assert curves.shape == (4, CURVE_COLUMNS)
    np.testing.assert_array_equal(unpack_curves(pack_curves(curves)), curves)


@pytest.mark.parametrize(
    "packed",
    [
        None,
        "text",
        b"junk",
        zlib.compress(b"123"),
        zlib.compress(bytes(10**7)),
        pack_curves(np.array([[2.0, 0, 0, 0, 0], [1.0, 0, 0, 0, 0]], np.float32)),
        pack_curves(np.full((2, 5), np.nan, np.float32)),
    ],
)
def test_damaged_curves_are_refused(packed: object) -> None:
    with pytest.raises(ValueError, match="run's curves"):
        unpack_curves(packed)


def test_pictures_have_their_size_or_are_none() -> None:
    pixels = bytes(range(256)) * 82 + bytes(176)
    assert len(pixels) == 3 * THUMBNAIL_PX**2
    assert unpack_thumbnail(pack_thumbnail(pixels)) == pixels
    for damaged in (None, b"", b"junk", zlib.compress(b"short"), zlib.compress(bytes(10**7))):
        assert unpack_thumbnail(damaged) == b""


def test_the_same_data_have_the_same_key() -> None:
    assert data_key(POINTS) == data_key(POINTS.with_training(batch_size=3).replace(seed=9, layers=()))
    assert data_key(POINTS) != data_key(POINTS.replace(data_seed=1))
    assert data_key(POINTS) != data_key(POINTS.replace(dataset=POINTS.dataset.replace(noise=0.2)))


def test_data_are_named_by_what_distinguishes_them() -> None:
    assert data_text(POINTS, prepare(POINTS).data) == "40 points, noise 0.1"
    other = POINTS.replace(data_seed=7)
    assert data_text(other, prepare(other).data) == "40 points, noise 0.1, seed 7"
