"""Labels: section titles, captions over controls, and tiles with a number."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from playground.views.theme.theme import font
from playground.views.widgets.boxes import restyle, set_up, vbox

_PILL_PX = 26
_PILL_FRAME_PX = 22
_MIN_PILL_PX = 64
_TILE_MARGIN_PX = 10
_OTHER_TAG: Final = re.compile(
    r'<(?!(?:/?(?:b|i|sub|sup|span)|br|(?:b|span) style="color:#[0-9a-f]{6,8}")>)', re.IGNORECASE
)


def show_markup(label: QLabel, text: str) -> None:
    """Show bold, italic, raised, lowered and coloured text in a label; any other tag is shown as it is written.

    Names in `text` must be escaped. Where one is not, it can still make Qt read no file.
    """
    label.setProperty("markup", True)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setText(_OTHER_TAG.sub("&lt;", text))


def hairline(parent: QWidget, *, vertical: bool = False) -> QFrame:
    """A line between two parts."""
    line = set_up(QFrame(parent), role="line")
    line.setFixedWidth(1) if vertical else line.setFixedHeight(1)
    return line


class Captioned(QWidget):
    """A control below a small caption, which is also its accessible name if it has none.

    `plain` is the caption of the simple view, "" where it is the same.
    """

    def __init__(
        self, caption: str, widget: QWidget, parent: QWidget | None = None, *, plain: str = ""
    ) -> None:
        super().__init__(parent)
        self.widget, self.plain = widget, plain
        self._text, self._caption, self._note = caption, caption, ""
        self.caption = set_up(QLabel(caption, self), role="caption", toolTip=widget.toolTip())
        self.caption.setBuddy(widget)
        if not widget.accessibleName():
            widget.setAccessibleName(caption)
        vbox(self.caption, widget, parent=self, margins=0, spacing=3)

    def show_plain(self, plain: bool) -> None:
        """Show the caption of the simple view, or the usual one."""
        self._caption = self.plain if plain and self.plain else self._text
        self._write()

    def set_note(self, note: str) -> None:
        """Write a note behind the caption, which takes no more room: "Epoch past"."""
        if note != self._note:
            self._note = note
            self._write()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._note:
            self._write()

    def _write(self) -> None:
        note = self._note
        accent = self.palette().accent().color().name()
        room = self.caption.fontMetrics().horizontalAdvance(f"{self._caption} {note}")
        # In a narrow field the note alone: both would be cut.
        first = f"{self._caption} " if room <= self.width() else ""
        noted = f'{escape(first)}<span style="color:{accent}">{escape(note)}</span>'
        show_markup(self.caption, noted if note else escape(self._caption))


class SteadyLabel(QLabel):
    """A plain label whose lines end with "…" where they have no room; its tooltip then begins with all of it.

    A text of the same width redoes no layout.

    QLabel redoes the layouts of all widgets around it with every text, which takes some milliseconds in the window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._shown = self._given = self._told = ""
        super().__init__(parent)

    def event(self, event: QEvent) -> bool:
        # The stylesheet's and Python's setters both end in this.
        if event.type() == QEvent.Type.ToolTipChange and self.toolTip() != self._told:
            self._given = self.toolTip()
            self._tell_whole()
        return super().event(event)

    def text(self) -> str:
        return self._shown

    def setText(self, text: str) -> None:
        if text == self._shown:
            return
        before, self._shown = super().text(), text
        if bool(before) and self._room_of(before) == self._room_of(text):
            self.update()
        else:
            super().setText(text)
        # Qt would speak what it has laid out, which may be the text before.
        self.setAccessibleName(text)
        self._tell_whole()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_whole()

    def _tell_whole(self) -> None:
        fits = self._room_of(self._shown)[0] <= self.contentsRect().width()
        self._told = "\n".join(filter(None, ("" if fits else self._shown, self._given)))
        self.setToolTip(self._told)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self.contentsRect()
        metrics, right = self.fontMetrics(), Qt.TextElideMode.ElideRight
        lines = [metrics.elidedText(line, right, room.width()) for line in self._shown.split("\n")]
        painter.drawText(room, self.alignment(), "\n".join(lines))

    def _room_of(self, text: str) -> tuple[int, int]:
        """The width of the longest line, and how many there are."""
        lines = text.split("\n")
        return max(map(self.fontMetrics().horizontalAdvance, lines)), len(lines)


class SectionTitle(SteadyLabel):
    """Heading of a group of controls, "INPUT FEATURES". `plain` is that of the simple view, "" if it is the same."""

    def __init__(self, text: str, parent: QWidget | None = None, *, plain: str = "") -> None:
        super().__init__(parent)
        self._is_plain = False
        self.set_text(text, plain)
        self.setProperty("role", "section")
        spaced = QFont(self.font())
        spaced.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)
        self.setFont(spaced)

    def set_text(self, text: str, plain: str = "") -> None:
        self._text, self._plain = text, plain
        is_plain = self._is_plain and bool(plain)
        shown = plain if is_plain else text
        self.setText(shown if is_plain else shown.upper())
        self.setAccessibleName(shown)

    def show_plain(self, plain: bool) -> None:
        """Show the headings of the simple view, or the usual ones."""
        self._is_plain = plain
        self.set_text(self._text, self._plain)


class CutLabel(SteadyLabel):
    """A label that is cut rather than widen its panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())


class LabelRoom(QWidget):
    """A label in no layout: each text in one would redo those around it, half a millisecond in the window."""

    def __init__(self, parent: QWidget | None, role: str) -> None:
        super().__init__(parent)
        self.label = set_up(QLabel(self), role=role)
        self._high_px = 0
        self.setMinimumWidth(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        # Kept where a text is written smaller: a number must move nothing.
        self._high_px = max(self._high_px, self.label.sizeHint().height())
        return QSize(1, self._high_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.label.setGeometry(self.rect())


class Pill(QLabel):
    """A fact in a frame with round ends, which ends with "…" rather than widen its page; the tooltip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._whole = ""
        super().__init__(parent)
        self.setProperty("role", "pill")
        self.setFixedHeight(_PILL_PX)

    def text(self) -> str:
        return self._whole

    def setText(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        # A text as wide as its rounded advance is cut.
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + _PILL_FRAME_PX + 1, _PILL_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(_MIN_PILL_PX, self.sizeHint().width()), _PILL_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - _PILL_FRAME_PX
        fitting = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room)
        if fitting != super().text():
            super().setText(fitting)
        self.setToolTip("" if fitting == self._whole else self._whole)


class StatTile(QFrame):
    """A number below its caption, "Test loss 0.0312"; with `below`, over a smaller text, "train 0.0107"."""

    def __init__(self, caption: str, *, below: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self, role="tile")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Cut: one that says of how many samples and when would widen the panel.
        self._caption = set_up(CutLabel(self), role="caption")
        self._caption.setText(caption)
        room = LabelRoom(self, "value")
        self._value = room.label
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.below = set_up(CutLabel(self), role="caption", visible=below)
        vbox(
            self._caption,
            room,
            self.below,
            parent=self,
            margins=(_TILE_MARGIN_PX, 6, _TILE_MARGIN_PX, 6),
            spacing=1,
        )
        self.set_value("–")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Write a number smaller that would be cut."""
        room = self.width() - 2 * _TILE_MARGIN_PX
        long = QFontMetrics(font("large", bold=True)).horizontalAdvance(self.value) > room
        if (self._value.property("long") == "true") != long:
            restyle(self._value, long="true" if long else "false")

    @property
    def value(self) -> str:
        """The number as text."""
        return self._value.text()

    def set_value(self, value: str) -> None:
        if value != self._value.text():
            self._value.setText(value)
            self._fit()
            self.setAccessibleName(f"{self._caption.text()}: {value}")

    @property
    def is_old(self) -> bool:
        """Whether the number is of an earlier moment."""
        return bool(self._value.property("old") == "true")

    def set_old(self, old: bool) -> None:
        """Grey the number, which is of an earlier moment, or not."""
        restyle(self._value, old="true" if old else "false")

    def set_caption(self, caption: str) -> None:
        if caption != self._caption.text():
            self._caption.setText(caption)
            self.setAccessibleName(f"{caption}: {self.value}")
