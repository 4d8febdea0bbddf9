"""Compile the engine for this machine, so that programs load it in half a second.

`python -m core.compiled [PARENT NICENESS]` ends with the process PARENT, by its number.
"""

import os
import sys

from ..io.worker_pool import end_with_parent
from .readiness import load

if __name__ == "__main__":
    if sys.argv[1:]:
        end_with_parent(int(sys.argv[1]))
    if hasattr(os, "nice"):
        os.nice(int(sys.argv[2]) if sys.argv[2:] else 10)
    load()
