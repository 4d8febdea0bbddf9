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
from core.runs.packing import THUMBNAIL_PX
from core.runs.run import FinishedRun, Run, data_text
from core.runs.run_settings import RunSettings
from core.runs.schema import writing
from core.runs.trial import Trial, TrialResult

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


def summary(number: int = 1, experiment: Experiment = POINTS, **changes: Any) -> Run:
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
        "trial": Trial(0, 0, 0, 10),
        "status": "done",
        "size": 1000,
        "settings_json": RunSettings.of(experiment).to_json(),
    }
    return Run(id=number, **(values | changes))


def fill(connection: sqlite3.Connection, rows: list[Run]) -> None:
    """Write made-up rows to a database."""
    others = ("settings_json", "trial", "status", "sentence", "distance")
    names = [name for name in Run.__dataclass_fields__ if name not in others]
    marks = ", ".join("?" * (len(names) + 2))
    with writing(connection):
        connection.executemany(
            f"INSERT INTO runs ({', '.join(names)}, settings, origin, seed, diverged) VALUES ({marks}, 0, ?)",
            [
                (
                    *(getattr(row, name) for name in names),
                    row.settings_json,
                    f"origin {row.id}",
                    row.status == "diverged",
                )
                for row in rows
            ],
        )
