"""A limit of BLAS threads ends with its block, and respects the caller's."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import threadpoolctl
from threadpoolctl import threadpool_limits

from core import Sequence
from core.nn import Dense
from core.nn import blas_threads as blas_threads_module
from core.nn.blas_threads import _pools, limit_blas_threads, one_thread
from tests.core.nn.thread_pools import blas_threads


def test_a_limit_ends_with_its_block() -> None:
    _pools.cache_clear()  # other tests may have loaded SciPy's since
    with threadpool_limits(2, user_api="blas"):
        for limit in (limit_blas_threads, one_thread):
            with limit():
                assert blas_threads() == {1}
            assert blas_threads() == {2}


def test_libraries_are_searched_again_only_after_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = []
    search = threadpoolctl.ThreadpoolController
    monkeypatch.setattr(blas_threads_module, "ThreadpoolController", lambda: searches.append(1) or search())
    monkeypatch.setitem(sys.modules, "first", sys)
    for _ in range(2):
        with limit_blas_threads():
            pass
    assert len(searches) == 1
    monkeypatch.setitem(sys.modules, "second", sys)
    with limit_blas_threads():
        assert blas_threads() == {1}
    assert len(searches) == 2


def test_a_limit_of_the_caller_holds_for_a_training_too() -> None:
    rng = np.random.default_rng(0)
    model = Sequence([Dense(160, "relu"), Dense(2, "softmax")], batch_size=128, feedback_steps=0)
    with threadpool_limits(1, user_api="blas"):
        model.train(rng.normal(size=(256, 784)), rng.integers(0, 2, 256), epochs=1)
    assert model._trainer is not None
    assert model._trainer.train_step.threads is None
