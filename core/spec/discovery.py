"""Register kinds by importing every module of a package."""

from __future__ import annotations

import bisect
import importlib
import pkgutil
import sys
from typing import Any, TypeVar, cast

M = TypeVar("M")
N = TypeVar("N")


def import_modules(package: str) -> None:
    """Import the modules of `package` that it has not imported itself, in alphabetical order.

    Call it at the end of `__init__`, whose own imports define the order in menus. No import statement names these
    modules, so a PyInstaller bundle needs `collect_submodules("core")`.
    """
    for module in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
        if not module.ispkg:
            importlib.import_module(module.name)


class Members(list[M]):
    """Parts of the program that declare themselves, each with a `kind` of its own, in the order of `position`.

    Without settings, unlike the kinds of a `Registry`: tabs, pages, docks, parts of snapshots.
    """

    def register(self, member: N) -> N:
        """Class decorator: take the part in."""
        new = cast(Any, member)
        if any(cast(Any, each).kind == new.kind for each in self):
            raise ValueError(f"{new.kind!r} is registered twice")
        bisect.insort(self, new, key=lambda each: cast(Any, each).position)
        return member
