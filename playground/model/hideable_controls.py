"""Controls that a teacher may hide from a class, in the groups of the preferences."""

from __future__ import annotations

from typing import Final

from playground.plugins import PLUGINS
from playground.plugins.plugin import ActionRow, Hideable, ordered

_OWN: Final = (
    Hideable("menus", "Menus", "bar", ("menu_area.bar",), True),
    Hideable("pages", "Pages", "bar", ("menu_area.pages",)),
    Hideable("reset", "Reset", "bar", ("training_bar.buttons.reset",), True),
    Hideable("play", "Play", "bar", ("training_bar.play_button",), True),
    Hideable("step_batch", "Step one batch", "bar", ("training_bar.buttons.step_batch",)),
    Hideable("step_epoch", "Step one epoch", "bar", ("training_bar.buttons.step_epoch",)),
    Hideable("speed", "Speed", "bar", ("training_bar.speed",)),
    Hideable("learning_rate", "Learning rate", "bar", ("training_bar.fields.learning_rate",), True),
    Hideable("optimizer", "Optimizer", "bar", ("training_bar.fields.optimizer",)),
    Hideable("batch_size", "Batch size", "bar", ("training_bar.fields.batch_size",)),
    Hideable("loss", "Loss", "bar", ("training_bar.fields.loss",)),
    Hideable("regularizer", "Regularization", "bar", ("training_bar.fields.regularizer",)),
    Hideable(
        "undo", "Undo and redo", "bar", ("training_bar.buttons.undo", "training_bar.buttons.redo"), True
    ),
    Hideable("theme", "Light or dark", "bar", ("training_bar.buttons.theme",)),
    Hideable("gallery", "Datasets", "left", ("side.data.gallery",), True),
    Hideable("data_sliders", "Noise and samples", "left", ("side.data.numbers",)),
    Hideable("share", "Train / test", "left", ("side.data.division",)),
    Hideable(
        "data_buttons",
        "Paint, new seed, open",
        "left",
        ("side.data.paint", "side.data.new_seed", "side.data.open_table"),
    ),
    Hideable("features", "Input features", "left", ("side.inputs",)),
    Hideable("layer", "Selected layer", "left", ("side.layer",)),
    Hideable("palette", "Layers to add", "rest", ("palette_bar", "canvas.scene.hint")),
    Hideable("output", "Output", "rest", ("panels.output_dock",), True),
    Hideable(
        "output_options",
        "Choices below the output",
        "rest",
        ("output.test_points", "output.discretize", "output.decision_line", "output.follow_live"),
    ),
    Hideable("results", "Results", "rest", ("panels.results_dock",), True),
    Hideable("status", "Status line", "rest", ("panels.status_bar",), True),
)
_FREE_MENUS: Final = {row.name for row in PLUGINS.rows("menus") if row.is_free}
HIDEABLE: Final = ordered(_OWN, PLUGINS.rows("hideable"))
"""All in order: the window's own, and those of plug-ins."""
SIMPLE: Final = frozenset(row.name for row in HIDEABLE if row.is_simple)
"""Parts of the simple view; the units are changed on the network's cards, and Full is one click away."""
SIMPLE_MENUS: Final = frozenset({"file", "edit", "help", *_FREE_MENUS})
SIMPLE_DATA: Final = ("moons", "circles", "spirals", "xor", "iris", "digits")
"""Tiles of the simple view, in two columns."""


def hideable_names() -> frozenset[str]:
    """The names of all hideable controls."""
    return frozenset(item.name for item in HIDEABLE)


_CONTROLS: Final = {
    "optimizer.learning_rate": "learning_rate", "optimizer.": "optimizer", "regularizer.": "regularizer",
    "layers": "palette", "layers.": "layer", "output.": "layer", "train_share": "share", "sealed": "share",
    "dataset": "gallery", "dataset.": "data_sliders",
}  # fmt: skip


def control_for(name: str) -> str | None:
    """The control of a setting or a command; "" for what the network itself offers, None where none is known."""
    if name in hideable_names():
        return name
    if name.endswith(".units"):
        return ""
    added = {row.name: row.control for row in PLUGINS.rows("commands") if row.control is not None}
    return added.get(name, _CONTROLS.get(name, _CONTROLS.get(name.partition(".")[0] + ".")))


_CHANGES_NOTHING: Final = ("edit", "network", "help", *_FREE_MENUS)
"""What is done at the network itself, or changes nothing."""


def control_for_command(row: ActionRow) -> str:
    """The control that is hidden where a command is not offered; "" for one that always is."""
    own = row.control if row.control is not None else control_for(row.name)
    return own if own is not None else "" if row.menu.startswith(_CHANGES_NOTHING) else "menus"
