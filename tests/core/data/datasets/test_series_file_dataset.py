"""Columns of a table are windows in the order of time, and what follows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import DATASETS, DataError
from core.data.datasets.series_file_dataset import SeriesFile
from core.data.raw_form import RawSeries
from core.data.tables.read_table import read_table
from core.data.train_test_split import train_test_split
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from playground.headless.reports import test_report as report_of
from tests.core.experiment.on_data import with_dataset


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "series.csv"
    rows = (f"{number},{1000 - number} %,x\n" for number in range(100))
    made.write_text("day,height,word\n" + "".join(rows))
    return made


def test_a_window_is_followed_by_its_values(path: Path) -> None:
    dataset = SeriesFile.of(read_table(path), "height", ("day", "height"), window=4, horizon=2, step=3)
    data, info = dataset.load(0), dataset.info()
    assert (data.shape, data.outputs, data.labels, data.form) == (
        info.shape,
        info.outputs,
        info.labels,
        info.form,
    )
    assert (info.form, info.shape, info.outputs) == ("sequence", (4, 2), 2)
    assert data.inputs[1].tolist() == [[3, 997], [4, 996], [5, 995], [6, 994]]
    assert data.targets[1].tolist() == [993, 992]
    assert isinstance(data.raw, RawSeries)
    assert [(column.name, column.unit) for column in data.raw.columns] == [("day", ""), ("height", "%")]
    assert (data.target_name, data.target_unit, dataset.label) == ("height", "%", "series")


@pytest.mark.parametrize(
    ("window", "horizon", "step"), [(2, 1, 1), (8, 3, 1), (8, 3, 2), (5, 5, 7), (4, 2, 20)]
)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_nothing_of_training_is_seen_in_testing(
    window: int, horizon: int, step: int, share: float, path: Path
) -> None:
    data = SeriesFile.of(read_table(path), "day", window=window, horizon=horizon, step=step).load(0)
    train, test = train_test_split(data, share, 5)
    last = max(data.inputs[train].max(), data.targets[train].max())
    first = data.inputs[test].min()
    assert last < first
    # No window more than necessary is left out.
    assert first - last <= step


def test_a_missing_value_is_that_of_the_row_before(path: Path) -> None:
    path.write_text("v\n1\n\n3\nNA\n5\n6\n7\n8\n9\n10\n".replace("\n\n", "\nNA\n"))
    data = SeriesFile.of(read_table(path), "v", window=2).load(0)
    assert data.inputs[:4, :, 0].tolist() == [[1, 1], [1, 3], [3, 3], [3, 5]]
    assert data.targets[:3, 0].tolist() == [3, 3, 5]


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("day", ["1990-07-02", "1991-07-02", "1992-07-01", "1993-07-01"] * 3, None),
        ("day", [f"{1990 + number}-07-02" for number in range(12)], [1990.5, 1991.5, 1992.5]),
        ("when", [f"02.07.{1990 + number}" for number in range(12)], [1990.5, 1991.5, 1992.5]),
        ("Year", [str(1990 + number // 4) for number in range(12)], [1990, 1990.25, 1990.5]),
        ("Year", [str(1990 + number) for number in range(12)], [1990, 1991, 1992]),
        ("Year", ["1990", "1989"] * 6, None),
        ("other", [str(number) for number in range(12)], None),
    ],
)
def test_dates_or_a_column_of_years_say_when_values_were(
    name: str, cells: list[str], expected: list[float] | None, path: Path
) -> None:
    path.write_text(f"{name},v\n" + "".join(f"{cell},{place}\n" for place, cell in enumerate(cells)))
    data = SeriesFile.of(read_table(path), "v", window=2, step=2).load(0)
    assert (data.years is None) == (expected is None)
    if expected is not None:
        assert data.years is not None
        assert data.years.shape == (data.samples, 3)
        np.testing.assert_allclose(data.years[0], expected, atol=0.01)
        np.testing.assert_allclose(data.years[1, 0], expected[2], atol=0.01)
        taken = data.take(np.array([1]))
        assert taken.years is not None
        np.testing.assert_array_equal(taken.years[0], data.years[1])


def test_faults_are_sentences(path: Path) -> None:
    table = read_table(path)
    for target, window, sentence in (
        ("mass", 4, "There is no column called 'mass'$"),
        ("word", 4, r"^word cannot be a series. It holds categories$"),
        ("day", 80, r"^series.csv must have at least 162 rows for windows of 80 and 1 ahead, got 100$"),
    ):
        with pytest.raises(DataError, match=sentence):
            SeriesFile.of(table, target, window=window)


@pytest.mark.parametrize("missing", [10, 11])
def test_a_column_of_which_most_is_missing_is_no_series(path: Path, missing: int) -> None:
    """What fills its gaps would be most of what is learned."""
    path.write_text("t,v\n" + "".join(f"{n},{'NA' if n < missing else n}\n" for n in range(20)))
    table = read_table(path)
    if missing == 10:
        SeriesFile.of(table, "v", window=2).load(0)
        return
    with pytest.raises(DataError, match=r"^v cannot be a series: 11 of its 20 values are missing$"):
        SeriesFile.of(table, "v", window=2)


def test_it_is_read_again_and_a_change_is_noticed(path: Path) -> None:
    dataset = SeriesFile.of(read_table(path), "day", window=4)
    before = dataset.load(0)
    SeriesFile.forget()
    again = DATASETS.make(dataset.to_json())
    assert again == dataset
    assert np.array_equal(again.load(0).inputs, before.inputs)
    SeriesFile.forget()
    path.write_text(path.read_text() + "1,2,3\n")
    with pytest.raises(DataError, match=r"has changed since it was chosen; open it again$"):
        dataset.load(0)
    path.unlink()
    assert dataset.unavailable_reason().endswith("is not there any more; choose it again")
    assert SeriesFile().unavailable_reason() == "No file is chosen; open one"


def test_a_report_of_a_series_has_the_forecasts_without_a_network(path: Path) -> None:
    dataset = SeriesFile.of(read_table(path), "height", window=4)
    experiment = with_dataset(Experiment(), dataset)
    prepared = prepare(experiment)
    told = report_of(prepared, make_trainer(experiment, prepared)).splitlines()[-1]
    assert told.startswith("R² of others: last value ")
    assert told.endswith("linear autoregression 1.000")
