"""Curves and pictures as bytes."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from core.runs.packing import (
    CURVE_COLUMNS,
    THUMBNAIL_PX,
    pack_curves,
    pack_thumbnail,
    unpack_curves,
    unpack_thumbnail,
)
from tests.core.runs.made_runs import finished


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
