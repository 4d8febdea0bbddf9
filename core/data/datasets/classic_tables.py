"""Small tables of the first papers on backpropagation, all made by a rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...spec import setting
from ..dataset import DATASETS, Data, Dataset, DatasetInfo
from ..raw_form import RawColumn

Rows = tuple[NDArray[np.float32], NDArray[np.int64]]


class _WholeTable(Dataset):
    """Each row is learned from and asked: there are no others, or the source had no others."""

    family: ClassVar[str] = "table"
    tests_on_training: ClassVar[bool] = True
    can_seal: ClassVar[bool] = False
    noun: ClassVar[str]
    """Name of a column, before its number."""

    def rows(self) -> Rows:
        """Inputs (n, columns), and classes (n,)."""
        raise NotImplementedError

    def info(self) -> DatasetInfo:
        inputs, labels = self.rows()
        return DatasetInfo(inputs.shape[1:], "classes", int(labels.max()) + 1, len(labels), len(labels))

    def load(self, seed: int) -> Data:
        """All rows for training, and the same for the test; the seed is ignored."""
        inputs, labels = self.rows()
        names = ("no", "yes") if labels.max() == 1 else tuple(map(str, range(int(labels.max()) + 1)))
        twice = np.concatenate([inputs, inputs]), np.concatenate([labels, labels])
        columns = tuple(f"{self.noun} {number + 1}" for number in range(inputs.shape[1]))
        return Data(*twice, "classes", names, columns, train_samples=len(labels))


@DATASETS.register()
class Bits(_WholeTable):
    """All rows of some bits: is the number of ones odd (of two bits: XOR), or is the row its own mirror image?"""

    kind = "bits"
    title = "Bits"
    noun: ClassVar[str] = "bit"
    summary = "All rows of bits: odd, or symmetric? Tests on its training rows"

    bits: int = setting(2, "Bits", "How many bits a row has.", low=2, high=10)
    rule: str = setting(
        "odd",
        "Rule",
        "Odd: the number of ones is odd. Symmetric: the row reads the same backwards.",
        choices=("odd", "symmetric"),
    )

    def rows(self) -> Rows:
        """As many as the bits can be set."""
        rows = np.arange(2**self.bits)[:, None] >> np.arange(self.bits)[::-1] & 1
        is_so = rows.sum(axis=1) % 2 == 1 if self.rule == "odd" else (rows == rows[:, ::-1]).all(axis=1)
        return rows.astype(np.float32), is_so.astype(np.int64)


@DATASETS.register()
class OneOf(_WholeTable):
    """A row for each column, in which that one alone is 1: what an encoder gets through few units."""

    kind = "one_of"
    title = "One of many"
    noun: ClassVar[str] = "column"
    short = "One of"
    summary = "Rows with a single 1, for an encoder. Tests on its training rows"

    columns: int = setting(8, "Columns", "How many columns, and rows, there are.", low=3, high=64)

    def rows(self) -> Rows:
        """The identity."""
        return np.eye(self.columns, dtype=np.float32), np.arange(self.columns)


@DATASETS.register()
class TwoSpirals(_WholeTable):
    """194 points of two spirals with three turns, as Lang and Witbrock (1988) made them."""

    kind = "two_spirals"
    title = "Two spirals"
    noun: ClassVar[str] = "axis"
    summary = "194 points of the benchmark of 1988. Tests on its training rows"

    def rows(self) -> Rows:
        """Points within 6.5 of the origin; one spiral is the other, turned by half."""
        place = np.arange(97)
        radius, angle = 6.5 * (104 - place) / 104, place * np.pi / 16
        one = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
        return np.concatenate([one, -one]).astype(np.float32), np.repeat([1, 0], 97)


_ROBOT = {
    "head": ("round", "square", "octagon"),
    "body": ("round", "square", "octagon"),
    "smiling": ("yes", "no"),
    "holding": ("sword", "balloon", "flag"),
    "jacket": ("red", "yellow", "green", "blue"),
    "tie": ("yes", "no"),
}


@DATASETS.register()
class Monks(Dataset):
    """The MONK's problems (Thrun and others, 1991): robots of six traits, some for training, and all 432 as the test.

    The rows for training are drawn by the seed, and are not those of the report.
    """

    kind = "monks"
    title = "MONK's robots"
    short = "MONK"
    summary = "Robots of six traits, sorted by one of three rules"
    family: ClassVar[str] = "table"

    rule: int = setting(
        1,
        "Rule",
        "1: head like body, or a red jacket. 2: just two traits have their first value. 3: a green jacket and a "
        "sword, or a jacket that is not blue and a body that is no octagon, with 5 % wrong labels.",
        low=1,
        high=3,
    )

    @property
    def uses_seed(self) -> bool:
        return True

    def info(self) -> DatasetInfo:
        return DatasetInfo((17,), "classes", 2, (124, 169, 122)[self.rule - 1], 432)

    def load(self, seed: int) -> Data:
        """Different robots in an order of the seed, then all; of the third rule 6 labels for training are wrong."""
        sizes = tuple(map(len, _ROBOT.values()))
        robots = np.stack(np.unravel_index(np.arange(432), sizes), axis=1)
        head, body, _, holding, jacket, _ = robots.T
        is_so = (
            (head == body) | (jacket == 0),
            (robots == 0).sum(axis=1) == 2,
            ((jacket == 2) & (holding == 0)) | ((jacket != 3) & (body != 2)),
        )[self.rule - 1].astype(np.int64)
        count, rng = self.info().train_samples, np.random.default_rng(seed)
        chosen = rng.permutation(432)[:count]
        learned = is_so[chosen]
        if self.rule == 3:
            learned[:6] ^= 1
        encoded = np.concatenate(
            [np.eye(size, dtype=np.float32)[robots[:, n]] for n, size in enumerate(sizes)], axis=1
        )
        names = tuple(f"{name}={value}" for name, values in _ROBOT.items() for value in values)
        return Data(
            np.concatenate([encoded[chosen], encoded]),
            np.concatenate([learned, is_so]),
            "classes",
            ("no", "yes"),
            names,
            train_samples=count,
            raw=tuple(RawColumn(name, values) for name, values in _ROBOT.items()),
        )
