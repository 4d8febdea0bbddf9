"""A penalty on the kernel of one layer: its gradient, its JSON, and what the compiled engine says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core import L1, L2, SGD, Conv2D, Dense, Residual, Sequence
from core.nn import LAYERS
from core.nn.layer import kernel_penalties
from core.spec import SettingError
from tests.core.compiled.two_engines import compiled_engine

__all__ = ["compiled_engine"]

X = np.random.default_rng(0).normal(size=(30, 3))


def make(layer: Any, **given: Any) -> Sequence:
    settings: Any = {
        "loss": "mse",
        "optimizer": SGD(0.1),
        "epochs": 3,
        "batch_size": 30,
        "feedback_steps": 0,
    } | given
    return Sequence([layer, Dense(1)], **settings)


def test_on_all_layers_it_is_the_penalty_of_the_training() -> None:
    own = Sequence(
        [Dense(4, kernel_regularizer="l2"), Dense(1, kernel_regularizer=L2(0.001))],
        loss="mse", optimizer=SGD(0.1), epochs=3, feedback_steps=0,
    ).train(X, X[:, 0])  # fmt: skip
    whole = make(Dense(4), regularizer="l2", batch_size=16).train(X, X[:, 0])
    np.testing.assert_allclose(own.predict(X), whole.predict(X), rtol=1e-5)


def test_it_pulls_at_its_own_kernel_alone() -> None:
    plain, pulled = make(Dense(4)).build(3), make(Dense(4, kernel_regularizer=L1(0.5))).build(3)
    before = plain.get_weights()
    for model in (plain, pulled):
        model.step(X, X[:, 0])
    moved = [ours - theirs for ours, theirs in zip(pulled.get_weights(), plain.get_weights(), strict=True)]
    np.testing.assert_allclose(moved[0], -0.1 * 0.5 * np.sign(before[0]), atol=1e-6)
    for rest in moved[1:]:
        np.testing.assert_allclose(rest, 0.0, atol=1e-7)


def test_layers_within_a_residual_block_keep_theirs() -> None:
    block = Residual([Dense(3, kernel_regularizer=L1(0.25))])
    assert list(kernel_penalties(block)) == [(L1(0.25), "0/kernel")]
    model = make(block).train(X, X[:, 0])
    assert not np.allclose(model.predict(X), make(Residual([Dense(3)])).train(X, X[:, 0]).predict(X))


@pytest.mark.parametrize("kind", [Dense, Conv2D])
def test_it_is_in_the_files_only_where_there_is_one(kind: Any) -> None:
    assert "kernel_regularizer" not in kind().to_json()
    layer = kind(kernel_regularizer=L2(0.25))
    assert LAYERS.from_json(layer.to_json()) == layer != kind()
    with pytest.raises(SettingError, match="There is no regularization called 'l3'"):
        kind(kernel_regularizer="l3")


def test_the_compiled_engine_says_that_it_has_none(compiled_engine: None) -> None:
    with pytest.raises(ValueError, match="The compiled engine has no kernel_regularizer of single layers"):
        make(Dense(4, kernel_regularizer="l2"), engine="compiled").train(X, X[:, 0])
