"""Projects, with a state of training that is restored where it fits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from core.data.datasets.table_file_dataset import TableFile
from core.experiment.change import asides_entry, load_asides
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.presets import first_preset
from core.experiment.project_file import TrainerState, load_project, save_project
from core.train.trainer import Trainer
from tests.fuzz.mutations import mutate_zip
from tests.fuzz.target import Target, made


@cache
def _trainer() -> Trainer:
    trainer = make_trainer(first_preset(), _prepared())
    trainer.run_epoch()
    return trainer


@cache
def _prepared() -> PreparedData:
    return prepare(first_preset())


@cache
def _seeds() -> list[bytes]:
    """With a state of training; with that of other layers, beside a table; with what is put aside."""
    state = TrainerState.of(_trainer(), _prepared().pipeline)
    table = TableFile("/data/plants.csv", target="kind", features="size", shape=(1,))
    other = first_preset().replace(dataset=table, layers=())
    return [
        made(lambda path: save_project(path, first_preset(), state), ".nnplay"),
        made(lambda path: save_project(path, other, replace(state, trained=first_preset())), ".nnplay"),
        made(lambda path: save_project(path, other, None, extra=asides_entry((first_preset(),))), ".nnplay"),
    ]


def _read(path: Path) -> None:
    load_asides(path)
    experiment, state = load_project(path)
    if state is not None and experiment == first_preset():
        state.restore(_trainer())


TARGET = Target("project", ".nnplay", _seeds, mutate_zip, _read, (ValueError,))
