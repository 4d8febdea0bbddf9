"""Plug-ins as if their folders were not there: `WITHOUT=all pytest tests/playground`, or `WITHOUT=film,doctor`."""

from __future__ import annotations

import os
import pkgutil
import sys
from collections.abc import Collection
from pathlib import Path

ROOM = Path(__file__).parent / "playground" / "plugins"
"""Of their tests."""
_PLUGINS = ROOM.parents[2] / "playground" / "plugins"


def leave_out(kinds: Collection[str]) -> None:
    """Let neither their folders be listed nor their modules be found; before `playground` is imported."""
    assert "playground.plugins" not in sys.modules
    listed, packages = pkgutil.iter_modules, tuple(f"playground.plugins.{kind}" for kind in kinds)

    class Gone:
        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            if name in packages or name.startswith(tuple(f"{package}." for package in packages)):
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    sys.meta_path.insert(0, Gone)  # type: ignore[arg-type]
    pkgutil.iter_modules = lambda *given: (  # type: ignore[assignment]
        each
        for each in listed(*given)
        if getattr(each.module_finder, "path", "") != str(_PLUGINS) or each.name.split(".")[-1] not in kinds
    )


_GIVEN = os.environ.get("WITHOUT", "")
_ALL = sorted(path.parent.name for path in _PLUGINS.glob("*/__init__.py"))
WITHOUT = _ALL if _GIVEN == "all" else [kind for kind in _GIVEN.split(",") if kind]
if WITHOUT:
    leave_out(WITHOUT)
