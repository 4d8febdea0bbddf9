"""Axes that are proposed for every setting of every preset, and a sweep to begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.runs.setting_paths import sweepable_settings
from core.sweep.axes import ChoiceAxis, ListAxis
from core.sweep.proposals import example_sweep, offered_values, proposed_axis
from core.sweep.sweep import Sweep


@pytest.mark.parametrize("file", preset_files()[::4], ids=lambda path: path.stem)
def test_every_setting_has_values_that_it_takes(file: Path) -> None:
    experiment = load_experiment(file)
    for item in sweepable_settings(experiment):
        axis = proposed_axis(item, experiment)
        assert axis.path == item.path
        Sweep(axes=(axis,), experiment=experiment).check()


@pytest.mark.parametrize("file", preset_files()[::4], ids=lambda path: path.stem)
def test_every_setting_offers_values_that_it_takes(file: Path) -> None:
    experiment = load_experiment(file)
    items = {item.path: item for item in sweepable_settings(experiment)}
    for item in items.values():
        for value in offered_values(item, experiment):
            axis = (ListAxis if item.is_number else ChoiceAxis)(item.path, values=(value,))
            Sweep(axes=(axis,), experiment=experiment).check()
    rate = experiment.training.optimizer.learning_rate  # type: ignore[attr-defined]
    assert rate in offered_values(items["optimizer.learning_rate"], experiment)
    assert "adam" in offered_values(items["optimizer"], experiment)


def test_an_example_sweeps_rates_and_widths_or_batch_sizes() -> None:
    for layers, path in (
        (load_experiment(preset_files()[0]).layers, "layers.dense.units"),
        ((), "batch_size"),
    ):
        sweep = example_sweep(Experiment(layers=layers))
        assert [axis.path for axis in sweep.axes] == ["optimizer.learning_rate", path]
        sweep.check()
