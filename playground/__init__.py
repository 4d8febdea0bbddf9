"""NumpyNet Playground, the desktop application: PySide6 and pyqtgraph in front of `core`.

`app` starts the window, `cli` is the command line, `headless` what its commands share; `startup` guards the process
against how Qt and PySide treat errors, garbage and pickles.

`watch` opens the window on a model of your own program.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from playground import translation

if TYPE_CHECKING:
    from playground.watching import watch

__all__ = ["watch"]

_FOLDER: Final = Path(__file__).parents[1]


class _Beside:
    """Finds the `core` that is beside this package, whatever else of that name is on the path."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return PathFinder.find_spec(name, [str(_FOLDER)]) if name == "core" else None


sys.meta_path.insert(0, _Beside)
_taken = getattr(sys.modules.get("core"), "__file__", None)
if _taken and Path(_taken).parents[1] != _FOLDER and (_FOLDER / "core").is_dir():
    raise ImportError(
        f"playground needs the name core, which is {_taken} in this program; import playground before it"
    )
translation.install()


def __getattr__(name: str) -> Any:
    if name == "watch":
        from playground.watching import watch

        return watch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
