"""What the C library keeps of freed memory, in processes of their own, since limits are permanent."""

from __future__ import annotations

import subprocess
import sys

import pytest

from playground.startup import heap_limits

pytestmark = pytest.mark.environment

# A large array raises glibc's thresholds when it is freed; then come smaller ones, with some that stay in between.
FREEING = """
import sys, threading
from pathlib import Path
import numpy as np
from playground.startup.heap_limits import limit_heaps

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

def use(count, numbers):
    np.ones(3_900_000)
    arrays = []
    for _ in range(count):
        arrays.append(np.ones(numbers))
        staying.append(np.ones(500))

def run():
    for _ in range(4):
        use(8, 620_000)
    for _ in range(4):
        use(40, 110_000)

staying = []
limited = sys.argv[1] == "limited" and limit_heaps()
before = resident_mb()
thread = threading.Thread(target=run)
thread.start()
thread.join()
print(limited, round(resident_mb() - before))
"""


def kept(mode: str) -> tuple[bool, int]:
    """Whether the limits are set, and the MB that remain of a thread that has freed all but 1 MB."""
    done = subprocess.run(
        [sys.executable, "-c", FREEING, mode], capture_output=True, text=True, timeout=300, check=True
    )
    limited, kept_mb = done.stdout.split()
    return limited == "True", int(kept_mb)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's limits")
def test_a_thread_returns_more_of_what_it_frees() -> None:
    limited, with_limits_mb = kept("limited")
    if not limited:
        pytest.skip("the C library is not glibc")
    # 43 and 74 MB are measured; less without limits means that they are not needed any more.
    assert with_limits_mb + 15 < kept("without limits")[1]


def test_another_system_keeps_its_own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap_limits.sys, "platform", "darwin")
    assert not heap_limits.limit_heaps()
