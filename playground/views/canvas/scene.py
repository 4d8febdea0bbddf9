"""The scrolled contents of the canvas: cards, neuron field and overlays."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.experiment.stack_problems import Problem, shapes_of
from core.nn.attention import heads_in
from core.nn.autoencoder import code_layer
from core.nn.stage import Address, layer_text
from playground.views.canvas.card_text import (
    card_titles,
    input_summary,
    layer_summary,
    layer_words,
    plain_titles,
    short_title,
    size_setting,
    sized_part,
    stack_tooltips,
    threshold_text,
)
from playground.views.canvas.cards import CARD_HEIGHT_PX, HALO_PX, LayerCard
from playground.views.canvas.column_layout import (
    MARGIN_PX,
    LayerColumn,
    arrange,
    content_height,
    content_width,
    gap_center,
    inner_layers,
    scaled,
    shows_links,
    shows_rows,
)
from playground.views.canvas.neuron_field import NeuronField
from playground.views.canvas.zoom import MIN_FIT
from playground.views.theme.colors import RADIUS_PX, Theme, mix
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets import FlowLayout
from playground.views.widgets.boxes import set_up, vbox
from playground.views.widgets.painted import draw_text

BOX_WIDTH_PX: Final = 216


class ProblemPopup(QFrame):
    """One problem of the stack; the first fix is the default button."""

    fix_chosen = Signal(object)

    def __init__(self, problem: Problem, parent: QWidget) -> None:
        super().__init__(parent)
        self.problem = problem
        set_up(self, role="warning", accessibleName=problem.sentence)
        self.setFixedWidth(BOX_WIDTH_PX)
        column = vbox(parent=self, margins=(10, 8, 10, 10), spacing=8)
        sentence = set_up(QLabel(problem.sentence, self), wordWrap=True)
        column.addWidget(sentence)
        row = FlowLayout()
        self.buttons: list[QPushButton] = []
        for index, fix in enumerate(problem.fixes):
            button = set_up(QPushButton(fix.text, self), primary=index == 0, fix=index)
            hint = "A dialog asks first." if fix.download or fix.chooses else "It can be undone."
            button.setToolTip(f"Fix it: {fix.text.rstrip('…')}. {hint}")
            button.setAccessibleName(f"{fix.text}, to fix: {problem.sentence}")
            button.clicked.connect(self._on_clicked)
            self.buttons.append(button)
            row.addWidget(button)
        column.addLayout(row)

    def fitting_height(self) -> int:
        """Height of text and buttons at the popup's width."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        return max(layout.totalHeightForWidth(BOX_WIDTH_PX), layout.totalMinimumSize().height())

    def _on_clicked(self) -> None:
        self.fix_chosen.emit(self.problem.fixes[int(self.sender().property("fix"))])


_CARD_TOP_PX: Final = 12
_BRACKET_PX: Final = 14
_FIELD_TOP_PX: Final = _CARD_TOP_PX + CARD_HEIGHT_PX + 2 * HALO_PX + 2
_FIELD_HEIGHT_MIN_PX: Final = 160
_HINT_PX: Final = (168, 72)
_ROW_GAP_PX: Final = 10
"""Between the cards of rows and the field."""


class NetworkScene(QWidget):
    """Cards, field, problem popups and the empty-stack hint, placed by `columns`."""

    card_added = Signal(object)
    """Carries a LayerCard created for a longer stack."""
    fix_chosen = Signal(object)

    def __init__(self, experiment: Experiment, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._experiment = experiment
        self._available = QSize()
        self.requested_zoom: float | None = None
        """The requested zoom; None fits the stack into the window."""
        self.zoom = 1.0
        """The effective zoom factor."""
        self._plain = False
        self.opened: int | None = None
        """The block whose layers are shown."""
        self.columns: tuple[LayerColumn, ...] = arrange(experiment, 0)
        self.input_card = LayerCard(themes, self)
        self.output_card = LayerCard(themes, self)
        self.layer_cards: list[LayerCard] = []
        self.inner_cards: list[LayerCard] = []
        """Of the layers inside the opened block, which is at the end of its way."""
        self.field = NeuronField(themes, self)
        self.problem_popups: list[ProblemPopup] = []
        self.hint = _EmptyHint(themes, self)
        self.setMinimumHeight(_FIELD_TOP_PX + _FIELD_HEIGHT_MIN_PX)
        themes.theme_changed.connect(self._on_theme_changed)

    @property
    def cards(self) -> tuple[LayerCard, ...]:
        """From left to right, one per column."""
        return (self.input_card, *self.layer_cards, self.output_card)

    @property
    def cards_in_order(self) -> tuple[LayerCard, ...]:
        """All cards, those of the layers inside the opened block in front of its own."""
        at = 0 if self.opened is None else self.opened + 1
        return (*self.cards[:at], *self.inner_cards, *self.cards[at:])

    def address_of(self, card: object) -> Address | None:
        """That of a card's layer: -1 for the input, the number of layers for the output."""
        if card in self.inner_cards:
            return f"{self.opened}/{[*self.inner_cards].index(card)}"
        return next((index - 1 for index, other in enumerate(self.cards) if other is card), None)

    def card_of(self, address: Address) -> LayerCard | None:
        """The card with that `address_of`."""
        return next((card for card in self.cards_in_order if self.address_of(card) == address), None)

    def show_experiment(self, experiment: Experiment) -> None:
        self._experiment = experiment
        if not inner_layers(experiment, self.opened):
            self.opened = None
        self._match_cards(len(experiment.layers))
        self._describe_cards()
        self._show_problems()
        self.field.set_experiment(experiment)
        self.place()

    def set_available_size(self, size: QSize) -> None:
        """Set the size in pixels to fill."""
        if size != self._available:
            self._available = size
            self.place()

    def set_zoom(self, zoom: float | None) -> None:
        """Set the zoom factor; None fits the stack into the window."""
        self.requested_zoom = zoom
        self.place()

    def open_block(self, index: int | None) -> None:
        """Show the layers inside a block of a network on sequences; None closes it."""
        found = index if inner_layers(self._experiment, index) else None
        if found != self.opened:
            self.opened = found
            self._match_cards(len(self.layer_cards))
            self._describe_cards()
            self.place()

    def _arranged(self, width: float = 0.0, height: float = 0.0) -> tuple[LayerColumn, ...]:
        return arrange(self._experiment, width, height, self.opened)

    @property
    def needed_px(self) -> int:
        """The least width that shows the whole stack at 100 %."""
        return math.ceil(content_width(self._arranged()))

    def fitting_zoom(self) -> float:
        """The zoom that fits the whole stack into the window, clipped to `MIN_FIT` … 1."""
        needed, room = self.needed_px, self._available.width()
        if shows_rows(self._experiment):
            needed, room = math.ceil(content_height(self._arranged())), self._available.height()
        return 1.0 if needed <= room or room <= 0 else max(MIN_FIT, room / needed)

    def place(self) -> None:
        """Lay out everything for the current columns."""
        self.zoom = zoom = self.requested_zoom or self.fitting_zoom()
        # Above 100 % the layout is that of the window, enlarged; below, it uses the room gained.
        size = self._available / min(1.0, zoom)
        columns = self._arranged(size.width(), size.height())
        seen = scaled(columns, zoom)
        moved = seen != self.columns
        self.columns = seen
        self._claim(int(content_width(columns) * zoom), int(content_height(columns) * zoom))
        halo = HALO_PX * zoom
        rows = [row for column in seen for row in (*column.inner, column)]
        for card, column in zip(self.cards_in_order, rows, strict=True):
            card.set_zoom(zoom)
            top, height = (_CARD_TOP_PX + self._head_px) * zoom, CARD_HEIGHT_PX * zoom
            if column.is_row:
                height = min(height, column.height)
                # Maps begin at the top of a high row, and so does its card.
                down = (column.height - height) / 2 if column.height < 2 * height else 0.0
                top = column.top + down - halo
            card.set_low(height < CARD_HEIGHT_PX * zoom)
            card.setGeometry(
                round(column.left - halo),
                round(top),
                round(column.width + 2 * halo),
                round(height + 2 * halo),
            )
        # One that shrinks alone would look less important.
        title_px = min(card.fitting_title_px for card in self.cards)
        for card in self.cards:
            card.set_title_px(title_px)
        top = self.field_top
        left = round(seen[0].right + _ROW_GAP_PX * zoom) if seen[0].is_row else 0
        self.field.setGeometry(left, top, self.width() - left, max(0, self.height() - top))
        self.field.set_columns(columns, zoom)
        self._place_problems()
        self.hint.setVisible(len(columns) == 2 and not self.problem_popups)
        middle = self.width() / 2 if seen[0].is_row else gap_center(seen, 0)
        top += max(0, (self.height() - top - _HINT_PX[1]) // 2)
        self.hint.setGeometry(round(middle - _HINT_PX[0] / 2), top, *_HINT_PX)
        if moved:
            self.update()

    @property
    def field_top(self) -> int:
        """Top of the neuron field, below the cards or beside them."""
        if self.columns[0].is_row:
            return 0
        return round((_FIELD_TOP_PX + self._head_px) * self.zoom)

    @property
    def _code(self) -> int | None:
        """The layer whose outputs are the code, where samples are given back."""
        experiment = self._experiment
        if not experiment.task.gives_back:
            return None
        return code_layer(experiment.stack(), experiment.input_shape)

    @property
    def _head_px(self) -> int:
        """Room above the cards for the names of encoder and decoder."""
        return 0 if self._code is None else _BRACKET_PX

    def _claim(self, width: int, height: int) -> None:
        """Set the minimum size to the drawing's, so that the window scrolls."""
        height = height or _FIELD_TOP_PX + self._head_px + _FIELD_HEIGHT_MIN_PX
        if self.zoom > 1.0:
            height = max(height, int(self._available.height() * self.zoom))
        least = QSize(width, height)
        if self.minimumSize() != least:
            self.setMinimumSize(least)

    def bar_geometry(self, gap: int) -> QRect:
        """Rectangle of the insertion marker before layer `gap`."""
        x = round(gap_center(self.columns, gap))
        if self.columns[0].is_row:
            return QRect(MARGIN_PX // 2, x - 1, self.width() - MARGIN_PX, 3)
        return QRect(x - 1, self.field_top, 3, max(0, self.height() - self.field_top - 8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._themes.theme
        painter.fillRect(event.rect(), QColor(theme.canvas))
        if self._code is not None and len(self.columns) == len(self._experiment.layers) + 2:
            self._paint_brackets(painter, self._code, theme)
        if shows_links(self._experiment):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(
            QPen(QColor(theme.text_muted), 1.4, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
        )
        if self.columns[0].is_row:
            self._paint_ways(painter)
            return
        y = (_CARD_TOP_PX + self._head_px + HALO_PX + CARD_HEIGHT_PX / 2) * self.zoom
        for gap in range(len(self.columns) - 1):
            x = gap_center(self.columns, gap)
            painter.drawPolyline([QPointF(x - 2, y - 4), QPointF(x + 2, y), QPointF(x - 2, y + 4)])

    def _paint_ways(self, painter: QPainter) -> None:
        """An arrow from each card up to the next."""
        x = self.columns[0].center
        for below, above in pairwise(self.cards_in_order):
            top = above.y() + above.height() - HALO_PX * self.zoom + 2
            foot = below.y() + HALO_PX * self.zoom - 2
            if foot - top > 16:
                painter.drawLine(QPointF(x, top), QPointF(x, foot))
            painter.drawPolyline([QPointF(x - 3, top + 4), QPointF(x, top + 1), QPointF(x + 3, top + 4)])

    def _paint_brackets(self, painter: QPainter, code: int, theme: Theme) -> None:
        """Name the layers up to the code, and those behind it."""
        painter.setFont(font("small", bold=True))
        top, foot = 0.45 * _BRACKET_PX * self.zoom, _BRACKET_PX * self.zoom
        # Columns begin with that of the inputs.
        for name, columns in (("ENCODER", self.columns[: code + 2]), ("DECODER", self.columns[code + 2 :])):
            if not columns:
                continue
            left, right = columns[0].left, columns[-1].left + columns[-1].width
            painter.setPen(QPen(QColor(theme.border_strong), 1.0))
            painter.drawPolyline(
                [QPointF(left, foot), QPointF(left, top), QPointF(right, top), QPointF(right, foot)]
            )
            width = painter.fontMetrics().horizontalAdvance(name) + 12
            place = QRectF((left + right - width) / 2, 0, width, foot)
            painter.fillRect(place, QColor(theme.canvas))
            draw_text(painter, place, name, theme.text_muted)

    def _match_cards(self, count: int) -> None:
        inside = len(inner_layers(self._experiment, self.opened))
        if (count, inside) == (len(self.layer_cards), len(self.inner_cards)) and self.layer_cards:
            return
        for cards, wanted in ((self.layer_cards, count), (self.inner_cards, inside)):
            while len(cards) > wanted:
                card = cards.pop()
                if card.hasFocus():
                    self.cards[count].setFocus()
                card.hide()
                card.deleteLater()
            while len(cards) < wanted:
                card = LayerCard(self._themes, self)
                cards.append(card)
                self.card_added.emit(card)
                card.show()
        for first, second in pairwise(self.cards_in_order):
            QWidget.setTabOrder(first, second)
        QWidget.setTabOrder(self.output_card, self.field.neurons)

    def _describe_cards(self) -> None:
        experiment = self._experiment
        shapes, _ = shapes_of(experiment)
        tooltips = stack_tooltips(experiment, shapes)
        title, summary = arrange(self._experiment, 0)[0].title, input_summary(self._experiment)
        is_made = experiment.dataset.family == "points"
        kind = "inputs of the network, made from each point" if is_made else "data as it comes in"
        self.input_card.describe(title, summary, f"{title}: {summary}", f"{title}: the {kind}")
        self.input_card.set_layer(None, None)
        stack, output = experiment.stack(), "Velocity" if experiment.task.has_time else "Output"
        titles = [*card_titles(experiment), output]
        for index, card in enumerate(self.cards[1:]):
            layer, last = stack[index], index == len(stack) - 1
            words, summary = layer_words(layer), layer_summary(layer)
            if last:
                moved = threshold_text(experiment)
                words = ", ".join(filter(None, (words.replace(layer.title, output, 1), moved)))
                summary = " · ".join(filter(None, (summary, moved)))
            name = f"Layer {index + 1} of {len(stack)}: {words}"
            part = sized_part(layer)
            title = titles[index]
            short = "" if last else short_title(part) + title.removeprefix(part.title)
            card.describe(title, summary, name, tooltips[index], short)
            size = None if last else size_setting(layer)
            count = None if size is None else getattr(part, size.name)
            low, high = (1, 0) if size is None else (int(size.low or 1), int(size.high or 0))
            if heads_in(part) and index < len(shapes):
                high = min(high, shapes[index][-1])
            card.set_layer(None if last else layer, count, low, high)
        for card in self.cards_in_order:
            card.set_plain(self._plain)
        if self._plain:
            for card, (title, summary) in zip(self.cards, plain_titles(experiment), strict=True):
                card.describe(title, summary, f"{title}, {summary}", card.toolTip())
        for number, (card, layer) in enumerate(
            zip(self.inner_cards, inner_layers(experiment, self.opened), strict=True)
        ):
            name = f"{layer_text(f'{self.opened}/{number}').capitalize()}: {layer_words(layer)}"
            card.describe(layer.title, layer_summary(layer), name, layer.summary, short_title(layer))

    def show_plain(self, plain: bool) -> None:
        """Name the layers in plain words, and leave their menus out."""
        self._plain = plain
        self.field.show_plain(plain)
        self._describe_cards()
        self.place()

    def refresh_problems(self) -> None:
        """Refresh problems that do not depend on the experiment alone, such as a missing file."""
        self._show_problems()
        self.place()

    def _show_problems(self) -> None:
        problems = find_problems(self._experiment)
        for index, card in enumerate(self.cards):
            card.set_problem(" ".join(found.sentence for found in problems if found.layer == index - 1))
        if tuple(box.problem for box in self.problem_popups) == problems:
            return
        for box in self.problem_popups:
            box.hide()
            box.deleteLater()
        self.problem_popups = [ProblemPopup(problem, self) for problem in problems]
        before: QWidget = self.output_card
        for box in self.problem_popups:
            box.fix_chosen.connect(self.fix_chosen)
            box.show()
            for button in box.buttons:
                QWidget.setTabOrder(before, button)
                before = button
        QWidget.setTabOrder(before, self.field.neurons)

    def _place_problems(self) -> None:
        taken: list[QRect] = []
        for box in self.problem_popups:
            column = self.columns[box.problem.layer + 1]
            right = max(8, self.width() - BOX_WIDTH_PX - 8)
            left = min(max(8, round(column.center - BOX_WIDTH_PX / 2)), right)
            where = QRect(left, self.field_top + 2, BOX_WIDTH_PX, box.fitting_height())
            if column.is_row:
                low = max(0, self.height() - where.height() - 8)
                where.moveTopLeft(QPoint(round(column.right + 16), min(round(column.top), low)))
            for other in taken:
                if where.intersects(other):
                    where.moveTop(other.bottom() + 8)
            taken.append(where)
            box.setGeometry(where)
            box.raise_()

    def _on_theme_changed(self) -> None:
        self.update()


class _EmptyHint(QLabel):
    """Hint of a stack without layers."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Drag a layer here,\nor double-click it below", parent)
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
