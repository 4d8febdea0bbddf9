"""Memory, widgets and threads of the process during a soak."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QApplication, QWidget

from tests.benchmarks.open_window import deliver_deletions

Kind = TypeVar("Kind", bound=QWidget)

_THREADS = Path("/proc/self/task")
_last_modules: frozenset[str] = frozenset()
WARM_SECONDS = 300.0


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


class _MallocInfo(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33 and newer."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


def malloc_mb() -> tuple[float, float]:
    """What the C library's malloc has given out, and what it keeps between that, in MB; NaN elsewhere."""
    try:
        ask = ctypes.CDLL(None).mallinfo2
    except (OSError, AttributeError):
        return float("nan"), float("nan")
    ask.restype = _MallocInfo
    found = ask()
    return (found.uordblks + found.hblkhd) / 1e6, found.fordblks / 1e6


@dataclass(frozen=True)
class Measurement:
    """What the process holds at one moment, with an untouched document open: no undo step, no history."""

    seconds: float
    moves: int
    memory_mb: float
    given_mb: float
    kept_mb: float
    """See `malloc_mb`: what leaks is in the first, what is in pieces in the second, as far as it is in memory."""
    widgets: int
    blocks: int
    """Allocated by Python's objects."""
    threads: int
    modules: frozenset[str] = field(repr=False)
    """Imported by then: those of the first use of a format or probe stay, and are no leak."""
    classes: Counter[str] = field(repr=False)
    """How many widgets there are of each class."""


def measure(seconds: float, moves: int) -> Measurement:
    """Measure, after the deletion of all that is not used any more.

    Qt's cache of drawn pixmaps is emptied too: it fills over half an hour with up to 10 MB, for each picture of a
    label or icon in each of its states, and that is all. What the window exempts from collections is collected, too,
    as it does by itself after a while.
    """
    QPixmapCache.clear()
    exempt = gc.get_freeze_count() > 0
    gc.unfreeze()
    for _ in range(3):
        deliver_deletions()
        gc.collect()
    if exempt:
        gc.freeze()
    return Measurement(
        seconds,
        moves,
        resident_mb(),
        *malloc_mb(),
        len(QApplication.allWidgets()),
        sys.getallocatedblocks(),
        len(list(_THREADS.iterdir())) if _THREADS.is_dir() else 0,
        _modules(),
        _classes(),
    )


def _modules() -> frozenset[str]:
    """The same object as before, as long as there are no others: 4,000 names take 260 KB in each of 40 measurements."""
    global _last_modules
    if _last_modules != sys.modules.keys():
        _last_modules = frozenset(sys.modules)
    return _last_modules


def late_packages(measurements: list[Measurement]) -> list[tuple[str, int]]:
    """Packages of which modules were imported since it was warm, and how many."""
    later = _later(measurements)
    counts = Counter(name.partition(".")[0] for name in later[-1].modules - later[0].modules)
    return counts.most_common()


def threads_of_python() -> set[threading.Thread]:
    """Qt's own threads end with their pool; those of thumbnails, probes, seeds and runs with the window."""
    names = ("Dummy", "thumbnails", "runs", "probe", "seeds", "importance")
    return {each for each in threading.enumerate() if not each.name.startswith(names)}


def working_threads() -> list[threading.Thread]:
    """Threads of work that was begun in the background: those of pools stay when it has ended."""
    idle = ("MainThread", "Dummy", "thumbnails", "runs", "seeds", "Thread-", "parent watch")
    return [each for each in threading.enumerate() if not each.name.startswith(idle)]


def widgets_of(window: QObject, kind: type[Kind]) -> list[Kind]:
    """The widgets of a class whose parents lead to the window, in no order.

    Not `findChildren`: PySide keeps what that returns as long as the window lives, though the widget is long deleted.
    """
    return [each for each in QApplication.allWidgets() if isinstance(each, kind) and _is_within(each, window)]


def _is_within(item: QObject | None, window: QObject) -> bool:
    while item is not None and item is not window:
        item = item.parent()
    return item is window


def _classes() -> Counter[str]:
    # Not gc.get_objects(): while it holds a tuple that another thread is making, that thread gets a SystemError.
    return Counter(type(item).__name__ for item in QApplication.allWidgets())


def grown_classes(measurements: list[Measurement]) -> list[tuple[str, int]]:
    """The classes with more objects in the last two measurements than when it was warm, and how many."""
    later = _later(measurements)
    names = set().union(*(each.classes for each in later))
    grown = (
        (name, min(each.classes[name] for each in later[-2:]) - later[0].classes[name]) for name in names
    )
    return sorted((row for row in grown if row[1] > 0), key=lambda row: -row[1])


def growth_mb(measurements: list[Measurement]) -> float:
    """Growth since the end of the first five minutes (of shorter soaks: of the first half), in MB.

    The least of three in a row counts, because what was let go may still be in use while one is measured: at 6 of 36
    looks a cancelled export or refinement held the 75 MB of its images. What leaks is in all three.
    """
    later = [each.memory_mb for each in _later(measurements)]
    smooth = [min(later[at : at + 3]) for at in range(max(1, len(later) - 2))]
    return max(smooth) - smooth[0]


def _later(measurements: list[Measurement]) -> list[Measurement]:
    warm = min(WARM_SECONDS, measurements[-1].seconds / 2)
    return [each for each in measurements if each.seconds >= warm]
