"""Everything that a menu, a button or a key can do, in one table; the window connects what shall happen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence, QUndoStack
from PySide6.QtWidgets import (
    QMenu,
    QMenuBar,
    QWidget,
)

from core.spec import Spec
from playground.views.theme.icons import icon
from playground.views.theme.theme import Theme

__all__ = [
    "TABLE",
    "ActionRow",
    "bind_undo",
    "export_rows",
    "make_actions",
    "make_menus",
    "retint",
]


@dataclass(frozen=True)
class ActionRow:
    """One thing that can be done.

    `shortcut` may name several keys, separated by "; ". `menu` is the menu's title. `submenu` makes the row a menu of
    its own, filled by others. `starts_group` draws a line above. `tip` says what it does, in a sentence.
    """

    name: str
    text: str
    icon: str
    shortcut: str
    menu: str
    tip: str
    checkable: bool = False
    submenu: bool = False
    starts_group: bool = False


TABLE: Final = (
    ActionRow("new", "&New…", "new", "Ctrl+N", "&File", "Begin a new experiment."),
    ActionRow("open", "&Open…", "open", "Ctrl+O", "&File", "Open an experiment from a file."),
    ActionRow(
        "import_data",
        "&Import data…",
        "",
        "Ctrl+I",
        "&File",
        "Learn from a table of your own: CSV, TSV, Excel or NPZ.",
    ),
    ActionRow(
        "import_images",
        "Import i&mages…",
        "",
        "Ctrl+Shift+I",
        "&File",
        "Learn from a folder of images of your own, with a folder for each class.",
    ),
    ActionRow("recent", "Open &recent", "", "", "&File", "Open an experiment used lately.", submenu=True),
    ActionRow("presets", "&Presets", "", "", "&File", "Begin with a ready-made experiment.", submenu=True),
    ActionRow(
        "save", "&Save", "save", "Ctrl+S", "&File", "Save settings, weights and history.", starts_group=True
    ),
    ActionRow("save_as", "Save &as…", "", "Ctrl+Shift+S", "&File", "Save to another file."),
    ActionRow("export", "&Export", "export", "", "&File", "Take the network elsewhere.", submenu=True),
    ActionRow("quit", "&Quit", "", "Ctrl+Q", "&File", "Close the window.", starts_group=True),
    ActionRow("undo", "&Undo", "undo", "Ctrl+Z", "&Edit", "Take the last change back."),
    ActionRow("redo", "&Redo", "redo", "Ctrl+Shift+Z; Ctrl+Y", "&Edit", "Make the change again."),
    ActionRow(
        "cut",
        "Cu&t layers",
        "",
        "Ctrl+X",
        "&Edit",
        "Move the selected layers to the clipboard.",
        starts_group=True,
    ),
    ActionRow("copy", "&Copy layers", "", "Ctrl+C", "&Edit", "Copy the selected layers, as text too."),
    ActionRow(
        "paste", "&Paste layers", "", "Ctrl+V", "&Edit", "Insert copied layers, or a stack written as text."
    ),
    ActionRow("select_all", "Select &all layers", "", "Ctrl+A", "&Edit", "Select every layer of the stack."),
    ActionRow(
        "paint",
        "&Paint points",
        "paint",
        "P",
        "&Edit",
        "Paint points of your own, while the network goes on learning.",
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
        starts_group=True,
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
        starts_group=True,
    ),
    ActionRow(
        "duplicate_layer",
        "&Duplicate layer",
        "duplicate",
        "Ctrl+D",
        "&Network",
        "Put a copy after the layer.",
    ),
    ActionRow(
        "move_layer_left", "Move layer &left", "", "Alt+Left", "&Network", "Move it nearer to the input."
    ),
    ActionRow(
        "move_layer_right", "Move layer &right", "", "Alt+Right", "&Network", "Move it nearer to the output."
    ),
    ActionRow(
        "zoom_in", "Zoom &in", "", "Ctrl++; Ctrl+=", "&Network", "Draw the network larger.", starts_group=True
    ),
    ActionRow("zoom_out", "Zoom &out", "", "Ctrl+-", "&Network", "Draw the network smaller."),
    ActionRow(
        "zoom_fit",
        "&Fit to window",
        "zoom_fit",
        "Ctrl+0",
        "&Network",
        "Draw the whole network in the window.",
    ),
    ActionRow("play", "&Play", "play", "Space", "&Train", "Train the network until you pause it."),
    ActionRow("step_batch", "Step one &batch", "step", ".", "&Train", "Train on one batch and stop."),
    ActionRow(
        "step_epoch", "Step one &epoch", "step_epoch", ">", "&Train", "Train on all samples once and stop."
    ),
    ActionRow(
        "step_epochs",
        "Step &10 epochs",
        "",
        "Ctrl+.",
        "&Train",
        "Train on all samples ten times, at full speed, and stop.",
    ),
    ActionRow(
        "run_until",
        "Run &until…",
        "",
        "U",
        "&Train",
        "Train until an epoch, a loss or an accuracy is reached, or nothing gets better.",
    ),
    ActionRow(
        "reset",
        "&Reset",
        "reset",
        "R",
        "&Train",
        "Forget what was learned and start from the same weights.",
        starts_group=True,
    ),
    ActionRow(
        "reset_new_seed", "Reset with new &seed", "seed", "Shift+R", "&Train", "Start from other weights."
    ),
    ActionRow(
        "microscope",
        "&Microscope",
        "microscope",
        "M",
        "&View",
        "See the numbers of one neuron for one sample: sum, activation, loss, gradient and update.",
    ),
    ActionRow(
        "mistakes",
        "Mis&takes",
        "image",
        "G",
        "&View",
        "See the samples that the network gets wrong, and mend labels that are wrong.",
    ),
    ActionRow(
        "draw",
        "Dra&w an image",
        "paint",
        "W",
        "&View",
        "Draw an image of your own, and see what the network takes it for.",
    ),
    ActionRow(
        "doctor",
        "&Training doctor",
        "doctor",
        "D",
        "&View",
        "See what keeps the network from learning, and what helps.",
    ),
    ActionRow("theme", "Light or &dark", "theme", "Ctrl+T", "&View", "Change between light and dark."),
    ActionRow("panels", "&Panels", "", "", "&View", "Show or hide parts of the window.", submenu=True),
    ActionRow(
        "move_panels",
        "&Move panels",
        "",
        "",
        "&View",
        "Show title bars, by which panels can be dragged elsewhere.",
        checkable=True,
    ),
    ActionRow("restore_panels", "&Restore panels", "", "", "&View", "Put all panels back in their places."),
    ActionRow("full_screen", "&Full screen", "", "F11", "&View", "Fill the screen.", checkable=True),
    ActionRow(
        "commands",
        "&Find a command…",
        "search",
        "Ctrl+K",
        "&Help",
        "Find anything that can be done by typing a few letters of its name.",
    ),
    ActionRow("welcome", "&Welcome…", "", "", "&Help", "Choose a ready-made experiment by its picture."),
    ActionRow("shortcuts", "&Keyboard shortcuts", "help", "?; F1", "&Help", "List all keys."),
    ActionRow("about", "&About NumpyNet Playground", "info", "", "&Help", "Version and licence."),
)

EXPORT_MENU: Final = "&File/export"


def export_rows(exporters: Iterable[type[Spec]]) -> tuple[ActionRow, ...]:
    """A row for every way of export, called "export_" and the kind; the first is on Ctrl+E."""
    return tuple(
        ActionRow(
            f"export_{kind.kind}", f"{kind.title}…", "", "Ctrl+E" if i == 0 else "", EXPORT_MENU, kind.summary
        )
        for i, kind in enumerate(exporters)
    )


def make_actions(owner: QWidget, table: Sequence[ActionRow] = TABLE) -> dict[str, QAction]:
    """An action for every row but the submenus, by name. Their keys work in all of the owner's window.

    The properties "icon_name", "tip" and "title" keep what the row says, for buttons, `retint` and the list of keys.
    """
    actions: dict[str, QAction] = {}
    for row in table:
        if row.submenu:
            continue
        action = QAction(row.text, owner)
        action.setObjectName(row.name)
        action.setCheckable(row.checkable)
        if row.shortcut:
            action.setShortcuts([QKeySequence(key) for key in row.shortcut.split("; ")])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setProperty("icon_name", row.icon)
        action.setProperty("tip", row.tip)
        # Texts change: "Undo Add Dense". What a list of keys says does not.
        title = row.text.replace("&", "").rstrip("…")
        action.setProperty("title", f"Export {title}" if row.menu == EXPORT_MENU else title)
        action.setToolTip(row.tip)
        action.setStatusTip(row.tip)
        # Only macOS moves entries to the application's menu, and only where they are named so.
        roles = {"quit": QAction.MenuRole.QuitRole, "about": QAction.MenuRole.AboutRole}
        action.setMenuRole(roles.get(row.name, QAction.MenuRole.NoRole))
        owner.addAction(action)
        actions[row.name] = action
    return actions


def retint(actions: Mapping[str, QAction], theme: Theme) -> None:
    """Draw the actions' icons in the colours of `theme`."""
    for action in actions.values():
        name = str(action.property("icon_name") or "")
        action.setIcon(icon(name, theme) if name else QIcon())


def make_menus(
    bar: QMenuBar,
    actions: Mapping[str, QAction],
    table: Sequence[ActionRow] = TABLE,
    submenus: Mapping[str, QMenu] | None = None,
) -> dict[str, QMenu]:
    """Fill the menu bar by the table. Returns the submenus by name, those in `submenus` as they were given."""
    tops: dict[str, QMenu] = {}
    made: dict[str, QMenu] = {}
    for row in table:
        title, _, parent_name = row.menu.partition("/")
        if title not in tops:
            tops[title] = QMenu(title, bar)
            bar.addMenu(tops[title])
        menu = made[parent_name] if parent_name else tops[title]
        if row.starts_group:
            menu.addSeparator()
        if row.submenu:
            given = (submenus or {}).get(row.name)
            made[row.name] = given if given is not None else QMenu(menu)
            made[row.name].setTitle(row.text)
            menu.addMenu(made[row.name])
        else:
            menu.addAction(actions[row.name])
    return made


def bind_undo(actions: Mapping[str, QAction], stack: QUndoStack) -> None:
    """Let undo and redo work on `stack`, and say in their texts what they would take back or make again."""
    undo, redo = actions["undo"], actions["redo"]
    undo.triggered.connect(stack.undo)
    redo.triggered.connect(stack.redo)
    stack.canUndoChanged.connect(undo.setEnabled)
    stack.canRedoChanged.connect(redo.setEnabled)
    for action, verb, text, changed in (
        (undo, "Undo", stack.undoText(), stack.undoTextChanged),
        (redo, "Redo", stack.redoText(), stack.redoTextChanged),
    ):
        namer = _UndoTextUpdater(action, verb)
        changed.connect(namer.show)
        namer.show(text)
    undo.setEnabled(stack.canUndo())
    redo.setEnabled(stack.canRedo())


class _UndoTextUpdater(QObject):
    """Writes a step's name into the text of undo or redo; as the action's child it is cut off in time."""

    def __init__(self, action: QAction, verb: str) -> None:
        super().__init__(action)
        self._action, self._verb = action, verb

    def show(self, step: str) -> None:
        # An "&" in a menu's text would underline the letter after it.
        self._action.setText(f"&{self._verb} {step.replace('&', '&&')}".rstrip())
        self._action.setToolTip(f"{self._verb}: {step}" if step else str(self._action.property("tip")))
