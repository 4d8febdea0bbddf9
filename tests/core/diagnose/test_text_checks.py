"""The doctor tells networks that ignore the past of a text, and those that learn it by heart."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.data.datasets.text_datasets import Names
from core.diagnose.doctor import diagnose
from core.diagnose.measurements import Measurements, Measurer
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.nn import Dense, Embedding
from core.train.history import History
from core.train.training_config import TrainingConfig


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    layers = (Embedding(27, 4), Dense(8, "tanh"))
    return Experiment(
        dataset=Names(samples=2_000), layers=layers, training=TrainingConfig(loss="cross_entropy")
    )


@pytest.fixture(scope="module")
def measured(experiment: Experiment) -> Measurements:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    return Measurer(trainer, prepared).measure(experiment)


def after(measured: Measurements, train: list[float], test: list[float]) -> Measurements:
    """The same network, with other losses of its epochs."""
    rows = np.full(len(train), 0.5)
    made = {item.name: rows for item in dataclasses.fields(History)}
    made |= {
        "epoch": np.arange(1.0, len(train) + 1),
        "train_loss": np.array(train),
        "test_loss": np.array(test),
    }
    return dataclasses.replace(measured, history=History(**made))


def kinds(measurements: Measurements, experiment: Experiment) -> list[str]:
    return [finding.kind for finding in diagnose(measurements, experiment)]


def test_tokens_are_measured_as_names_and_not_as_numbers(measured: Measurements) -> None:
    assert len(measured.deviations) == len(measured.class_counts) == 0
    assert [each.title for each in measured.ngrams] == ["uniform", "unigram", "bigram", "trigram"]
    assert measured.baseline == measured.ngrams[1].nats
    assert all(layer.gradient is None or layer.gradient > 0.0 for layer in measured.layers)


def test_frequencies_alone_are_told(measured: Measurements, experiment: Experiment) -> None:
    nats = measured.ngrams[1].nats
    still = after(measured, [3.2, 2.9, *[nats * 1.005] * 8], [3.2, 2.9, *[nats] * 8])
    (finding,) = (each for each in diagnose(still, experiment) if each.kind == "unigram")
    assert finding.sentence.startswith(
        f"The training loss stands at {nats * 1.005:.2f} nats, as the frequency of each"
    )
    assert finding.fixes
    assert "plateau" not in kinds(still, experiment)
    better = after(measured, [3.2, 2.9, *[nats * 0.9] * 8], [3.2, 2.9, *[nats * 0.9] * 8])
    assert "unigram" not in kinds(better, experiment)
    early = after(measured, [3.2, nats, nats], [3.2, nats, nats])
    assert "unigram" not in kinds(early, experiment)


def test_learning_by_heart_is_told(measured: Measurements, experiment: Experiment) -> None:
    apart = after(measured, [2.5, 2.2, 1.8], [2.5, 2.3, 2.2])
    (finding,) = (each for each in diagnose(apart, experiment) if each.kind == "memorises")
    assert finding.sentence.startswith(
        "The texts that it learned from cost 1.8 nats a token, others 2.2: the network"
    )
    assert "1,400 samples by heart" in finding.sentence
    assert [fix.text for fix in finding.fixes] == ["Add Dropout 0.2", "L2 penalty 0.001", "4,000 samples"]
    close = after(measured, [2.5, 2.2, 2.0], [2.5, 2.3, 2.2])
    assert "memorises" not in kinds(close, experiment)
    without_test = after(measured, [2.5, 2.2, 1.0], [np.nan] * 3)
    assert "memorises" not in kinds(without_test, experiment)


def test_other_tasks_have_no_such_finding(measured: Measurements, experiment: Experiment) -> None:
    other = dataclasses.replace(after(measured, [2.5, 1.0], [2.5, 2.4]), ngrams=())
    assert "memorises" not in kinds(other, experiment)
