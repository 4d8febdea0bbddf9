"""Optimizer state resumes exactly, and steps allocate nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.nn import Dense, Dropout
from core.optim import LBFGS, OPTIMIZERS
from core.optim.clipping import ClipByNorm
from core.optim.schedules import SCHEDULES, CosineDecay, OneCycle, ReduceOnPlateau
from core.train.training_config import TrainingConfig

MOONS = Experiment(
    dataset=Moons(samples=150),
    layers=(Dense(6, "tanh"), Dropout(0.2)),
    seed=3,
    training=TrainingConfig(batch_size=9),
)


PREPARED = prepare(MOONS)


def test_the_menu_begins_with_the_plainest() -> None:
    assert OPTIMIZERS.names()[0] == "sgd"
    assert set(OPTIMIZERS.names()) >= {"adadelta", "adamax", "nadam", "lion", "lbfgs"}
    assert OPTIMIZERS.make("l-bfgs") == LBFGS()


@pytest.mark.parametrize("kind", list(OPTIMIZERS), ids=lambda kind: kind.kind)
def test_no_memory_is_taken_in_a_step(kind: Any) -> None:
    import tracemalloc

    parameters = np.random.default_rng(0).normal(size=40_000).astype(np.float32)
    gradients = parameters.copy()
    optimizer_state = kind().bind(parameters, gradients)
    optimizer_state.update()
    gradients[:] = parameters
    optimizer_state.update()
    tracemalloc.start()
    gradients[:] = parameters
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    optimizer_state.update()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - before < 8_000


def go_on(experiment: Experiment, path: Path, steps: int) -> None:
    """Train, save, load, and compare the next steps of both."""
    straight = make_trainer(experiment, PREPARED)
    for _ in range(steps):
        straight.step()
    save_project(path, experiment, TrainerState.of(straight))
    loaded, progress = load_project(path)
    assert loaded == experiment
    assert progress is not None
    again = make_trainer(loaded, PREPARED)
    progress.restore(again)
    for _ in range(40):
        assert again.step() == straight.step()
        assert again.learning_rate == straight.learning_rate
    np.testing.assert_array_equal(again.network.parameters, straight.network.parameters)
    np.testing.assert_array_equal(again.log.to_array(), straight.log.to_array())


@pytest.mark.parametrize("kind", list(OPTIMIZERS), ids=lambda kind: kind.kind)
def test_a_saved_training_goes_on_with_every_optimizer(kind: Any, tmp_path: Path) -> None:
    go_on(MOONS.with_training(optimizer=kind()), tmp_path / "p.nnplay", 31)


@pytest.mark.parametrize(
    "schedule",
    [
        *(kind() for kind in SCHEDULES),
        CosineDecay(8, warmup_epochs=3),
        OneCycle(5),
        ReduceOnPlateau(factor=0.5, patience=0, min_delta=0.05, cooldown=1),
    ],
    ids=lambda schedule: schedule.kind,
)
def test_a_saved_training_goes_on_with_every_schedule(schedule: Any, tmp_path: Path) -> None:
    experiment = MOONS.with_training(schedule=schedule, clipping=ClipByNorm(0.1))
    go_on(experiment, tmp_path / "p.nnplay", 43)


def test_a_spoilt_memory_is_told(tmp_path: Path) -> None:
    experiment = MOONS.with_training(optimizer=LBFGS(history_size=3), schedule=ReduceOnPlateau())
    trainer = make_trainer(experiment, PREPARED)
    trainer.run_for(0.0, 5)
    progress = TrainerState.of(trainer)
    for name, value in [
        ("optimizer_memory", {}),
        ("optimizer_memory", {"count": 9, "next": 0, "scale": 1.0, "products": [1.0, 1.0, 1.0]}),
        ("optimizer_memory", {"count": 1, "next": 0, "scale": 1.0, "products": [0.0, 1.0, 1.0]}),
        ("optimizer_memory", []),
        ("schedule", [1]),
        ("schedule", {"kind": "plateau", "start": -1, "waited": 0, "cooling": 0, "drops": 0}),
    ]:
        spoilt = TrainerState(progress.numbers | {name: value}, progress.arrays)
        with pytest.raises(ValueError, match=r"memory of L-BFGS|schedule's state"):
            spoilt.restore(make_trainer(experiment, PREPARED))
