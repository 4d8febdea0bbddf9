"""BLAS threads of a training step: used if faster, dropped otherwise, without effect on the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core import Sequence
from core.nn import BatchNormalization, Dense, Dropout, Layer
from core.nn.blas_threads import _pools
from core.nn.network import Network
from core.train.step_threads import StepThreads, threads_worth_trying
from tests.core.nn.thread_pools import blas_threads

BATCH = 8


class Machine:
    """A clock that advances by the duration of a pass with the current number of threads."""

    def __init__(self, gain: float = 2.0) -> None:
        self.now, self.gain = 0.0, gain
        self.threads, self.rounding = 1, 0.0
        self.used: list[int] = []
        self.network = Network((Dense(3),), (2,))

    def clock(self) -> float:
        return self.now

    def set_threads(self, count: int) -> bool:
        self.threads = count
        return True

    def fill(self, inputs: NDArray[Any], targets: NDArray[Any]) -> float:
        several = self.threads > 1
        self.used.append(self.threads)
        self.now += 1.0 / self.gain if several else 1.0
        self.network.gradients.fill(1.0 + self.rounding if several else 1.0)
        return 0.5

    def steps(self, threads: StepThreads, count: int, batch: int = BATCH) -> list[int]:
        """Run steps; returns the number of threads of each pass."""
        self.used.clear()
        rows = np.zeros((batch, 2), np.float32)
        for _ in range(count):
            assert threads.fill(rows, rows) == 0.5
            assert self.threads == 1, "what follows the gradients keeps to one thread"
        return list(self.used)


def on(machine: Machine) -> StepThreads:
    return StepThreads(
        machine.network, machine.fill, BATCH, 2, set_threads=machine.set_threads, clock=machine.clock
    )


def test_threads_are_used_after_a_trial_that_shows_a_gain() -> None:
    machine = Machine(gain=1.2)
    threads = on(machine)
    assert machine.steps(threads, 6) == [1, 2] * 6
    assert threads.in_use
    assert machine.steps(threads, 3) == [2, 2, 2]


@pytest.mark.parametrize("gain", [1.05, 1.0, 0.7])
def test_a_gain_below_ten_percent_is_not_worth_a_thread(gain: float) -> None:
    machine = Machine(gain)
    threads = on(machine)
    machine.steps(threads, 6)
    assert not threads.in_use
    assert machine.steps(threads, 5) == [1] * 5


def test_beside_a_busy_process_a_trial_ends_with_its_first_measured_pair() -> None:
    machine = Machine(gain=1 / 20)
    threads = on(machine)
    assert machine.steps(threads, 5) == [1, 2, 1, 2, 1, 1, 1]


def test_threads_are_given_up_after_three_slow_steps_and_tried_again_later() -> None:
    machine = Machine()
    threads = on(machine)
    machine.steps(threads, 6)
    machine.gain = 1 / 20
    assert machine.steps(threads, 5) == [2, 2, 2, 1, 1]
    machine.gain = 2.0
    machine.now += 30.0
    machine.steps(threads, 6)
    assert threads.in_use


def test_a_single_slow_step_gives_nothing_up() -> None:
    machine = Machine()
    threads = on(machine)
    machine.steps(threads, 6)
    for gain in (0.1, 0.1, 2.0, 0.1, 0.1, 2.0):
        machine.gain = gain
        machine.steps(threads, 1)
    assert threads.in_use


def test_a_gain_that_fades_is_noticed_by_the_pairs_between() -> None:
    machine = Machine()
    threads = on(machine)
    machine.steps(threads, 6)
    machine.gain = 1.02  # no step takes longer than with one thread
    machine.steps(threads, 64 * 3)
    assert not threads.in_use


def test_the_wait_for_another_trial_doubles() -> None:
    machine = Machine(gain=1 / 20)
    threads = on(machine)
    machine.steps(threads, 400)
    tried = machine.steps(threads, 400).count(2)
    assert 0 < tried <= 2 * 4


@pytest.mark.parametrize("rounding", [1e-6, np.nan])
def test_threads_that_round_otherwise_are_never_used(rounding: float) -> None:
    machine = Machine(gain=4.0)
    machine.rounding = rounding
    threads = on(machine)
    assert machine.steps(threads, 4) == [1, 2, 1, 1, 1]
    assert threads.differs
    np.testing.assert_array_equal(machine.network.gradients, 1.0)


def test_a_shorter_batch_keeps_to_one_thread() -> None:
    machine = Machine()
    threads = on(machine)
    machine.steps(threads, 6)
    assert machine.steps(threads, 2, BATCH - 1) == [1, 1]


def test_an_error_in_a_step_leaves_one_thread() -> None:
    machine = Machine()

    def fail(inputs: NDArray[Any], targets: NDArray[Any]) -> float:
        raise FloatingPointError

    threads = StepThreads(
        machine.network, fail, BATCH, 2, set_threads=machine.set_threads, clock=machine.clock
    )
    with pytest.raises(FloatingPointError):
        threads.fill(np.zeros((BATCH, 2)), np.zeros((BATCH, 2)))
    assert machine.threads == 1


def test_only_large_products_are_worth_a_trial() -> None:
    small, large = Network((Dense(8),), (2,)), Network((Dense(512),), (784,))
    assert threads_worth_trying(small, 10, 8) == 1
    assert threads_worth_trying(large, 128, 8) == 4
    assert threads_worth_trying(large, 128, 2) == 2
    assert threads_worth_trying(large, 128, 0) == 1  # the window on a single core


LAYERS: list[list[Layer]] = [
    [Dense(160, "relu"), Dense(10, "softmax")],
    [Dense(256, "relu"), BatchNormalization(), Dropout(0.3), Dense(10, "softmax")],
]


@pytest.mark.parametrize("layers", LAYERS, ids=["dense", "dropout and batch normalization"])
@pytest.mark.parametrize("inputs", [784, 256])
def test_the_numbers_of_a_training_do_not_hang_on_the_cores(
    layers: list[Layer], inputs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1100, inputs)).astype(np.float32), rng.integers(0, 10, 1100)

    def weights(cores: int) -> list[NDArray[Any]]:
        monkeypatch.setattr("core.model.sequence.allowed_threads", lambda: cores)
        model = Sequence(layers, batch_size=128, feedback_steps=0, seed=1)
        model.train(X, y, epochs=2)
        threads = model._trainer.train_step.threads if model._trainer is not None else None
        assert (threads is not None) == (cores > 1), "the trial is what is tested"
        return model.get_weights()

    # Accept threads without gain, so that all steps after the trial use them.
    monkeypatch.setattr("core.train.step_threads._MIN_GAIN", 0.0)
    monkeypatch.setattr("core.train.step_threads._SLOW_STEPS", -1)
    for one, several in zip(weights(1), weights(2), strict=True):
        np.testing.assert_array_equal(one, several)


def test_single_steps_use_one_thread_and_leave_the_setting_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    _pools.cache_clear()  # other tests may have loaded SciPy's since
    seen: set[int] = set()
    model = Sequence([Dense(2, "softmax")], feedback_steps=0)
    model.step(np.ones((4, 2)), np.array([0, 1, 0, 1]))
    assert model._trainer is not None
    train_on_batch = model._trainer.train_on_batch
    monkeypatch.setattr(
        model._trainer,
        "train_on_batch",
        lambda samples: (seen.update(blas_threads()), train_on_batch(samples))[1],
    )
    with threadpool_limits(2, user_api="blas"):
        model.step(np.ones((4, 2)), np.array([0, 1, 0, 1]))
        assert blas_threads() == {2}
    assert seen == {1}
