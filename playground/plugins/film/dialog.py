"""Compose a film of a run, see it move, and write it; at the foot the file, and how far its writing is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from core.io.number_text import percent_text, size_text
from playground.plugin import GRID_PX, SIDE_PX, Segments, ThemeSource, WideDialog, icon
from playground.plugins.film.options import FilmOptions
from playground.plugins.film.preview import FilmPreview
from playground.plugins.film.settings import FORMATS, FilmSettings
from playground.views.dialogs.export.file_line import FileLine
from playground.views.widgets.boxes import STRETCH, Gap, hbox, restyle, set_up, vbox
from playground.views.widgets.controls import ProgressBar, ScrollArea, push_button


class FilmFoot(QWidget):
    """Shows what the dialog does; its buttons have no behaviour of their own."""

    def __init__(self, file: Path, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes, self._writing = themes, False
        self.file = FileLine(file.with_suffix("") if file.suffix in FORMATS else file, FORMATS, self)
        self.progress = QLabel(self)
        self.bar = ProgressBar("Share of the film that is written", self)
        self.bar.setToolTip("The share of the film that is written.")
        self.hint = set_up(QLabel("Esc cancels, nothing is left behind", self), role="caption")
        self.close_button = push_button("Close", "", self)
        self.write_button = set_up(QPushButton(self), default=True)
        self.error = set_up(QLabel(self), role="danger", wordWrap=True)
        self._lay_out()
        themes.theme_changed.connect(self._show_icon)

    def show_error(self, sentence: str) -> None:
        """Show a sentence; "" hides it."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))

    def show_writing(self, writing: bool) -> None:
        """Show that a film is written, or no longer."""
        self._writing = writing
        self.file.setEnabled(not writing)
        for widget in (self.bar, self.hint):
            widget.setVisible(writing)
        self.close_button.setVisible(not writing)
        self.bar.setValue(0)
        button = self.write_button
        button.setText("Cancel" if writing else "Write film")
        button.setToolTip(
            "Stop writing; nothing is left behind (Esc)." if writing else "Write the file (Enter)."
        )
        restyle(button, primary="false" if writing else "true")
        self._show_icon()

    def show_share(self, share: float, text: str) -> None:
        """Show which share of the film is written, 0 to 1."""
        self.bar.show_share(share)
        self.progress.setText(text)

    def _show_icon(self) -> None:
        theme = self._themes.theme
        self.write_button.setIcon(icon("close", theme) if self._writing else icon("save", theme, "on_accent"))

    def _lay_out(self) -> None:
        title = set_up(QLabel("Save as", self), role="caption")
        saved = hbox(title, (self.file, 1), spacing=GRID_PX)
        state = vbox(STRETCH, self.progress, self.bar, STRETCH, spacing=6)
        row = hbox((state, 1), Gap(SIDE_PX), self.hint, self.close_button, self.write_button, spacing=GRID_PX)
        vbox(saved, row, self.error, parent=self, margins=(SIDE_PX, 12, SIDE_PX, 12), spacing=10)


_TIPS: Final = {
    ".mp4": "Smallest, for talks and messages; seen by every player.",
    ".webp": "For web pages; loops, and keeps every color.",
    ".gif": "Opens anywhere; 256 colors.",
}
_SIZE: Final = QSize(1040, 760)
_RIGHT_PX: Final = 456


class FilmDialog(WideDialog):
    """What the window says: `show_frame`, `show_thumbnails`, `show_progress`, `show_error`, `show_written`.

    Closed while a film is written, it is gone and the writing goes on. Deleted on close.
    """

    film_changed = Signal()
    """The film that `settings` describe is another one: its preview is needed."""
    frame_requested = Signal(int)
    write_requested = Signal(object, object)
    """Carries the FilmSettings and the Path."""
    cancel_requested = Signal()

    def __init__(
        self,
        name: str,
        end: float,
        settings: FilmSettings,
        file: Path,
        themes: ThemeSource,
        parent: QWidget,
        *,
        fault: str = "",
        no_video: str = "",
    ) -> None:
        """`name` is the experiment's, which has come to the epoch `end`.

        `fault` says why there is nothing to film, `no_video` why MP4 cannot be written; "" where there is no reason.
        """
        super().__init__("Film", "Make a film", _SIZE, parent)
        self._name, self._fault, self._no_video = name, fault, no_video
        self._writing = False
        self.preview = FilmPreview(themes, self)
        self.options = FilmOptions(themes, self)
        self.formats = Segments(
            [(suffix, FORMATS[suffix], tip) for suffix, tip in _TIPS.items()], name="Format"
        )
        self._make_numbers()
        self.foot = FilmFoot(file, themes, self)
        self.file, self.write_button = self.foot.file, self.foot.write_button
        self._right = self._lay_out()
        self._connect()
        self._fit_screen()
        self.options.show_settings(settings)
        self.formats.set_current(file.suffix if file.suffix in FORMATS else ".webp")
        self.options.show_range(end, empty=bool(fault))
        self._place = "nothing to show yet" if fault else f"epochs 0 to {int(end):,}"
        self.show_writing(False)
        self.show_film()

    @property
    def settings(self) -> FilmSettings:
        """The choice. Raises `ValueError` with a sentence."""
        return self.options.settings

    @property
    def preview_settings(self) -> FilmSettings:
        """The same, as large as the preview."""
        settings = self.settings
        width, height = settings.size
        room = self.preview.room
        share = min(1.0, room.width() / width, room.height() / height)
        return replace(settings, side=max(120, int(settings.side * share)))

    def show_writing(self, writing: bool) -> None:
        """Show that a film is written, or no longer."""
        self._writing = writing
        self._right.setEnabled(not writing)
        self.foot.show_writing(writing)
        self._write_numbers()

    def show_progress(self, frame: int, frames: int, size: int, seconds_left: float) -> None:
        """Show how far the writing is; `size` in bytes."""
        share = frame / max(1, frames)
        left = f"  ·  {seconds_left:.0f} s left" if seconds_left == seconds_left else ""
        self.foot.show_share(share, f"Writing frame {frame:,} of {frames:,}  ·  {percent_text(share)}{left}")
        self.size_title.setText("Written so far")
        about = size_text(self.settings.estimated_bytes(self.formats.current))
        # WebP and GIF may have nothing on the disk before their last frame.
        self.size_value.setText(f"{size_text(size) if size else 'nothing yet'} of about {about}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape cancels the writing first."""
        if event.key() == Qt.Key.Key_Escape and self._writing:
            self.cancel_requested.emit()
        else:
            super().keyPressEvent(event)

    def _connect(self) -> None:
        self.preview.frame_requested.connect(self.frame_requested)
        self.preview.resized.connect(self._show_preview)
        self.options.changed.connect(self.show_film)
        self.formats.chosen.connect(self._show_format)
        self.file.edited.connect(lambda: self.foot.show_error(""))
        self.foot.close_button.clicked.connect(self.reject)
        self.write_button.clicked.connect(self._on_write)

    @property
    def _refusal(self) -> str:
        """The reason why there is no film of these settings, as a sentence; "" if there is one."""
        try:
            _ = self.settings
        except ValueError as error:
            return f"{error}."
        return ""

    def show_film(self) -> None:
        """Show the film of the settings, or why there is none."""
        self._write_numbers()
        if fault := self._fault:
            self.preview.show_none(fault)
            self._refuse("")
        elif refusal := self._refusal:
            self._refuse(refusal)
        else:
            self._show_format()
            self._show_preview()

    def _show_preview(self) -> None:
        """Make the frames anew; a sentence below leaves less room for them."""
        if self._fault or self._refusal:
            return
        self.film_changed.emit()
        self.preview.show_film(self.settings.frames, self.settings.fps)

    def _show_format(self) -> None:
        suffix = self.formats.current
        self._write_numbers()
        if suffix == ".mp4" and self._no_video:
            self._refuse(f"{self._no_video}.")
        elif not self._fault:
            self.write_button.setEnabled(True)
            self.foot.show_error("")

    def _refuse(self, sentence: str) -> None:
        self.write_button.setEnabled(self._writing)
        self.foot.show_error(sentence)

    def _write_numbers(self) -> None:
        self.subtitle.setText(
            f"{self._name}  ·  {self._place}"
            + ("  ·  close this and it goes on being written in the background" if self._writing else "")
        )
        suffix = self.formats.current
        self.file.set_format(suffix, FORMATS[suffix])
        self.numbers.setVisible(not self._fault)
        if self._fault or self._refusal:
            for label in (self.size_value, self.frames_value):
                label.setText("–")
            self.foot.progress.setText("Nothing to film yet" if self._fault else "")
            return
        settings = self.settings
        seconds = settings.frames / settings.fps
        about = size_text(settings.estimated_bytes(suffix))
        self.size_title.setText("Expected size")
        self.size_value.setText(f"about {about}")
        self.frames_value.setText(f"{settings.frames:,}  =  {seconds:.1f} s × {settings.fps}")
        self.foot.progress.setText(f"{settings.frames:,} frames  ·  {seconds:.1f} s  ·  about {about}")

    def _on_write(self) -> None:
        if self._writing:
            self.cancel_requested.emit()
            return
        if fault := self.file.fault:
            self.foot.show_error(fault)
            self.file.path.setFocus()
            return
        self.foot.show_error("")
        self.preview.pause()
        self.write_requested.emit(self.settings, self.file.target)

    def _make_numbers(self) -> None:
        self._place = ""
        self.numbers = set_up(QFrame(self), role="tile")
        grid = QGridLayout(self.numbers)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setVerticalSpacing(2)
        self.size_title, self.size_value = set_up(QLabel(self.numbers), role="muted"), QLabel(self.numbers)
        self.frames_title = set_up(QLabel("Frames", self.numbers), role="muted")
        self.frames_value = QLabel(self.numbers)
        titled = ((self.size_title, self.size_value), (self.frames_title, self.frames_value))
        for row, (title, value) in enumerate(titled):
            grid.addWidget(title, row, 0)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight)

    def _lay_out(self) -> QWidget:
        """Place everything; returns what cannot be changed while a film is written."""
        right = self._settings_column()
        area = ScrollArea(self, right)
        area.setFixedWidth(_RIGHT_PX + SIDE_PX + 16)
        left = vbox(self.preview, margins=(SIDE_PX, 20, SIDE_PX - 8, 16))
        body = hbox((left, 1), area, spacing=0)
        self._frame((body, 1), self.foot)
        return right

    def _settings_column(self) -> QWidget:
        right = QWidget(self)
        vbox(
            self.options,
            set_up(QLabel("FORMAT", right), role="section"),
            self.formats,
            self.numbers,
            STRETCH,
            parent=right,
            margins=(8, 16, SIDE_PX, 16),
            spacing=10,
        )
        return right
