"""Runs for tests: trained for some epochs, or made up by the thousand."""

from __future__ import annotations

import math
import sqlite3
from functools import cache
from typing import Any

from core.data.datasets import Xor
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.nn import Dense
from core.sweep.trial import TrialResult
from playground.model.runs.database import writing
from playground.model.runs.run_record import THUMBNAIL_PX, FinishedRun, RunSummary, data_text
from playground.model.runs.run_settings import RunSettings

POINTS = Experiment(name="Squares", dataset=Xor(samples=40, noise=0.1), layers=(Dense(units=4),))


@cache
def _prepared(experiment: Experiment) -> PreparedData:
    return prepare(experiment)


def finished(
    experiment: Experiment = POINTS, epochs: int = 3, steps: int = 0, seconds: float = 1.5, **changes: Any
) -> FinishedRun:
    """A run that has trained for `epochs` and some `steps`, and pauses; `changes` are values of `FinishedRun`."""
    data = _prepared(experiment)
    trainer = make_trainer(experiment, data)
    for _ in range(epochs * trainer.steps_per_epoch + steps):
        trainer.step()
    if steps:
        trainer.evaluate_now()
    values: dict[str, Any] = {
        "data_text": data_text(experiment, data.data),
        "thumbnail": bytes(3 * THUMBNAIL_PX * THUMBNAIL_PX),
    }
    state = TrainerState.of(trainer, data.pipeline)
    result = TrialResult.of_state(state, experiment.seed, seconds)
    return FinishedRun(experiment, result, **(values | changes))


def summary(number: int = 1, experiment: Experiment = POINTS, **changes: Any) -> RunSummary:
    """A made-up row."""
    values: dict[str, Any] = {
        "created": 1000.0 + number,
        "name": f"Run {number}",
        "note": "",
        "starred": False,
        "data_key": "moons",
        "data_label": "Moons",
        "data_text": "40 points",
        "epochs": 10.0,
        "seconds": 0.5 + number % 7,
        "parameters": 20 + 3 * (number % 50),
        "train_loss": 0.1,
        "test_loss": 0.2 + (number % 11) / 20,
        "train_score": 0.95,
        "test_score": math.nan if number % 100 == 99 else (number % 97) / 97,
        "classifies": True,
        "diverged": False,
        "seed": 0,
        "size": 1000,
        "settings_json": RunSettings.of(experiment).to_json(),
    }
    return RunSummary(id=number, **(values | changes))


def fill(connection: sqlite3.Connection, rows: list[RunSummary]) -> None:
    """Write made-up rows to a database."""
    names = [name for name in RunSummary.__dataclass_fields__ if name != "settings_json"]
    marks = ", ".join("?" * (len(names) + 2))
    with writing(connection):
        connection.executemany(
            f"INSERT INTO runs ({', '.join(names)}, settings, origin) VALUES ({marks})",
            [
                (*(getattr(row, name) for name in names), row.settings_json, f"origin {row.id}")
                for row in rows
            ],
        )
