"""What a series tells without a network."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.dataset import Data
from core.data.datasets.toy_sequences import Waves
from core.data.raw_form import RawColumn, RawSeries
from core.data.train_test_split import train_test_split
from core.train.baselines import forecasts


def series(values: np.ndarray, window: int, horizon: int) -> Data:
    count = len(values) - window - horizon + 1
    windows = np.stack([values[start : start + window] for start in range(count)])[:, :, None]
    following = np.stack([values[start + window : start + window + horizon] for start in range(count)])
    raw = RawSeries((RawColumn("v"),))
    return Data(windows, following, "values", raw=raw, target_name="v", gap=window + horizon - 1)


def test_a_period_is_found_and_a_line_is_continued() -> None:
    time = np.arange(300)
    found = {each.title: each for each in forecasts_of(series(np.sin(2 * np.pi * time / 12), 30, 3))}
    assert set(found) == {"last value", "value 12 before", "linear autoregression"}
    assert found["value 12 before"].r2 == pytest.approx(1.0, abs=1e-9)
    assert found["value 12 before"].mae == pytest.approx(0.0, abs=1e-6)
    assert found["linear autoregression"].r2 > 0.9999
    assert found["last value"].r2 < 0.5
    line = {each.title: each for each in forecasts_of(series(time.astype(float), 10, 2))}
    # The next values are 1 and 2 more than the last.
    assert line["last value"].mae == pytest.approx(1.5)
    assert line["linear autoregression"].mae < 0.1


def forecasts_of(data: Data):  # type: ignore[no-untyped-def]
    return forecasts(data, *train_test_split(data, 0.7, 0))


def test_classes_have_no_forecast() -> None:
    data = Waves(samples=50).load(0)
    assert forecasts_of(data) == ()
