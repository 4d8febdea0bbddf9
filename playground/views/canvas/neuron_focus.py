"""An invisible list of the painted neurons, for keyboard navigation and screen readers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QListView, QWidget

from playground.views.canvas.hit_items import Neuron

_MENU_KEYS: Final = (
    (Qt.Key.Key_Menu, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier),
)
_ENTER_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Neurons(QAbstractListModel):
    """A row per neuron, column by column; texts are created on request."""

    def __init__(self, words: Callable[[Neuron], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words
        self._units: tuple[tuple[int, int], ...] = ()
        self._starts: list[int] = [0]

    def set_units(self, units: Sequence[tuple[int, int]]) -> None:
        """(column, units) from left to right."""
        if tuple(units) == self._units:
            return
        self.beginResetModel()
        self._units = tuple(units)
        self._starts = [0]
        for _, count in units:
            self._starts.append(self._starts[-1] + count)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._starts[-1]

    def neuron(self, row: int) -> Neuron | None:
        if not 0 <= row < self._starts[-1]:
            return None
        place = bisect_right(self._starts, row) - 1
        return Neuron(self._units[place][0], row - self._starts[place])

    def row_beside(self, row: int, step: int) -> int:
        """The row of the same unit (or the last) in the adjacent column; the same row at either end."""
        place = bisect_right(self._starts, row) - 1
        beside = place + step
        if not 0 <= beside < len(self._units):
            return row
        return self._starts[beside] + min(row - self._starts[place], self._units[beside][1] - 1)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        neuron = self.neuron(index.row())
        if neuron is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return self._words(neuron)


class NeuronList(QListView):
    """Up and Down move within a layer, Left and Right between layers; Enter inspects, Menu opens the menu."""

    neuron_reached = Signal(object)
    """Carries the current Neuron; None when the focus leaves."""
    neuron_chosen = Signal(object)
    menu_requested = Signal(object)

    def __init__(self, words: Callable[[Neuron], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._neurons = _Neurons(words, self)
        self.setModel(self._neurons)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.viewport().setAutoFillBackground(False)
        # Otherwise the style draws a border and a focus frame.
        self.setStyleSheet(
            "QListView, QListView:focus { background: transparent; border: none; outline: none; }"
        )
        # Large enough to count as visible.
        self.setGeometry(0, 0, 2, 2)
        self.setAccessibleName("Neurons")
        self.setAccessibleDescription("Arrows walk through the neurons; Enter looks closer; Menu holds one.")

    def set_units(self, units: Sequence[tuple[int, int]]) -> None:
        """(column, units) from left to right."""
        self._neurons.set_units(units)

    @property
    def current(self) -> Neuron | None:
        return self._neurons.neuron(self.currentIndex().row())

    def words(self, row: int) -> str:
        """Accessible text of a row."""
        return str(self._neurons.data(self._neurons.index(row)))

    def open_menu(self) -> bool:
        """Focus the current neuron of a layer, or the first, and open its menu. Returns whether there is one."""
        rows = range(self._neurons.rowCount())
        layers = [row for row in rows if (neuron := self._neurons.neuron(row)) and neuron.column >= 0]
        if layers:
            row = self.currentIndex().row()
            self._reach(row if row in layers else layers[0])
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self.menu_requested.emit(self.current)
        return bool(layers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, key = self.currentIndex().row(), event.key()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if (key, modifiers) in _MENU_KEYS:
            self.menu_requested.emit(self.current)
        elif modifiers:
            event.ignore()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._reach(
                max(0, min(row + (1 if key == Qt.Key.Key_Down else -1), self._neurons.rowCount() - 1))
            )
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._reach(self._neurons.row_beside(row, -1 if key == Qt.Key.Key_Left else 1))
        elif key == Qt.Key.Key_Home:
            self._reach(0)
        elif key == Qt.Key.Key_End:
            self._reach(self._neurons.rowCount() - 1)
        elif key in _ENTER_KEYS:
            if self.current is not None:
                self.neuron_chosen.emit(self.current)
        else:
            event.ignore()  # shortcuts of the window

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            return
        self._reach(max(0, self.currentIndex().row()))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.neuron_reached.emit(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw nothing: the field paints the neurons."""

    def _reach(self, row: int) -> None:
        self.selectionModel().setCurrentIndex(
            self._neurons.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self.neuron_reached.emit(self.current)
