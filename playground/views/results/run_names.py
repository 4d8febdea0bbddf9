"""Short names of earlier runs, by their differences from the current experiment."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from playground.model.runs.run_record import data_key
from playground.model.runs.run_settings import RunSettings, changes


def difference(run: Experiment, now: Experiment) -> tuple[str, ...]:
    """ "rate 0.01", "+ Dropout 0.2", "other data": the settings of the run that are not those of now."""
    told = tuple(change.text for change in changes(RunSettings.of(now), RunSettings.of(run)))
    return told if data_key(run) == data_key(now) else (*told, "other data")
