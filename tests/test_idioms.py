"""Each idiom of Keras gives the same here as in Keras itself, where that is installed."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import core
from tests.idioms import IDIOMS, INSTEAD, Idiom, Names
from tests.sklearn_idioms import SKLEARN_IDIOMS

OURS = Names(
    Sequential=core.Sequential,
    Input=core.Input,
    layers=core,
    losses=core,
    optimizers=core,
    callbacks=core,
    regularizers=core,
    metrics=core,
    utils=core,
    models=core,
    ops=np,
)


@pytest.fixture(autouse=True)
def _default_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the idioms sets them."""
    monkeypatch.setattr("core.model.keras_functions._seeds", [])


@pytest.fixture(scope="module")
def keras() -> Iterator[Names]:
    pytest.importorskip("torch")
    os.environ.setdefault("KERAS_BACKEND", "torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: Any = pytest.importorskip("keras")
        yield Names(
            module.Sequential, module.Input, module.layers, module.losses, module.optimizers, module.callbacks,
            module.regularizers, module.metrics, module.utils, module.models, module.ops,
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


@pytest.mark.parametrize(("call", "run", "word"), INSTEAD, ids=[each[0] for each in INSTEAD])
def test_what_is_not_here_says_what_to_write_instead(call: str, run: Callable[[Any], Any], word: str) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError), match=word):
        run(core)


def test_there_are_many_and_none_twice() -> None:
    working = {idiom.call for idiom in (*IDIOMS, *SKLEARN_IDIOMS)}
    assert len(IDIOMS) + len(SKLEARN_IDIOMS) == len(working) >= 150


def _agree(ours: Any, theirs: Any, tolerance: float) -> None:
    if isinstance(ours, list | tuple):
        assert len(ours) == len(theirs)
        for each, other in zip(ours, theirs, strict=True):
            _agree(each, other, tolerance)
    elif tolerance and not isinstance(ours, str):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)
    else:
        assert ours == theirs
