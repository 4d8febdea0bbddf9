"""All that can be done in the window, found in the tables and registries that make it: new ones are soaked too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu
from shiboken6 import isValid

from core.data.datasets import DATASETS, DownloadedImages, Painted
from core.experiment.adapt import with_dataset
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.spec import Spec
from playground.commands.palette_commands import all_commands
from playground.model.training_speed import SPEEDS
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.dropping import drop
from tests.soak.files import SampleFiles
from tests.soak.hand import Hand
from tests.soak.memory import widgets_of

# A seventh of all moves are of the mouse; the other numbers are of one deal of about 500.
_TOUCHES, _TYPINGS, _UNDOS, _LAYERS, _SIZES, _PLAYS = 150, 60, 30, 30, 6, 60


@dataclass(frozen=True)
class Move:
    """One thing to do; `kind` and `name` identify it, `run` may return what it did."""

    kind: str
    name: str
    run: Callable[[], object]


class Moves:
    """Deals all moves that are possible now."""

    def __init__(self, window: MainWindow, hand: Hand, files: SampleFiles) -> None:
        self._window, self._hand, self._files = window, hand, files
        self._before = {"restore": self._leave_autosave, "quit": self._make_unsaved}

    @property
    def _chance(self) -> Any:
        return self._hand.chance

    def deal(self) -> list[Move]:
        """Every move once, and those that are random in themselves more often."""
        return [
            *self._commands(),
            *self._palette(),
            *self._menus(),
            *self._buttons(),
            *self._kinds(),
            *self._opened(),
            *self._downloads(),
            *[Move("mouse", "", partial(self._hand.touch, self._window))] * _TOUCHES,
            *[Move("keys", "", partial(self._hand.type, self._window))] * _TYPINGS,
            *[Move("undo", "", self._undo)] * _UNDOS,
            *[Move("layers", "", self._change_layers)] * _LAYERS,
            *[Move("size", "", self._resize)] * _SIZES,
            *[Move("play", "", self._play)] * _PLAYS,
        ]

    # -- found in tables ------------------------------------------------------------------------------------------

    def _commands(self) -> Iterator[Move]:
        for row in self._window.table:
            if not row.submenu:
                action = self._window.actions_by_name[row.name]
                yield Move("command", row.name, partial(self._trigger, row.name, action))

    def _trigger(self, name: str, action: QAction) -> None:
        self._before.get(name, lambda: None)()
        keys = action.shortcut()
        if keys.isEmpty() or self._chance.random() < 0.5:
            action.trigger()
        else:
            combination = keys[0]
            target = QApplication.focusWidget() or self._window
            QTest.keyClick(target, combination.key(), combination.keyboardModifiers())

    def _palette(self) -> Iterator[Move]:
        window = self._window
        commands = all_commands(
            (), {}, window.document, window.files.open_preset, window.canvas.editor.append,
            [window.training_bar.speed, *window.training_bar.fields.combos],
        )  # fmt: skip
        for command in commands:
            if command.enabled:
                yield Move(
                    "palette", command.text, partial(self._choose_in_palette, command.text, command.run)
                )

    def _choose_in_palette(self, text: str, run: Callable[[], object]) -> None:
        """Now and then by its real list, which takes longer."""
        if self._chance.random() < 0.8:
            run()
            return
        self._window.actions_by_name["commands"].trigger()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            # Qt's simulated keys are those of ASCII.
            QTest.keyClicks(QApplication.focusWidget() or popup, text.encode("ascii", "ignore").decode())
            QTest.keyClick(QApplication.focusWidget() or popup, Qt.Key.Key_Return)

    def _menus(self) -> Iterator[Move]:
        for menu in widgets_of(self._window, QMenu):
            if menu.title():
                yield Move("menu", menu.title().replace("&", ""), partial(self._open_menu, menu))

    def _open_menu(self, menu: QMenu) -> None:
        # Menus made of the experiment are made again when it changes.
        if not isValid(menu):
            return
        window = self._window
        menu.popup(window.mapToGlobal(QPoint(window.width() // 3, 40)))

    def _buttons(self) -> Iterator[Move]:
        for button in widgets_of(self._window, QAbstractButton):
            name = button.accessibleName() or button.text() or button.objectName() or button.toolTip()
            if button.isVisible() and button.isEnabled() and button.window() is self._window:
                yield Move("button", name.replace("&", ""), partial(self._press, button))

    def _press(self, button: QAbstractButton) -> None:
        # It may have gone since it was dealt; Shiboken then raises RuntimeError.
        try:
            if button.isVisible() and button.isEnabled():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        except RuntimeError:
            return

    # -- found in registries --------------------------------------------------------------------------------------

    def _kinds(self) -> Iterator[Move]:
        yield from _kinds_of(Experiment, self._set_kind)
        yield from (
            Move("painted", "dataset", partial(self._change, lambda old: with_dataset(old, Painted()))),
        )
        for speed in SPEEDS:
            yield Move("speed", speed.key, partial(self._window.session.set_speed, speed.key))

    def _set_kind(self, path: tuple[str, ...], kind: type[Spec]) -> None:
        if path == ("dataset",):
            self._change(lambda old: with_dataset(old, kind()))
        else:
            self._change(lambda old: _replaced(old, path, kind()))

    def _change(self, change: Callable[[Experiment], Experiment]) -> None:
        document = self._window.document
        try:
            changed = change(document.experiment)
        except ValueError:
            return  # a kind that does not fit the others
        document.change("Soak", changed)
        self._mend()

    def _mend(self) -> None:
        """Mostly use the offered fix of a problem, so that there is a network to train."""
        document = self._window.document
        problems = find_problems(document.experiment)
        if problems and problems[0].fixes and self._chance.random() < 0.8:
            document.change(problems[0].fixes[0].text, problems[0].fixes[0].experiment)
        elif problems and self._chance.random() < 0.8:
            document.undo_stack.undo()

    def _downloads(self) -> Iterator[Move]:
        for kind in DATASETS:
            if issubclass(kind, DownloadedImages):
                yield Move("download", kind.kind, partial(self._window.downloads.fetch, kind()))

    # -- files ----------------------------------------------------------------------------------------------------

    def _opened(self) -> Iterator[Move]:
        for path in self._files.files:
            yield Move("open", path.name, partial(self._window.files.open_file, path))
        for path in (*self._files.files, *self._files.folders):
            yield Move("drop", path.name, partial(self._drop, path))

    def _drop(self, path: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        drop(self._window, data)

    def _leave_autosave(self) -> None:
        self._files.leave_autosave(self._window.autosaves.store.folder)

    def _make_unsaved(self) -> None:
        experiment = self._window.document.experiment
        self._window.document.change("Soak", experiment.replace(seed=experiment.seed + 1))

    # -- random in themselves -------------------------------------------------------------------------------------

    def _undo(self) -> None:
        stack = self._window.document.undo_stack
        for _ in range(self._chance.choice((1, 1, 1, 2, 5))):
            (stack.undo if self._chance.random() < 0.6 else stack.redo)()

    def _change_layers(self) -> None:
        """Move or remove a layer; the palette adds them."""
        document = self._window.document
        count = len(document.experiment.layers)
        if count > 6 or (count and self._chance.random() < 0.6):
            document.remove_layer(self._chance.randrange(count))
        elif count:
            document.move_layer(self._chance.randrange(count), self._chance.randrange(count))
        self._mend()

    def _resize(self) -> None:
        self._window.resize(
            self._chance.choice((1024, 1280, 1440, 1600)), self._chance.choice((640, 720, 900, 1000))
        )

    def _play(self) -> None:
        session = self._window.session
        if session.state in (TrainingState.IDLE, TrainingState.PAUSED, TrainingState.FAILED):
            session.play()


def _kinds_of(
    spec: type[Spec], choose: Callable[[tuple[str, ...], type[Spec]], None], path: tuple[str, ...] = ()
) -> Iterator[Move]:
    """A move for every kind that a setting of `spec`, or of its parts, can have."""
    for item in spec.settings():
        place = (*path, item.name)
        if item.type != "kind":
            continue
        kinds = list(item.registry or ())
        if len(kinds) == 1:
            yield from _kinds_of(kinds[0], choose, place)
            continue
        for kind in kinds:
            yield Move("kind", f"{item.label}: {kind.title}", partial(choose, place, kind))


def _replaced(spec: Any, path: tuple[str, ...], value: Spec) -> Any:
    head, *rest = path
    return spec.replace(**{head: _replaced(getattr(spec, head), tuple(rest), value) if rest else value})
