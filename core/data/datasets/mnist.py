"""MNIST and Fashion-MNIST with their standard splits, downloaded on request: float32 from 0 (paper) to 1 (ink)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...spec import setting
from ..dataset import DATASETS, Data, Dataset, DatasetInfo
from ..downloads.archive_cache import ImageStore
from ..downloads.archives import FASHION_MNIST, MNIST, Archive
from ..raw_form import RawImages
from ..recent import WeakArrayCache
from .builtin_digits import DIGIT_NAMES, MnistSubset

_FASHION_NAMES = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_SHIRT = (
    "....####....####....",
    "..######....######..",
    ".#######++++#######.",
    "####################",
    "####################",
    "####################",
    "#####.########.#####",
    "####..########..####",
    ".##...########...##.",
    "......########......",
    "......########......",
    "......########......",
    "......########......",
    "......########......",
    "......########......",
    "......########......",
    "......########......",
    "......++++++++......",
)


class DownloadedImages(Dataset):
    """Base of datasets stored in an `Archive`; `samples` limits the training split."""

    family: ClassVar[str] = "images"
    archive: ClassVar[Archive]
    class_names: ClassVar[tuple[str, ...]]
    samples: int

    def info(self) -> DatasetInfo:
        shape = (*self.archive.train_images.shape[1:], 1)
        train = min(self.samples, self.archive.train_samples)
        return DatasetInfo(shape, "classes", len(self.class_names), train, self.archive.test_samples)

    def missing_download(self) -> Archive | None:
        """The archive, unless its files are complete."""
        return None if ImageStore(self.archive).complete else self.archive

    @property
    def uses_seed(self) -> bool:
        return self.samples < self.archive.train_samples

    def load(self, seed: int) -> Data:
        """The training split, or `samples` of it chosen by the seed, then the test split: (n, 28, 28, 1).

        Raises `ArchiveError` for missing or damaged files.
        """
        train = min(self.samples, self.archive.train_samples)
        chosen_by = seed if train < self.archive.train_samples else 0
        inputs, targets = _shared.get((self.archive, train, chosen_by), lambda: self._arrays(train, seed))
        return Data(inputs, targets, "classes", self.class_names, train_samples=train, raw=RawImages(255.0))

    def _arrays(self, train: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        images, labels, test_images, test_labels = ImageStore(self.archive).load()
        if train < len(images):
            chosen = np.random.default_rng(seed).permutation(len(images))[:train]
            images, labels = images[chosen], labels[chosen]
        inputs = np.empty((train + len(test_images), *images.shape[1:], 1), np.float32)
        np.multiply(images, np.float32(1 / 255), out=inputs[:train, ..., 0])
        np.multiply(test_images, np.float32(1 / 255), out=inputs[train:, ..., 0])
        return inputs, np.concatenate([labels, test_labels]).astype(np.int64)


_shared = WeakArrayCache()


def _training_samples(things: str) -> Any:
    return setting(
        60_000,
        "Training samples",
        f"How many of the 60,000 {things} to learn from. The 10,000 to test on are always the same",
        low=100,
        high=60_000,
        suggestions=(1000, 5000, 10_000, 20_000, 60_000),
    )


@DATASETS.register("mnist_70k")
class Mnist(DownloadedImages):
    """60,000 training and 10,000 test images of handwritten digits, 28 x 28 pixels."""

    kind = "mnist_full"
    title = "MNIST 70k"
    short = "70k digits"
    summary = "All 70,000 handwritten digits, 28 × 28 pixels"
    archive: ClassVar[Archive] = MNIST
    class_names: ClassVar[tuple[str, ...]] = DIGIT_NAMES
    citation: ClassVar[str] = (
        "Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits, CC BY-SA 3.0."
    )

    samples: int = _training_samples("digits")

    def thumbnail_image(self) -> NDArray[np.float32]:
        """Nine of the built-in digits, (84, 84)."""
        images = MnistSubset(samples=100).load(0).inputs[:9, ..., 0]
        rows = [np.hstack(list(images[start : start + 3])) for start in (0, 3, 6)]
        return np.vstack(rows)


@DATASETS.register("fashion")
class FashionMnist(DownloadedImages):
    """60,000 training and 10,000 test images of clothes, 28 x 28 pixels."""

    kind = "fashion_mnist"
    title = "Fashion-MNIST"
    short = "Fashion"
    summary = "70,000 pictures of clothes, 28 × 28 pixels"
    archive: ClassVar[Archive] = FASHION_MNIST
    class_names: ClassVar[tuple[str, ...]] = _FASHION_NAMES
    citation: ClassVar[str] = (
        "H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning "
        "Algorithms (2017), arXiv 1708.07747, MIT licence, Zalando SE."
    )

    samples: int = _training_samples("pictures")

    def thumbnail_image(self) -> NDArray[np.float32]:
        """A drawn shirt, (18, 20), since the data may not be downloaded."""
        ink = {".": 0.0, "+": 0.45, "#": 0.8}
        return np.array([[ink[mark] for mark in row] for row in _SHIRT], np.float32)
