"""Gradient clipping, alone and in a training step."""

from __future__ import annotations

import numpy as np
import pytest

from core import Dense, Sequence
from core.optim import SGD
from core.optim.clipping import CLIPPINGS, ClipByNorm, ClipByValue, NoClipping
from core.spec import SettingError


def test_by_value_cuts_each_number() -> None:
    gradients = np.array([-3.0, -0.5, 0.0, 0.2, 7.0])
    ClipByValue(0.5).clip(gradients)
    np.testing.assert_array_equal(gradients, [-0.5, -0.5, 0.0, 0.2, 0.5])


def test_by_norm_keeps_the_direction() -> None:
    gradients = np.array([3.0, -4.0])
    ClipByNorm(6.0).clip(gradients)
    np.testing.assert_array_equal(gradients, [3.0, -4.0])
    ClipByNorm(1.0).clip(gradients)
    np.testing.assert_allclose(gradients, [0.6, -0.8])


def test_nothing_to_clip() -> None:
    gradients = np.zeros(4, np.float32)
    for kind in CLIPPINGS:
        kind().clip(gradients)
    np.testing.assert_array_equal(gradients, 0.0)


def test_limits_are_more_than_zero() -> None:
    for make in (ClipByValue, ClipByNorm):
        with pytest.raises(SettingError, match="must be more than 0, got 0"):
            make(0.0)


def test_names() -> None:
    assert CLIPPINGS.make("clipvalue") == ClipByValue(1.0)
    assert CLIPPINGS.make("global_clipnorm") == ClipByNorm(1.0)
    assert CLIPPINGS.make("none") == NoClipping()


def test_a_step_is_no_longer_than_the_limit_allows() -> None:
    X, y = np.full((4, 2), 50.0), np.array([0, 1, 1, 1])
    model = Sequence([Dense(2, "softmax")], optimizer=SGD(0.5), clipping=ClipByNorm(0.1))
    model.build(2)
    start = model.network.parameters.copy()
    model.step(X, y)
    assert np.linalg.norm(model.network.parameters - start) == pytest.approx(0.05, rel=1e-5)
    model.clipping = NoClipping()
    start = model.network.parameters.copy()
    model.step(X, y)
    assert np.linalg.norm(model.network.parameters - start) > 1.0
