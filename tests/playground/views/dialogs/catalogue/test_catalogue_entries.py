"""What one can begin with, in its groups, and how it is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.data.datasets import DATASETS, Digits, Iris, Moons
from core.experiment.change import changed
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files, presets
from core.experiment.project_file import save_project
from core.nn import Dense, Flatten
from playground.views.dialogs.catalogue.entries import (
    GROUPS,
    about,
    described,
    entries_of,
    facts,
    matching,
    read_presets,
)

ENTRIES = entries_of(presets(), ("/home/anna/mine.nnplay",))


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


def test_every_preset_and_every_dataset_is_there() -> None:
    assert {entry.preset.path for entry in ENTRIES if entry.preset is not None} == set(preset_files())
    kinds = {entry.experiment.dataset.kind for entry in ENTRIES if entry.experiment is not None}
    assert kinds == {kind.kind for kind in DATASETS} - {"painted"}
    groups = list(dict.fromkeys(entry.group for entry in ENTRIES))
    assert groups == [name for name in GROUPS if name in groups]
    assert len(groups) >= 10
    titles = [entry.title for entry in ENTRIES if entry.group == "first"]
    assert titles[:2] == ["Moons", "Spirals"]
    classics = {preset.path for preset in presets() if preset.classic is not None}
    assert {entry.path for entry in ENTRIES if entry.group == "classics"} == classics
    for entry in ENTRIES:
        assert about(entry)
        assert all(value for _, value in facts(entry))


def test_own_files_and_presets_are_cards_of_their_data(tmp_path: Path) -> None:
    iris = Experiment(dataset=Iris(), layers=(Dense(3),))
    for name in ("used", "beside", "broken"):
        save_project(tmp_path / f"{name}.nnplay", iris, None)
    (tmp_path / "broken.nnplay").write_bytes(b"PK")
    (tmp_path / "mine.json").write_text(json.dumps(iris.to_json()))
    found = entries_of(presets(), [str(tmp_path / "used.nnplay"), "/gone/too.nnplay"], tmp_path)[-5:]
    assert [(each.group, each.title, each.experiment) for each in found] == [
        ("recent", "used.nnplay", iris), ("recent", "too.nnplay", None), ("saved", "beside.nnplay", iris),
        ("saved", "broken.nnplay", None), ("own", "mine", iris),
    ]  # fmt: skip
    assert [each.preset is not None for each in found] == [False, False, False, False, True]


def test_a_card_has_the_choice_of_its_data_with_a_network_that_fits() -> None:
    card = next(each for each in ENTRIES if each.title == "Small digits" and each.group == "images")
    assert card.choice is not None
    assert card.experiment is not None
    larger = card.with_choice("28x28")
    assert larger.experiment == changed(card.experiment, dataset=Digits(size="28x28")).experiment
    assert (larger.title, larger.preset) == (card.title, card.preset)
    assert next(each for each in ENTRIES if each.title == "Moons").choice is None


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("handwriting", "MNIST"), ("write names", "Names"), ("gpt", "Names"), ("diffusion", "Moons from noise"),
        ("flowers", "Iris"), ("compress", "MNIST VAE"), ("paper 1986", "XOR, 2-2-1"), ("forecast", "Sunspots"),
        ("convolution", "MNIST CNN"), ("circle", "Circles"), ("easy", "Moons"),
        ("mine", "mine.nnplay"), ("2d dots", "Spirals"), ("regression", "Hills (regression)"),
    ],
)  # fmt: skip
def test_it_is_found_by_a_strangers_words(words: str, title: str) -> None:
    assert title in [entry.title for entry in matching(ENTRIES, words)]


def test_nothing_is_found_twice_and_titles_come_first() -> None:
    found = matching(ENTRIES, "moons")
    assert [entry.title for entry in found][:1] == ["Moons"]
    assert len({(entry.title, entry.path) for entry in found}) == len(found)
    assert not matching(ENTRIES, "no such thing")
