"""The image folder dataset: metadata, changed and moved files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import DATASETS, DataError, ImageFolder, Moons
from core.data.datasets.image_folder_dataset import forget_images
from core.data.load_errors import load_error
from core.experiment.experiment import Experiment, Output
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState, load_project, save_project
from core.nn import Dense, Flatten
from core.nn.losses import CrossEntropy
from core.spec import SettingError
from core.train.training_config import TrainingConfig
from tests.core.data.images.painted import paint, read
from tests.core.experiment.on_data import with_dataset

# As a dataset


def test_the_dataset_says_beforehand_what_it_loads(folder: Path) -> None:
    dataset = ImageFolder.of(read(folder))
    data = dataset.load(0)
    info = dataset.info()
    assert (data.shape, data.outputs, data.labels) == (info.shape, info.outputs, info.labels)
    assert data.class_names == ("bright", "dark")
    assert (dataset.label, dataset.selectable) == ("shades", False)
    assert data.inputs[:4].min() > 0.9
    assert data.inputs[4:].max() < 0.1
    inverted = ImageFolder.of(read(folder), invert=True)
    np.testing.assert_allclose(inverted.load(0).inputs, 1 - data.inputs, atol=1e-6)
    assert ImageFolder.of(read(folder, color=True), invert=True).invert is False


def test_it_comes_back_from_json_and_is_read_again(folder: Path) -> None:
    dataset = ImageFolder.of(read(folder, color=True, fit="pad", limit=3))
    again = DATASETS.make(dataset.to_json())
    assert again == dataset
    before = dataset.load(0).inputs
    forget_images()
    np.testing.assert_array_equal(again.load(1).inputs, before)


def test_a_changed_folder_is_told_and_becomes_a_problem_until_it_changes_again(folder: Path) -> None:
    dataset = ImageFolder.of(read(folder))
    experiment = Experiment(
        dataset=dataset, layers=(Flatten(), Dense(4)), training=TrainingConfig(loss=CrossEntropy())
    )
    assert find_problems(experiment) == ()
    kept = (folder / "dark" / "d0.png").read_bytes()
    paint(folder / "dark" / "d0.png", (90, 0, 0))
    assert find_problems(experiment) == ()  # still cached
    forget_images()
    sentence = "The images in shades have changed since they were chosen; open the folder again"
    with pytest.raises(DataError, match=f"^{sentence}$"):
        prepare(experiment)
    problem = find_problems(experiment)[0]
    assert (problem.layer, problem.sentence) == (-1, sentence)
    assert [fix.text for fix in problem.fixes] == ["Choose again…", "Use moons"]
    assert problem.fixes[0].chooses
    assert find_problems(problem.fixes[1].experiment) == ()
    (folder / "dark" / "d0.png").unlink()
    (folder / "dark" / "d0.png").write_bytes(kept)
    assert find_problems(experiment) == ()
    assert prepare(experiment).data.samples == 10


def test_a_moved_folder_is_a_problem_before_anything_is_read(folder: Path, tmp_path: Path) -> None:
    dataset = ImageFolder.of(read(folder))
    forget_images()
    folder.rename(tmp_path / "moved")
    sentence = f"The folder {folder} is not there any more; choose it again"
    assert load_error(dataset) == dataset.unavailable_reason() == sentence
    with pytest.raises(DataError, match=r"is not there any more; choose it again$"):
        dataset.load(0)
    assert ImageFolder().unavailable_reason() == "No folder is chosen; open one"


def test_a_project_of_images_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    experiment = with_dataset(Experiment(layers=(Dense(6),)), ImageFolder.of(read(folder)))
    assert find_problems(experiment) == ()
    straight = make_trainer(experiment, prepare(experiment))
    for _ in range(5):
        straight.run_epoch()
    path = tmp_path / "shades.nnplay"
    save_project(path, experiment, TrainerState.of(straight))
    forget_images()
    opened, progress = load_project(path)
    assert progress is not None
    again = make_trainer(opened, prepare(opened))
    progress.restore(again)
    assert [again.run_epoch() for _ in range(5)] == [straight.run_epoch() for _ in range(5)]


def test_the_same_folder_in_another_place_changes_nothing_else(folder: Path, tmp_path: Path) -> None:
    before = (
        with_dataset(Experiment(layers=(Dense(6),)), ImageFolder.of(read(folder)))
        .replace(name="Mine")
        .with_training(batch_size=7, loss=CrossEntropy(label_smoothing=0.1))
    )
    folder.rename(tmp_path / "moved")
    after = with_dataset(before, ImageFolder.of(read(tmp_path / "moved")))
    assert after == before.replace(dataset=after.dataset)
    assert after.dataset.sha256 == before.dataset.sha256  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"size": 65}, "Your images: size must be at most 64, got 65"),
        ({"fit": "squeeze"}, "Your images: fit must be one of crop, pad, stretch, got 'squeeze'"),
        ({"classes": "cats"}, "Your images: classes must be from 2 to 100, got 1"),
    ],
)
def test_bad_settings_are_refused_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=f"^{sentence}$"):
        ImageFolder(**changes)


def test_a_missing_folder_and_an_output_that_cannot_be_are_both_told() -> None:
    gone = ImageFolder(path="/nowhere/at all")
    experiment = Experiment(
        dataset=gone, layers=(Flatten(),), output=Output("tanh"), training=TrainingConfig(loss=CrossEntropy())
    )
    sentences = [problem.sentence for problem in find_problems(experiment)]
    assert sentences[0] == "The folder /nowhere/at all is not there any more; choose it again"
    assert len(sentences) == 2


def test_one_array_of_images_does_for_all_who_hold_it(folder: Path) -> None:
    dataset = ImageFolder.of(read(folder))
    first, second = dataset.load(0), dataset.load(1)
    assert np.shares_memory(first.inputs, second.inputs)
    inverted = ImageFolder.of(read(folder), invert=True).load(0)
    np.testing.assert_allclose(inverted.inputs, 1 - first.inputs, atol=1e-6)


def test_without_a_folder_there_is_nothing_to_load() -> None:
    with pytest.raises(DataError, match=r"^No folder is chosen; open one$"):
        ImageFolder().load(0)


def test_a_seed_changes_nothing_and_another_size_is_of_the_same_samples(folder: Path) -> None:
    dataset = ImageFolder.of(read(folder))
    assert not dataset.uses_seed
    assert dataset.same_samples(dataset.replace(size=16, color=True, path="/elsewhere"))
    assert not dataset.same_samples(dataset.replace(sha256="0" * 64))
    assert not dataset.same_samples(Moons())


def test_embedded_images_need_no_folder(folder: Path) -> None:
    images = read(folder)
    dataset = replace(ImageFolder.of(images), embedded=images)
    assert dataset.in_memory is images
    np.testing.assert_array_equal(dataset.load(0).inputs, ImageFolder.of(images).load(0).inputs)
