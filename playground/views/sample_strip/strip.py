"""The strip of test samples: selects the sample whose activations are shown."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from core.data.texts import shown_text
from core.inspect.saliency import SaliencyKind
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.io.number_text import held_word, rounded_text
from playground.views.theme.colors import Theme, class_color
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.boxes import STRETCH, hbox, restyle, set_up, vbox
from playground.views.widgets.number_format import class_labels, class_name
from playground.views.widgets.painted import (
    LEFT_RIGHT,
    PaintedWidget,
    cut_text,
    draw_box,
    draw_text,
    use_colors,
)
from playground.views.widgets.spoken import Role

THUMBNAIL_PX: Final = 42
CARD_PX: Final = 84
DOT_PX: Final = 7
GAP_PX: Final = 12
EDGE_PX: Final = 4


_SAMPLE_TIP = "The sample that is shown on its way through the network. Left and right choose another."


class Thumbnails(PaintedWidget):
    """As many test samples as fit, one of them selected."""

    name = "Samples"
    is_tracking = True
    role = Role.List
    steps = LEFT_RIGHT
    size_px = 5 * (THUMBNAIL_PX + GAP_PX), THUMBNAIL_PX + 2 * EDGE_PX
    least_px = THUMBNAIL_PX + 2 * EDGE_PX, THUMBNAIL_PX + 2 * EDGE_PX

    row_chosen = Signal(int)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._prepared: Any = None
        self._first = self.row = 0
        """The selected sample: a test row, or ~row of a training sample, which is not among those shown."""
        self._hovered = -1
        self._is_shown = True
        self._pictures: dict[int, QPixmap] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(_SAMPLE_TIP)

    @property
    def count(self) -> int:
        """Number of test samples."""
        return 0 if self._prepared is None else len(self._prepared.test_index)

    def set_data(self, prepared: Any) -> None:
        """Set the test samples of a `core.experiment.prepare.PreparedData`."""
        self._prepared = prepared
        self._pictures.clear()
        self._first = 0
        self.choose(min(self.row, max(0, self.count - 1)))

    def choose(self, row: int) -> None:
        """Select a row and scroll to it."""
        self.row = row
        fitting = self._fitting()
        if row >= 0:
            self._first = max(0, min(max(self._first, row - fitting + 1), row))
        self._first = min(self._first, max(0, self.count - fitting))
        self.setAccessibleDescription(self._place_text(row))
        self.update()

    def show_chosen(self, shown: bool) -> None:
        """Set whether the network shows the selected sample, and nothing in place of it."""
        if shown != self._is_shown:
            self._is_shown = shown
            self.update()

    def row_rect(self, row: int) -> QRectF:
        left = EDGE_PX + (row - self._first) * (self._width() + GAP_PX)
        return QRectF(left, (self.height() - THUMBNAIL_PX) / 2, self._width(), THUMBNAIL_PX)

    def row_at(self, pos: QPointF) -> int:
        """The row at a position, -1 without one."""
        for row in range(self._first, min(self._first + self._fitting(), self.count)):
            if self.row_rect(row).contains(pos):
                return row
        return -1

    def _is_image(self) -> bool:
        return self._prepared is not None and self._prepared.data.inputs.ndim == 4

    def _width(self) -> int:
        return THUMBNAIL_PX if self._is_image() else CARD_PX

    def _fitting(self) -> int:
        return max(1, int((self.width() - 2 * EDGE_PX + GAP_PX) // (self._width() + GAP_PX)))

    def _place_text(self, row: int) -> str:
        """ "Test sample 1 of 150, row 290 of the data: setosa"."""
        if self._prepared is None or row >= self.count:
            return ""
        prepared = self._prepared
        name, (samples, number, at) = label_name(prepared, row), prepared.find(row)
        (at,) = prepared.data.row_numbers(np.array([at])).tolist()
        of_data = (
            f"{prepared.split_name(row)} sample {number + 1:,} of {len(samples):,}, row {at:,} of the data"
        )
        return f"{of_data}: {name}" if name else of_data

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.choose(self.row)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        for row in range(self._first, min(self._first + self._fitting(), self.count)):
            place = self.row_rect(row)
            if self._is_image():
                painter.drawPixmap(place.topLeft(), self._picture(row, theme))
            else:
                self._paint_card(painter, row, place, theme)
            if row == self.row or row == self._hovered:
                focused = row == self.row and self.hasFocus()
                edge = theme.accent if row == self.row and self._is_shown else theme.border_strong
                draw_box(painter, place.adjusted(-1, -1, 1, 1), 5, None, edge, 3 if focused else 2)

    def _picture(self, row: int, theme: Theme) -> QPixmap:
        if row not in self._pictures:
            if len(self._pictures) > 200:
                self._pictures.clear()
            ratio = self.devicePixelRatioF()
            pixels = self._prepared.data.inputs[self._prepared.test_index[row]]
            picture = QPixmap.fromImage(gray_image(pixels, theme, round(THUMBNAIL_PX * ratio)))
            picture.setDevicePixelRatio(ratio)
            self._pictures[row] = picture
        return self._pictures[row]

    def _paint_card(self, painter: QPainter, row: int, place: QRectF, theme: Theme) -> None:
        draw_box(painter, place, 5, theme.field)
        half, has_class = place.height() / 2, self._prepared.data.labels == "classes"
        dot = DOT_PX + 5 if has_class else 0
        name = cut_text(self._small, label_name(self._prepared, row), place.width() - 12 - dot)
        upper = place.adjusted(6 + dot, 3, -6, -half + 3)
        draw_text(painter, upper, name, theme.text, self._small)
        if has_class:
            left = upper.center().x() - QFontMetricsF(self._small).horizontalAdvance(name) / 2 - dot
            use_colors(painter, class_color(int(self._prepared.test.labels[row])))
            painter.drawEllipse(QPointF(left + DOT_PX / 2, upper.center().y()), DOT_PX / 2, DOT_PX / 2)
        lower = place.adjusted(6, half - 3, -6, -3)
        draw_text(painter, lower, f"{held_word(self._prepared.held_name)} {row + 1:,}", theme.text_muted)

    def _restyle(self) -> None:
        self._pictures.clear()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.row_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self._choose_and_emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: self.row - 1, Qt.Key.Key_Right: max(0, self.row + 1),
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.count - 1,
        }  # fmt: skip
        row = steps.get(Qt.Key(event.key()))
        if row is None:
            super().keyPressEvent(event)
        elif 0 <= row < self.count:
            self._choose_and_emit(row)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.setToolTip(_SAMPLE_TIP if row < 0 else f"{self._place_text(row)}\n{_SAMPLE_TIP}")
            self.setCursor(Qt.CursorShape.ArrowCursor if row < 0 else Qt.CursorShape.PointingHandCursor)
            self.update()

    def _choose_and_emit(self, row: int) -> None:
        if row != self.row or not self._is_shown:
            self.choose(row)
            self.row_chosen.emit(row)


def label_name(prepared: Any, row: int) -> str:
    """Class name or target value of a sample of `PreparedData.find`; a text itself where what follows is learned."""
    samples, row, _ = prepared.find(row)
    label = samples.labels[row]
    if prepared.encoding.tokens:
        text: str = prepared.pipeline.inputs.raw(samples.inputs[row : row + 1])[0]
        return " ".join(shown_text(text).split())
    if prepared.data.labels != "classes":
        return rounded_text(float(np.ravel(label)[0]))
    return class_name(prepared.data.class_names, int(label))


_CHOICES: Final[tuple[tuple[SaliencyKind | None, str, str], ...]] = (
    (None, "&Off", "Show the picture as it is"),
    ("gradient", "&Gradient", "Where a small change would matter for the score of the class"),
    (
        "gradient_input",
        "Gradient × &input",
        "What the ink adds to the score of the class, in blue, or takes from it, in orange",
    ),
    ("occlusion", "O&cclusion", "How far the probability of the class drops when a place is covered"),
)


_TIP = "Colour the sample's picture by what of it speaks for the network's prediction."


class OverlayButton(QToolButton):
    """Menu of saliency methods; the button looks pressed while one is selected."""

    chosen = Signal(object)
    """Carries a kind of saliency, or None."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.kind: SaliencyKind | None = None
        """The kind that is shown as selected."""
        self._actions: dict[SaliencyKind | None, QAction] = {}
        set_up(self, accessibleName="Overlay", toolTip=_TIP)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for kind, text, tip in _CHOICES:
            action = menu.addAction(text)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.setChecked(kind is None)
            action.setData(kind)
            group.addAction(action)
            self._actions[kind] = action
        group.triggered.connect(self._choose)
        self.setMenu(menu)
        self._show_icon()
        themes.theme_changed.connect(self._show_icon)

    def show_kind(self, kind: SaliencyKind | None) -> None:
        """Show the selected kind."""
        if kind == self.kind:
            return
        self.kind, action = kind, self._actions[kind]
        action.setChecked(True)
        self.setToolTip(_TIP if kind is None else f"{_TIP}\n{action.toolTip()}")
        self.setAccessibleDescription(action.text().replace("&", ""))
        self._show_icon()

    def _choose(self, action: QAction) -> None:
        self.chosen.emit(action.data())

    def _show_icon(self) -> None:
        self.setIcon(icon("overlay", self._themes.theme, "normal" if self.kind is None else "accent"))


_DIGITS = tuple("0123456789")


class SampleStrip(QFrame):
    """Caption, thumbnails and "Next mistake". Visible for images and tables, hidden for points."""

    sample_selected = Signal(int)
    next_mistake_requested = Signal()
    draw_requested = Signal()
    draws = False
    """Whether there is a pad to draw on."""
    saliency_requested = Signal(object)
    """Carries a kind of `core.inspect.saliency`, or None."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self, role="footer", accessibleName="Sample")
        self._prepared: Any = None
        self.thumbnails = Thumbnails(themes, self)
        self.thumbnails.row_chosen.connect(self._select)
        self._shown_text = ""
        self._prediction_label = set_up(QLabel(self), role="caption")
        self._prediction_label.setToolTip("What the sample is, and what the network takes it for.")
        self.mistake_button = set_up(QPushButton("Next mistake", self), clicked=self.next_mistake_requested)
        self.mistake_button.setToolTip("Go to the next sample that the network gets wrong.")
        self.draw_button = set_up(QPushButton("Draw an image", self), primary=True)
        self.draw_button.setToolTip("Draw an image of your own, and see what the network takes it for (W).")
        self.draw_button.clicked.connect(self.draw_requested)
        self.overlay = OverlayButton(themes, self)
        self.overlay.chosen.connect(self.saliency_requested)
        self._title = SectionTitle("Sample", self)
        caption = vbox(STRETCH, self._title, self._prediction_label, STRETCH, spacing=2)
        hbox(
            caption,
            (self.thumbnails, 1),
            self.overlay,
            self.mistake_button,
            self.draw_button,
            parent=self,
            margins=(12, 6, 12, 6),
            spacing=12,
        )
        self._prediction_label.setFixedWidth(84)
        self._show_theme(themes.theme)
        themes.theme_changed.connect(self._show_theme)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def prediction_text(self) -> str:
        """The text on the selected sample."""
        return self._shown_text

    def show_data(self, prepared: Any) -> None:
        """Set the test samples of a `core.experiment.prepare.PreparedData`."""
        self._prepared = prepared
        points = prepared.data.inputs.ndim == 2 and prepared.data.inputs.shape[1] == 2
        self.setVisible(not points and len(prepared.test_index) > 0)
        self.mistake_button.setVisible(prepared.task.classifies)
        self.overlay.setVisible(prepared.data.inputs.ndim == 4)
        names = prepared.data.class_names
        self.draw_button.setVisible(
            self.draws and prepared.data.inputs.ndim == 4 and prepared.task.classifies
        )
        self.draw_button.setText("Draw a digit" if names == _DIGITS else "Draw an image")
        self._show_text("")
        self.thumbnails.set_data(prepared)

    def clear(self) -> None:
        """Drop the samples, and hide."""
        self._prepared = None
        self._show_text("")
        self.thumbnails.set_data(None)
        self.hide()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the prediction for the selected sample."""
        prepared, row = self._prepared, self.thumbnails.row
        if not self.isVisible() or prepared is None or snapshot.sample_output is None:
            return
        # A snapshot from before the selection is of another sample.
        shown = snapshot.request.sample == row and not snapshot.shows_drawing
        if not prepared.task.classifies or not shown:
            return
        samples, at, _ = prepared.find(row)
        true = int(samples.labels[at])
        seen = int(prepared.encoding.decode(snapshot.sample_output[None])[0])
        names = class_labels(prepared.data)
        self._show_text(
            f"{names[true]} ✓" if seen == true else f"{names[true]} → {names[seen]}", wrong=seen != true
        )

    def show_inspection(self, state: SnapshotRequest) -> None:
        """Highlight the selected sample, and show the selected overlay."""
        self.thumbnails.show_chosen(not state.show_drawn)
        if state.sample != self.thumbnails.row:
            self._show_text("")
            self._title.set_text(f"Train {~state.sample + 1:,}" if state.sample < 0 else "Sample")
            self.thumbnails.choose(state.sample)
        self.overlay.show_kind(state.parts.get("saliency"))

    def _select(self, row: int) -> None:
        self._show_text("")
        self.sample_selected.emit(row)

    def _show_theme(self, theme: Theme) -> None:
        self.draw_button.setIcon(icon("paint", theme, "on_accent"))

    def _show_text(self, text: str, *, wrong: bool = False) -> None:
        if text == self._shown_text:
            return
        self._shown_text = text
        # A bold text is wider.
        restyle(self._prediction_label, role="danger" if wrong else "caption")
        set_up(self._prediction_label, text=self._fitted(text), toolTip=text)

    def _fitted(self, text: str) -> str:
        """The text on one line, else on two, elided if needed."""
        metrics, room = self._prediction_label.fontMetrics(), self._prediction_label.width()
        if metrics.horizontalAdvance(text) > room:
            text = text.replace(" → ", "\n→ ")
        cut = Qt.TextElideMode.ElideRight
        return "\n".join(metrics.elidedText(line, cut, room) for line in text.split("\n"))
