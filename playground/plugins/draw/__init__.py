"""The panel "Draw": a pad, and what the network says of the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.plugins.plugin import PLUGINS, ActionRow, PictureRow, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playground.plugins.draw.controller import DrawController
    from playground.window.main_window import MainWindow
    from playground.window.panels.panels import DockRow


def _docks() -> Iterable[DockRow]:
    from playground.plugins.draw.controller import DOCK

    return (DOCK,)


def _make(window: MainWindow) -> DrawController:
    from playground.plugins.draw.controller import DrawController

    return DrawController(window)


_COMMAND = ActionRow(
    "draw", "Dra&w an image", "paint", "W", "view",
    "Draw an image of your own, and see what the network takes it for.",
    run="draw.show", also="digit, handwriting, sketch", after="doctor",
)  # fmt: skip
_PICTURE = PictureRow(
    "drawing_picture", "Drawing", "The drawn image and what the network takes it for", ("plugins.draw.panel",),
    after="mistakes_picture",
)  # fmt: skip
PLUGINS.register(
    Plugin("draw", "Draw", docks=_docks, commands=(_COMMAND,), pictures=(_PICTURE,), controller=_make)
)
