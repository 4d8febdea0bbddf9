"""Kinds are found by their files being there: a package imports all of its modules, known to it or not."""

from __future__ import annotations

import importlib
import pkgutil
import sys

__all__ = ["import_modules"]


def import_modules(package: str) -> None:
    """Import the modules of `package` that it has not imported itself, by name, so that their kinds are registered.

    To be called at the end of its `__init__`, whose own imports decide the order in menus; what is found here follows.
    A frozen bundle must be told to take these modules along, since no import statement names them: PyInstaller by
    `collect_submodules("core")`, whose importer `pkgutil` knows.
    """
    for module in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
        if not module.ispkg:
            importlib.import_module(module.name)
