"""End a process when the one that has started it is gone: killed, it can tell nobody, and a trial may take hours."""

from __future__ import annotations

import os
import threading
import time
from functools import cache
from multiprocessing import parent_process

_SECONDS = 1.0


@cache
def end_with_parent(parent: int) -> None:
    """Look every second, on a thread, whether the process `parent` still is this one's; once for a process.

    Its number comes from the parent itself: it may have ended before this process can ask for the first time.
    """
    threading.Thread(target=_watch, args=(parent,), name="parent watch", daemon=True).start()


def _watch(number: int) -> None:
    # On Windows the number stays, and python.exe of a virtual environment stands between the two.
    while (os.name == "nt" or os.getppid() == number) and _is_alive():
        time.sleep(_SECONDS)
    os._exit(1)


def _is_alive() -> bool:
    """What the standard library knows of the parent: nothing of loky's processes, and of those it has not spawned."""
    parent = parent_process()
    try:
        return parent is None or parent.is_alive()
    except ValueError:
        return True
