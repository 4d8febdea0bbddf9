"""A model that is no network, as a row of the table of runs: what the network is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.experiment.experiment import Experiment
from core.io import strict_json
from core.probes.baselines import BaselineResult
from playground.model.runs.run_record import data_key, pack_curves, pack_thumbnail
from playground.model.runs.run_settings import MAX_LETTERS, RunSettings


@dataclass(frozen=True, eq=False)
class BaselineRun:
    """A baseline that was trained on the data of an experiment, which opens with it; see `FinishedRun`."""

    experiment: Experiment
    result: BaselineResult
    data_text: str
    thumbnail: bytes = b""

    @property
    def name(self) -> str:
        return f"Baseline: {self.result.title}"

    @property
    def origin(self) -> str:
        """Equal for the same kind of model on the same inputs."""
        experiment = self.experiment
        inputs = " ".join(experiment.features) if experiment.dataset.family == "points" else ""
        return f"baseline {self.result.name} {data_key(experiment)} {experiment.scaling.to_json()} {inputs}"

    def values(self) -> dict[str, Any]:
        """The columns of its row, except what the user writes."""
        experiment, result = self.experiment, self.result
        return {
            "data_key": data_key(experiment),
            "data_label": experiment.dataset.label[:MAX_LETTERS],
            "data_text": self.data_text[:MAX_LETTERS],
            "epochs": 0.0,
            "seconds": float(result.seconds),
            "parameters": 0,
            "train_loss": None,
            "test_loss": None,
            "train_score": float(result.train_score),
            "test_score": float(result.test_score),
            "classifies": int(experiment.task.classifies),
            "diverged": 0,
            "seed": experiment.seed,
            "size": 0,
            "settings": self._settings().to_json(),
            "origin": self.origin,
        }

    def parts(self) -> dict[str, Any]:
        """What is kept beside the row, by table: its only moment is its end."""
        nan = float("nan")
        curve = np.array([[0.0, nan, nan, self.result.train_score, self.result.test_score]], np.float32)
        return {
            "experiments": strict_json.dump(self.experiment.to_json()),
            "curves": pack_curves(curve),
            "thumbnails": pack_thumbnail(self.thumbnail),
        }

    def _settings(self) -> RunSettings:
        network = dict(RunSettings.of(self.experiment).values)
        kept = tuple((name, network[name]) for name in ("Inputs", "Preprocess"))
        return RunSettings(((self.name, "", "", ""),), (("Baseline", self.result.settings), *kept))
