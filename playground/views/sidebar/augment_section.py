"""The AUGMENT section: random augmentation of training images, with a live preview."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from core.data.augmentation import Augmentation, Augmenter
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.spec import Setting
from playground.model.document import Document
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import Captioned, ChoiceCombo, LabeledSlider, SectionTitle
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.painted import PaintedWidget, draw_box
from playground.views.widgets.settings_form import Disclosure, slider_for
from playground.views.widgets.spoken import Role, speak_as

_COLUMNS, _ROWS = 4, 2
_SEAM_PX = 4
_TILE_PX = 45
# Enough training images to estimate the value range.
_MEASURED = 500


class AugmentPreview(PaintedWidget):
    """The first tile is the original; a click or an arrow key selects another image: `row_chosen(row)`.

    All versions of a row use the same random numbers, so that they change continuously with a slider.
    """

    row_chosen = Signal(int)
    name = "Augmented versions of a training image"

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._prepared: PreparedData | None = None
        self._augmentation = Augmentation()
        self._range = (0.0, 1.0)
        self.row = 0
        """Index of the training image shown."""
        self._pictures: list[QImage] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.Graphic)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "A training image, and versions of it as the network may learn from them. Click, or press left and "
            "right, for another image."
        )

    @property
    def versions(self) -> int:
        """Number of augmented versions shown."""
        return _COLUMNS * _ROWS - 1

    def show_data(self, prepared: PreparedData) -> None:
        if self._prepared is None or prepared.train.inputs is not self._prepared.train.inputs:
            self._prepared, self._range = prepared, (0.0, 0.0)
            self.row = min(self.row, max(0, len(prepared.train) - 1))
            self._restyle()

    def clear(self) -> None:
        """Drop the training images."""
        self._prepared = None
        self.row = 0
        self._restyle()

    def show_augmentation(self, augmentation: Augmentation) -> None:
        if augmentation != self._augmentation:
            self._augmentation = augmentation
            self._restyle()

    def choose(self, row: int) -> None:
        """Select a training image; indices wrap around."""
        if self._prepared is not None and len(self._prepared.train):
            self.row = row % len(self._prepared.train)
            self._restyle()
            self.row_chosen.emit(self.row)

    def sizeHint(self) -> QSize:
        return QSize(
            _COLUMNS * (_TILE_PX + _SEAM_PX) - _SEAM_PX + 4, _ROWS * (_TILE_PX + _SEAM_PX) - _SEAM_PX + 4
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.choose(self.row + 1)
            event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.choose(self.row + step)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        side = min(float(_TILE_PX), (self.width() - 4 - (_COLUMNS - 1) * _SEAM_PX) / _COLUMNS)
        if not self._pictures:
            self._pictures = self._made(theme, round(side * self.devicePixelRatioF()))
        for place, picture in enumerate(self._pictures):
            row, column = divmod(place, _COLUMNS)
            tile = QRectF(2 + column * (side + _SEAM_PX), 2 + row * (_TILE_PX + _SEAM_PX), side, side)
            painter.drawImage(tile, picture)
            if place == 0:
                edge = theme.accent if self.hasFocus() else theme.text_muted
                draw_box(painter, tile.adjusted(-1, -1, 1, 1), 2, None, edge, 2)

    def _made(self, theme: Theme, size: int) -> list[QImage]:
        if self._prepared is None or self._prepared.train.inputs.ndim != 4 or not len(self._prepared.train):
            return []
        inputs = self._prepared.train.inputs
        if self._range == (0.0, 0.0):
            some = inputs[:: max(1, len(inputs) // _MEASURED)]
            self._range = float(some.min()), float(some.max())
        low, high = self._range
        height, width, channels = inputs.shape[1:]
        image = np.asarray(inputs[self.row : self.row + 1], np.float32)
        made = Augmenter(self._augmentation, (height, width, channels), low, high)
        copies = np.repeat(image, self.versions, axis=0)
        changed = np.concatenate([image, made.apply(copies, np.random.default_rng(self.row))])
        shown = np.clip((changed - low) / max(1e-9, high - low), 0.0, 1.0)
        return [gray_image(pixels, theme, max(1, size)) for pixels in shown]

    def _restyle(self) -> None:
        # Lazily redrawn: once at the next paint event, after any number of changes.
        self._pictures = []
        self.update()


_SLIDERS = ("shift", "rotate", "zoom", "noise")
_GAP_PX = 6
_BORDERS = {"blank": "Blank", "edge": "Edge continued"}


class AugmentSection(QWidget):
    """A summary line; unfolded, settings and preview. A slider drag applies while it moves and is one undo step."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._drags = 0
        self.more = Disclosure(
            themes,
            "Off",
            "Close",
            tooltip="Learn from images that are moved, turned, zoomed and noisy: it keeps the network from learning "
            "the training images by heart.",
            parent=self,
        )
        self.preview = AugmentPreview(themes, self)
        self._sliders = {name: self._make_slider(Augmentation.setting(name)) for name in _SLIDERS}
        self.flip = self._make_flip()
        self.border = self._make_border()
        self._body = QWidget(self)
        self.more.toggled_open.connect(self._body.setVisible)
        self._lay_out()
        document.experiment_changed.connect(self._show_experiment)
        self._show_experiment(document.experiment)

    def slider(self, name: str) -> LabeledSlider:
        """The slider of the setting `name`."""
        return self._sliders[name]

    def show_data(self, prepared: PreparedData) -> None:
        """Set the images of the preview, which is hidden without images."""
        self.preview.show_data(prepared)

    def clear(self) -> None:
        """Drop the images of the preview."""
        self.preview.clear()

    def _lay_out(self) -> None:
        head = hbox((SectionTitle("Augment", self), 1), self.more)
        inner = vbox(self.preview, parent=self._body, margins=0, spacing=2)
        for slider in self._sliders.values():
            inner.addWidget(slider)
        inner.addWidget(self.flip)
        inner.addSpacing(_GAP_PX - 2)
        inner.addWidget(Captioned("Border", self.border, self._body))
        vbox(head, self._body, parent=self, margins=(0, _GAP_PX, 0, 0), spacing=4)
        self._body.hide()

    def _make_slider(self, rule: Setting) -> LabeledSlider:
        slider = slider_for(rule, rule.default, self)
        slider.track.sliderPressed.connect(self._begin_drag)
        slider.value_changed.connect(partial(self._slide, rule))
        return slider

    def _make_flip(self) -> QCheckBox:
        rule = Augmentation.setting("flip")
        box = set_up(QCheckBox(rule.label, self), toolTip=rule.help, accessibleDescription=rule.help)
        box.clicked.connect(self._flip)
        return box

    def _make_border(self) -> ChoiceCombo:
        rule = Augmentation.setting("border")
        combo = ChoiceCombo(
            list(_BORDERS.items()), rule.default, name=rule.label, tooltip=rule.help, parent=self
        )
        combo.chosen.connect(self._pick_border)
        return combo

    def _show_experiment(self, experiment: Experiment) -> None:
        images = len(experiment.input_shape) == 3
        self.setVisible(images)
        chosen = experiment.training.augmentation
        for name, slider in self._sliders.items():
            if getattr(chosen, name) != slider.value:
                slider.set_value(getattr(chosen, name))
        self.flip.setChecked(chosen.flip)
        self.border.set_current(chosen.border)
        self.border.setEnabled(chosen.warps)
        self.preview.show_augmentation(chosen)
        self.more.set_texts(_summary(chosen), "Close")

    def _begin_drag(self) -> None:
        # Each drag is an undo step of its own.
        self._drags += 1

    def _slide(self, rule: Setting, value: float) -> None:
        self._change(
            rule, round(value) if rule.type == "int" else value, f"augment {rule.name} {self._drags}"
        )

    def _flip(self, on: bool) -> None:
        self._change(Augmentation.setting("flip"), on)

    def _pick_border(self, key: str) -> None:
        self._change(Augmentation.setting("border"), key)

    def _change(self, rule: Setting, value: Any, merge_key: str = "") -> None:
        experiment = self._document.experiment
        changed = experiment.training.augmentation.replace(**{rule.name: value})
        self._document.change(
            f"Augment: {rule.label}", experiment.with_training(augmentation=changed), merge_key=merge_key
        )


def _summary(chosen: Augmentation) -> str:
    """The augmentations in use, in brief: "±2 px, ±10°"."""
    parts = []
    if chosen.shift:
        parts.append(f"±{chosen.shift} px")
    if chosen.rotate:
        parts.append(f"±{chosen.rotate:g}°")
    if chosen.zoom:
        parts.append("zoom")
    if chosen.noise:
        parts.append("noise")
    if chosen.flip:
        parts.append("flip")
    if len(parts) > 2:
        parts = [*parts[:2], "…"]
    return ", ".join(parts) or "Off"
