"""Probes: gradients, learning rates, the loss around the weights, other models, in a dialog and on the command line."""

from typing import Final

from playground.plugin import PLUGINS, ActionRow, Plugin, late
from playground.plugins.probes.command_line import COMMAND

_PROBES: Final = (
    ("gradients", "Gradient check", "backpropagation, backward pass, numerical"),
    ("overfit", "Overfit one batch", "sanity check, can it learn, bug"),
    ("rate_range", "Range test", "learning rate finder, best step size"),
    ("landscape", "Loss landscape", "error surface, valleys, minimum"),
    ("units", "Importance of units", "ablation, prune, dead neurons, which neurons matter"),
    ("baselines", "Baselines", "random forest, scikit-learn, compare models, benchmark"),
    ("folds", "Cross-validation", "k-fold, spread, splits"),
    ("learning_curve", "More data", "learning curve, sample size, twice as many, forecast"),
)
_COMMANDS: Final = (
    ActionRow("probes", "Pr&obes…", "", "Y", "train",
        "Check gradients, find a learning rate, draw the loss around the weights, compare with other models.",
        run="probes.open", also="diagnose, analyse, tests, inspect", after="run_until"),
    *(
        ActionRow(f"probe_{kind}", f"Probes: {title}…", "", "", "", f"Open the probe “{title}”.",
            run="probes.open", arguments=(kind,), also=also)
        for kind, title, also in _PROBES
    ),
)  # fmt: skip
PLUGINS.register(
    Plugin("probes", "Probes", commands=_COMMANDS, looks_back=True, command_line=(COMMAND,),
        controller=late(__name__, "ProbeController"))
)  # fmt: skip
