"""The small tables that scikit-learn carries with it, read from its files.

Importing scikit-learn takes longer than the start of the program may, and its own loaders do no more than this. Where
an installation keeps the files elsewhere, they are asked after all.
"""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["bundled_digits", "bundled_table"]

Values = NDArray[np.float64]
Classes = NDArray[np.int64]


def bundled_table(file: str, loader: str) -> tuple[Values, Classes, tuple[str, ...]]:
    """The values (rows, columns), the class of each row, and the names of the classes.

    `file` is scikit-learn's name of the table, `loader` the function of `sklearn.datasets` that reads it.
    """
    path = _path(file)
    if path is None:
        bunch = _loaded(loader)
        return bunch.data, bunch.target, tuple(map(str, bunch.target_names))
    with path.open(encoding="utf-8") as lines:
        # The first line: how many rows and columns there are, and what the classes are called.
        names = next(lines).strip().split(",")[2:]
        rows = np.loadtxt(lines, delimiter=",", ndmin=2)
    return np.ascontiguousarray(rows[:, :-1]), rows[:, -1].astype(np.int64), tuple(names)


def bundled_digits() -> tuple[Values, Classes]:
    """Images (1797, 8, 8) of 0 … 16, and the digit of each."""
    path = _path("digits.csv.gz")
    if path is None:
        bunch = _loaded("load_digits")
        return bunch.images, bunch.target
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = np.loadtxt(lines, delimiter=",", ndmin=2)
    return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1].astype(np.int64)


def _path(file: str) -> Path | None:
    """Where scikit-learn keeps a file; None where it is not there."""
    found = find_spec("sklearn")  # of a package this imports nothing
    folders = [] if found is None else found.submodule_search_locations or []
    paths = (Path(folder) / "datasets" / "data" / file for folder in folders)
    return next((path for path in paths if path.is_file()), None)


def _loaded(loader: str) -> Any:
    from sklearn import datasets

    return getattr(datasets, loader)()
