"""Sweeps as JSON files, with the check of all their values."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.sweep.axes import ChoiceAxis, LinearAxis, ListAxis, LogAxis
from core.sweep.methods import METHODS, TreeParzen
from core.sweep.proposals import example_sweep
from core.sweep.sweep import Sweep, load_sweep
from tests.fuzz.mutations import mutate_json
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    points = load_experiment(preset_files()[0])
    axes = (
        LogAxis("optimizer.learning_rate", low=0.001, high=1.0, count=5),
        LinearAxis("dataset.noise", low=0.0, high=0.5, count=3),
        ListAxis("layers.dense.units", values=(2, 4, 8)),
        ListAxis("depth", values=(1, 2)),
        ChoiceAxis("optimizer", values=("adam", {"kind": "sgd", "momentum": 0.9})),
        ChoiceAxis("layers", values=("dense 4 relu, dropout 0.1", "")),
        ChoiceAxis("features", values=("x1 x2", "x1 x2 sin_x1")),
    )
    # TPE asks for optuna when it is checked.
    methods = [kind() for kind in METHODS if kind is not TreeParzen or find_spec("optuna")]
    sweeps = [Sweep(axes=axes, method=method, experiment=points, seeds=3) for method in methods]
    sweeps += [example_sweep(load_experiment(path)) for path in preset_files()[7:14:2]]
    short = {"kind": "sweep", "version": 1, "axes": [axes[0].to_json()], "experiment": "spirals"}
    return [json.dumps(data).encode() for data in (*(sweep.to_json() for sweep in sweeps), short)]


def _read(path: Path) -> object:
    sweep = load_sweep(path)
    sweep.check()
    return sweep.count()


TARGET = Target("sweep", ".json", _seeds, mutate_json, _read, (ValueError,))
