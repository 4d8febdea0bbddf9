"""What the program reads at each start: rows alone. The functions import Qt and the engine when they are called."""

from __future__ import annotations

from typing import Any

from playground.plugin import ActionRow, Plugin


def _docks() -> Any:
    from numpynet_ripples.gap_dock import DOCK

    return (DOCK,)


def _controller(window: Any) -> Any:
    from numpynet_ripples.gap_dock import GapController

    return GapController(window)


_COMMAND = ActionRow(
    "gap", "&Gap", "", "", "view", "Show how much better training samples are predicted than others.",
    run="gap.show", also="overfitting, generalization", after="mistakes",
)  # fmt: skip
PLUGIN = Plugin("gap", "Gap", docks=_docks, commands=(_COMMAND,), controller=_controller, api=2)
