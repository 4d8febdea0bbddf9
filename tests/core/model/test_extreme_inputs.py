"""2,880 extreme inputs to `Sequence`: finite numbers, or a documented error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core import Dense, Sequence
from core.io.sentence import MAX_LETTERS
from core.nn import Layer
from core.train.train_step import DivergedError

N = 8
_RNG = np.random.default_rng(0)
_PLAIN = _RNG.normal(size=(N, 3))


def with_one(value: float, dtype: Any = np.float64) -> Any:
    changed = _PLAIN.astype(dtype)
    changed[2, 1] = value
    return changed


INPUTS: dict[str, Any] = {
    "plain": _PLAIN,
    "no samples": np.zeros((0, 3)),
    "no features": np.zeros((N, 0)),
    "one number": np.float64(3.0),
    "a vector": np.arange(N, dtype=float),
    "one sample": _PLAIN[:1],
    "all equal": np.full((N, 3), 7.0),
    "nan": with_one(np.nan),
    "infinity": with_one(-np.inf),
    "beyond float32": with_one(1e300),
    "largest float32": with_one(3.4e38),
    "large": _PLAIN * 1e20,
    "subnormal": np.full((N, 3), 1e-45),
    "whole numbers of 64 bits": np.full((N, 3), 2**63 - 1),
    "truth values": _PLAIN > 0,
    "texts": np.array([["a", "b", "c"]] * N),
    "objects": np.array([[None, 1, "x"]] * N, dtype=object),
    "complex": _PLAIN * 1j,
    "images": np.zeros((N, 2, 3, 1)),
    "ragged": [[1.0, 2.0], [3.0]],
}
ANSWERS: dict[str, Any] = {
    "classes": np.arange(N) % 3,
    "two classes": np.arange(N) % 2,
    "values": _RNG.normal(size=N),
    "columns of values": _RNG.normal(size=(N, 3)),
    "one-hot": np.eye(3)[np.arange(N) % 3],
    "class 1e38": np.where(np.arange(N) == 2, 1e38, 1.0),
    "class -1": np.arange(N) % 3 - 1,
    "class 2**63": np.where(np.arange(N) == 2, np.uint64(2**63), np.uint64(1)),
    "nan": np.where(np.arange(N) == 2, np.nan, 1.0),
    "infinity": np.where(np.arange(N) == 2, np.inf, 1.0),
    "beyond float32": np.where(np.arange(N) == 2, 1e300, 1.0),
    "too few": np.zeros(N - 1),
}
STACKS: dict[str, Callable[[], list[Layer | str]]] = {
    "three outputs": lambda: [Dense(3, activation="softmax")],  # type: ignore[arg-type]
    "one output": lambda: [Dense(4, activation="relu"), Dense(1, activation="sigmoid")],  # type: ignore[arg-type]
    "normalized": lambda: ["layer_normalization", "batch_normalization", Dense(3)],
}
LOSSES = ("cross_entropy", "binary_cross_entropy", "mean_squared_error", "huber")


def finite(*arrays: Any) -> bool:
    return all(bool(np.isfinite(np.asarray(array, np.float64)).all()) for array in arrays)


def test_there_are_as_many_as_promised() -> None:
    assert len(INPUTS) * len(ANSWERS) * len(STACKS) * len(LOSSES) == 2_880


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("stack", STACKS)
def test_extreme_inputs_are_an_error_or_finite(stack: str, loss: str) -> None:
    wrong: list[str] = []
    for X_name, X in INPUTS.items():
        for y_name, y in ANSWERS.items():
            problem = tried(stack, loss, X, y)
            if problem:
                wrong.append(f"X {X_name}, y {y_name}: {problem}")
    assert wrong == []


def tried(stack: str, loss: str, X: Any, y: Any) -> str:
    """How these inputs fail; "" if they do not."""
    model = Sequence(STACKS[stack](), loss=loss, epochs=2, batch_size=4, feedback_steps=0)
    try:
        model.train(X, y)
        outputs, found = model.predict(X), model.evaluate(X, y, return_dict=True)
    except (ValueError, DivergedError) as error:
        sentence = str(error)
        return "" if sentence and len(sentence) <= MAX_LETTERS else f"no short sentence: {sentence!r}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if not finite(*model.get_weights(), model.loss_history):
        return "the weights or losses are not finite"
    return "" if finite(outputs, found["loss"]) else f"outputs or loss are not finite: {found}"
