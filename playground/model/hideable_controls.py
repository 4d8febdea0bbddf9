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
    Hideable("menus", "Menus", "Bar"),
    Hideable("pages", "Pages", "Bar"),
    Hideable("reset", "Reset", "Bar"),
    Hideable("play", "Play", "Bar"),
    Hideable("step_batch", "Step one batch", "Bar"),
    Hideable("step_epoch", "Step one epoch", "Bar"),
    Hideable("speed", "Speed", "Bar"),
    Hideable("learning_rate", "Learning rate", "Bar"),
    Hideable("optimizer", "Optimizer", "Bar"),
    Hideable("batch_size", "Batch size", "Bar"),
    Hideable("loss", "Loss", "Bar"),
    Hideable("regularizer", "Regularization", "Bar"),
    Hideable("undo", "Undo and redo", "Bar"),
    Hideable("theme", "Light or dark", "Bar"),
    Hideable("export", "Export", "Bar"),
    Hideable("gallery", "Datasets", "Left"),
    Hideable("data_sliders", "Noise and samples", "Left"),
    Hideable("share", "Train / test", "Left"),
    Hideable("data_buttons", "Paint, new seed, open", "Left"),
    Hideable("features", "Input features", "Left"),
    Hideable("layer", "Selected layer", "Left"),
    Hideable("palette", "Layers to add", "Rest"),
    Hideable("output", "Output", "Rest"),
    Hideable("output_options", "Choices below the output", "Rest"),
    Hideable("results", "Results", "Rest"),
    Hideable("doctor", "Training doctor", "Rest"),
    Hideable("timeline", "Timeline", "Rest"),
    Hideable("status", "Status line", "Rest"),
)


SIMPLE: Final = frozenset(
    {"menus", "reset", "play", "learning_rate", "undo", "gallery", "output", "results", "status"}
)
"""Parts of the simple view; the units are changed on the network's cards, and Full is one click away."""
SIMPLE_MENUS: Final = ("&File", "&Edit", "&Lessons", "&Help")
SIMPLE_DATA: Final = ("moons", "circles", "spirals", "xor", "iris", "digits")
"""Tiles of the simple view, in two columns."""

PLAIN_WORDS: Final = {
    "Epoch": "Rounds through the data",
    "Learning rate": "How fast it learns",
    "Data": "What it learns",
    "Output": "What the network thinks",
}
"""Headings and captions in the simple view."""


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


_FREE_MENUS: Final = ("&Edit", "&Network", "&Lessons", "&Help")
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
