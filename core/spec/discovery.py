"""Register kinds by importing every module of a package."""

from __future__ import annotations

import importlib
import pkgutil
import sys


def import_modules(package: str) -> None:
    """Import the modules of `package` that it has not imported itself, in alphabetical order.

    Call it at the end of `__init__`, whose own imports define the order in menus. No import statement names these
    modules, so a PyInstaller bundle needs `collect_submodules("core")`.
    """
    for module in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
        if not module.ispkg:
            importlib.import_module(module.name)
