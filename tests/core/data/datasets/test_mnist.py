"""MNIST and Fashion-MNIST as datasets: official splits, and errors while they are not downloaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import (
    Data,
    DataError,
    Digits,
    DownloadedImages,
    FashionMnist,
    Standardize,
    train_test_split,
)
from core.data.downloads import archive_cache as image_store
from core.data.downloads.archive_cache import ArchiveError
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.io.resources import resource
from core.nn import BatchNormalization, Flatten
from core.nn.losses import CrossEntropy
from tests.core.experiment.on_data import with_dataset
from tests.made_images import TEST, TRAIN, make_archive

KINDS = pytest.mark.parametrize(
    "dataset", [Digits(size="70k", samples=60_000), FashionMnist()], ids=lambda dataset: dataset.kind
)


@pytest.fixture
def nothing_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache folder."""
    monkeypatch.setattr(image_store, "user_cache_path", lambda name: tmp_path / name)
    return tmp_path


@KINDS
def test_the_parts_are_those_of_the_makers(dataset: DownloadedImages) -> None:
    data = dataset.load(3)
    assert (data.samples, data.train_samples) == (TRAIN + TEST, TRAIN)
    for share, seed in ((0.7, 0), (0.1, 5)):
        train, test = train_test_split(data, share, seed)
        assert train.tolist() == list(range(TRAIN))
        assert test.tolist() == list(range(TRAIN, TRAIN + TEST))
    info = dataset.info()
    assert info.has_split
    assert (info.train_samples, info.test_samples) == (TRAIN, TEST)
    assert not Digits(size="28x28").info().has_split


@KINDS
def test_fewer_samples_are_chosen_by_the_seed_and_the_test_part_stays(dataset: DownloadedImages) -> None:
    whole = dataset.load(0)
    few, again, other = (dataset.replace(samples=100).load(seed) for seed in (1, 1, 2))
    assert (few.samples, few.train_samples) == (100 + TEST, 100)
    np.testing.assert_array_equal(few.inputs[100:], whole.inputs[TRAIN:])
    np.testing.assert_array_equal(few.inputs, again.inputs)
    assert not np.array_equal(few.inputs[:100], other.inputs[:100])
    known = {image.tobytes() for image in whole.inputs[:TRAIN]}
    assert all(image.tobytes() in known for image in few.inputs[:100])


def test_images_are_from_paper_to_ink(
    mnist_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first training images are the built-in digits, in the same units."""
    from core.data.downloads.archives import MNIST

    folder = tmp_path / "numpynet" / "datasets" / "mnist"
    folder.mkdir(parents=True)
    for file in MNIST.files:
        (folder / f"{file.name}.gz").symlink_to(mnist_folder / f"{file.name}.gz")
    monkeypatch.setattr(image_store, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr(Digits, "archive", MNIST)
    whole, built_in = Digits(size="70k", samples=60_000).load(0), Digits(size="28x28").load(0)
    assert whole.inputs.shape == (70_000, 28, 28, 1)
    assert np.bincount(whole.targets[60_000:]).tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]
    known = {image.tobytes() for image in whole.inputs[:10_000]}
    assert all(image.tobytes() in known for image in built_in.inputs[:500])


@KINDS
def test_one_array_does_for_all_who_ask(dataset: DownloadedImages) -> None:
    first, second = dataset.load(0), dataset.load(7)
    assert np.shares_memory(first.inputs, second.inputs)


def test_another_number_of_samples_changes_nothing_else() -> None:
    loss = CrossEntropy(label_smoothing=0.1)
    experiment = with_dataset(Experiment(), Digits(size="70k", samples=60_000)).with_training(loss=loss)
    assert with_dataset(experiment, Digits(size="70k", samples=200)) == experiment.replace(
        dataset=Digits(size="70k", samples=200)
    )


def test_nothing_is_copied_that_is_not_scaled() -> None:
    experiment = with_dataset(Experiment(), Digits(size="70k", samples=60_000))
    prepared = prepare(experiment)
    assert np.shares_memory(prepared.train.inputs, prepared.data.inputs)
    assert np.shares_memory(prepared.test.inputs, prepared.data.inputs)
    scaled = prepare(experiment.replace(scaling=Standardize()))
    assert not np.shares_memory(scaled.train.inputs, prepared.data.inputs)
    assert float(scaled.train.inputs.mean()) == pytest.approx(0.0, abs=1e-4)
    assert float(scaled.train.inputs.std()) == pytest.approx(1.0, abs=1e-4)


def test_layers_that_work_in_place_leave_the_images_as_they_are() -> None:
    experiment = with_dataset(Experiment(), Digits(size="70k", samples=60_000))
    experiment = experiment.replace(layers=(BatchNormalization(), Flatten(), *experiment.layers[-1:]))
    prepared = prepare(experiment)
    before = prepared.data.inputs.copy()
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    np.testing.assert_array_equal(prepared.data.inputs, before)


@KINDS
def test_a_network_learns_them(dataset: DownloadedImages) -> None:
    experiment = with_dataset(Experiment(), dataset).with_training(batch_size=10)
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(4):
        trainer.run_epoch()
    assert trainer.figures.train.score > 0.8


@KINDS
def test_a_gallery_can_show_them_without_their_files(dataset: DownloadedImages, nothing_there: Path) -> None:
    picture = dataset.thumbnail_image()
    assert picture.ndim == 2
    assert (float(picture.min()), picture.dtype) == (0.0, np.float32)
    assert 0.5 < float(picture.max()) <= 1.0


# Not downloaded


@KINDS
def test_without_files_a_sentence_offers_the_download(dataset: DownloadedImages, nothing_there: Path) -> None:
    archive = dataset.archive
    assert dataset.missing_download() is archive
    experiment = with_dataset(Experiment(), dataset)
    (problem,) = find_problems(experiment)
    assert problem.layer == -1
    assert (
        problem.sentence == f"{archive.title} is not on this computer yet; it is {archive.size} to download"
    )
    fetch, other = problem.fixes
    assert (fetch.text, fetch.experiment, fetch.download) == ("Download…", experiment, archive.key)
    assert isinstance(other.experiment.dataset, Digits)
    assert find_problems(other.experiment) == ()
    with pytest.raises(ArchiveError, match=r"is not on this computer"):
        dataset.replace(samples=123).load(0)  # not a cached one


@KINDS
def test_with_files_there_is_nothing_to_say(dataset: DownloadedImages) -> None:
    assert dataset.missing_download() is None
    assert find_problems(with_dataset(Experiment(), dataset)) == ()


def test_data_cannot_be_divided_where_they_end() -> None:
    with pytest.raises(ValueError, match="train samples must be from 0 to 3, got 4"):
        Data(np.zeros((4, 2)), np.zeros(4, np.int64), "classes", train_samples=4)


@KINDS
def test_a_damaged_file_blocks_the_experiment_until_it_is_there_again(
    dataset: DownloadedImages, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = make_archive(dataset.archive, 20)
    monkeypatch.setattr(type(dataset), "archive", made.archive)
    monkeypatch.setattr(image_store, "user_cache_path", lambda name: tmp_path / name)
    folder = made.put(tmp_path / "numpynet" / "datasets" / made.archive.key)
    (folder / "t10k-labels-idx1-ubyte").write_bytes(b"nothing of the kind")
    experiment = with_dataset(Experiment(), dataset)
    with pytest.raises(DataError, match="download the set again"):
        prepare(experiment)
    (problem,) = find_problems(experiment)
    assert problem.fixes[0].download == made.archive.key
    made.put(folder)
    assert find_problems(experiment) == ()
    assert prepare(experiment).data.samples == TRAIN + TEST


# Included in the package


def test_digits_are_scaled_to_one() -> None:
    data = Digits().load(seed=0)
    assert data.inputs.shape == (1797, 8, 8, 1)
    assert (data.inputs.min(), data.inputs.max()) == (0.0, 1.0)
    np.testing.assert_array_equal(data.inputs * 16, np.rint(data.inputs * 16))


def test_mnist_is_the_first_ten_thousand() -> None:
    data = Digits(size="28x28").load(seed=0)
    assert data.inputs.shape == (10_000, 28, 28, 1)
    assert np.bincount(data.targets).tolist() == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    assert (data.inputs.min(), data.inputs.max()) == (0.0, 1.0)
    # Mean and deviation of these pixels, computed from the official files.
    np.testing.assert_allclose(data.inputs.mean(dtype=np.float64), 0.131126, atol=1e-6)
    np.testing.assert_allclose(data.inputs.std(dtype=np.float64), 0.308699, atol=1e-6)
    # Shuffled: any run of 500 has every digit.
    assert all(len(set(data.targets[i : i + 500])) == 10 for i in range(0, 10_000, 500))


def test_mnist_chooses_without_repetition() -> None:
    data = Digits(size="28x28", samples=500).load(seed=5)
    everything = {image.tobytes() for image in Digits(size="28x28").load(seed=0).inputs}
    chosen = {image.tobytes() for image in data.inputs}
    assert data.samples == len(chosen) == 500
    assert len(everything) == 10_000
    assert chosen <= everything


def test_mnist_file_is_small() -> None:
    assert resource("datasets", "mnist_10000.npz").stat().st_size < 2_000_000
    assert "CC BY-SA 3.0" in resource("datasets", "mnist_10000.md").read_text(encoding="utf-8")
