"""All commands of menus, buttons and keys in one table: texts, shortcuts and callees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.spec import Spec
from playground.plugins import PLUGINS
from playground.plugins.plugin import ActionRow, ordered

MENUS: Final = {
    "file": "&File", "edit": "&Edit", "network": "&Network", "train": "&Train", "view": "&View",
    "help": "&Help", **{row.name: row.title for row in PLUGINS.rows("menus")},
}  # fmt: skip
"""Titles of the menus by their names; "network.layers" would be one inside another."""

# A command is read as a row, in two or three lines; the formatter would give each argument one of its own.
# fmt: off
_OWN: Final = (
    ActionRow("new", "&New…", "new", "Ctrl+N", "file",
        "Begin with data and a network, a lesson, a classic, or a file used lately.",
        run="dialogs.open_catalogue", also="start over, blank, gallery, examples, presets, welcome, recent files"),
    ActionRow("open", "&Open…", "open", "Ctrl+O", "file", "Open an experiment from a file.",
        run="files.open", also="load, file, project"),
    ActionRow("restore", "Res&tore unsaved…", "", "", "file",
        "Go on with what was not saved when the program ended.",
        run="autosaves.offer", also="crash, recover, autosave, lost work"),
    ActionRow("save", "&Save", "save", "Ctrl+S", "file", "Save settings, weights and history.",
        run="files.save", starts_group=True, also="store, keep, write, disk"),
    ActionRow("save_as", "Save &as…", "", "Ctrl+Shift+S", "file", "Save to another file.",
        run="files.save_as", also="copy, rename, another name"),
    ActionRow("embed_data", "Save with its &data", "", "", "file",
        "Save your table or images in the project file too, so that it opens on any computer.",
        run="files.set_embeds_data", checkable=True, also="include table, portable"),
    ActionRow("quit", "&Quit", "", "Ctrl+Q", "file", "Close the window.",
        run="window.close", starts_group=True, also="exit, leave, close", control=""),
    ActionRow("undo", "&Undo", "undo", "Ctrl+Z", "edit", "Take the last change back.",
        run="undo.undo", also="back, revert, take back"),
    ActionRow("redo", "&Redo", "redo", "Ctrl+Shift+Z; Ctrl+Y", "edit", "Make the change again.",
        run="undo.redo", also="again, forward", control="undo"),
    ActionRow("cut", "Cu&t layers", "", "Ctrl+X", "edit", "Move the selected layers to the clipboard.",
        run="layers.cut", starts_group=True),
    ActionRow("copy", "&Copy layers", "", "Ctrl+C", "edit", "Copy the selected layers, as text too.",
        run="layers.copy"),
    ActionRow("paste", "&Paste layers", "", "Ctrl+V", "edit",
        "Insert copied layers, or a stack written as text.", run="layers.paste"),
    ActionRow("select_all", "Select &all layers", "", "Ctrl+A", "edit", "Select every layer of the stack.",
        run="selection.choose_all"),
    ActionRow("paint", "Paint poi&nts", "paint", "P", "edit",
        "Paint points of your own, while the network goes on learning.",
        run="painting.set_active", checkable=True, starts_group=True, also="draw points, brush, own data",
        control="data_buttons"),
    ActionRow("preferences", "Pre&ferences…", "settings", "Ctrl+,", "edit",
        "Choose the theme, what holds at the start, and which controls are hidden.",
        run="dialogs.open_preferences", starts_group=True, also="settings, options, font size, hide"),
    ActionRow("delete_layer", "&Remove layer", "delete", "Del", "network",
        "Take the selected layer off the stack.",
        run="layers.remove", also="remove, drop"),
    ActionRow("duplicate_layer", "&Duplicate layer", "duplicate", "Ctrl+D", "network",
        "Put a copy after the layer.", run="layers.duplicate", also="copy, repeat"),
    ActionRow("move_layer_left", "Move layer &left", "", "Alt+Left", "network",
        "Move it nearer to the input.", run="layers.move_left", also="reorder, earlier"),
    ActionRow("move_layer_right", "Move layer ri&ght", "", "Alt+Right", "network",
        "Move it nearer to the output.", run="layers.move_right", also="reorder, later"),
    ActionRow("zoom_in", "Zoom &in", "", "Ctrl++; Ctrl+=", "network", "Draw the network larger.",
        run="canvas.zoom_in", starts_group=True, also="bigger, magnify"),
    ActionRow("zoom_out", "Zoom &out", "", "Ctrl+-", "network", "Draw the network smaller.",
        run="canvas.zoom_out", also="smaller, shrink"),
    ActionRow("zoom_fit", "&Fit to window", "zoom_fit", "Ctrl+0", "network",
        "Draw the whole network in the window.", run="canvas.zoom_fit", also="whole network, center"),
    ActionRow("play", "&Play", "play", "Space", "train", "Train the network until you pause it.",
        run="training.toggle", also="train, start, run, learn, fit, stop"),
    ActionRow("step_batch", "Step one &batch", "step", ".", "train", "Train on one batch and stop.",
        run="training.step_batch", also="one update, iteration"),
    ActionRow("step_epoch", "Step one &epoch", "step_epoch", ">", "train",
        "Train on all samples once and stop.", run="training.step_epoch", also="one pass, one round"),
    ActionRow("step_epochs", "Step &10 epochs", "", "Ctrl+.", "train",
        "Train on all samples ten times, at full speed, and stop.",
        run="training.step_epochs", arguments=(10,), also="ten passes", control="step_epoch"),
    ActionRow("slow_step", "One step, &slowly", "", "O", "train",
        "See what one step computes, layer by layer: forward, loss, backward, update.",
        run="slow.open", also="slow motion, backpropagation, gradients, chain rule, step by step"),
    ActionRow("full_speed", "&Full speed", "", "F", "train",
        "Train as fast as the machine can, or at the speed before; until the program ends.",
        run="speed.toggle_full_speed", also="fast, faster, max", control="speed"),
    ActionRow("run_until", "Run &until…", "", "U", "train",
        "Train until an epoch, a loss or an accuracy is reached, or nothing gets better.",
        run="dialogs.open_run_until", also="stop at, condition, early stopping, goal, patience"),
    ActionRow("prune", "Pru&ne links…", "", "", "train",
        "Set the smallest weights to 0, and see the accuracy without them first.",
        run="dialogs.open_prune", also="sparse, sparsity, magnitude pruning, compress, remove weights, cut"),
    ActionRow("reset", "&Reset", "reset", "R", "train",
        "Forget what was learned and start from the same weights.",
        run="training.reset", starts_group=True, also="restart, forget, initial weights"),
    ActionRow("reset_new_seed", "Reset &with new seed", "seed", "Shift+R", "train",
        "Start from other weights.",
        run="training.reset_with_new_seed", also="random weights, reinitialize, restart", control="reset"),
    ActionRow("theme", "Light or &dark", "theme", "Ctrl+T", "view", "Change between light and dark.",
        run="themes.toggle", also="dark mode, night, black, white, colours, appearance", control=""),
    ActionRow("simple_view", "&Simple or full", "", "Ctrl+Shift+F", "view",
        "Change between what one needs to begin and every setting.",
        run="window.toggle_simple", also="beginner, calm, all settings, less, more", control=""),
    ActionRow("panels", "&Panels", "", "", "view", "Show or hide parts of the window.", submenu=True),
    ActionRow("move_panels", "Mo&ve panels", "", "", "view",
        "Show title bars, by which panels can be dragged elsewhere.",
        run="panels.show_titles", checkable=True, also="rearrange, dock, layout"),
    ActionRow("restore_panels", "&Restore panels", "", "", "view", "Put all panels back in their places.",
        run="panels.restore", also="layout, default, lost panel"),
    ActionRow("full_screen", "&Full screen", "", "F11", "view", "Fill the screen.",
        run="window.toggle_full_screen", checkable=True, also="maximize, presentation", control=""),
    ActionRow("commands", "&Find a command…", "search", "Ctrl+K", "help",
        "Find anything that can be done by its name, or by another word for it.",
        run="help.open_commands", also="search, palette, menu"),
    ActionRow("shortcuts", "&Keyboard shortcuts", "help", "?; F1", "help", "List all keys.",
        run="help.open_shortcuts", also="keys, hotkeys, help"),
    ActionRow("newer_version", "Look for a &newer version", "", "", "help",
        "Ask pypi.org once; the preferences can do so at each start.",
        run="help.look_for_newer", also="update, upgrade"),
    ActionRow("about", "&About NumpyNet Playground", "info", "", "help", "Version and licence.",
        run="help.open_about", also="version, licence"),
)
# fmt: on


def menu_heading(menu: str) -> str:
    """The titles of a menu and of those that it is in: "Lessons › For teachers"."""
    return " › ".join(MENUS.get(name, name) for name in menu.split(".")).replace("&", "")


def _named(row: ActionRow) -> ActionRow:
    """Plug-ins for version 1.0.0 give the title of a menu."""
    name = row.menu.replace("&", "").lower()
    return row._replace(menu=name) if name in MENUS else row


TABLE: Final = ordered(_OWN, (_named(row) for row in PLUGINS.rows("commands") if row.menu))


def export_rows(kinds: Iterable[type[Spec]]) -> tuple[ActionRow, ...]:
    """One row per export format, where something exports."""
    rows = PLUGINS.given("export_rows")
    return () if rows is None else rows(None, kinds)


FOUND_ROWS: Final = (
    ActionRow("hold_neuron", "Mute, clamp or freeze a neuron…", "", "", "",
        "Open the menu of the neuron that has the focus, or of the first one.",
        run="inspection.hold_neuron", also="silence, switch off, dead, intervention, ablate, unit", control=""),
    *(row for row in PLUGINS.rows("commands") if not row.menu),
)  # fmt: skip


def all_rows(pages: Iterable[ActionRow], kinds: Iterable[type[Spec]]) -> tuple[ActionRow, ...]:
    """All commands of a window with these pages and export formats."""
    lessons = PLUGINS.given("lesson_rows")
    return (*TABLE, *pages, *export_rows(kinds), *FOUND_ROWS, *(lessons(None) if lessons else ()))
