"""A loss that is a function: its gradient is that of the formula, and it goes into no file and no machine code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Dense, MeanSquaredError, Sequence
from core.nn.function_loss import FunctionLoss
from core.notebook.shown_data import model_on_arrays

RNG = np.random.default_rng(0)
OUTPUTS, TARGETS = RNG.random((6, 3)), RNG.random((6, 3))
SQUARES = MeanSquaredError()


def mse(*axes: Any) -> FunctionLoss:
    return FunctionLoss(function=lambda y, p: np.mean(np.square(y - p), *axes))


@pytest.mark.parametrize(
    "loss",
    [mse(), mse(-1), FunctionLoss(function=lambda y, p: np.square(y - p))],
    ids=["one", "rows", "each"],
)
def test_value_and_gradient_are_those_of_the_formula(loss: FunctionLoss) -> None:
    ours, theirs = np.empty_like(OUTPUTS), np.empty_like(OUTPUTS)
    assert loss.value_and_gradient(OUTPUTS, TARGETS, ours) == pytest.approx(
        SQUARES.value_and_gradient(OUTPUTS, TARGETS, theirs)
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)


def test_small_probabilities_stay_positive() -> None:
    outputs, out = np.array([[1e-7, 0.5]]), np.empty((1, 2))
    FunctionLoss(function=lambda y, p: -np.sum(np.log(p), axis=1)).gradient(outputs, outputs, out)
    np.testing.assert_allclose(out, -1.0 / outputs, rtol=1e-3)


def test_another_shape_is_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"a number, or one for each of 6 samples, got shape \(3,\)"):
        FunctionLoss(function=lambda y, p: p.sum(axis=0)).value(OUTPUTS, TARGETS)


def test_files_windows_and_machine_code_have_no_place_for_it(tmp_path: Path) -> None:
    X, y = RNG.normal(size=(30, 2)), RNG.normal(size=30)
    model = Sequence([Dense(1)], loss=lambda t, p: np.mean((t - p) ** 2), engine="auto")
    model.fit(X, y, epochs=1, verbose=0)
    with pytest.raises(ValueError, match=r"is not written to files, .*; compile\(loss=...\) gives"):
        model.save(tmp_path / "a.nnmodel")
    with pytest.raises(ValueError, match="no window shows it"):
        model_on_arrays(model, X, y)
    model.compile(loss="mse").save(tmp_path / "a.nnmodel")
