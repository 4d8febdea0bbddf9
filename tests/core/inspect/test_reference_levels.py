"""Losses and scores without a network are on the scale of the curves."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Names, SeriesFile
from core.data.datasets.toy_sequences import Repeat
from core.data.tables.read_table import read_table
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.reference_levels import Level, LevelsPart
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn.losses import CrossEntropy
from tests.core.experiment.on_data import with_dataset


def levels(experiment: Experiment) -> tuple[Level, ...] | None:
    prepared = prepare(experiment)
    taker = SnapshotTaker(make_trainer(experiment, prepared), prepared, 0, experiment)
    found = taker.take_part(LevelsPart, True)
    assert taker.take_part(LevelsPart, True) is found
    return found


def on(dataset: Any) -> Experiment:
    return with_dataset(Experiment(), dataset)


def test_counts_of_letters_are_levels_where_they_save_something() -> None:
    found = levels(on(Names(samples=500)))
    assert found is not None
    assert [each.title for each in found] == ["guessing evenly", "letters alone", "letter pairs alone"]
    assert found[0].loss == pytest.approx(math.log(27))
    assert found[0].loss > found[1].loss > found[2].loss > 2.0
    # Random letters are no likelier for those before; who repeats knows half of them.
    repeat = levels(on(Repeat()))
    assert repeat is not None
    assert [each.title for each in repeat] == ["guessing evenly", "who knows the rule"]
    assert repeat[-1].loss == pytest.approx(7 / 16 * math.log(12))
    assert levels(on(Names(samples=500)).with_training(loss=CrossEntropy(label_smoothing=0.1))) is None


def test_forecasts_are_levels_in_the_units_of_the_loss(tmp_path: Path) -> None:
    path = tmp_path / "tide.csv"
    times = np.arange(400)
    noise = np.random.default_rng(0).normal(0, 0.05, 400)
    path.write_text("tide\n" + "".join(f"{100 * value}\n" for value in np.sin(times / 4) + noise))
    experiment = on(SeriesFile.of(read_table(path), "tide", window=32, horizon=2))
    found = levels(experiment)
    assert found is not None
    assert [each.title for each in found] == ["last value", "value 25 before", "linear autoregression"]
    prepared = prepare(experiment)
    targets = prepared.test.targets
    for each in found:
        # Where the loss is the squared error of scaled values, R² is what is left of their variance.
        expected = 1.0 - each.loss / np.mean(np.square(targets - targets.mean(axis=0)))
        assert each.score == pytest.approx(expected, abs=0.01)
    assert found[-1].loss < 0.05 < found[0].loss


def test_rows_have_no_levels() -> None:
    assert levels(Experiment()) is None
