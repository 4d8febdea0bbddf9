"""A table like that of the Palmer penguins, made up: numbers, categories, gaps, and species to tell apart."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from core.data.datasets import Standardize, TableFile
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.optim import Adam
from core.train.training_config import TrainingConfig

COLUMNS = ("island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex", "seen")
SPECIES = {
    "Adelie": (38.8, 18.3, 190.0, 3700.0, ("Biscoe", "Dream", "Torgersen")),
    "Chinstrap": (48.8, 18.4, 196.0, 3730.0, ("Dream",)),
    "Gentoo": (47.5, 15.0, 217.0, 5080.0, ("Biscoe",)),
}


def write_penguins(path: Path, rows: int = 330) -> None:
    """A CSV with a gap in every tenth bill and sex, and a column of seconds, 1.7e9 ± 100, that knows nothing."""
    rng = np.random.default_rng(3)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, "species"])
        for row in range(rows):
            species = tuple(SPECIES)[rng.integers(3)]
            length, depth, flipper, mass, islands = SPECIES[species]
            bill = "" if row % 10 == 3 else f"{rng.normal(length, 2.0):.1f}"
            sex = "NA" if row % 10 == 7 else rng.choice(["female", "male"])
            numbers = (
                f"{rng.normal(depth, 0.7):.1f}",
                f"{rng.normal(flipper, 5):.0f}",
                f"{rng.normal(mass, 350):.0f}",
            )
            seen = 1_700_000_000 + rng.integers(-100, 100)
            writer.writerow([rng.choice(islands), bill, *numbers, sex, seen, species])


def penguins(path: Path, target: str = "species") -> Experiment:
    """An experiment that predicts the species, or a number, from the other columns of `path`."""
    features = tuple(name for name in (*COLUMNS, "species") if name != target)
    task = "classification" if target == "species" else "regression"
    table = TableFile.of(read_table(path), TableSchema(features, target, task, "fill"))  # type: ignore[arg-type]
    return Experiment(
        "Penguins",
        dataset=table,
        scaling=Standardize(),
        layers=(Dense(16, "relu"),),
        training=TrainingConfig(loss=CrossEntropy(), optimizer=Adam(learning_rate=0.02)),
    )
