"""Data map: the confidence in each sample's own class over some networks."""

from __future__ import annotations

import numpy as np
import pytest

from core.experiment.experiment import Experiment
from core.inspect import data_map
from core.inspect.data_map import DataMapPass
from core.nn.network import Network
from tests.core.inspect.started import DIGITS, IRIS, MOONS, start


@pytest.mark.parametrize("experiment", [MOONS, IRIS, DIGITS])
def test_it_is_the_probability_of_each_samples_own_class(experiment: Experiment) -> None:
    trainer, prepared, _ = start(experiment, epochs=0)
    networks: list[Network] = []
    for _ in range(3):
        trainer.run_epoch()
        networks.append(trainer.network.frozen_copy())
    moments = [(float(epoch), lambda network=network: network) for epoch, network in enumerate(networks, 1)]
    found = DataMapPass(moments, prepared, "train", run=7).result()
    assert (found.part, found.run, found.epochs.tolist()) == ("train", 7, [1.0, 2.0, 3.0])
    assert len(prepared.train) < data_map.MAX_MAPPED
    samples = np.arange(len(prepared.train))
    outputs = [network.predict(prepared.train.inputs) for network in networks]
    if experiment is MOONS:
        second = np.array([(each[:, 0] + 1) / 2 if prepared.encoding.low else each[:, 0] for each in outputs])
        expected = np.where(prepared.train.labels == 1, second, 1 - second)
    else:
        expected = np.array([each[samples, prepared.train.labels] for each in outputs])
    np.testing.assert_allclose(found.confidence, expected, atol=1e-6)
    np.testing.assert_allclose(found.mean, expected.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(found.change, expected.std(axis=0), atol=1e-6)


def test_wrong_labels_are_the_hardest() -> None:
    wrong = range(0, 90, 15)
    clean = start(IRIS, epochs=0)[1]
    rows = clean.train_index[list(wrong)]
    labels = (clean.train.labels[list(wrong)] + 1) % 3
    corrections = IRIS.corrections
    for row, label in zip(rows.tolist(), labels.tolist(), strict=True):
        corrections = corrections.with_label([row], label)
    trainer, prepared, _ = start(IRIS.replace(corrections=corrections), epochs=0)
    networks = []
    for _ in range(20):
        trainer.run_epoch()
        networks.append(trainer.network.frozen_copy())
    moments = [(float(epoch), lambda network=network: network) for epoch, network in enumerate(networks, 1)]
    found = DataMapPass(moments, prepared, "train").result()
    hardest = prepared.train_index[np.argsort(found.mean)[: len(rows)]]
    assert len(set(hardest.tolist()) & set(rows.tolist())) >= len(rows) - 1


def test_of_many_samples_the_first_are_mapped_without_moments_that_are_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(data_map, "MAX_MAPPED", 700)
    trainer, prepared, _ = start(DIGITS, epochs=1)
    passed = DataMapPass([(1.0, lambda: trainer.network), (2.0, lambda: None)], prepared, "train")
    shares = []
    while not passed.finished:
        passed.advance()
        shares.append(passed.share)
    assert shares == [0.25, 0.5, 0.75, 1.0]
    found = passed.result()
    assert found.confidence.shape == (1, 700)
    assert found.epochs.tolist() == [1.0]
    assert DataMapPass([], prepared, "test").result().confidence.shape == (0, len(prepared.test))
