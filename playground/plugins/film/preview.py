"""The preview of a film: one of its frames, playing, and a row of small ones to jump to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QIcon, QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from playground.plugin import GRID_PX, RADIUS_PX, Theme, ThemeSource, font, hbox, icon, set_up, vbox
from playground.views.widgets.painted import WRAPPED, PaintedWidget, draw_text, use_colors

_THUMB_PX: Final = 42
_PADDING_PX: Final = 2


@dataclass(frozen=True, eq=False)
class FrameThumbnail:
    """A small picture of a frame; `label` is its epoch."""

    number: int
    label: str
    image: QImage


class FilmPreview(QWidget):
    """Asks for one frame after the other while it plays, as fast as they come and no faster than the film."""

    frame_requested = Signal(int)
    """Carries the number of a frame; `show_frame` brings it."""
    resized = Signal()
    """There is another room for frames."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._count, self._fps = 0, 30
        self.number = 0
        """The frame that is shown."""
        self._began: tuple[float, int] | None = None
        self.screen_area = _Screen(themes, self)
        self.screen_area.resized.connect(self.resized)
        self.play = set_up(QToolButton(self), round="true", clicked=self.toggle)
        self.thumbs: list[QToolButton] = []
        self._numbers: list[int] = []
        self._strip = hbox(spacing=2)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask_next)
        row = hbox(self.play, (self._strip, 1), spacing=GRID_PX)
        vbox((self.screen_area, 1), row, parent=self, margins=0, spacing=GRID_PX + 4)
        themes.theme_changed.connect(self._restyle)
        self._restyle(themes.theme)

    @property
    def playing(self) -> bool:
        return self._began is not None

    @property
    def room(self) -> QSize:
        """The pixels of the screen that a frame may take."""
        size = self.screen_area.size() * self.devicePixelRatioF()
        return QSize(max(16, size.width() - 2 * _PADDING_PX), max(16, size.height() - 2 * _PADDING_PX))

    def show_film(self, count: int, fps: int) -> None:
        """Show another film, at the same share of it."""
        share = self.number / max(1, self._count - 1)
        self._count, self._fps = count, fps
        self.number = min(count - 1, round(share * (count - 1))) if count else 0
        self.play.setEnabled(count > 1)
        if self.playing:
            self._began = perf_counter(), self.number
        if count:
            self.frame_requested.emit(self.number)

    def show_frame(self, number: int, image: QImage) -> None:
        """Show a requested frame, and ask for the next one while playing."""
        self.number = number
        self.screen_area.show_image(image)
        self._mark()
        if self._began is None:
            return
        start, first = self._began
        due = start + (number + 1 - first) / self._fps
        self._timer.start(max(0, round(1000 * (due - perf_counter()))))

    def show_none(self, sentence: str) -> None:
        """Show why there is no frame."""
        self.pause()
        self._count = 0
        self.play.setEnabled(False)
        self.show_thumbnails(())
        self.screen_area.show_text(sentence)

    def show_thumbnails(self, thumbnails: Sequence[FrameThumbnail]) -> None:
        """Replace the row of small frames."""
        for button in self.thumbs:
            self._strip.removeWidget(button)
            button.deleteLater()
        self.thumbs, self._numbers = [], [each.number for each in thumbnails]
        for each in thumbnails:
            self.thumbs.append(self._thumb(each))
            self._strip.addWidget(self.thumbs[-1], 1)
        self._mark()

    def go_to(self, number: int) -> None:
        """Show a frame, and stop playing."""
        self.pause()
        self.frame_requested.emit(number)

    def toggle(self) -> None:
        """Play from the frame that is shown, from the first if that is the last; or pause."""
        if self.playing:
            self.pause()
            return
        if self.number >= self._count - 1:
            self.number = 0
        self._began = perf_counter(), self.number
        self._restyle(self._themes.theme)
        self._ask_next()

    def pause(self) -> None:
        """Stop playing."""
        self._timer.stop()
        self._began = None
        self._restyle(self._themes.theme)

    def hideEvent(self, event: QHideEvent) -> None:
        self.pause()
        super().hideEvent(event)

    def _ask_next(self) -> None:
        if self._began is None or not self._count:
            return
        start, first = self._began
        number = max(self.number + 1, first + int((perf_counter() - start) * self._fps))
        if number >= self._count:
            number = 0
            self._began = perf_counter(), 0
        self.frame_requested.emit(number)

    def _thumb(self, thumbnail: FrameThumbnail) -> QToolButton:
        button = set_up(QToolButton(self), flat="true", small="true", checkable=True, text=thumbnail.label)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(_THUMB_PX, _THUMB_PX))
        button.setIcon(QIcon(QPixmap.fromImage(thumbnail.image)))
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        button.setAccessibleName(f"Show {thumbnail.label}")
        button.setToolTip(f"Show {thumbnail.label}.")
        button.clicked.connect(lambda: self.go_to(thumbnail.number))
        return button

    def _mark(self) -> None:
        """Mark the last small frame that is not after the one shown."""
        passed = [index for index, number in enumerate(self._numbers) if number <= self.number]
        for index, button in enumerate(self.thumbs):
            button.setChecked(bool(passed) and index == passed[-1])

    def _restyle(self, theme: Theme) -> None:
        self.play.setIcon(icon("pause" if self.playing else "play", theme, "on_accent"))
        text = "Pause" if self.playing else "Play"
        self.play.setToolTip(f"{text} the preview.")
        self.play.setAccessibleName(text)


class _Screen(PaintedWidget):
    """An image in the middle, scaled down to fit, or a sentence."""

    resized = Signal()
    size_px = 486, 486

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.image, self._text = QImage(), ""
        set_up(self, accessibleName="Preview", toolTip="The film as it will be.")
        self.setMinimumSize(240, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def show_image(self, image: QImage) -> None:
        self.image, self._text = image, ""
        self.update()

    def show_text(self, text: str) -> None:
        self.image, self._text = QImage(), text
        self.setAccessibleDescription(text)
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        use_colors(painter, theme.field if self._text else theme.surface, theme.border)
        if self._text:
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
            place = self.rect().adjusted(24, 24, -24, -24)
            draw_text(painter, place, self._text, theme.text_muted, font(), WRAPPED)
        elif not self.image.isNull():
            room = QSize(self.width() - 2 * _PADDING_PX, self.height() - 2 * _PADDING_PX)
            size = self.image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
            left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
            area = QRectF(left, top, size.width(), size.height())
            painter.drawImage(area, self.image)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))
