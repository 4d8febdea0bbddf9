"""Files that a walk imports, opens and must not lose: each kind once, with words that are in no other."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from core.experiment.presets import preset_files
from core.experiment.project_file import SUFFIX, load_experiment, save_project

WORDS = {
    "survey.csv": ("bristle", "plumage", "Wren", "Dunnock"),
    "prices.csv": ("acreage", "lakeside"),
    "ships.csv": ("tonnage",),
    "sayings.txt": ("zwiebel",),
    "birds": ("linnet", "siskin"),
}
"""What alone is in a file's data: after other data came, none of it may be shown."""


class Files:
    """Below `folder`; `renew` makes all as they were."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._first = folder.with_name("first files")
        self._first.mkdir(parents=True, exist_ok=True)
        _make(self._first)
        self.renew()

    def renew(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._first, self.folder)

    def bytes_of(self) -> dict[str, bytes]:
        """The bytes of every file, by its name; parts of files that are being written are none."""
        found = (each for each in self.folder.rglob("*") if each.is_file())
        return {str(each.relative_to(self.folder)): each.read_bytes() for each in found}


def _make(folder: Path) -> None:
    rng = np.random.default_rng(7)
    rows = ["bristle,plumage,wing,kind"]
    for at in range(120):
        kind = at % 2
        bristle, wing = rng.normal(2.0 * kind), rng.normal(-kind)
        rows.append(
            f"{bristle:.3f},{('grey', 'brown', 'mottled')[at % 3]},{wing:.3f},{('Wren', 'Dunnock')[kind]}"
        )
    (folder / "survey.csv").write_text("\n".join(rows) + "\n")
    prices = ["acreage,rooms,lakeside,price"]
    for _ in range(100):
        acreage, rooms, lake = rng.uniform(1, 9), rng.integers(1, 7), rng.integers(0, 2)
        prices.append(
            f"{acreage:.2f},{rooms},{('no', 'yes')[lake]},{40 * acreage + 15 * rooms + 90 * lake:.1f}"
        )
    (folder / "prices.csv").write_text("\n".join(prices) + "\n")
    months = [f"{1990 + at // 12}-{1 + at % 12:02},{50 + 20 * np.sin(at / 6):.2f}" for at in range(160)]
    (folder / "ships.csv").write_text("\n".join(["month,tonnage", *months]) + "\n")
    words = ("zwiebel", "zimt", "zucker", "ziegel", "zaun", "zelt", "zebra", "zange")
    text = " ".join(words[at] for at in rng.integers(0, len(words), 400))
    (folder / "sayings.txt").write_text(text + "\n")
    for name in ("linnet", "siskin"):
        (folder / "birds" / name).mkdir(parents=True)
        for at in range(12):
            pixels = rng.integers(0, 90, (8, 8)).astype(np.uint8)
            pixels[2:6, 2:6] += 120 if name == "linnet" else 0
            Image.fromarray(pixels).save(folder / "birds" / name / f"{at}.png")
    kept = next(each for each in preset_files() if "circles" in each.stem or "moons" in each.stem)
    save_project(folder / f"Kept{SUFFIX}", load_experiment(kept), None)
    for name in ("Spirals.csv", "survey predictions.csv"):
        (folder / name).write_text("by,hand\n1,2\n")
    (folder / "broken.nnplay").write_bytes(b"PK\x03\x04 not a project")
    (folder / "broken.csv").write_text('a,b\n"1,2\n\x00')
