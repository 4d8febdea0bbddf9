"""Window positions agree with Keras."""

from __future__ import annotations

import pytest

from core.nn.sliding_window import SlidingWindow


@pytest.mark.parametrize(
    ("length", "size", "stride", "dilation", "padding", "count", "before", "after"),
    [
        # As tf.nn.convolution documents them.
        (28, 3, 1, 1, "valid", 26, 0, 0),
        (28, 3, 1, 1, "same", 28, 1, 1),
        (28, 2, 1, 1, "same", 28, 0, 1),
        (28, 3, 2, 1, "same", 14, 0, 1),
        (5, 2, 2, 1, "same", 3, 0, 1),
        (7, 1, 3, 1, "same", 3, 0, 0),
        (9, 3, 1, 2, "same", 9, 2, 2),
        (9, 3, 1, 2, "valid", 5, 0, 0),
        (13, 2, 2, 1, "valid", 6, 0, 0),
    ],
)
def test_windows_lie_as_in_keras(
    length: int, size: int, stride: int, dilation: int, padding: str, count: int, before: int, after: int
) -> None:
    windows = SlidingWindow.along(length, size, stride, dilation, padding)
    assert (windows.count, windows.before, windows.after) == (count, before, after)
