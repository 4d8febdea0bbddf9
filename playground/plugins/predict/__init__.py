"""New rows and images: what the network says of them, in a dialog and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.plugins.plugin import PLUGINS, ActionRow, Plugin
from playground.plugins.predict.command_line import EVALUATE, PREDICT

if TYPE_CHECKING:
    from playground.plugins.predict.controller import PredictController
    from playground.window.main_window import MainWindow


def _make(window: MainWindow) -> PredictController:
    from playground.plugins.predict.controller import PredictController

    return PredictController(window.context)


_COMMAND = ActionRow(
    "predict", "Predict &new rows…", "", "N", "view",
    "Type values, or open a table or images, and see what the network says while it learns.",
    run="predict.open", also="inference, apply, test on my own, predictions", after="draw",
)  # fmt: skip
PLUGINS.register(
    Plugin("predict", "New rows", commands=(_COMMAND,), command_line=(PREDICT, EVALUATE), controller=_make)
)
