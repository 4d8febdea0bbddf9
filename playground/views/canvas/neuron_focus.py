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

from core.nn.stage import Address, outer
from playground.views.canvas.hit_items import Head, Neuron, unit_at

_MENU_KEYS: Final = (
    (Qt.Key.Key_Menu, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier),
)
_ROW_KEYS: Final = (Qt.Key.Key_Left, Qt.Key.Key_Right)
_COLUMN_KEYS: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_ENTER_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Neurons(QAbstractListModel):
    """A row per neuron, column by column; texts are created on request."""

    def __init__(self, words: Callable[[Neuron], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words
        self._units: tuple[tuple[Address, int], ...] = ()
        self._heads: frozenset[int] = frozenset()
        self._starts: list[int] = [0]

    def set_units(self, units: Sequence[tuple[Address, int]], heads: frozenset[int]) -> None:
        """(column, units) from left to right; the units of columns in `heads` are heads of attention."""
        if (tuple(units), heads) == (self._units, self._heads):
            return
        self.beginResetModel()
        self._units, self._heads = tuple(units), heads
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
        column, unit = self._units[place][0], row - self._starts[place]
        return Head(outer(column), unit) if column in self._heads else unit_at(column, unit)

    def row_of(self, neuron: Neuron) -> int | None:
        """The row of a neuron; None if it is not listed."""
        for start, (column, count) in zip(self._starts, self._units, strict=False):
            if column == neuron.address and neuron.unit < count:
                return start + neuron.unit
        return None

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
    """Up and Down move within a layer, Left and Right between layers; Enter inspects, Menu opens the menu.

    Where layers are rows, it is the other way round; Escape lets go of what the arrows have chosen.
    """

    neuron_reached = Signal(object)
    """Carries the current Neuron; None when the focus leaves."""
    neuron_chosen = Signal(object)
    let_go = Signal()
    menu_requested = Signal(object)

    def __init__(self, words: Callable[[Neuron], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._neurons = _Neurons(words, self)
        self._in_rows = False
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

    def set_units(
        self,
        units: Sequence[tuple[Address, int]],
        heads: frozenset[int] = frozenset(),
        *,
        in_rows: bool = False,
    ) -> None:
        """(column, units) from left to right, or from the bottom to the top; see `_Neurons.set_units`."""
        self._in_rows = in_rows
        self._neurons.set_units(units, heads)

    def reach(self, neuron: Neuron) -> None:
        """Make a neuron the current one."""
        row = self._neurons.row_of(neuron)
        if row is not None:
            self._reach(row)

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
        elif key in (within := _ROW_KEYS if self._in_rows else _COLUMN_KEYS):
            self._reach(max(0, min(row + (-1 if key == within[0] else 1), self._neurons.rowCount() - 1)))
        elif key in (between := _COLUMN_KEYS[::-1] if self._in_rows else _ROW_KEYS):
            self._reach(self._neurons.row_beside(row, -1 if key == between[0] else 1))
        elif key == Qt.Key.Key_Escape and self._in_rows:
            self.let_go.emit()
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
