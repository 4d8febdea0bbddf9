"""Parquet files, compressed in two ways. Each is read in a process of its own, which takes a second."""

from __future__ import annotations

from functools import cache

import numpy as np

from core.data.tables.table import TableError
from tests.fuzz.mutations import mutate_bytes
from tests.fuzz.tables import read_and_use
from tests.fuzz.target import Target, made


@cache
def _seeds() -> list[bytes]:
    import fastparquet
    import pandas

    frame = pandas.DataFrame(
        {
            "size": np.arange(60) / 7,
            "kind": ["a", None, "c"] * 20,
            "day": pandas.date_range("2024-01-01", periods=60),
        }
    )
    return [
        made(lambda path, kind=kind: fastparquet.write(str(path), frame, compression=kind), ".parquet")
        for kind in ("SNAPPY", "ZSTD")
    ]


TARGET = Target(
    "parquet", ".parquet", _seeds, mutate_bytes, read_and_use, (TableError,), needs="fastparquet", share=0.1
)
