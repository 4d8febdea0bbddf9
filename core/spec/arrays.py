"""Array types used in signatures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
"""float32 in training, float64 in gradient checks."""
Arrays = Mapping[str, Array]
"""By name, such as the weights of a layer, or their gradients."""
Indices = NDArray[np.int64]
"""Row indices of samples."""
