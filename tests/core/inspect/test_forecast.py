"""Small pictures of a series and its forecasts."""

from __future__ import annotations

import numpy as np

from core.data.datasets import Moons
from core.data.datasets.series_file_dataset import Sunspots
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.forecast import curve_picture, forecasts_series
from core.inspect.latent import draws_samples
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Flatten


def test_later_curves_are_in_front_and_row_0_is_the_lowest() -> None:
    rise = np.arange(50.0)
    picture = curve_picture((rise, rise[::-1]), (0.5, -1.0), 20)[:, :, 0]
    assert picture.shape == (20, 20)
    assert set(np.unique(picture)) == {-1.0, 0.0, 0.5}
    (first,) = np.flatnonzero(picture[:, 0] == 0.5)[:1]
    (last,) = np.flatnonzero(picture[:, -1] == 0.5)[:1]
    assert first < 6 < 13 < last
    # A strip of thumbnails is lower than it is wide.
    assert not picture[[0, 1, -2, -1]].any()
    # Where both are, the second.
    assert (curve_picture((rise, rise), (0.5, -1.0), 20) != 0.5).all()
    assert (curve_picture((np.zeros(9), np.full(9, np.nan)), (0.5, -1.0), 20) == -1.0).any()


def test_a_series_has_its_forecasts_as_boundary_and_thumbnail() -> None:
    made = Experiment(dataset=Sunspots(), layers=(Flatten(), Dense(2)))
    prepared = prepare(made)
    taker = SnapshotTaker(make_trainer(made, prepared), prepared, 0, made)
    assert forecasts_series(prepared)
    assert draws_samples(prepared)
    boundary = taker.take(SnapshotRequest(grid=60)).boundary
    assert boundary is not None
    assert boundary.shape == (60, 60, 1)
    small, confusion = taker.take_small(40)
    assert small is not None
    assert small.shape == (40, 40, 1)
    assert confusion is None
    assert not forecasts_series(prepare(Experiment(dataset=Moons(samples=60))))
