"""The drawing panel: pad, model input and class probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPainterPath, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from core.data.drawing import Drawing, DrawingNormalizer
from core.inspect.found_samples import DrawingPart
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.spec.arrays import Array
from playground.plugin import (
    GRID_PX,
    RADIUS_SMALL_PX,
    STRETCH,
    ClassProbabilities,
    Gap,
    LabeledSlider,
    PaintedWidget,
    SectionTitle,
    Theme,
    ThemeSource,
    class_labels,
    draw_box,
    gray_image,
    hbox,
    icon,
    set_up,
    top_classes,
    vbox,
)
from playground.plugins.draw.drawing_pad import PEN_WIDTH, PEN_WIDTHS, DrawPad
from playground.plugins.draw.drawing_sheet import image_of

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

PICTURE_PX: Final = 112
_MIN_PX: Final = 80


class ModelInputView(PaintedWidget):
    """A square, smaller in a low window; blank without an image."""

    name = "What the network sees"
    size_px = PICTURE_PX, PICTURE_PX

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.pixels: Array | None = None
        """The image, (height, width, channels)."""
        self._image = QImage()
        self._of: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(_MIN_PX)
        self.setMaximumHeight(PICTURE_PX)
        self.setToolTip(
            "The drawing as the network gets it: cut out, scaled and centred as its training images are."
        )

    def show_pixels(self, pixels: Array | None) -> None:
        """Set the image (height, width, channels), 0 … 1; None for a blank one."""
        self.pixels = pixels
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        ratio, side = self.devicePixelRatioF(), min(self.width(), self.height())
        place = QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)
        outline = QPainterPath()
        outline.addRoundedRect(place, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
        painter.fillPath(outline, QColor(theme.field))
        if self.pixels is not None:
            painter.setClipPath(outline)
            painter.drawImage(place, self._colored(self.pixels, theme, round(side * ratio)))
            painter.setClipping(False)
        draw_box(painter, place.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL_PX, None, theme.border)

    def _colored(self, pixels: Array, theme: Theme, side: int) -> QImage:
        of = (id(pixels), theme, side)
        if of != self._of:
            self._image = gray_image(pixels, theme, side)
            self._of = of
        return self._image


# Maximum rate of predictions while drawing.
_INTERVAL_MS: Final = 40
# A prediction this late belongs to another drawing.
_PREDICTION_TIMEOUT_MS: Final = 2500
_BUTTON_PX: Final = 28
_DIGITS = tuple("0123456789")


class DrawPanel(QWidget):
    """Enabled for images with classes; keeps the drawing with other data. While hidden, it requests no predictions."""

    drawing_changed = Signal(object, bool)
    """Carries the core.data.drawing.Drawing to predict, or None, and whether the canvas shows its activations."""
    sample_requested = Signal()
    """Requests the selected test sample for the pad."""
    possible_changed = Signal(bool)
    """Carries whether the data can be drawn."""
    close_requested = Signal()
    message_requested = Signal(str)
    """Carries a message for the status bar."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self, objectName="draw_panel", role="panel")
        self._prepared: PreparedData | None = None
        self._normalizer: DrawingNormalizer | None = None
        self._drawing: Drawing | None = None
        self._judged: tuple[Drawing | None, bool] = (None, False)
        self.possible = False
        self.title = SectionTitle("Draw", self)
        self.pad = DrawPad(themes, self)
        self.model_input = ModelInputView(themes, self)
        self.size_label = QLabel(self)
        self.probabilities = ClassProbabilities(themes, self)
        self.erase_button = self._button("Erase", "take ink away (E, or the right button)")
        self.undo_button = self._button("Undo", "take the last stroke back (Ctrl+Z)")
        self.clear_button = self._button("Clear", "begin with an empty pad (Delete)")
        self.paste_button = self._button("Paste", "lay the picture of the clipboard on the pad (Ctrl+V)")
        self.sample_button = self._button("Take the sample", "put the chosen sample on the pad")
        self.close_button = self._button("Close", "put the pad away; what was drawn stays on it")
        self.in_network = QCheckBox("Show it in the network", self)
        self.width_slider = LabeledSlider(
            "Pen",
            100 * PEN_WIDTHS[0],
            100 * PEN_WIDTHS[1],
            100 * PEN_WIDTH,
            step=0.5,
            formatter=lambda value: f"{value:.0f} %",
            tooltip="How wide the pen is; the wheel turns it too. Strokes unlike those learned from are read worse",
            parent=self,
        )
        self._timer = self._single_shot(_INTERVAL_MS, self._request)
        self.prediction_timeout = self._single_shot(_PREDICTION_TIMEOUT_MS, self._clear_probabilities)
        self._stale = True
        self._lay_out()
        self._connect(themes)
        self._show_theme(themes.theme)
        self._allow_buttons()

    # -- data and snapshots ---------------------------------------------------------------------------------------

    def show_data(self, prepared: PreparedData) -> None:
        """Set a run's data: image shape and classes."""
        data = prepared.data
        same = self._prepared is not None and self._prepared.data is data
        self._prepared = prepared
        possible = len(data.shape) == 3 and prepared.task.classifies
        if not same:
            self._normalizer = None
            self._stale = True
            if possible:
                self._show_kind(prepared)
        if not same or not possible:
            self.probabilities.show_probabilities([])
        self._allow(possible)

    def clear(self) -> None:
        """Drop the data and the network's prediction; what was drawn stays."""
        self._prepared = self._normalizer = self._drawing = None
        self._stale = True
        self.prediction_timeout.stop()
        self.model_input.show_pixels(None)
        self.probabilities.show_probabilities([])
        self.probabilities.set_names(())
        self._allow(False)

    def _allow(self, possible: bool) -> None:
        if possible != self.possible:
            self.possible = possible
            self.possible_changed.emit(possible)
        elif not possible:
            # A prompt may be shown.
            return
        self._request()

    def show_inspection(self, state: SnapshotRequest) -> None:
        """Start waiting for a prediction if the drawing or its place has changed."""
        judged = (state.drawn, state.show_drawn)
        if judged != self._judged:
            self._judged = judged
            if state.drawn is not None:
                self.prediction_timeout.start()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the prediction for the drawing, if the snapshot has one."""
        prepared, predicted = self._prepared, snapshot.part(DrawingPart)
        if prepared is None or predicted is None or self._drawing is None:
            return
        if predicted.drawing is self._drawing:
            self.prediction_timeout.stop()
        found = top_classes(predicted.output, prepared.encoding, _names(prepared))
        self.probabilities.show_probabilities(found)

    def put_sample(self, sample: int) -> None:
        """Copy a sample of `PreparedData.find` to the pad."""
        prepared = self._prepared
        if not self.possible or prepared is None or (at := prepared.find(sample)[2]) < 0:
            return
        pixels = np.asarray(prepared.data.inputs[at], np.float64)
        if pixels.shape[2] == 3:
            self.pad.put(image_of(pixels))
        else:
            self.pad.put(image_of(np.abs(pixels[..., 0] - self._rule(prepared).paper)), is_ink=True)

    def leave_network(self) -> None:
        """Let the canvas show the selected sample again."""
        self.in_network.setChecked(False)

    # -- requests -------------------------------------------------------------------------------------------------

    def _follow_pad(self) -> None:
        self._stale = True
        self._allow_buttons()
        if not self._timer.isActive():
            self._request()
            self._timer.start()

    def _request(self) -> None:
        """Emit `drawing_changed`, with the drawing only while the panel is visible."""
        seen = self.possible and self.isVisible()
        if seen and self._stale:
            self._stale = False
            self._frame()
        drawing = self._drawing if seen else None
        self.drawing_changed.emit(drawing, drawing is not None and self.in_network.isChecked())

    def _frame(self) -> None:
        assert self._prepared is not None
        pixels = self._rule(self._prepared).sample(self.pad.sheet.pixels())
        self._drawing = None if pixels is None else Drawing(pixels)
        self.model_input.show_pixels(pixels)
        if pixels is None:
            self.prediction_timeout.stop()
            self.probabilities.show_probabilities([])

    def _rule(self, prepared: PreparedData) -> DrawingNormalizer:
        """Normalization of the data's images, measured on first use."""
        if self._normalizer is None:
            self._normalizer = DrawingNormalizer.of(prepared.data.inputs)
        return self._normalizer

    def _clear_probabilities(self) -> None:
        """Clear the probabilities after a timeout."""
        self.probabilities.show_probabilities([])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._request()

    def _allow_buttons(self) -> None:
        self.undo_button.setEnabled(self.pad.sheet.can_undo)
        self.clear_button.setEnabled(not self.pad.sheet.is_empty)

    # -- how it looks ---------------------------------------------------------------------------------------------

    def _show_kind(self, prepared: PreparedData) -> None:
        names, (height, width, channels) = _names(prepared), prepared.data.shape
        what = "a digit" if names == _DIGITS else "an image"
        self.title.setText(f"Draw {what}".upper())
        self.title.setAccessibleName(f"Draw {what}")
        self.pad.hint = f"Draw {what} here"
        self.pad.sheet.use_colours(channels == 3)
        self.pad.update()
        self.size_label.setText(f"{height} × {width} pixels")
        self.probabilities.set_names(names)

    def _show_theme(self, theme: Theme) -> None:
        for button, drawn in (
            (self.erase_button, "erase"),
            (self.undo_button, "undo"),
            (self.clear_button, "delete"),
            (self.paste_button, "paste"),
            (self.sample_button, "image"),
        ):
            button.setIcon(icon(drawn, theme))
        self.close_button.setIcon(icon("close", theme, "muted"))

    def _connect(self, themes: ThemeSource) -> None:
        self.pad.changed.connect(self._follow_pad)
        self.pad.message_requested.connect(self.message_requested)
        self.pad.erasing_changed.connect(self.erase_button.setChecked)
        self.pad.width_changed.connect(lambda width: self.width_slider.set_value(100 * width))
        self.erase_button.toggled.connect(self.pad.set_erasing)
        self.undo_button.clicked.connect(self.pad.undo)
        self.clear_button.clicked.connect(self.pad.clear)
        self.paste_button.clicked.connect(self.pad.paste)
        self.sample_button.clicked.connect(self.sample_requested)
        self.close_button.clicked.connect(self.close_requested)
        self.width_slider.value_changed.connect(lambda percent: self.pad.set_pen_width(percent / 100))
        self.in_network.toggled.connect(self._request)
        themes.theme_changed.connect(self._show_theme)

    def _single_shot(self, interval_ms: int, callee: object) -> QTimer:
        timer = QTimer(self, interval=interval_ms, singleShot=True)
        timer.timeout.connect(callee)
        return timer

    def _button(self, name: str, tip: str) -> QToolButton:
        button = set_up(QToolButton(self), toolTip=f"{name}: {tip}", accessibleName=name)
        button.setAccessibleDescription(tip)
        button.setFixedSize(_BUTTON_PX, _BUTTON_PX)
        button.setIconSize(QSize(16, 16))
        return button

    def _lay_out(self) -> None:
        self.erase_button.setCheckable(True)
        self.close_button.setProperty("flat", True)
        self.in_network.setToolTip(
            "Send the drawing through the network's picture in the middle, in place of the chosen sample."
        )
        self.size_label.setProperty("role", "caption")
        self.probabilities.set_names(())
        column = vbox(self._make_head(), parent=self, margins=(12, GRID_PX, 12, GRID_PX), spacing=GRID_PX)
        middle = hbox((self.pad, 1), self._make_side(), spacing=12)
        column.addLayout(middle, 1)
        column.addWidget(self.probabilities)
        foot = hbox((self.in_network, 1), self.width_slider, spacing=12)
        column.addLayout(foot)

    def _make_head(self) -> QHBoxLayout:
        return hbox(
            (self.title, 1),
            self.erase_button,
            self.undo_button,
            self.clear_button,
            self.paste_button,
            self.sample_button,
            Gap(4),
            self.close_button,
            spacing=4,
        )

    def _make_side(self) -> QVBoxLayout:
        caption = set_up(QLabel("The network sees", self), role="caption")
        self.width_slider.setFixedWidth(PICTURE_PX)
        return vbox(
            caption, self.model_input, (self.size_label, 0, Qt.AlignmentFlag.AlignHCenter), STRETCH, spacing=4
        )


def _names(prepared: PreparedData) -> tuple[str, ...]:
    return class_labels(prepared.data)
