"""The fuzz targets by name, one module each: a new reader is fuzzed by a new file here with a `TARGET`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from tests.fuzz.target import Target

__all__ = ["ALL", "TARGETS"]


def _found() -> Iterator[Target]:
    for info in pkgutil.iter_modules(__path__):
        yield importlib.import_module(f"{__name__}.{info.name}").TARGET


ALL = tuple(_found())
TARGETS = {target.name: target for target in ALL if target.available}
"""Those whose library is here."""
