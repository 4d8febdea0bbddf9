"""Actions, menus and connections of the commands in `action_table`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence, QUndoGroup, QUndoStack
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from playground.commands.action_table import MENUS, TABLE
from playground.plugins.plugin import ActionRow
from playground.views.theme.colors import Theme
from playground.views.theme.icons import icon


def make_actions(owner: QWidget, table: Sequence[ActionRow] = TABLE) -> dict[str, QAction]:
    """An action by name for every row except submenus, with shortcuts for the owner's whole window.

    The properties "icon_name", "tip" and "title" keep the row's values for buttons, `retint` and the list of keys.
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
        # Action texts change ("Undo Add Dense"); the titles in the list of keys do not.
        action.setProperty("title", row.text.replace("&", "").rstrip("…"))
        action.setToolTip(row.tip)
        action.setStatusTip(row.tip)
        # macOS alone moves entries to the application's menu, and only those with these roles.
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
    """Fill the menu bar from the table. Returns the menus and the submenus by name."""
    tops: dict[str, QMenu] = {}
    made: dict[str, QMenu] = {}
    for row in table:
        if not row.menu:
            continue
        top, _, inner = row.menu.partition(".")
        if top not in tops:
            tops[top] = QMenu(MENUS.get(top, top), bar)
            bar.addMenu(tops[top]).setObjectName(top)
        menu = tops[top]
        if inner:
            if row.menu not in made:
                made[row.menu] = QMenu(MENUS[inner], menu)
                menu.addMenu(made[row.menu])
            menu = made[row.menu]
        if row.starts_group:
            menu.addSeparator()
        if row.submenu:
            given = (submenus or {}).get(row.name)
            made[row.name] = given if given is not None else QMenu(menu)
            made[row.name].setTitle(row.text)
            menu.addMenu(made[row.name])
        else:
            menu.addAction(actions[row.name])
    return made | tops


def find_callee(row: ActionRow, controllers: Mapping[str, object]) -> Callable[..., object]:
    """The callee of a row. Raises `LookupError` if the controller or method does not exist."""
    name, *path = row.run.split(".")
    found = controllers.get(name)
    for attribute in path:
        found = getattr(found, attribute, None)
    if not path or not callable(found):
        known = ", ".join(sorted(controllers))
        raise LookupError(
            f"The command {row.name!r} must run a method of one of {known}, got run={row.run!r}"
        )
    return found


def connect_actions(
    actions: Mapping[str, QAction],
    table: Iterable[ActionRow],
    controllers: Mapping[str, object],
    refuses: Callable[[ActionRow], bool] = lambda _: False,
) -> None:
    """Connect every action to its row's callee. Raises `LookupError` for a row without one.

    What is refused is not run, and not checked; `refuses` says so to the user.
    """
    for row in table:
        if row.submenu:
            continue
        action, callee = actions[row.name], find_callee(row, controllers)
        if row.checkable:
            action.toggled.connect(partial(_check, action, callee, partial(refuses, row)))
        else:
            action.triggered.connect(partial(_run, callee, row.arguments, partial(refuses, row)))


def _run(
    callee: Callable[..., object],
    given: tuple[object, ...],
    refuses: Callable[[], bool],
    _checked: bool = False,
) -> None:
    if not refuses():
        callee(*given)


def _check(
    action: QAction, callee: Callable[..., object], refuses: Callable[[], bool], checked: bool
) -> None:
    if checked and refuses():
        action.setChecked(False)
    else:
        callee(checked)


def bind_undo(actions: Mapping[str, QAction], stack: QUndoStack | QUndoGroup) -> None:
    """Name the step in the texts of undo and redo, and disable them when there is none."""
    undo, redo = actions["undo"], actions["redo"]
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
    """Writes a step's name into an action's text; as the action's child it is disconnected in time."""

    def __init__(self, action: QAction, verb: str) -> None:
        super().__init__(action)
        self._action, self._verb = action, verb

    def show(self, step: str) -> None:
        # A single "&" in a menu's text would underline the next letter.
        self._action.setText(f"&{self._verb} {step.replace('&', '&&')}".rstrip())
        self._action.setToolTip(f"{self._verb}: {step}" if step else str(self._action.property("tip")))
