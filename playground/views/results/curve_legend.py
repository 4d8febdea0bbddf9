"""Legend of a chart: the name and color of every curve, and its value at the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from playground.views.widgets.labels import show_markup


class LegendEntry(NamedTuple):
    """One curve; `value` is empty without a cursor."""

    name: str
    color: str
    value: str = ""


class CurveLegend(QWidget):
    """One line, "at 120 — train 0.1946 — test 0.2707", which never widens the panel.

    Its label is in no layout: a text in one would redo all layouts of the window with every snapshot.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel(self)
        self._label.setProperty("role", "caption")
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumWidth(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._plain = ""
        self._shown: tuple[tuple[LegendEntry, ...], str, str, str] = ((), "", "", "")

    def text(self) -> str:
        """What is shown, as HTML."""
        return self._label.text()

    def sizeHint(self) -> QSize:
        return QSize(1, self._label.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._label.setGeometry(self.rect())
        self._write()

    @property
    def plain_text(self) -> str:
        """What is shown, without colors."""
        return self._plain

    def show_entries(
        self,
        entries: Sequence[LegendEntry],
        ink: str,
        at: str = "",
        note: str = "",
        *,
        elsewhere: Sequence[LegendEntry] = (),
    ) -> None:
        """Show curves in this order, values in the color `ink`; `at` is the cursor's epoch, `note` ends the line.

        Those `elsewhere` are read out, and not shown.
        """
        self._shown = (tuple(entries), ink, at, note)
        self._plain = ", ".join(
            [
                *([f"at {at}"] if at else []),
                *(f"{each.name} {each.value}".strip() for each in (*entries, *elsewhere)),
            ]
        )
        self.setAccessibleName(self._plain)
        self._write()

    def _write(self) -> None:
        """Write as much as fits: without dashes, then without the note, then without the epoch."""
        entries, ink, epoch, note = self._shown
        at, short = (f"at {epoch}", f"{epoch}:") if epoch else ("", "")
        ways = ((at, "—&nbsp;", note), (at, "", note), (at, "", ""), (short, "", ""), ("", "", ""))
        for where, dash, end in ways:
            parts = [_value(where, ink)] if where else []
            parts += [_rich(entry, ink, dash) for entry in entries]
            parts += [_unbroken(end)] if end else []
            show_markup(self._label, (" " if where == short else " &nbsp;").join(parts))
            if self._label.sizeHint().width() <= self.width():
                return


def _rich(entry: LegendEntry, ink: str, dash: str) -> str:
    name = f'<span style="color:{entry.color}">{dash}{_unbroken(entry.name)}</span>'
    return f"{name}&nbsp;{_value(entry.value, ink)}" if entry.value else name


def _value(text: str, ink: str) -> str:
    return f'<b style="color:{ink}">{_unbroken(text)}</b>'


def _unbroken(text: str) -> str:
    return escape(text).replace(" ", "&nbsp;")
