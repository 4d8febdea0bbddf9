"""New rows and images: what the network says of them, in a dialog and on the command line."""

from playground.plugin import PLUGINS, ActionRow, Plugin, late
from playground.plugins.predict.command_line import EVALUATE, PREDICT

_COMMAND = ActionRow(
    "predict", "Predict &new rows…", "", "N", "view",
    "Type values, or open a table or images, and see what the network says while it learns.",
    run="predict.open", also="inference, apply, test on my own, predictions", after="draw",
)  # fmt: skip
PLUGINS.register(
    Plugin("predict", "New rows", commands=(_COMMAND,), command_line=(PREDICT, EVALUATE),
        controller=late(__name__, "PredictController"), gives={"looks": lambda _: {"new_samples": "predict"}})
)  # fmt: skip
