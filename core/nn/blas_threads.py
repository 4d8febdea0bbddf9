"""How many threads matrix products may use: a second one only pays where there is enough to multiply."""

from __future__ import annotations

import os

from threadpoolctl import threadpool_limits

from core.nn.compute_cost import prediction_work
from core.nn.network import Network

__all__ = ["limit_threads"]

# Multiplications in one pass over a batch. Below, waking another thread costs more than it brings, and makes a
# window beside it stutter.
_THREADED_WORK = 4_000_000


def limit_threads(network: Network, batch: int) -> threadpool_limits:
    """Choose the threads of the BLAS for steps of `batch` samples; in a `with` block the choice ends with it."""
    heavy = prediction_work(network) * batch > _THREADED_WORK
    return threadpool_limits(limits=(os.cpu_count() or 1) if heavy else 1, user_api="blas")
