"""The window that is walked, how it is used by mouse and keys, and when it is at rest."""

from __future__ import annotations

import time
import types
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QTabBar,
    QWidget,
)
from shiboken6 import isValid

from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from playground.model import undo
from tests.benchmarks.open_window import as_the_application, close_window, make_window
from tests.walk import screen
from tests.walk.faults import Faults
from tests.walk.files import Files

KEY, MOD = Qt.Key, Qt.KeyboardModifier
CONTROL, SHIFT, ALT, PLAIN = MOD.ControlModifier, MOD.ShiftModifier, MOD.AltModifier, MOD.NoModifier
_PATIENCE_SECONDS = 90.0
_PART_SECONDS = 3.0
_YES = ("Replace", "Overwrite", "Yes", "OK", "Save with", "Save without")
_NO = ("Don’t save", "Discard", "No", "Cancel")

State = tuple[str, dict[str, np.ndarray]]


class Absent(Exception):  # noqa: N818 - no error
    """What an action uses is not there now: the step is left out."""


class Room:
    """A folder of files and a window; each walk begins with another window."""

    def __init__(self, folder: Path) -> None:
        self.app = as_the_application()
        self.window: Any = None
        self.folder, self.files = folder, Files(folder / "files")
        self.faults = Faults()
        self.agrees = False
        """How questions are answered: by what goes on, or by what leaves all as it is."""
        self.asked: list[str] = []
        """Questions since the step began."""
        self.chosen: Path | None = None
        """What the next dialog of the system returns; None gives it up."""
        # Steps of undo merge within 1.5 s: ten seconds lie between any two actions, however fast they are.
        self.clock = 0.0
        self.cost: dict[str, list[float]] = defaultdict(list)
        self._answering = QTimer(interval=15)
        self._answering.timeout.connect(self._answer)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Faults are collected, dialogs of the system answered, and undo has the clock of actions."""
        clock = types.SimpleNamespace(monotonic=lambda: self.clock)
        with (
            self.faults.collecting(),
            patch.object(undo, "time", clock),
            patch.multiple(
                QFileDialog, getOpenFileName=self._open_file, getOpenFileNames=self._open_files,
                getSaveFileName=self._save_file, getExistingDirectory=self._folder,
            ),
        ):  # fmt: skip
            self._answering.start()
            try:
                yield
            finally:
                self._answering.stop()
                self.end()

    def timed(self, name: str, act: Callable[[], Any]) -> Any:
        """What `act` returns; its seconds are kept under a name."""
        start = time.perf_counter()
        try:
            return act()
        finally:
            self.cost[name].append(time.perf_counter() - start)

    # -- dialogs of the system, and questions ----------------------------------------------------------------------

    def _take(self) -> str:
        path, self.chosen = self.chosen, None
        return "" if path is None else str(path)

    def _open_file(self, *_: Any, **__: Any) -> tuple[str, str]:
        return self._take(), ""

    def _open_files(self, *_: Any, **__: Any) -> tuple[list[str], str]:
        path = self._take()
        return ([path] if path else []), ""

    def _folder(self, *_: Any, **__: Any) -> str:
        return self._take()

    def _save_file(self, *given: Any, options: Any = None, **__: Any) -> tuple[str, str]:
        path = self._take()
        if (
            path
            and Path(path).exists()
            and not (options and options & QFileDialog.Option.DontConfirmOverwrite)
        ):
            self.asked.append(f"{Path(path).name} already exists. Do you want to replace it?")
        return path, ""

    def _answer(self) -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox) and box.isVisible():
            self.asked.append(box.text())
            buttons = {each.text().replace("&", ""): each for each in box.buttons()}
            wanted = (*_YES, *_NO) if self.agrees else _NO
            name = next((text for want in wanted for text in buttons if text.startswith(want)), "")
            QTest.mouseClick(buttons.get(name, next(iter(buttons.values()))), Qt.MouseButton.LeftButton)

    # -- time --------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Until the worker has answered all that was asked of it, and two readings of the screen are equal."""
        begin, before = time.perf_counter(), None
        while (spent := time.perf_counter() - begin) < _PATIENCE_SECONDS:
            session = self.window.session
            answer = session.request_checkpoint()
            while not answer.done() and time.perf_counter() - begin < _PATIENCE_SECONDS:
                self.turn()
            self.turn(4)
            nodes = self.nodes()
            now = [each.told for each in nodes]
            # All samples are measured in slices, and a part, or an earlier moment, is marked until then.
            partly = spent < _PART_SECONDS and any(each.part for each in screen.tiles(nodes))
            if not session.is_busy() and now == before and not partly:
                return
            before = now
        raise AssertionError("rest: the window does not come to rest")

    def turn(self, times: int = 1) -> None:
        for _ in range(times):
            self.app.processEvents()
            time.sleep(0.003)

    def until(self, condition: Callable[[], object], seconds: float = 20.0) -> bool:
        """Whether a condition came true in time."""
        end = time.perf_counter() + seconds
        while not condition() and time.perf_counter() < end:
            self.turn()
        return bool(condition())

    # -- reading -----------------------------------------------------------------------------------------------------

    def nodes(self) -> list[screen.Node]:
        """All that is shown: of the window, and of what is open over it."""
        found = screen.read(self.window)
        for each in self.over():
            found += screen.read(each)
        return found

    def over(self) -> list[QWidget]:
        """Dialogs and popups, the newest last."""
        return [
            each
            for each in self.app.topLevelWidgets()
            if each is not self.window
            and each.isVisible()
            and (isinstance(each, QDialog) or each.windowType() == Qt.WindowType.Popup)
        ]

    def dialog(self) -> Any:
        found = [each for each in self.over() if isinstance(each, QDialog)]
        return found[-1] if found else None

    def state(self) -> State:
        """What a project file would hold: its settings, and the weights."""
        document = self.window.document
        taken = self.window.session.checkpoint()
        weights = {} if taken is None else dict(taken[1].weights)
        return repr(document.experiment), weights

    def fingerprint(self, *, pixels: bool = False) -> tuple[Any, ...]:
        """All by which a step can be seen to have changed something."""
        settings, weights = self.state()
        told = tuple(each.told for each in self.nodes())
        image = self.window.grab().toImage() if pixels else None
        picture = sha256(bytes(image.constBits())).hexdigest() if image is not None else ""
        return told, settings, weights, picture, self.files.bytes_of()

    def shows(self, role: str, name: str) -> screen.Node | None:
        """The node of this role and name, if it is shown."""
        return next((each for each in self.nodes() if (each.role, each.name) == (role, name)), None)

    def on_build(self) -> bool:
        """Whether the first page is shown, with every setting."""
        return self.window.pages.current == "build" and self.shows("Pane", "Data and layer") is not None

    # -- hands -------------------------------------------------------------------------------------------------------

    def front(self, *, behind: bool = False) -> None:
        """Shortcuts reach an active window only, and that takes a turn or two after a dialog.

        `behind` a dialog that stays, as after a click into the window.
        """
        target = (
            self.window
            if behind and QApplication.activeModalWidget() is None
            else self.dialog() or self.window
        )
        target.activateWindow()
        if not self.until(target.isActiveWindow, 3.0):
            raise AssertionError("rest: the window does not become active")

    def key(
        self,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = PLAIN,
        *,
        settles: bool = True,
        behind: bool = False,
    ) -> None:
        self.front(behind=behind)
        QTest.keyClick(
            QApplication.focusWidget() or QApplication.activeWindow() or self.window, key, modifier
        )
        if settles:
            self.settle()

    def command(self, name: str) -> None:
        """Run a command as its menu does."""
        action = self.window.actions_by_name.get(name)
        if action is None or not action.isEnabled():
            raise Absent(name)
        self.front()
        action.trigger()
        self.turn(2)
        self.settle()

    def press(self, *names: str, at: float = 0.0, within: str = "") -> None:
        """Click a button by its name; of several, that at a share of their number."""
        top = self.dialog() or self.window
        found = []
        for node in screen.read(top):
            widget = node.widget
            inside = not within or within in node.within
            if node.name in names and isinstance(widget, QAbstractButton) and widget.isEnabled() and inside:
                found.append(widget)
        if not found:
            raise Absent(" or ".join(names))
        self.click(found[int(at * len(found))])

    def click(self, widget: QWidget, where: QPoint | None = None, **more: Any) -> None:
        self.into_view(widget)
        place = widget.visibleRegion().boundingRect()
        if place.isEmpty():
            raise Absent("it is out of sight")
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=where or place.center(), **more)
        self.turn(2)
        self.settle()

    def into_view(self, widget: QWidget) -> None:
        """Scroll as a person would."""
        above = widget.parentWidget()
        while above is not None:
            if hasattr(above, "ensureWidgetVisible"):
                above.ensureWidgetVisible(widget, 0, 0)
            above = above.parentWidget()
        self.turn()

    def choose(self, caption: str, at: float) -> str:
        """Another entry of the box of this name, by keys; returns its text."""
        box = next(
            (each for each in self.window.findChildren(QComboBox)
             if each.accessibleName() == caption and each.isVisible() and each.isEnabled()), None,
        )  # fmt: skip
        if box is None or box.count() < 2:
            raise Absent(caption)
        wanted = int(at * box.count())
        wanted = (wanted + 1) % box.count() if wanted == box.currentIndex() else wanted
        self.front()
        box.setFocus()
        # A wheel turns and keys go to a list that is open; both end in this signal.
        box.setCurrentIndex(wanted)
        box.activated.emit(wanted)
        self.settle()
        return box.currentText()

    def field(self, caption: str) -> QLineEdit:
        """The field of this name."""
        top = self.dialog() or self.window
        field = next(
            (each for each in top.findChildren(QLineEdit)
             if each.accessibleName() == caption and each.isVisible() and each.isEnabled()), None,
        )  # fmt: skip
        if field is None:
            raise Absent(caption)
        return field

    def write(self, caption: str, text: str) -> None:
        """Replace the text of a field, and press Return."""
        field = self.field(caption)
        self.front()
        field.setFocus()
        QTest.keyClick(field, KEY.Key_A, CONTROL)
        QTest.keyClicks(field, text)
        QTest.keyClick(field, KEY.Key_Return)
        self.settle()

    def slide(self, caption: str, at: float) -> None:
        """Some steps on a slider by its arrow keys."""
        for each in self.window.findChildren(QWidget):
            named = each.accessibleName() == caption and each.isVisible() and each.isEnabled()
            if named and (isinstance(each, QAbstractSlider) or hasattr(each, "slider")):
                track = each if isinstance(each, QAbstractSlider) else each.slider
                self.front()
                track.setFocus()
                QTest.keyClick(
                    track, KEY.Key_Right if at < 0.7 and track.value() < track.maximum() else KEY.Key_Left
                )
                self.settle()
                return
        raise Absent(caption)

    def tab(self, name: str) -> None:
        """Click a tab of a panel."""
        for bar in self.window.findChildren(QTabBar):
            for at in range(bar.count() if bar.isVisible() else 0):
                if bar.tabText(at).strip() == name and bar.isTabVisible(at) and bar.currentIndex() != at:
                    place: QRect = bar.tabRect(at)
                    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place.center())
                    self.settle()
                    return
        raise Absent(name)

    def type_weight(self, at: float, value: float) -> None:
        """Click a link of the canvas, found by trying places, and type a weight."""
        canvas = self.window.canvas
        field: Any = next((each for each in canvas.findChildren(QWidget) if hasattr(each, "hit")), None)
        if field is None or not field.isVisible():
            raise Absent("a canvas")
        for point in screen.links(field, at):
            if type(field.hit(point.toPointF())).__name__ != "Link":
                continue
            QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=point)
            editor = field.findChild(QLineEdit) or getattr(field, "editor", None)
            if editor is not None and editor.isVisible():
                QTest.keyClicks(editor, f"{value:.2f}")
                QTest.keyClick(editor, KEY.Key_Return)
                self.settle()
                return
        raise Absent("a link")

    def close_dialogs(self) -> list[str]:
        """Leave all that is open by Escape; returns the names of what stays."""
        left = []
        for each in reversed(self.over()):
            for _ in range(3):  # A field may take the first.
                if not (isValid(each) and each.isVisible()):
                    break
                each.activateWindow()
                QTest.keyClick(QApplication.focusWidget() or each, KEY.Key_Escape)
                self.turn(3)
            if isValid(each) and each.isVisible():
                left.append(f"{type(each).__name__} {each.windowTitle()!r}")
                each.close()
        self.settle()
        return left

    # -- windows -----------------------------------------------------------------------------------------------------

    def begin(self, preset: str) -> None:
        """A new window: what one walk leaves must not be met by the next."""
        path = next(each for each in preset_files() if each.stem.split("_", 1)[1] == preset)
        self.end()
        self.files.renew()
        self._make(load_experiment(path))

    def reopen(self, project: Path) -> None:
        """Close the window, and open a project in another one."""
        self.end()
        self._make(None)
        self.window.files.open_file(project)
        self.settle()

    def _make(self, experiment: Any) -> None:
        self.window = make_window(self.app, self.folder / "preferences.json", experiment)
        self.window.preferences.last_folder = str(self.files.folder)
        self.window.session.start()
        self.front()
        self.settle()

    def end(self) -> None:
        """Close the window, if there is one."""
        if self.window is not None:
            (self.folder / "preferences.json").unlink(missing_ok=True)
            close_window(self.window)
            self.window = None
            self.turn()
            (self.folder / "preferences.json").unlink(missing_ok=True)
