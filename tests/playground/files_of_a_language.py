"""Run by test_translation in each language: writes what programs read, and prints of each file its hash."""

from __future__ import annotations

import playground  # isort: skip  # noqa: F401  # chooses the language

import hashlib
import sys
from pathlib import Path

from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import presets
from core.experiment.project_file import TrainerState
from core.explain.attribution import IntegratedGradients, attribution_csv
from core.explain.prediction import Prediction
from core.formats import EXPORTERS, TrainedModel
from core.formats.trained_experiment import trained_model
from core.reports.report import REPORTS, TrainingRecord
from core.spec import SettingError
from playground.cli.entry import main as command
from tests.core.formats.test_every_format import stack

FOR_PEOPLE = ("page", "html", "markdown")
"""Exporters and reports of these kinds write for people."""


def main(folder: Path, stacks: int, names: list[str]) -> None:
    for preset in presets():
        if preset.short in names:
            # The name that a preset has in the window is its title, which a person may change.
            experiment = preset.experiment.replace(name=preset.name)
            prepared = prepare(experiment)
            trainer = make_trainer(experiment, prepared)
            trainer.step()
            state = TrainerState.of(trainer, prepared.pipeline)
            models(folder, preset.short, trained_model(experiment, state))
            for kind in REPORTS:
                if kind.kind.partition("_")[0] not in FOR_PEOPLE:
                    tell(
                        preset.short,
                        kind.kind,
                        kind().text(TrainingRecord(experiment, state, prepared)).encode(),
                    )
            if preset.short == "iris":
                first, second = prepared.test.inputs[:2]
                prediction = Prediction.to(trainer.network, trainer.encoding, first)
                explainer = IntegratedGradients(trainer.network, trainer.encoding)
                found = explainer.explain(first, second, prediction)
                tell(preset.short, "attribution", attribution_csv(prepared, found).encode())
    for number in range(stacks):
        models(folder, f"stack {number}", stack(number).model)
    commands(folder)


def tell(name: str, kind: str, content: bytes) -> None:
    print(name, kind, hashlib.sha256(content).hexdigest()[:16])  # noqa: T201


def models(folder: Path, name: str, model: TrainedModel) -> None:
    for kind in EXPORTERS:
        if kind.kind.partition("_")[0] in FOR_PEOPLE:
            continue
        path = folder / f"file{kind.suffix}"
        try:
            kind().write(model, path)
        except SettingError:
            print(name, kind.kind, "refused")  # noqa: T201
        else:
            tell(name, kind.kind, path.read_bytes())


def commands(folder: Path) -> None:
    """Tables of the command line; of those with times the heads alone."""
    project, table = folder / "iris.nnplay", folder / "new.csv"
    table.write_text(
        "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5,3,1.5,0.2\n,3,4,1\n"
    )
    for call in (
        f"train iris --epochs 1 --no-proof --export {project}",
        f"predict {project} {table} -o {folder / 'predictions.csv'} --force",
        f"report {project} {folder / 'metrics.csv'} {folder / 'curves.csv'} --force",
        f"seeds moons -n 2 --epochs 1 --no-runs -o {folder / 'seeds.csv'} --force",
    ):
        if command(call.split()):
            sys.exit(f"{call} failed")
    for name in ("predictions", "metrics", "curves", "seeds"):
        lines = (folder / f"{name}.csv").read_text().splitlines()
        tell("command", name, "\n".join(lines[: 1 if name == "seeds" else None]).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
