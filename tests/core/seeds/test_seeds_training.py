"""Many seeds of one experiment: the same numbers by every way, and their spread."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import DATASETS
from core.experiment.experiment import Experiment, Output
from core.experiment.prepare import make_trainer, prepare
from core.experiment.stack_problems import with_task
from core.nn import Dense, Dropout
from core.nn.losses import BinaryCrossentropy
from core.optim import SGD, Adam
from core.seeds import SeedTraining, curve_band, spread_of, train_seeds
from core.train.tasks.flow_matching import FlowMatching
from core.train.trainer import Trainer
from tests.core.compiled.two_engines import compiled_engine

__all__ = ["compiled_engine"]

EXPERIMENT = Experiment(
    dataset=DATASETS.make({"kind": "spirals", "samples": 80}),
    layers=(Dense(6, "tanh"), Dropout(0.1), Dense(4, "tanh")),
).with_training(optimizer=Adam(0.02), batch_size=10)
DATA = prepare(EXPERIMENT)


def single(seed: int, epochs: int) -> Trainer:
    trainer = make_trainer(EXPERIMENT.replace(seed=seed), DATA)
    trainer.prefer_engine("numpy")
    for _ in range(epochs):
        trainer.run_epoch()
    return trainer


def check(results: tuple[...], epochs: int) -> None:
    for result in results:
        alone = single(result.trial.seed, epochs)
        assert result.state is not None
        for name, array in alone.network.state_dict().items():
            np.testing.assert_allclose(result.state.weights[name], array, rtol=1e-5, atol=1e-5)
        assert result.test_loss == pytest.approx(alone.figures.test.loss, rel=1e-4)
        assert result.final_score == pytest.approx(alone.figures.test.score)
        np.testing.assert_allclose(result.curve[:, 2], alone.log.view().test_loss, rtol=1e-4)
        assert (result.epochs, result.sentence) == (epochs, "")


def test_seeds_that_go_on_beside_new_ones_are_single_runs() -> None:
    with SeedTraining(EXPERIMENT, (5, 0), 3, data=DATA, engine="numpy") as training:
        training.run_for(0.0)
        # Within an epoch.
        first = training.results()
    so_far = {each.trial.number: (each.state, 1.5) for each in first if each.state is not None}
    for seeds in ((5, 0), (5, 0, 7)):
        with SeedTraining(
            EXPERIMENT, seeds, 6, data=DATA, engine="numpy", cores=2, so_far=so_far
        ) as training:
            assert (training.way, training.seconds) == ("threads", 3.0)
            while not training.is_done:
                training.run_for(0.01)
            check(training.results(), 6)


def test_compiled_seeds_are_single_runs_on_several_threads(compiled_engine: None) -> None:
    with SeedTraining(EXPERIMENT, range(6), 6, data=DATA, cores=3) as training:
        assert training.way == "compiled"
        while not training.is_done:
            training.run_for(0.001)
        check(training.results(), 6)


def test_seeds_on_threads_are_single_runs() -> None:
    ways = []
    results = train_seeds(
        EXPERIMENT, (2, 3), 3, data=DATA, engine="numpy", cores=2, report=lambda each: ways.append(each.way)
    )
    check(results, 3)
    assert set(ways) == {"threads"}


def test_one_core_trains_them_in_turn() -> None:
    with SeedTraining(EXPERIMENT, (1, 2), 3, data=DATA, engine="numpy", cores=1) as training:
        assert training.way == "in_turn"
        while not training.is_done:
            training.run_for(0.001)
        check(training.results(), 3)


def test_seeds_of_batches_that_are_drawn_are_single_runs() -> None:
    flow = with_task(EXPERIMENT, FlowMatching())
    data = prepare(flow)
    with SeedTraining(flow, (1, 2), 3, data=data, cores=1) as training:
        assert training.way == "in_turn"
        while not training.is_done:
            training.run_for(0.001)
        for result in training.results():
            alone = make_trainer(flow.replace(seed=result.trial.seed), data)
            for _ in range(3):
                alone.run_epoch()
            assert result.test_loss == alone.figures.test.loss
            assert result.final_score == alone.figures.test.score


@pytest.mark.parametrize("cores", [1, 2])
def test_seeds_that_diverge_are_named_and_count_as_done(cores: int) -> None:
    hot = EXPERIMENT.with_training(optimizer=SGD(100.0), loss="mse")
    hot = hot.replace(layers=(Dense(6, "relu"),), output=Output(activation="linear"))
    results = train_seeds(hot, (0, 1), 50, engine="numpy", cores=cores)
    assert all("learning rate below 100" in result.sentence for result in results)
    spread = spread_of([result.final_loss for result in results])
    assert spread.given == 2


def test_an_exception_of_the_report_ends_the_training() -> None:
    def stop(training: SeedTraining) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_seeds(EXPERIMENT, (1, 2), 10_000, data=DATA, report=stop)


@pytest.mark.parametrize(
    ("seeds", "epochs", "sentence"),
    [
        ((), 3, "there must be 1 to 64, got 0"),
        (range(65), 3, "there must be 1 to 64, got 65"),
        ((1, 2, 1), 3, "each must occur once, got 1 more than once"),
        ((1, 2), 0, "epochs must be at least 1, got 0"),
    ],
)
def test_wrong_seeds_are_refused(seeds: tuple[int, ...], epochs: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        SeedTraining(EXPERIMENT, seeds, epochs, data=DATA)


def test_a_spread_leaves_out_what_is_no_number() -> None:
    spread = spread_of([3.0, 1.0, float("nan"), 2.0, 4.0, 5.0])
    assert (spread.given, spread.count) == (6, 5)
    assert (spread.lowest, spread.low_quartile, spread.median, spread.high_quartile, spread.highest) == (
        1,
        2,
        3,
        4,
        5,
    )
    assert np.isnan(spread_of([]).median)


def test_a_band_goes_on_without_the_curves_that_end() -> None:
    epochs, band = curve_band([np.arange(3), np.arange(2)], [np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0])])
    np.testing.assert_array_equal(epochs, [0, 1, 2])
    np.testing.assert_array_equal(band[2], [2.0, 3.0, 3.0])
    np.testing.assert_array_equal(band[[0, 4]], [[1.0, 2.0, 3.0], [3.0, 4.0, 3.0]])

    assert len(curve_band([], [])[0]) == 0


@pytest.mark.parametrize("kind", ["logits", "kernel_regularizer"])
def test_what_the_stack_does_not_have_is_trained_another_way(kind: str) -> None:
    if kind == "logits":
        changed = EXPERIMENT.replace(output=EXPERIMENT.output.replace(activation="linear"))
        changed = changed.with_training(loss=BinaryCrossentropy(from_logits=True))
    else:
        changed = EXPERIMENT.replace(layers=(Dense(6, "tanh", kernel_regularizer="l2"),))
    with SeedTraining(changed, (5, 9), 3, engine="numpy", cores=1) as training:
        assert training.way == "in_turn"
        while not training.is_done:
            training.run_for(0.05)
        for result in training.results():
            assert result.state is not None
            trainer = make_trainer(changed.replace(seed=result.trial.seed), training.data)
            trainer.prefer_engine("numpy")
            for _ in range(3):
                trainer.run_epoch()
            np.testing.assert_array_equal(
                result.state.weights["layer_0/kernel"], trainer.network.state_dict()["layer_0/kernel"]
            )
