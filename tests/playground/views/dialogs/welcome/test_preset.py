"""Presets are read, and what is broken is left out."""

from __future__ import annotations

from pathlib import Path

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files
from core.nn import Dense, Flatten
from playground.views.dialogs.welcome import read_presets
from playground.views.dialogs.welcome.dialog import described


def test_presets_are_read_and_what_is_broken_is_left_out(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    found = read_presets([preset_files()[2], broken, tmp_path / "gone.json"])
    assert [preset.experiment.name for preset in found] == ["Moons"]


def test_a_line_says_what_the_network_is_made_of() -> None:
    moons = Experiment(dataset=Moons())
    assert described(moons) == "no hidden layer"
    assert described(moons.replace(layers=(Dense(6), Dense(3)))) == "6 · 3 units"
    assert described(moons.replace(layers=(Flatten(), Dense(3)))) == "Flatten, Dense"


def test_a_group_is_not_in_the_heading() -> None:
    (circle,) = read_presets([path for path in preset_files() if path.stem.endswith("tf_playground")])
    assert (circle.heading, circle.group) == ("Circle", "TF Playground")
    (moons,) = read_presets([preset_files()[2]])
    assert (moons.heading, moons.group) == ("Moons", "")
    (xor,) = read_presets([path for path in preset_files() if path.stem.endswith("classic_xor")])
    assert (xor.heading, xor.group) == ("XOR, 2-2-1", "Classics")
