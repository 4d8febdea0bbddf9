"""What the program reads at each start: rows alone. The functions import Qt and the engine when they are called."""

from __future__ import annotations

from typing import Any

from playground.plugin import ActionRow, Plugin, late


def _docks() -> Any:
    from numpynet_sounds.controller import DOCK

    return (DOCK,)


_OPEN = ActionRow(
    "open_sound", "Open a &sound…", "", "", "file", "Learn from a WAV file how it goes on.",
    run="sounds.open", also="wav, audio, recording",
)  # fmt: skip
PLUGIN = Plugin(
    "sounds", "Sounds", docks=_docks, commands=(_OPEN,), controller=late(__name__, "SoundsController"), api=2
)
