"""What scrolls on the canvas: the row of cards, the field of neurons below it, and what lies over both."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from core.experiment import Experiment
from core.problems import find_problems, shapes_of
from playground.views.canvas.cards import CARD_HEIGHT_PX, HALO_PX, LayerCard
from playground.views.canvas.columns import Column, arrange, content_width, gap_center, shows_links
from playground.views.canvas.descriptions import (
    input_summary,
    layer_summary,
    layer_words,
    short_title,
    size_setting,
    stack_tooltips,
)
from playground.views.canvas.neuron_field import NeuronField
from playground.views.canvas.problem_box import BOX_WIDTH_PX, ProblemBox
from playground.views.theme import RADIUS_PX, ThemeSource, mix

__all__ = ["Stage"]

_CARD_TOP_PX: Final = 12
_FIELD_TOP_PX: Final = _CARD_TOP_PX + CARD_HEIGHT_PX + 2 * HALO_PX + 2
_FIELD_HEIGHT_MIN_PX: Final = 160
_HINT_PX: Final = (168, 72)


class Stage(QWidget):
    """Cards, field, problems and the hint of an empty stack, placed by `columns`."""

    card_added = Signal(object)
    """A LayerCard that was made for a longer stack."""
    mend_chosen = Signal(object)

    def __init__(self, experiment: Experiment, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._experiment = experiment
        self._available_width = 0
        self.columns: tuple[Column, ...] = arrange(experiment, 0)
        self.input_card = LayerCard(themes, self)
        self.output_card = LayerCard(themes, self)
        self.layer_cards: list[LayerCard] = []
        self.field = NeuronField(themes, self)
        self.problem_boxes: list[ProblemBox] = []
        self.hint = _EmptyHint(themes, self)
        self.setMinimumHeight(_FIELD_TOP_PX + _FIELD_HEIGHT_MIN_PX)
        themes.theme_changed.connect(self._on_theme_changed)

    @property
    def cards(self) -> tuple[LayerCard, ...]:
        """From left to right, one for each column."""
        return (self.input_card, *self.layer_cards, self.output_card)

    def index_of(self, card: object) -> int | None:
        """The column index of a card: -1 for the input, the number of layers for the output."""
        return next((index - 1 for index, other in enumerate(self.cards) if other is card), None)

    def show_experiment(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._match_cards(len(experiment.layers))
        self._describe_cards()
        self._show_problems()
        self.field.set_experiment(experiment)
        self.place()

    def set_available_width(self, width: int) -> None:
        """The width in pixels that the columns should fill."""
        self._available_width = width
        self.place()

    def place(self) -> None:
        """Move everything to where the columns are now."""
        columns = arrange(self._experiment, self._available_width)
        moved = columns != self.columns
        self.columns = columns
        self.setMinimumWidth(int(content_width(columns)))
        for card, column in zip(self.cards, columns, strict=True):
            width, height = round(column.width) + 2 * HALO_PX, CARD_HEIGHT_PX + 2 * HALO_PX
            card.setGeometry(round(column.left) - HALO_PX, _CARD_TOP_PX, width, height)
        self.field.setGeometry(0, _FIELD_TOP_PX, self.width(), max(0, self.height() - _FIELD_TOP_PX))
        self.field.set_columns(columns)
        self._place_problems()
        self.hint.setVisible(len(columns) == 2 and not self.problem_boxes)
        middle = gap_center(columns, 0)
        top = _FIELD_TOP_PX + max(0, (self.height() - _FIELD_TOP_PX - _HINT_PX[1]) // 2)
        self.hint.setGeometry(round(middle - _HINT_PX[0] / 2), top, *_HINT_PX)
        if moved:
            self.update()

    def bar_geometry(self, gap: int) -> QRect:
        """Where the bar stands that shows a drop before layer `gap`."""
        x = round(gap_center(self.columns, gap))
        return QRect(x - 1, _FIELD_TOP_PX, 3, max(0, self.height() - _FIELD_TOP_PX - 8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._themes.theme
        painter.fillRect(event.rect(), QColor(theme.canvas))
        if shows_links(self._experiment):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(
            QPen(QColor(theme.text_muted), 1.4, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
        )
        y = _CARD_TOP_PX + HALO_PX + CARD_HEIGHT_PX / 2
        for gap in range(len(self.columns) - 1):
            x = gap_center(self.columns, gap)
            painter.drawPolyline([QPointF(x - 2, y - 4), QPointF(x + 2, y), QPointF(x - 2, y + 4)])

    def _match_cards(self, count: int) -> None:
        if count == len(self.layer_cards) and self.layer_cards:
            return
        focused = next((index for index, card in enumerate(self.layer_cards) if card.hasFocus()), None)
        while len(self.layer_cards) > count:
            card = self.layer_cards.pop()
            card.hide()
            card.deleteLater()
        while len(self.layer_cards) < count:
            card = LayerCard(self._themes, self)
            self.layer_cards.append(card)
            self.card_added.emit(card)
            card.show()
        if focused is not None and focused >= count:
            self.cards[count].setFocus()
        for first, second in zip(self.cards, self.cards[1:], strict=False):
            QWidget.setTabOrder(first, second)

    def _describe_cards(self) -> None:
        experiment = self._experiment
        shapes, _ = shapes_of(experiment)
        tooltips = stack_tooltips(experiment, shapes)
        title, summary = self._input_texts()
        kind = "inputs of the network, made from each point" if title == "Features" else "data as it comes in"
        self.input_card.describe(title, summary, f"{title}: {summary}", f"{title}: the {kind}")
        self.input_card.set_layer(None, None)
        stack = experiment.stack()
        for index, card in enumerate(self.cards[1:]):
            layer, last = stack[index], index == len(stack) - 1
            words = layer_words(layer)
            if last:
                words = words.replace(layer.title, "Output", 1)
            name = f"Layer {index + 1} of {len(stack)}: {words}"
            title, short = ("Output", "") if last else (layer.title, short_title(layer))
            card.describe(title, layer_summary(layer), name, tooltips[index], short)
            size = None if last else size_setting(layer)
            count = None if size is None else getattr(layer, size.name)
            low, high = (1, 0) if size is None else (int(size.low or 1), int(size.high or 0))
            card.set_layer(None if last else layer, count, low, high)

    def _input_texts(self) -> tuple[str, str]:
        return arrange(self._experiment, 0)[0].title, input_summary(self._experiment)

    def _show_problems(self) -> None:
        problems = find_problems(self._experiment)
        for index, card in enumerate(self.cards):
            card.set_problem(" ".join(found.sentence for found in problems if found.layer == index - 1))
        if tuple(box.problem for box in self.problem_boxes) == problems:
            return
        for box in self.problem_boxes:
            box.hide()
            box.deleteLater()
        self.problem_boxes = [ProblemBox(problem, self) for problem in problems]
        before: QWidget = self.output_card
        for box in self.problem_boxes:
            box.mend_chosen.connect(self.mend_chosen)
            box.show()
            for button in box.buttons:
                QWidget.setTabOrder(before, button)
                before = button

    def _place_problems(self) -> None:
        taken: list[QRect] = []
        for box in self.problem_boxes:
            column = self.columns[box.problem.layer + 1]
            right = max(8, self.width() - BOX_WIDTH_PX - 8)
            left = min(max(8, round(column.center - BOX_WIDTH_PX / 2)), right)
            where = QRect(left, _FIELD_TOP_PX + 2, BOX_WIDTH_PX, box.fitting_height())
            for other in taken:
                if where.intersects(other):
                    where.moveTop(other.bottom() + 8)
            taken.append(where)
            box.setGeometry(where)
            box.raise_()

    def _on_theme_changed(self) -> None:
        self.update()


class _EmptyHint(QLabel):
    """Says what to do with a stack that has no layers yet."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Drag a layer here", parent)
        self._themes = themes
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setProperty("role", "muted")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.border_strong), 1.2, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(mix(theme.canvas, theme.surface, 0.6)))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        painter.end()
        super().paintEvent(event)
