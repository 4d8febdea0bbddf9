"""Tables as series: windows of columns and what follows them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from core.data.dataset import DataError
from core.data.datasets.series_file_dataset import SeriesFile
from core.data.tables.read_table import read_table
from core.data.train_test_split import train_test_split
from core.train.baselines import forecasts
from tests.fuzz.mutations import mutate_text
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    plain = "day,price,kind\n" + "".join(f"{n},{n % 7 + 0.5},{'ab'[n % 2]}\n" for n in range(60))
    gaps = "t;v\n" + "".join(f"{n};{'NA' if n % 5 == 2 else f'{n},5'}\n" for n in range(50))
    dates = "date\tshare\n" + "".join(f"2024-{n % 12 + 1:02d}-01\t{n} %\n" for n in range(40))
    return [plain.encode(), gaps.encode("cp1252"), dates.encode("utf-16")]


def _read_and_use(path: Path) -> None:
    table = read_table(path)
    usable = [column.name for column in table.columns if column.usable and column.numbers is not None]
    dataset = SeriesFile.of(
        table, usable[0] if usable else "none", tuple(usable), window=4, horizon=2, step=3
    )
    data = dataset.load(0)
    train, test = train_test_split(data, 0.7, 0)
    assert np.isfinite(data.inputs).all()
    assert not set(train.tolist()) & set(test.tolist())
    forecasts(data, train, test)


TARGET = Target("series", ".csv", _seeds, mutate_text, _read_and_use, (DataError,))
