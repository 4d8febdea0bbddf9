"""NumpyNet Playground, the desktop application: PySide6 and pyqtgraph in front of `core`.

`app` starts the window, `cli` is the command line, `headless` what its commands share; `startup` guards the process
against how Qt and PySide treat errors, garbage and pickles.

`watch` opens the window on a model of your own program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playground.watching import watch

__all__ = ["watch"]


def __getattr__(name: str) -> Any:
    if name == "watch":
        from playground.watching import watch

        return watch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
