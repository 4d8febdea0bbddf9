"""A change of data or task brings a network that can learn them, and loses none of the settings before."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from core.data.datasets import (
    DATASETS,
    Blobs,
    BreastCancer,
    Circles,
    Dataset,
    Digits,
    Iris,
    Moons,
    Painted,
    Spirals,
    TableFile,
    Wine,
)
from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import Repeat
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment.adapt import on_data, recommended
from core.experiment.change import Asides, Change, begun, changed, difference, with_aside
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named, presets
from core.experiment.problems import find_problems
from core.experiment.stack_problems import find_stack_problems, with_task
from core.nn import Dense
from core.nn.losses import LOSSES
from core.optim import SGD
from core.train.tasks import TASKS, Classification, FlowMatching, Reconstruction
from tests.core.kinds import kind_id

KINDS = [kind for kind in DATASETS if kind.selectable]
TRIED = [
    kind().replace(samples=100) if hasattr(kind(), "samples") else kind()
    for kind in KINDS
    if kind().missing_download() is None
]


def left(change: Change, asides: Asides = ()) -> Asides:
    return with_aside(asides, change.before, change.experiment)


@pytest.mark.parametrize("kind", [Iris, Wine, BreastCancer], ids=kind_id)
def test_a_tile_and_the_same_table_as_a_file_begin_with_one_network(
    kind: type[Dataset], tmp_path: Path
) -> None:
    """The one had a network of its own, the other a penalty and batches for as many rows."""
    data = kind().load(0)
    path = tmp_path / "same.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow((*data.feature_names, "class"))
        rows.writerows(
            (*each.tolist(), data.class_names[label])
            for each, label in zip(data.inputs, data.targets, strict=True)
        )
    table = read_table(path)
    tile, own = (begun(each) for each in (kind(), TableFile.of(table, guess_schema(table))))
    assert tile.training == own.training
    assert (tile.layers, tile.output, tile.scaling) == (own.layers, own.output, own.scaling)


@pytest.mark.parametrize("preset", [each.experiment for each in presets()], ids=lambda preset: preset.name)
def test_other_data_and_back_again_lose_nothing(preset: Experiment) -> None:
    for kind in KINDS:
        if kind.kind == preset.dataset.kind:
            continue
        there = changed(preset, dataset=kind())
        assert not find_stack_problems(there.experiment)
        assert there.mine is None or not find_stack_problems(there.mine)
        back = changed(there.experiment, left(there), dataset=preset.dataset).experiment
        assert back.replace(name=preset.name) == preset, kind
        assert back.name == preset.name or not there.replaces


@pytest.mark.parametrize("preset", [each.experiment for each in presets()], ids=lambda preset: preset.name)
def test_another_task_and_back_again_lose_nothing(preset: Experiment) -> None:
    for kind in TASKS:
        if kind.kind == preset.task.kind or kind().why_not(preset.dataset.info()):
            continue
        there = changed(preset, task=kind())
        assert there.replaces
        assert not find_stack_problems(there.experiment)
        assert changed(there.experiment, left(there), task=preset.task).experiment == preset


@pytest.mark.parametrize("dataset", TRIED, ids=kind_id)
def test_every_result_can_be_trained(dataset: Dataset) -> None:
    for kind in TASKS:
        task = kind()
        if task.why_not(dataset.info()) or task.labels not in (None, dataset.info().labels):
            continue
        experiment = recommended(with_task(on_data(Experiment(), dataset), task))
        assert find_problems(experiment) == ()
        trainer = make_trainer(experiment, prepare(experiment))
        assert math.isfinite(trainer.step_with_numpy())


@pytest.mark.parametrize("dataset", [Circles(), Iris(), Spirals()], ids=kind_id)
def test_generate_brings_a_network_that_learns(dataset: Dataset) -> None:
    small = changed(Experiment(dataset=Moons(), layers=(Dense(6), Dense(5), Dense(3))), dataset=dataset)
    experiment = changed(small.experiment, left(small), task=FlowMatching()).experiment
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(12):
        trainer.run_epoch()
    # Of the velocities: half of them is noise that nobody can know.
    assert trainer.figures.test.score > (0.05 if dataset.family == "table" else 0.12)


def test_a_network_that_serves_both_stays() -> None:
    here = Experiment(dataset=Moons(), layers=(Dense(5),)).with_training(optimizer=SGD(0.5))
    there = changed(here, dataset=Circles())
    assert there.experiment == here.replace(dataset=Circles(), name="Circles")
    assert not there.replaces
    assert there.mine is None
    assert left(there) == ()


def test_a_setting_of_the_same_data_keeps_the_layers_that_run() -> None:
    hinge = Experiment(dataset=Blobs(centers=2), layers=(Dense(5),)).with_training(loss=LOSSES.make("mse"))
    three = changed(hinge, dataset=Blobs(centers=3))
    assert three.experiment.layers == hinge.layers
    assert not three.replaces
    # The loss that was chosen for two classes is there again with them.
    assert changed(three.experiment, left(three), dataset=Blobs(centers=2)).experiment == hinge
    # Layers that were added meanwhile stay.
    deeper = three.experiment.replace(layers=(Dense(5), Dense(4)))
    assert changed(deeper, left(three), dataset=Blobs(centers=2)).experiment.layers == deeper.layers


def test_mine_keeps_what_runs_and_says_what() -> None:
    cnn = preset_named("mnist_cnn").with_training(optimizer=SGD(0.5))
    points = changed(cnn, dataset=Spirals())
    assert points.mine is not None
    assert points.mine.layers == points.experiment.layers == preset_named("spirals").layers
    assert points.kept == ("SGD at 0.5", "batches of 64")
    dense = Experiment(dataset=Iris(), layers=(Dense(7),))
    digits = changed(dense, dataset=Digits())
    assert digits.mine is not None
    assert digits.mine.layers[-1] == Dense(7)
    assert "the layers" in digits.kept


def test_settings_of_other_sequences_do_not_stay() -> None:
    grokking = preset_named("grokking")
    series = changed(grokking, dataset=DATASETS.get("sunspots")()).experiment
    assert series.training == preset_named("sunspots").training
    assert series.train_share == preset_named("sunspots").train_share
    names = changed(grokking, dataset=Names()).experiment
    assert names.layers == preset_named("names").layers


def test_data_whose_network_serves_others_too_come_back_with_their_last_task() -> None:
    """Generating was the task before the last; classifying is shared with the data between."""
    first = preset_named("moons_from_noise")
    second = changed(first, task=Classification())
    asides = left(second)
    third = changed(second.experiment, asides, dataset=Circles())
    assert not third.replaces
    back = changed(third.experiment, left(third, asides), dataset=first.dataset).experiment
    assert back.replace(name="") == second.experiment.replace(name="")


def test_each_kind_of_data_has_its_last_task() -> None:
    drawn = changed(preset_named("digits"), task=Reconstruction(noise=0.3))
    words = changed(drawn.experiment, left(drawn), dataset=Repeat(order="backwards"))
    back = changed(words.experiment, left(words, left(drawn)), dataset=Digits())
    assert back.experiment == drawn.experiment
    assert back.returns
    asides = left(back, left(words, left(drawn)))
    assert changed(back.experiment, asides, task=Classification()).experiment == preset_named("digits")


def test_not_more_is_put_aside_than_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.experiment.change.MAX_ASIDES", 5)
    asides: Asides = ()
    experiment = Experiment(dataset=Blobs(centers=2), layers=(Dense(3),))
    for number in range(20):
        kind = Repeat(letters=2 + number // 2) if number % 2 else Digits()
        change = changed(experiment.replace(layers=(Dense(3 + number),)), asides, dataset=kind)
        experiment, asides = change.experiment, left(change, asides)
    assert len(asides) == 5


def test_what_is_another_one() -> None:
    here = Experiment(dataset=Moons(), layers=(Dense(5),))
    other = difference(here, here.replace(dataset=Circles()))
    assert (other.data, other.samples, other.task, other.network) == (True, True, False, False)
    noisy = difference(here, here.replace(dataset=Moons(noise=0.3)))
    assert (noisy.data, noisy.samples) == (False, True)
    seeded = difference(here, here.replace(data_seed=3))
    assert (seeded.data, seeded.samples) == (False, True)
    assert difference(here, here.replace(layers=())).network
    assert difference(here, with_task(here, FlowMatching())).task
    assert difference(preset_named("repeat"), preset_named("names")).data
    assert difference(here, here.replace(dataset=Painted())).data
    assert difference(here, here.replace(seed=4)) == difference(here, here)
    assert difference(
        Experiment(dataset=Digits(size="28x28")), Experiment(dataset=Digits(size="28x28", samples=500))
    ).samples
