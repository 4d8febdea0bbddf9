"""Sunspots by month since 1749, with a period of about eleven years."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.data.dataset import DATASETS, Data, Dataset, DatasetInfo
from core.data.datasets.series_file_dataset import windows_of
from core.data.raw_form import RawColumn
from core.io.resources import resource
from core.spec import setting

_FIRST_YEAR = 1749


@DATASETS.register()
class Sunspots(Dataset):
    """Windows of months, and the numbers of sunspots that follow them."""

    kind = "sunspots"
    title = "Sunspots"
    summary = "How many sunspots will there be? By month since 1749"
    family: ClassVar[str] = "sequences"
    uses_seed = False
    citation: ClassVar[str] = (
        "Monthly mean sunspot numbers, National Geophysical Data Center, public domain; from statsmodels 0.15.0."
    )

    window: int = setting(
        48, "Window", low=12, high=240, suggestions=(24, 48, 132), help="How many months the network sees."
    )
    horizon: int = setting(12, "Horizon", low=1, high=60, help="How many months ahead are forecast.")

    def info(self) -> DatasetInfo:
        """See `Dataset.info`."""
        return DatasetInfo((self.window, 1), "values", self.horizon)

    def load(self, seed: int) -> Data:
        """All windows in the order of time, whatever the seed."""
        numbers = np.array(resource("datasets", "sunspots.txt").read_text("ascii").split(), np.float32)
        years = _FIRST_YEAR + np.arange(len(numbers)) / 12
        columns = (RawColumn("sunspots"),)
        return windows_of(
            numbers[:, None], numbers, columns, columns[0], self.window, self.horizon, years=years
        )
