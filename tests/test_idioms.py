"""Each idiom of Keras gives the same here as in Keras itself, where that is installed."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import core
from core.model.callbacks import Callback
from tests.idioms import IDIOMS, Idiom, Names

OURS = Names(
    Sequential=lambda layers=(): core.Sequence(layers, feedback_steps=0),
    Input=core.Input,
    layers=core,
    losses=core,
    optimizers=core,
    callbacks=core,
    regularizers=core,
    metrics=core,
)


@pytest.fixture(scope="module")
def keras() -> Iterator[Names]:
    pytest.importorskip("torch")
    os.environ.setdefault("KERAS_BACKEND", "torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: Any = pytest.importorskip("keras")
        yield Names(
            module.Sequential, module.Input, module.layers, module.losses, module.optimizers, module.callbacks,
            module.regularizers, module.metrics,
        )  # fmt: skip


@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: idiom.call)
def test_an_idiom_runs(idiom: Idiom) -> None:
    idiom.run(OURS)


@pytest.mark.foreign
@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: idiom.call)
def test_an_idiom_means_what_it_means_in_keras(idiom: Idiom, keras: Names) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _agree(idiom.run(OURS), idiom.run(keras), idiom.tolerance)


def test_there_are_forty() -> None:
    assert len({idiom.call for idiom in IDIOMS}) >= 40
    assert issubclass(core.EarlyStopping, Callback)


def _agree(ours: Any, theirs: Any, tolerance: float) -> None:
    if isinstance(ours, list | tuple):
        assert len(ours) == len(theirs)
        for each, other in zip(ours, theirs, strict=True):
            _agree(each, other, tolerance)
    elif tolerance and not isinstance(ours, str):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)
    else:
        assert ours == theirs
