"""Both engines make the same training of every kind of layer, loss, optimizer, penalty and schedule."""

from __future__ import annotations

import os

import numpy as np
import pytest

from core import optim
from core.compiled import program
from core.compiled.codes import ACTIVATIONS, LOSSES, OPTIMIZERS
from core.nn import losses
from tests.core.compiled.two_engines import (
    CASES,
    LEFT_TO_NUMPY,
    Case,
    apart,
    compiled_engine,
    every_case,
    trained,
)

__all__ = ["compiled_engine"]

AFTER_ONE, AFTER_TWENTY = 1e-6, 1e-4
WEAK = {
    # Where a rounding decides a sign, or is divided by its own size, it becomes a step of full length.
    "a kink at 0": 1e-2,
    "a mean of nearly 0": 1e-2,
    "a sign": 1e-2,
    "gradients of nearly 0": 1e-2,
    "signs at 0": 1e-2,
    # A bias before a batch norm has no gradient but roundings, which Adam and Lion make steps of full length; so are
    # those of some of many units. What the network predicts hardly depends on these weights.
    "gradients of 0": 0.3,
    # Probabilities are cut off 1e-7 from 0 and 1, where slopes are 1e7.
    "a cut-off": 1e-2,
}
"""How far twenty epochs may be apart where something amplifies rounding; mostly they are not further than others."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_engines_agree(case: Case, compiled_engine: None) -> None:
    one, other = trained(case, "numpy", 1), trained(case, "compiled", 1)
    assert apart(one, other) < (1e-4 if case.weak == "a cut-off" else AFTER_ONE)
    one, other = trained(case, "numpy", 20), trained(case, "compiled", 20)
    assert apart(one, other) < WEAK.get(case.weak, AFTER_TWENTY)
    if not case.weak:
        np.testing.assert_allclose(other.test_predictions, one.test_predictions, rtol=1e-3, atol=1e-4)
        _check_histories(one.log.to_array(), other.log.to_array())
    assert one.optimizer_state.step == other.optimizer_state.step
    assert one.network.dropout.state_dict() == other.network.dropout.state_dict()
    assert (one.engines, other.engines) == ({"numpy"}, {"compiled"})


LARGE = [case for case in CASES if case.config.get("batch_size", 8) > 16]


@pytest.mark.parametrize("case", LARGE, ids=lambda case: case.name)
def test_engines_agree_where_a_step_has_parts_for_two_cores(
    case: Case, compiled_engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_MIN_SPLIT", 0)
    monkeypatch.setattr(program, "_MIN_LANES", 32)
    one, other = trained(case, "numpy", 3), trained(case, "compiled", 3)
    # Masks of images are drawn in the order of pixels, and statistics are those of a whole batch.
    whole = ("images: dropout", "images: layers that do", "batch norm", "norms without weights")
    assert program.splits(other.setup) == (not case.name.startswith(whole))
    assert apart(one, other) < WEAK.get(case.weak, AFTER_TWENTY)
    assert one.network.dropout.state_dict() == other.network.dropout.state_dict()


@pytest.mark.skipif("ENGINES" not in os.environ, reason="a minute: make engines")
def test_engines_agree_in_every_combination(compiled_engine: None) -> None:
    wrong = []
    for case in every_case():
        after_one = 0.02 if case.weak == "gradients of 0" else AFTER_ONE
        for epochs, most in ((1, after_one), (20, WEAK.get(case.weak, AFTER_TWENTY))):
            found = apart(trained(case, "numpy", epochs), trained(case, "compiled", epochs))
            if not found < most:
                wrong.append(f"{case.name}: {found:.1e} apart after {epochs}")
    assert not wrong, "\n".join(wrong)


def _check_histories(one: np.ndarray, other: np.ndarray) -> None:
    assert one.shape == other.shape
    np.testing.assert_allclose(other, one, rtol=1e-3, atol=2e-5)


def test_the_exam_has_every_loss_activation_and_first_order_optimizer() -> None:
    names = " ".join(case.name for case in CASES)
    wanted = [*(kind.kind for kind in losses.LOSSES if kind.kind not in LEFT_TO_NUMPY), *ACTIVATIONS]
    wanted += [f"optimizer {kind.kind}" for kind in optim.OPTIMIZERS if not kind.full_batch]
    assert [name for name in wanted if name not in names] == []
    # Those of losses whose activation is fused have no gradient of their own.
    assert {*LOSSES, "half_squared_error", *LEFT_TO_NUMPY} >= {kind.kind for kind in losses.LOSSES}
    assert {*OPTIMIZERS, "adamw"} == {kind.kind for kind in optim.OPTIMIZERS if not kind.full_batch}


def test_the_kernel_is_compiled_for_one_set_of_types(compiled_engine: None) -> None:
    from core.compiled import kernel

    # Other types would compile for seconds in the middle of a training.
    assert len(kernel.run.signatures) == 1
    assert not kernel.run._can_compile
