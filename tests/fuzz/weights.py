"""Exported models to start from, and the reader of them."""

from __future__ import annotations

from pathlib import Path

from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import first_preset
from core.experiment.project_file import TrainerState
from core.formats import Npz, Safetensors, load_model
from core.formats.trained_experiment import trained_model
from tests.fuzz.target import made


def weight_seeds(exporter: type[Npz] | type[Safetensors]) -> list[bytes]:
    """A trained model in both layouts."""
    prepared = prepare(first_preset())
    state = TrainerState.of(make_trainer(first_preset(), prepared), prepared.pipeline)
    model = trained_model(first_preset(), state)
    return [
        made(lambda path, layout=layout: exporter(layout=layout).write(model, path), exporter.suffix)
        for layout in ("keras", "pytorch")
    ]


def read_weights(path: Path) -> None:
    model = load_model(path)
    if model.pipeline is not None:
        model.pipeline.to_json()
