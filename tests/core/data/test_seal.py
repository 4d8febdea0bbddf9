"""Which rows are sealed: by their number, or by classes that their makers have told."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.dataset import DataError
from core.data.datasets import Sunspots
from core.data.seal import Seal
from core.data.train_test_split import train_test_split


def test_a_class_of_two_stays_whole_where_its_makers_have_told_it() -> None:
    classes = np.r_[np.zeros(18, int), 1, 1]
    rest, sealed = Seal(0.3).divide(20, classes=classes)
    assert (classes[rest] == 1).sum() == 2
    assert len(sealed) == 6


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_the_end_of_a_series_is_sealed_however_short_it_is(share: float) -> None:
    whole = Sunspots(window=12).load(0)
    gap = whole.gap or 0
    for count in (2 * gap + 3, 200, whole.samples):
        rest, sealed = Seal(share).divide(count, gap)
        assert sealed[-1] == count - 1
        assert rest[-1] + gap + 1 == sealed[0]
        train_test_split(whole.take(rest), 0.5, 0)


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(DataError, match="too few samples to seal some: 4 are needed, got 3"):
        Seal(0.2).divide(3)
