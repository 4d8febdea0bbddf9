"""A table of flowers with a decimal comma, dates and gaps, and a project trained on it."""

from __future__ import annotations

import random
from pathlib import Path

from playground.cli import main

KINDS = ("daisy", "rose", "tulip")


def make_flowers(path: Path, rows: int = 150) -> Path:
    """Write a table whose columns tell the kinds apart; every 50th colour is missing."""
    rng = random.Random(0)
    lines = ["kind;height (cm);weight;colour;picked"]
    for row in range(rows):
        place = row % 3
        height = 10 + 20 * place + rng.uniform(-4, 4)
        weight = (1.2, 1.1, 2.6)[place] + rng.uniform(-0.2, 0.2)
        colour = "" if row % 50 == 49 else ("white", "red", "red")[place]
        numbers = f"{height:.2f};{weight:.3f}".replace(".", ",")
        lines.append(f"{KINDS[place]};{numbers};{colour};{row % 28 + 1}.{row % 12 + 1}.2024")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def train_flowers(folder: Path, *options: str) -> Path:
    """A project trained on the table in its folder."""
    table = make_flowers(folder / "flowers.csv")
    project = folder / "flowers.nnplay"
    given = ["train", str(table), "--target", "kind", "--epochs", "30", "--export", str(project), *options]
    assert main(given) == 0
    return project
