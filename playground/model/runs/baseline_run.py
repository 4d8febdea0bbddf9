"""A model that is no network, as a row of the table of runs: what the network is compared with."""

from __future__ import annotations

import math

import numpy as np

from core.experiment.experiment import Experiment
from core.probes.baselines import BaselineResult
from core.sweep.trial import Trial, TrialResult
from playground.model.runs.run_record import FinishedRun, data_key
from playground.model.runs.run_settings import RunSettings


def baseline_run(experiment: Experiment, result: BaselineResult, text: str, thumbnail: bytes) -> FinishedRun:
    """A baseline that was trained on the data of an experiment, which opens with it; `text` is about the data."""
    name, nan = f"Baseline: {result.title}", math.nan
    inputs = " ".join(experiment.features) if experiment.dataset.family == "points" else ""
    network = dict(RunSettings.of(experiment).values)
    kept = tuple((key, network[key]) for key in ("Inputs", "Preprocess"))
    # Its only moment is its end.
    scores = float(result.train_score), float(result.test_score)
    reached = TrialResult(
        Trial(0, 0, experiment.seed, 0), "done", "", 0.0, result.seconds, 0, nan, nan, *scores,
        np.array([[0.0, nan, nan, *scores]], np.float32),
    )  # fmt: skip
    return FinishedRun(
        experiment, reached, text, thumbnail, name,
        settings=RunSettings(((name, "", "", ""),), (("Baseline", result.settings), *kept)),
        # Equal for the same kind of model on the same inputs.
        own_origin=f"baseline {result.name} {data_key(experiment)} {experiment.scaling.to_json()} {inputs}",
    )  # fmt: skip
