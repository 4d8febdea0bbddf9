"""The types of arrays that signatures name throughout the project."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Indices"]

Array = NDArray[np.floating[Any]]
"""Numbers of either precision: float32 in training, float64 in the gradient exam."""
Indices = NDArray[np.int64]
"""Row numbers of samples."""
