"""An experiment as a program: it makes the very experiment, and trains it to the same numbers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.data.datasets import Painted
from core.data.label_corrections import LabelCorrections
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.formats.programs.experiment_code import experiment_code
from core.nn.interventions import Intervention

PRESETS = [load_experiment(path) for path in preset_files()]


def remade(code: str) -> Experiment:
    names: dict[str, Any] = {}
    exec(code.partition("data = prepare")[0], names)
    return names["experiment"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("experiment", PRESETS, ids=lambda each: each.name)
def test_a_program_makes_the_very_experiment(experiment: Experiment) -> None:
    code = experiment_code(experiment, 5)
    compile(code, "program", "exec")
    assert remade(code) == experiment
    assert max(map(len, code.splitlines())) <= 120


def test_what_is_no_setting_is_written_too() -> None:
    experiment = Experiment(
        name='A "name"\\',
        dataset=Painted(points=((0.5, 1.0, 0), (-1.0, 2.0, 1), (0.25, 0.0, 2)), classes=3),
        interventions=(Intervention("clamp", 0, 1, value=0.5),),
        corrections=LabelCorrections.of([[2, None], [1, 0]]),
    ).with_training(loss="cross_entropy", regularizer="l1", schedule="cosine", engine="compiled")
    code = experiment_code(experiment, 3)
    again = remade(code.replace("load_for(experiment.training.engine)\n", ""))
    assert again.replace(name=experiment.name) == experiment
    assert "load_for(experiment.training.engine)" in code


@pytest.mark.parametrize("number", [0, 3])
def test_run_as_a_program_it_trains_to_the_same_numbers(number: int, tmp_path: Path) -> None:
    experiment = PRESETS[number]
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(6):
        trainer.run_epoch()
    path = tmp_path / "experiment.py"
    path.write_text(experiment_code(experiment, 6), encoding="utf-8")
    found = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=True)
    last = found.stdout.splitlines()[-1]
    numbers = re.findall(r"-?\d+\.\d+", last)
    wanted = trainer.figures.train.loss, trainer.figures.test.loss, trainer.figures.test.score
    assert numbers == [f"{wanted[0]:.6f}", f"{wanted[1]:.6f}", f"{wanted[2]:.4f}"]
