"""The state of a training is a copy that goes on bit by bit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState
from playground.training.state import TrainingState
from tests.playground.training.watching import Watch, moons


def test_progress_is_a_copy_that_goes_on_bit_by_bit(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 2)
    taken = seen.session.checkpoint()
    assert taken is not None
    experiment, checkpoint = taken
    kept = {name: array.copy() for name, array in checkpoint.arrays.items()}
    seen.session.pause()
    seen.state(TrainingState.PAUSED)
    for name, array in checkpoint.arrays.items():
        np.testing.assert_array_equal(array, kept[name])
    alone = make_trainer(experiment, prepare(experiment))
    checkpoint.restore(alone)
    again = make_trainer(experiment, prepare(experiment))
    TrainerState(checkpoint.numbers, kept).restore(again)
    assert alone.run_epoch() == again.run_epoch()


def test_a_run_starts_where_its_progress_ended(watch: Callable[..., Watch]) -> None:
    experiment = moons()
    trainer = make_trainer(experiment, prepare(experiment))
    trainer.run_epoch()
    trainer.step()
    seen = watch(experiment)
    seen.session.restart(TrainerState.of(trainer))
    seen.until(lambda: (seen.last.run, seen.last.epoch, seen.last.step) == (2, 1, 1))
    seen.state(TrainingState.PAUSED)
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 2)
    trainer.run_epoch()
    np.testing.assert_array_equal(seen.last.layers[0].kernel, trainer.network.weights[0]["kernel"])
