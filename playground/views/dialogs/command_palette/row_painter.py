"""Item delegate of the command palette: icon, name with matched letters in bold, hint and shortcut."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from playground.views.dialogs.command_palette.matching import Command, Match
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import font
from playground.views.widgets.painted import Index, PaintedDelegate, draw_box, draw_text

COMMAND: Final = Qt.ItemDataRole.UserRole
MATCH: Final = Qt.ItemDataRole.UserRole + 1
ROW_PX: Final = 28
HEADING_PX: Final = 24
_ICON_PX = 16
_SIDE_PX = 10
_TEXT_PX = 38
_LEAST_HINT_PX = 40


class RowPainter(PaintedDelegate):
    """Reads the item's roles COMMAND and MATCH; an item without a command is a heading."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_PX if index.data(COMMAND) else HEADING_PX)

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        command, found, rect, state = index.data(COMMAND), index.data(MATCH), option.rect, option.state
        if not isinstance(command, Command) or not isinstance(found, Match):
            self._paint_heading(painter, rect.adjusted(_SIDE_PX, 0, -_SIDE_PX, -4), index, theme)
            return
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            draw_box(painter, QRectF(rect), RADIUS_SMALL_PX, theme.accent_soft if chosen else theme.field)
        if command.icon:
            at = QRect(rect.x() + _SIDE_PX, rect.y() + (ROW_PX - _ICON_PX) // 2, _ICON_PX, _ICON_PX)
            icon(command.icon, theme, "normal" if command.enabled else "muted").paint(painter, at)
        color = theme.text if command.enabled else theme.text_faint
        line = rect.adjusted(_TEXT_PX, 0, -_SIDE_PX, 0)
        keys = command.keys or ("Enter" if chosen and command.enabled else "")
        line.setRight(line.right() - self._paint_keys(painter, line, keys))
        used = _paint_text(painter, line, command.text, found.places, color, theme.accent)
        rest, muted = line.adjusted(used + 12, 0, 0, 0), theme.text_muted
        if rest.width() >= _LEAST_HINT_PX:
            # Why it cannot be done, else other words for it.
            is_named = bool(command.also) and command.enabled
            places = found.also if is_named else ()
            _paint_text(
                painter, rest, command.also if is_named else command.hint, places, muted, muted, "small"
            )

    def _paint_keys(self, painter: QPainter, line: QRect, keys: str) -> int:
        """Draw the shortcut in a frame at the right. Returns its width."""
        if not keys:
            return 0
        theme = self._themes.theme
        small = font("small")
        width = QFontMetrics(small).horizontalAdvance(keys) + 12
        frame = QRectF(line.right() - width, line.center().y() - 9.5, width, 20)
        draw_box(painter, frame, 4, theme.surface, theme.border_strong)
        draw_text(painter, frame, keys, theme.text_muted, small)
        return width + 10


def _paint_text(
    painter: QPainter,
    line: QRect,
    text: str,
    places: tuple[int, ...],
    color: str,
    accent: str,
    size: Literal["small", "normal"] = "normal",
) -> int:
    """Draw a text, the letters at `places` bold in `accent`. Returns its width."""
    left, marked = line.left(), frozenset(places)
    for start, end, is_found in _pieces(text, marked):
        piece = text[start:end]
        style = font(size, bold=is_found)
        width = QFontMetrics(style).horizontalAdvance(piece)
        room = line.right() - left
        if room <= 0:
            break
        painter.setFont(style)
        painter.setPen(QColor(accent if is_found else color))
        shown = QFontMetrics(style).elidedText(piece, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, line.top(), room, line.height()), Qt.AlignmentFlag.AlignVCenter, shown)
        left += width
    return left - line.left()


def _pieces(text: str, marked: frozenset[int]) -> list[tuple[int, int, bool]]:
    """(start, end, is_match) of the runs of matched and other letters."""
    runs: list[tuple[int, int, bool]] = []
    for place in range(len(text)):
        is_found = place in marked
        if runs and runs[-1][2] == is_found:
            runs[-1] = (runs[-1][0], place + 1, is_found)
        else:
            runs.append((place, place + 1, is_found))
    return runs
