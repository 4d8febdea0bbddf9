"""The search for misclassified samples predicts no more samples than needed."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import Blobs, Moons
from core.data.datasets.playground_points import Plane
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.found_samples import HardestSearch, Misclassified, MistakeSearch
from core.inspect.predictions import PredictionPass
from core.nn.losses import MeanSquaredError
from core.train.training_config import TrainingConfig


def test_a_search_goes_on_from_where_it_was_told_and_round() -> None:
    experiment = Experiment(dataset=Moons(samples=2000))
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    predictions = PredictionPass(trainer, prepared, "test").result()
    wrong = np.flatnonzero(predictions.true != predictions.predicted)
    last = int(wrong[-1])
    assert MistakeSearch(trainer, prepared, last - 1, run=3).result() == Misclassified(3, last)
    assert MistakeSearch(trainer, prepared, last, run=3).result() == Misclassified(3, int(wrong[0]))


def test_a_network_that_is_right_everywhere_ends_the_search() -> None:
    experiment = Experiment(dataset=Blobs(samples=2000, noise=0.0))
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(5):
        trainer.run_epoch()
    found = PredictionPass(trainer, prepared, "test").result()
    assert (found.true == found.predicted).all()
    search, probes = MistakeSearch(trainer, prepared, -1), 0
    while not search.finished:
        search.advance()
        probes += 1
    assert probes == 3
    assert search.result().row is None


def test_the_hardest_training_sample_has_the_largest_loss() -> None:
    experiment = Experiment(dataset=Moons(samples=8000))
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    predictions = trainer.network.predict(prepared.train.inputs)[:, 0]
    off = np.abs(predictions - prepared.train.targets[:, 0])
    search = HardestSearch(trainer, prepared, run=3)
    search.advance()
    assert not search.finished
    found = search.result()
    assert found.run == 3
    assert found.row is not None
    assert off[~found.row] == off.max()


def test_values_have_no_mistakes() -> None:
    experiment = Experiment(dataset=Plane(), training=TrainingConfig(loss=MeanSquaredError()))
    prepared = prepare(experiment)
    with pytest.raises(ValueError, match="there must be classes"):
        MistakeSearch(make_trainer(experiment, prepared), prepared, 0)
