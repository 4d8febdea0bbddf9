"""Reshape keeps values and their order."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn import (
    Conv2D,
    Dense,
    LayerError,
    MaxPooling2D,
    Reshape,
)
from core.nn.network import Network
from core.spec import SettingError
from tests.core.gradient_check import gradient_error


def test_reshape_keeps_numbers_and_their_order() -> None:
    x = np.arange(48, dtype=np.float32).reshape(2, 24)
    for target in ((2, 3, 4), (-1, 3, 4), "2, 3, 4", "(2, 3, 4)", "2 × 3 × 4", [2, -1, 4]):
        found = Network([Reshape(target)], (24,)).predict(x)
        np.testing.assert_array_equal(found, x.reshape(2, 2, 3, 4))
    images = x.reshape(2, 2, 3, 4)
    for target in ((4, 3, 2), (24,), (6, 4)):
        found = Network([MaxPooling2D(1), Reshape(target)], (2, 3, 4)).predict(images)
        np.testing.assert_array_equal(found, x.reshape(2, *target))
    assert gradient_error([Dense(12), Reshape((2, 3, 2)), Conv2D(2, 2), Reshape((4,)), Dense(2)], (3,)) < 1e-6


def test_reshape_tells_what_does_not_fit() -> None:
    with pytest.raises(LayerError, match=r"Reshape needs 24 numbers for 2 × 3 × 4; it gets 25 features"):
        Reshape((2, 3, 4)).output_shape((5, 5, 1))
    with pytest.raises(
        LayerError, match=r"Reshape needs a multiple of 7 numbers for -1 × 7; it gets 25 features"
    ):
        Reshape((-1, 7)).output_shape((25,))
    for wrong in ("a, 2", (), (2, 0), (-1, -1), (1, 2, 3, 4), "2.5"):
        with pytest.raises(SettingError, match="Reshape: shape must be"):
            Reshape(wrong)
