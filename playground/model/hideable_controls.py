"""Controls that a teacher may hide from a class, in the groups of the preferences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Hideable:
    """`name` is stored in the preferences, `label` is the text of the check box."""

    name: str
    label: str
    group: str


HIDEABLE: Final = (
    Hideable("menus", "Menus", "bar"),
    Hideable("pages", "Pages", "bar"),
    Hideable("reset", "Reset", "bar"),
    Hideable("play", "Play", "bar"),
    Hideable("step_batch", "Step one batch", "bar"),
    Hideable("step_epoch", "Step one epoch", "bar"),
    Hideable("speed", "Speed", "bar"),
    Hideable("learning_rate", "Learning rate", "bar"),
    Hideable("optimizer", "Optimizer", "bar"),
    Hideable("batch_size", "Batch size", "bar"),
    Hideable("loss", "Loss", "bar"),
    Hideable("regularizer", "Regularization", "bar"),
    Hideable("undo", "Undo and redo", "bar"),
    Hideable("theme", "Light or dark", "bar"),
    Hideable("export", "Export", "bar"),
    Hideable("gallery", "Datasets", "left"),
    Hideable("data_sliders", "Noise and samples", "left"),
    Hideable("share", "Train / test", "left"),
    Hideable("data_buttons", "Paint, new seed, open", "left"),
    Hideable("features", "Input features", "left"),
    Hideable("layer", "Selected layer", "left"),
    Hideable("palette", "Layers to add", "rest"),
    Hideable("output", "Output", "rest"),
    Hideable("output_options", "Choices below the output", "rest"),
    Hideable("results", "Results", "rest"),
    Hideable("doctor", "Training doctor", "rest"),
    Hideable("timeline", "Timeline", "rest"),
    Hideable("status", "Status line", "rest"),
)


SIMPLE: Final = frozenset(
    {"menus", "reset", "play", "learning_rate", "undo", "gallery", "output", "results", "status"}
)
"""Parts of the simple view; the units are changed on the network's cards, and Full is one click away."""
SIMPLE_MENUS: Final = ("file", "edit", "lessons", "help")
SIMPLE_DATA: Final = ("moons", "circles", "spirals", "xor", "iris", "digits")
"""Tiles of the simple view, in two columns."""


def hideable_names() -> frozenset[str]:
    """The names of all hideable controls."""
    return frozenset(item.name for item in HIDEABLE)


_CONTROLS: Final = {
    "optimizer.learning_rate": "learning_rate", "optimizer.": "optimizer", "regularizer.": "regularizer",
    "layers": "palette", "layers.": "layer", "output.": "layer", "train_share": "share", "sealed": "share",
    "dataset": "gallery", "dataset.": "data_sliders", "look_back": "timeline",
    "microscope": "", "draw": "",
}  # fmt: skip


def control_for(name: str) -> str | None:
    """The control of a setting or a command; "" for what the network itself offers, None where none is known."""
    if name in hideable_names():
        return name
    if name.endswith(".units"):
        return ""
    return _CONTROLS.get(name, _CONTROLS.get(name.partition(".")[0] + "."))


_FREE_MENUS: Final = ("edit", "network", "lessons", "help")
"""What is done at the network itself, or changes nothing."""
_COMMANDS: Final = {
    "back_to_live": "", "branch_here": "timeline", "full_screen": "", "full_speed": "speed", "hold_neuron": "",
    "mistakes": "results", "page_build": "", "paint": "data_buttons", "paste_experiment": "data_buttons",
    "play_back": "timeline", "quit": "", "redo": "undo", "reset_with_new_seed": "reset", "simple_view": "",
    "step_epochs": "step_epoch", "theme": "",
}  # fmt: skip


def control_for_command(name: str, menu: str) -> str:
    """The control that is hidden where a command is not offered; "" for one that always is."""
    kind = name.partition("_")[0]
    own = _COMMANDS.get(name, {"page": "pages", "export": "export"}.get(kind, control_for(name)))
    return own if own is not None else "" if menu.startswith(_FREE_MENUS) else "menus"
