"""Sweeps whose trials take milliseconds."""

from __future__ import annotations

from typing import Any

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.runs.trial import TrialResult
from core.sweep.axes import ListAxis, LogAxis
from core.sweep.sweep import Sweep
from core.train.training_config import TrainingConfig

TINY = Experiment(
    name="Tiny",
    dataset=Moons(samples=40),
    layers=(Dense(3, activation="tanh"),),
    # Without numba a process starts twice as fast.
    training=TrainingConfig(engine="numpy"),
)


def small_sweep(rates: int = 3, **settings: Any) -> Sweep:
    """`rates` learning rates times two widths; two epochs unless `settings` says otherwise."""
    axes = (
        LogAxis("optimizer.learning_rate", low=0.001, high=1.0, count=rates),
        ListAxis("layers.dense.units", values=(2, 4)),
    )
    return Sweep(**{"axes": axes, "experiment": TINY, "epochs": 2, **settings})


def numbers(result: TrialResult) -> tuple[object, ...]:
    """All of a result but the seconds, to compare bit for bit."""
    arrays = (result.curve, result.boundary, result.confusion)
    return (
        repr(result.trial), result.status, result.sentence, result.epochs, result.parameters,
        repr(result.metrics), repr(result.distance),
        *(None if array is None else (array.dtype.str, array.tobytes()) for array in arrays),
    )  # fmt: skip
