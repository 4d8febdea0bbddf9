"""Memory and threads of the process between walks, when no window is open."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import threading
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QPixmapCache

from tests.benchmarks.open_window import deliver_deletions

WARM_SECONDS = 300.0
MAX_GROWTH_MB = 30.0


def resident_mb() -> float:
    """Resident memory of the process in MB that no file backs; NaN if the system does not report it.

    Memory cached by the C library is released first, if possible. Pages of libraries do not count, a third of all:
    which of them have been touched grows with each format and dialog that is used for the first time, and the system
    takes them back when it needs the room.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    try:
        rows = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        kilobytes = int(rows["RssAnon"].split()[0])
    except (OSError, ValueError, KeyError, IndexError):
        return float("nan")
    return kilobytes * 1024 / 1e6


def settled_mb() -> float:
    """`resident_mb` after the deletion of all that is not used any more, and of Qt's cache of drawn pixmaps.

    What the window exempts from collections is collected, too, as it does by itself after a while.
    """
    QPixmapCache.clear()
    exempt = gc.get_freeze_count() > 0
    gc.unfreeze()
    for _ in range(3):
        deliver_deletions()
        gc.collect()
    if exempt:
        gc.freeze()
    return resident_mb()


def growth_mb(measured: Sequence[tuple[float, float]]) -> float:
    """Growth of (seconds, MB) since the end of the first five minutes, of shorter walks of the first half.

    The least of three in a row counts, because what was let go may still be in use while one is measured: at 6 of 36
    looks a cancelled export or refinement held the 75 MB of its images. What leaks is in all three. What was imported
    for the first use of a format or probe stays, and is most of the first minutes.
    """
    warm = min(WARM_SECONDS, measured[-1][0] / 2) if measured else 0.0
    later = [mb for seconds, mb in measured if seconds >= warm]
    smooth = [min(later[at : at + 3]) for at in range(max(1, len(later) - 2))] if later else [0.0]
    return max(smooth) - smooth[0]


def threads_of_python() -> set[threading.Thread]:
    """Qt's own threads end with their pool; those of thumbnails, probes, seeds and runs with the window."""
    names = ("Dummy", "thumbnails", "runs", "probe", "seeds", "importance")
    return {each for each in threading.enumerate() if not each.name.startswith(names)}
