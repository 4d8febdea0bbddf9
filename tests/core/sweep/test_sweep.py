"""The spec of a sweep: JSON there and back, files, and what is wrong as a sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.experiment.presets import preset_named
from core.spec import SettingError
from core.sweep.axes import ChoiceAxis, ListAxis, LogAxis
from core.sweep.methods import Grid, Halving
from core.sweep.sweep import FORMAT_VERSION, Sweep, load_sweep
from tests.core.sweep.small_sweeps import TINY, small_sweep


def changed(**values: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(small_sweep().to_json())), **values}


def test_json_makes_the_same_sweep() -> None:
    sweep = small_sweep(method=Halving(trials=5), seeds=4, goal=0.9, patience=3, objective="test_loss")
    data = json.loads(json.dumps(sweep.to_json()))
    assert Sweep.from_json(data) == sweep
    assert data["version"] == FORMAT_VERSION


def test_what_is_not_said_has_its_default_and_the_experiment_may_be_a_preset() -> None:
    axis = {"kind": "list", "path": "batch_size", "values": [8, 16]}
    sweep = Sweep.from_json({"kind": "sweep", "version": 1, "axes": [axis], "experiment": "spirals"})
    assert sweep == Sweep(axes=(ListAxis("batch_size", values=(8, 16)),), experiment=preset_named("spirals"))
    assert (sweep.method, sweep.seeds, sweep.epochs) == (Grid(), 1, 100)


def test_seeds_begin_with_that_of_the_experiment() -> None:
    assert small_sweep(seeds=3, experiment=TINY.replace(seed=2**31 - 2)).seed_numbers == (
        2**31 - 2,
        2**31 - 1,
        0,
    )


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rates.json"
    path.write_text(json.dumps(small_sweep().to_json()), encoding="utf-8")
    assert load_sweep(path) == small_sweep()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, 'it lacks "kind": "sweep"'),
        ([], 'it lacks "kind": "sweep"'),
        (changed(kind="experiment"), 'it lacks "kind": "sweep"'),
        (changed(version=2), "version must be at most 1, got 2; a newer program made it"),
        (changed(version=True), "version must be at most 1, got True"),
        (changed(epoch=3), "Sweep has no setting called 'epoch'"),
        (changed(epochs=0), "epochs must be at least 1, got 0"),
        (changed(epochs="many"), "epochs must be a whole number, got 'many'"),
        (changed(axes={}), "what is swept must be a list, got {}"),
        (changed(axes=[{"kind": "cubic"}]), "There is no axis called 'cubic'"),
        (changed(axes=[{"kind": "list", "path": 3, "values": [1]}]), "setting must be a text, got 3"),
        (changed(method={"kind": "random", "trials": 0}), "trials must be at least 1, got 0"),
        (changed(experiment=None), 'it lacks "kind": "experiment"'),
        (changed(experiment="spiral"), "There is no preset called 'spiral'"),
        (changed(goal=2), "goal must be at most 1, got 2"),
        (
            changed(objective="speed"),
            "must be one of test_accuracy, test_loss, train_loss, distance, got 'speed'",
        ),
        ({key: value for key, value in changed().items() if key != "experiment"}, "got none"),
    ],
)
def test_bad_json_is_a_sentence(data: Any, sentence: str) -> None:
    with pytest.raises(SettingError, match=re.escape(sentence)):
        Sweep.from_json(data)


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        ((), "axes must name at least one setting, got none"),
        ((ListAxis("depht", values=(1,)),), "Experiment has no setting called 'depht'"),
        ((ChoiceAxis("optimizer", values=("adam", "adamm")),), "There is no optimizer called 'adamm'"),
        (
            (
                LogAxis("optimizer.learning_rate", count=1000),
                ListAxis("data_seed", values=tuple(range(1000))),
            ),
            "there must be at most 100,000 trials, got 1,000,000",
        ),
    ],
)
def test_a_sweep_that_cannot_run_says_why(axes: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(SettingError, match=re.escape(sentence)):
        Sweep(axes=axes, experiment=TINY).check()


def test_only_samples_made_of_noise_have_a_distance() -> None:
    sweep = small_sweep(objective="distance")
    with pytest.raises(SettingError, match='that of samples made of noise; the task is "Classify"'):
        sweep.check()
    flow = sweep.replace(experiment=preset_named("moons_from_noise"))
    assert flow.objective_name == "distance"
    assert flow.replace(objective="test_accuracy").objective_name == "test R²"


def test_a_setting_is_swept_once() -> None:
    with pytest.raises(SettingError, match="batch_size is swept twice"):
        Sweep(axes=(ListAxis("batch_size", values=(1,)), ListAxis("batch_size", values=(2,))))


def test_a_file_that_is_no_sweep_is_a_sentence(tmp_path: Path) -> None:
    for name, text, sentence in (
        ("a.json", "{", "a.json is no sweep, which is a file of JSON"),
        ("b.json", "[1]", 'it lacks "kind": "sweep"'),
        ("c.nnplay", "x", "c.nnplay is a project"),
        ("d.json", '"' + "x" * 6_000_000 + '"', "must be at most 5,000,000 bytes"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=re.escape(sentence)):
            load_sweep(tmp_path / name)
