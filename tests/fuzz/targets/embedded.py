"""Projects with their data inside: tables of several types, and images."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from core.data.datasets import Dataset, ImageFolder, TableFile
from core.data.images.read_folder import ImageChoice, ImageSet
from core.data.tables.table import Table, TableColumn
from core.data.tables.table_schema import TableSchema
from core.experiment.embedded_data import embed_data
from core.experiment.prepare import prepare
from core.experiment.presets import first_preset
from core.experiment.project_file import load_project, save_project
from tests.fuzz.mutations import mutate_zip
from tests.fuzz.target import Target, made


def _table() -> Dataset:
    sizes = np.linspace(0, 9, 12)
    sizes[3] = np.nan
    kinds = np.arange(12, dtype=np.int32) % 3
    columns = (
        TableColumn("size", "number", 1, numbers=sizes),
        TableColumn("age", "number", numbers=np.arange(12, dtype=np.int16)),
        TableColumn("kind", "category", codes=kinds, categories=("a", "b", "ü")),
    )
    table = Table("/nowhere/plants.csv", "a" * 64, 12, columns, ())
    return TableFile.of(table, TableSchema(("size", "age"), "kind", missing="fill"))


def _images() -> Dataset:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), np.uint8)
    labels = np.repeat(np.arange(2), 3)
    images = ImageSet(
        "/nowhere/signs", ImageChoice(8), "b" * 64, pixels, labels, ("one", "two"), (3, 3), failures=()
    )
    return ImageFolder.of(images)


@cache
def _seeds() -> list[bytes]:
    found = []
    for dataset in (_table(), _images()):
        experiment, data = first_preset().replace(dataset=dataset, layers=()), embed_data(dataset)
        found.append(
            made(lambda path, e=experiment, d=data: save_project(path, e, None, data=d), ".nnplay")  # type: ignore[misc]
        )
    return found


def _read(path: Path) -> None:
    experiment, _ = load_project(path)
    if getattr(experiment.dataset, "embedded", None) is not None:
        prepare(experiment)


TARGET = Target("embedded", ".nnplay", _seeds, mutate_zip, _read, (ValueError,))
