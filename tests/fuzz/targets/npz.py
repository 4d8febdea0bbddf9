"""Files of numpy arrays as tables: vectors, images and texts."""

from __future__ import annotations

import io
from functools import cache

import numpy as np

from core.data.tables.table import TableError
from tests.fuzz.mutations import mutate_zip
from tests.fuzz.tables import read_and_use
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    rng = np.random.default_rng(0)
    vectors, images, texts = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.savez_compressed(vectors, X=rng.normal(size=(30, 3)), y=rng.integers(0, 3, 30))
    np.savez(images, x_train=rng.integers(0, 256, (12, 8, 8), np.uint8), y_train=np.eye(3)[np.arange(12) % 3])
    np.savez(
        texts, data=rng.normal(size=(9, 2)).astype(np.float16), target=np.array(["one", "zwei", "tre"] * 3)
    )
    return [file.getvalue() for file in (vectors, images, texts)]


TARGET = Target("npz", ".npz", _seeds, mutate_zip, read_and_use, (TableError,))
