"""Doubt: where networks from other seeds disagree, the boundary fades, and a forecast has a band."""

from playground.plugin import PLUGINS, ActionRow, Plugin, late

_COMMAND = ActionRow(
    "fog", "Dou&bt", "", "", "view",
    "Let the boundary fade, or a forecast have a band, where 16 networks from other seeds, "
    "or one with its dropout left on, disagree.",
    run="doubt.show", checkable=True,
    also="fog, band of seeds, uncertainty, ensemble, Monte Carlo dropout, spread, disagree, how sure",
    after="simple_view",
)  # fmt: skip
PLUGINS.register(Plugin("doubt", "Doubt", commands=(_COMMAND,), controller=late(__name__, "DoubtController")))
