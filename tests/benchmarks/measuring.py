"""Method of all benchmarks: alternating runs, wall and CPU time, medians with spread, and the load.

Absolute times depend on the load of the machine; ratios of contestants that alternate in one run do much less, and
their CPU time hardly. So ratios count, and no test asserts a time.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from threadpoolctl import threadpool_info


@dataclass(frozen=True)
class Spent:
    """Wall time in seconds, and CPU time of all threads of the process."""

    wall: float
    cpu: float


def spent(call: Callable[[], object]) -> Spent:
    """Time of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def in_turn(contestants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[Spent]]:
    """Call every contestant once per round, in alternating order."""
    found: dict[str, list[Spent]] = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants)
        for name in names if number % 2 == 0 else reversed(names):
            found[name].append(spent(contestants[name]))
    return found


def ratios(values: Sequence[float], others: Sequence[float]) -> list[float]:
    """`values` over `others` per round; rounds with a missing measurement are dropped."""
    pairs = zip(values, others, strict=True)
    return [value / other for value, other in pairs if value > 0 and other > 0]


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median, minimum and maximum."""
    if not values:
        return "—"
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f} … {max(values):,.{digits}f})"


def load() -> float | None:
    """Runnable processes in the last minute; None if the system does not report it."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def machine() -> str:
    """One line: processor, cores, system, versions and BLAS kernel. Contains no host or user name."""
    kernels = {
        f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}".strip()
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    }
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, "
        f"numpy {np.__version__}, {', '.join(sorted(kernels)) or 'unknown BLAS'}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
