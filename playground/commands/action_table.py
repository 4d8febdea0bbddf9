"""All commands of menus, buttons and keys in one table: texts, shortcuts and callees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.spec import Spec

__all__ = ["EXPORT_MENU", "FILM_ROWS", "TABLE", "ActionRow", "all_rows", "export_rows"]


@dataclass(frozen=True)
class ActionRow:
    """One command.

    `shortcut` may list several keys, separated by "; ". `menu` is the menu's title; a `submenu` row is a menu filled
    elsewhere. `starts_group` puts a separator above. `tip` is a sentence. `run` names the callee as a controller and
    its method, "files.save"; it gets `arguments`, or for a `checkable` row whether it is checked.
    """

    name: str
    text: str
    icon: str
    shortcut: str
    menu: str
    tip: str
    run: str = ""
    arguments: tuple[object, ...] = ()
    checkable: bool = False
    submenu: bool = False
    starts_group: bool = False


TABLE: Final = (
    ActionRow(
        "new", "&New…", "new", "Ctrl+N", "&File", "Begin a new experiment.", run="dialogs.open_welcome"
    ),
    ActionRow(
        "open", "&Open…", "open", "Ctrl+O", "&File", "Open an experiment from a file.", run="files.open"
    ),
    ActionRow(
        "import_data",
        "&Import data…",
        "",
        "Ctrl+I",
        "&File",
        "Learn from a table of your own: CSV, TSV, Excel or NPZ.",
        run="imports.choose_file",
    ),
    ActionRow(
        "import_images",
        "Import i&mages…",
        "",
        "Ctrl+Shift+I",
        "&File",
        "Learn from a folder of images of your own, with a folder for each class.",
        run="imports.choose_folder",
    ),
    ActionRow("recent", "Open &recent", "", "", "&File", "Open an experiment used lately.", submenu=True),
    ActionRow("presets", "&Presets", "", "", "&File", "Begin with a ready-made experiment.", submenu=True),
    ActionRow(
        "restore",
        "Res&tore unsaved…",
        "",
        "",
        "&File",
        "Go on with what was not saved when the program ended.",
        run="autosaves.offer",
    ),
    ActionRow(
        "save",
        "&Save",
        "save",
        "Ctrl+S",
        "&File",
        "Save settings, weights and history.",
        run="files.save",
        starts_group=True,
    ),
    ActionRow(
        "save_as", "Save &as…", "", "Ctrl+Shift+S", "&File", "Save to another file.", run="files.save_as"
    ),
    ActionRow(
        "embed_data",
        "Save with its &data",
        "",
        "",
        "&File",
        "Save your table or images in the project file too, so that it opens on any computer.",
        run="files.set_embeds_data",
        checkable=True,
    ),
    ActionRow("export", "&Export", "export", "", "&File", "Take the network elsewhere.", submenu=True),
    ActionRow(
        "quit", "&Quit", "", "Ctrl+Q", "&File", "Close the window.", run="window.close", starts_group=True
    ),
    ActionRow("undo", "&Undo", "undo", "Ctrl+Z", "&Edit", "Take the last change back.", run="undo.undo"),
    ActionRow(
        "redo", "&Redo", "redo", "Ctrl+Shift+Z; Ctrl+Y", "&Edit", "Make the change again.", run="undo.redo"
    ),
    ActionRow(
        "cut",
        "Cu&t layers",
        "",
        "Ctrl+X",
        "&Edit",
        "Move the selected layers to the clipboard.",
        run="layers.cut",
        starts_group=True,
    ),
    ActionRow(
        "copy",
        "&Copy layers",
        "",
        "Ctrl+C",
        "&Edit",
        "Copy the selected layers, as text too.",
        run="layers.copy",
    ),
    ActionRow(
        "paste",
        "&Paste layers",
        "",
        "Ctrl+V",
        "&Edit",
        "Insert copied layers, or a stack written as text.",
        run="layers.paste",
    ),
    ActionRow(
        "select_all",
        "Select &all layers",
        "",
        "Ctrl+A",
        "&Edit",
        "Select every layer of the stack.",
        run="selection.choose_all",
    ),
    ActionRow(
        "copy_experiment",
        "Copy e&xperiment as text",
        "",
        "Ctrl+Shift+C",
        "&Edit",
        "Put all settings on the clipboard as a line to send in a message, without weights.",
        run="sharing.copy",
        starts_group=True,
    ),
    ActionRow(
        "copy_python",
        "Copy as P&ython",
        "",
        "Ctrl+Alt+C",
        "&Edit",
        "Put a program on the clipboard that trains this experiment by the library, to the same numbers.",
        run="sharing.copy_python",
    ),
    ActionRow(
        "paste_experiment",
        "Paste e&xperiment",
        "",
        "Ctrl+Shift+V",
        "&Edit",
        "Go on with the experiment of a line that begins with nnplay; undo brings yours back.",
        run="sharing.paste",
    ),
    ActionRow(
        "paint",
        "&Paint points",
        "paint",
        "P",
        "&Edit",
        "Paint points of your own, while the network goes on learning.",
        run="painting.set_active",
        checkable=True,
        starts_group=True,
    ),
    ActionRow(
        "preferences",
        "Pre&ferences…",
        "settings",
        "Ctrl+,",
        "&Edit",
        "Choose the theme, what holds at the start, and which controls are hidden.",
        run="dialogs.open_preferences",
        starts_group=True,
    ),
    ActionRow(
        "add_layer",
        "&Add layer",
        "",
        "",
        "&Network",
        "Put a layer before the output.",
        submenu=True,
    ),
    ActionRow(
        "templates",
        "&Templates",
        "",
        "",
        "&Network",
        "Replace the layers by a well-known network that fits the data.",
        submenu=True,
    ),
    ActionRow(
        "delete_layer",
        "&Remove layer",
        "delete",
        "Del",
        "&Network",
        "Take the selected layer off the stack.",
        run="layers.remove",
        starts_group=True,
    ),
    ActionRow(
        "duplicate_layer",
        "&Duplicate layer",
        "duplicate",
        "Ctrl+D",
        "&Network",
        "Put a copy after the layer.",
        run="layers.duplicate",
    ),
    ActionRow(
        "move_layer_left",
        "Move layer &left",
        "",
        "Alt+Left",
        "&Network",
        "Move it nearer to the input.",
        run="layers.move_left",
    ),
    ActionRow(
        "move_layer_right",
        "Move layer &right",
        "",
        "Alt+Right",
        "&Network",
        "Move it nearer to the output.",
        run="layers.move_right",
    ),
    ActionRow(
        "zoom_in",
        "Zoom &in",
        "",
        "Ctrl++; Ctrl+=",
        "&Network",
        "Draw the network larger.",
        run="canvas.zoom_in",
        starts_group=True,
    ),
    ActionRow(
        "zoom_out", "Zoom &out", "", "Ctrl+-", "&Network", "Draw the network smaller.", run="canvas.zoom_out"
    ),
    ActionRow(
        "zoom_fit",
        "&Fit to window",
        "zoom_fit",
        "Ctrl+0",
        "&Network",
        "Draw the whole network in the window.",
        run="canvas.zoom_fit",
    ),
    ActionRow(
        "play",
        "&Play",
        "play",
        "Space",
        "&Train",
        "Train the network until you pause it.",
        run="training.toggle",
    ),
    ActionRow(
        "step_batch",
        "Step one &batch",
        "step",
        ".",
        "&Train",
        "Train on one batch and stop.",
        run="training.step_batch",
    ),
    ActionRow(
        "step_epoch",
        "Step one &epoch",
        "step_epoch",
        ">",
        "&Train",
        "Train on all samples once and stop.",
        run="training.step_epoch",
    ),
    ActionRow(
        "step_epochs",
        "Step &10 epochs",
        "",
        "Ctrl+.",
        "&Train",
        "Train on all samples ten times, at full speed, and stop.",
        run="training.step_epochs",
        arguments=(10,),
    ),
    ActionRow(
        "full_speed",
        "&Full speed",
        "",
        "F",
        "&Train",
        "Train as fast as the machine can, or at the speed before; until the program ends.",
        run="speed.toggle_full_speed",
    ),
    ActionRow(
        "run_until",
        "Run &until…",
        "",
        "U",
        "&Train",
        "Train until an epoch, a loss or an accuracy is reached, or nothing gets better.",
        run="dialogs.open_run_until",
    ),
    ActionRow(
        "probes",
        "&Probes…",
        "",
        "Y",
        "&Train",
        "Check gradients, find a learning rate, draw the loss around the weights, compare with other models.",
        run="dialogs.open_probes",
    ),
    ActionRow(
        "train_seeds",
        "Train many see&ds…",
        "seed",
        "",
        "&Train",
        "Train the experiment from 2 to 64 seeds, to see what is luck.",
        run="pages.show",
        arguments=("seeds",),
    ),
    ActionRow(
        "look_back",
        "&Look back",
        "history",
        ",",
        "&Train",
        "See an earlier moment of this training; the arrow keys go on, and training does too.",
        run="timeline.look_back",
        starts_group=True,
    ),
    ActionRow(
        "play_back",
        "Play bac&k",
        "play",
        "Shift+Space",
        "&Train",
        "Play this training again from its start, or from the moment that is looked at.",
        run="timeline.play_back",
    ),
    ActionRow(
        "branch_here",
        "Branch &from here",
        "branch",
        "B",
        "&Train",
        "Train on from the moment that is looked at, as a new run; undo returns to the later training.",
        run="timeline.branch",
    ),
    ActionRow(
        "back_to_live",
        "Back to li&ve",
        "live",
        "",
        "&Train",
        "See the training as it is now; Escape does the same.",
        run="timeline.back_to_live",
    ),
    ActionRow(
        "reset",
        "&Reset",
        "reset",
        "R",
        "&Train",
        "Forget what was learned and start from the same weights.",
        run="training.reset",
        starts_group=True,
    ),
    ActionRow(
        "reset_new_seed",
        "Reset with new &seed",
        "seed",
        "Shift+R",
        "&Train",
        "Start from other weights.",
        run="training.reset_with_new_seed",
    ),
    ActionRow(
        "duplicate_run",
        "&Duplicate this run with",
        "",
        "",
        "&Train",
        "Race the network against a copy with another value of one setting.",
        submenu=True,
        starts_group=True,
    ),
    ActionRow(
        "microscope",
        "&Microscope",
        "microscope",
        "M",
        "&View",
        "See the numbers of one neuron for one sample: sum, activation, loss, gradient and update.",
        run="inspection.open_microscope",
    ),
    ActionRow(
        "mistakes",
        "Mis&takes",
        "image",
        "G",
        "&View",
        "See the samples that the network gets wrong, and fix labels that are wrong.",
        run="panels.show_mistakes",
    ),
    ActionRow(
        "draw",
        "Dra&w an image",
        "paint",
        "W",
        "&View",
        "Draw an image of your own, and see what the network takes it for.",
        run="panels.show_drawing",
    ),
    ActionRow(
        "predict",
        "Predict &new rows…",
        "",
        "N",
        "&View",
        "Type values, or open a table or images, and see what the network says while it learns.",
        run="predictions.open",
    ),
    ActionRow(
        "doctor",
        "&Training doctor",
        "doctor",
        "D",
        "&View",
        "See what keeps the network from learning, and what helps.",
        run="panels.show_doctor",
    ),
    ActionRow(
        "theme",
        "Light or &dark",
        "theme",
        "Ctrl+T",
        "&View",
        "Change between light and dark.",
        run="themes.toggle",
    ),
    ActionRow("panels", "&Panels", "", "", "&View", "Show or hide parts of the window.", submenu=True),
    ActionRow(
        "move_panels",
        "&Move panels",
        "",
        "",
        "&View",
        "Show title bars, by which panels can be dragged elsewhere.",
        run="panels.show_titles",
        checkable=True,
    ),
    ActionRow(
        "restore_panels",
        "&Restore panels",
        "",
        "",
        "&View",
        "Put all panels back in their places.",
        run="panels.restore",
    ),
    ActionRow(
        "full_screen",
        "&Full screen",
        "",
        "F11",
        "&View",
        "Fill the screen.",
        run="window.toggle_full_screen",
        checkable=True,
    ),
    ActionRow(
        "commands",
        "&Find a command…",
        "search",
        "Ctrl+K",
        "&Help",
        "Find anything that can be done by typing a few letters of its name.",
        run="help.open_commands",
    ),
    ActionRow(
        "welcome",
        "&Welcome…",
        "",
        "",
        "&Help",
        "Choose a ready-made experiment by its picture.",
        run="dialogs.open_welcome",
    ),
    ActionRow(
        "shortcuts",
        "&Keyboard shortcuts",
        "help",
        "?; F1",
        "&Help",
        "List all keys.",
        run="help.open_shortcuts",
    ),
    ActionRow(
        "about",
        "&About NumpyNet Playground",
        "info",
        "",
        "&Help",
        "Version and licence.",
        run="help.open_about",
    ),
)

EXPORT_MENU: Final = "&File/export"


def export_rows(kinds: Iterable[type[Spec]]) -> tuple[ActionRow, ...]:
    """One row per export format, named "export_" and its kind; the first has Ctrl+E. Groups are separated."""
    rows: list[ActionRow] = []
    group = ""
    for kind in kinds:
        before, group = group, str(getattr(kind, "group", ""))
        rows.append(
            ActionRow(
                f"export_{kind.kind}",
                f"{kind.title}…",
                "",
                "" if rows else "Ctrl+E",
                EXPORT_MENU,
                kind.summary,
                run="exports.open",
                arguments=(kind.kind,),
                starts_group=bool(rows) and group != before,
            )
        )
    return tuple(rows)


FILM_ROWS: Final = (
    ActionRow(
        "film",
        "&Film…",
        "record",
        "Ctrl+Shift+E",
        EXPORT_MENU,
        "Write the training as a film: WebP, GIF or MP4.",
        run="films.open",
        starts_group=True,
    ),
    ActionRow(
        "record_film",
        "&Record live, or stop",
        "",
        "Ctrl+Shift+R",
        EXPORT_MENU,
        "Record the training as it happens, for a film.",
        run="films.toggle_recording",
    ),
)


def all_rows(pages: Iterable[ActionRow], kinds: Iterable[type[Spec]]) -> tuple[ActionRow, ...]:
    """All commands of a window with these pages and export formats."""
    return (*TABLE, *pages, *export_rows(kinds), *FILM_ROWS)
