"""View of a network of tokens, in place of the plot: the next token, and the texts it writes now."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QSizePolicy, QToolTip, QWidget

from core.data.drawing import Drawing
from core.data.pipeline import TokenInputs
from core.data.raw_form import RawTokens
from core.data.texts import END_OF_LINE, shown_text, shown_token
from core.inspect.snapshot import Snapshot
from core.inspect.texts import (
    SHOWN_TEXTS,
    Mark,
    Texts,
    TextsPart,
    TextWish,
    continues_texts,
    nats_of,
    positions_of,
)
from core.io.number_text import count_text, percent_text
from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets import ChoiceCombo, SectionTitle
from playground.views.widgets.array_images import finite
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.labels import CutLabel
from playground.views.widgets.number_format import number_text
from playground.views.widgets.painted import (
    LEFT,
    RIGHT,
    Ink,
    PaintedWidget,
    cut_text,
    draw_box,
    draw_text,
    faded,
)
from playground.views.widgets.slider import LabeledSlider
from playground.views.widgets.spoken import Role, speak_as

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

MAX_BARS: Final = 11
_CELL_PX, _WORD_PX, _NATS_PX = 24.0, 52.0, 15.0
_WIDE_NATS = 9.95
"""Beside each other, numbers of two digits have no room for decimals."""
_ROW_PX, _MIN_ROW_PX = 21.0, 13.0
_NAME_PX, _SHARE_PX, _TICK_PX = 27.0, 62.0, 13.0
_TYPING_MS: Final = 250
_TEMPERATURE: Final = 0.8
_TOP: Final = ("0", "1", "2", "5", "10", "20")
_TOP_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
_TOP_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class _Part(PaintedWidget):
    """A part of the page, with a frame while the keyboard is there."""

    tip: ClassVar[str]

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._normal, self._bold = font(), font(bold=True)
        self.setToolTip(self.tip)

    def say(self, text: str) -> None:
        """Set what a screen reader says; the same text is not said again."""
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        self._draw(painter, theme)
        if self.hasFocus():
            edge = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            draw_box(painter, edge, 4, None, theme.border_strong)

    def _draw(self, painter: QPainter, theme: Theme) -> None:
        raise NotImplementedError


class TokenStrip(_Part):
    """The tokens of the sample, over what each costs the network, in nats; a click or the arrows choose one."""

    position_chosen = Signal(int)
    name, role, keys = "Tokens of the sample", Role.List, "Left, Right, Home, End"
    tip = (
        "The sample. Grey tokens are given; coloured ones are predicted from those before, and cost the network "
        "so many nats: one that it is sure of costs nearly none.\nClick one to see what follows it."
    )

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.tokens: tuple[str, ...] = ()
        self.nats: Array = np.zeros(0)
        self.chosen, self._worst, self._cell_px = 0, 1.0, _CELL_PX
        self.setFixedHeight(round(_CELL_PX + _NATS_PX + 4))

    def show_tokens(
        self, tokens: tuple[str, ...], nats: Array, chosen: int, vocabulary: tuple[str, ...]
    ) -> None:
        """Set the tokens (n,), the nats (n,) of each, NaN where it is not asked, and the chosen one."""
        self.tokens, self.nats, self.chosen = tokens, nats, chosen
        self._worst = math.log(max(2, len(vocabulary)))
        self._cell_px = _WORD_PX if any(len(token) > 3 for token in tokens) else _CELL_PX
        self.update()

    @property
    def first(self) -> int:
        """The first token that has room: the chosen one is always seen."""
        room = max(1, int(self.width() // self._cell_px))
        return max(0, min(self.chosen - room + 3, len(self.tokens) - room))

    def cell(self, place: int) -> QRectF:
        """The rectangle of a token."""
        return QRectF((place - self.first) * self._cell_px, 2, self._cell_px - 2, _CELL_PX - 2)

    def _draw(self, painter: QPainter, theme: Theme) -> None:
        for place in range(self.first, len(self.tokens)):
            cell, token = self.cell(place), self.tokens[place]
            if cell.left() >= self.width():
                break
            cost, is_chosen = float(self.nats[place]), place == self.chosen
            is_asked = math.isfinite(cost)
            ground: Ink = theme.accent if is_chosen else theme.field
            if not is_chosen and is_asked:
                ground = faded(theme.negative, min(1.0, 0.06 + 0.7 * cost / self._worst))
            draw_box(painter, cell, 5, ground)
            face = self._bold if len(token) == 1 else self._small
            text = cut_text(face, token, cell.width() + 2)
            draw_text(painter, cell, text, theme.accent_text if is_chosen else theme.text, face)
            below = QRectF(cell.left() - 2, cell.bottom() + 1, cell.width() + 4, _NATS_PX)
            text = f"{cost:.{0 if cost > _WIDE_NATS else 1}f}" if is_asked else ""
            draw_text(painter, below, text, theme.text if is_chosen else theme.text_muted, self._small)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self.first + int(event.position().x() // self._cell_px))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self.tokens) - 2
        moves = {
            Qt.Key.Key_Left: self.chosen - 1, Qt.Key.Key_Right: self.chosen + 1,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        place = moves.get(Qt.Key(event.key()))
        if place is None:
            super().keyPressEvent(event)
        else:
            self._choose(max(0, min(place, last)))

    def _choose(self, place: int) -> None:
        # Behind the last token nothing is asked.
        if 0 <= place < len(self.tokens) - 1:
            self.position_chosen.emit(place)


class NextTokenBars(_Part):
    """The likeliest tokens that follow, with the true one ticked; the others are one line."""

    name = "What follows"
    tip = "How likely the network finds each token to follow the chosen one; a tick marks the true one."

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.names: list[str] = []
        self.shares: Array = np.zeros(0)
        self._order: list[int] = []
        self.true = -1
        self.shows_true = True
        self.setFocusPolicy(self.focus)
        speak_as(self, self.role)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_shares(self, shares: Array, names: list[str], true: int) -> None:
        """Set the probabilities (tokens,), their names, and the number of the true one, -1 for none."""
        self.names, self.shares, self.true = names, shares, true
        self._order = np.argsort(-shares, kind="stable")[:MAX_BARS].tolist()
        first = ", ".join(f"{name} {percent_text(share)}" for name, share, _ in self.rows[:3])
        has_true = self.shows_true and true >= 0
        self.say(f"{first}; the text goes on with {names[true]}" if has_true else first)
        self.update()

    @property
    def _count(self) -> int:
        room = int((self.height() - _ROW_PX) // _MIN_ROW_PX)
        return max(1, min(MAX_BARS, room, len(self.shares)))

    @property
    def _row_px(self) -> float:
        return min(_ROW_PX, (self.height() - _ROW_PX) / max(1, self._count))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and len(self.shares):
            # A word may be cut.
            row = int(event.pos().y() // self._row_px)
            names = [f"{name} {percent_text(share, 1)}" for name, share, _ in self.rows[row : row + 1]]
            QToolTip.showText(event.globalPos(), "\n".join((*names, self.tip)), self)
            return True
        return super().event(event)

    @property
    def rows(self) -> list[tuple[str, float, bool]]:
        """Name, probability, and whether it is the true one."""
        return [
            (self.names[each], float(self.shares[each]), self.shows_true and each == self.true)
            for each in self._order[: self._count]
        ]

    @property
    def rest(self) -> str:
        """ "16 others: 4 %", and where the true one is if no bar has it."""
        rows = self.rows
        others = len(self.shares) - len(rows)
        if others <= 0:
            return ""
        left = max(0.0, 1.0 - sum(share for _, share, _ in rows))
        text = f"{count_text(others, 'other')}: {percent_text(left)}"
        if self.shows_true and self.true >= 0 and not any(true for *_, true in rows):
            text += f", {self.names[self.true]} {percent_text(float(self.shares[self.true]), 1)}"
        return text

    def _draw(self, painter: QPainter, theme: Theme) -> None:
        rows, width, height = self.rows if len(self.shares) else [], float(self.width()), self._row_px
        most, thick = max((share for _, share, _ in rows), default=1.0), min(12.0, height - 4)
        first_ink, ink_of_others = QColor(theme.accent), faded(theme.accent, 0.65)
        name_px = max(_NAME_PX, 0.3 * width) if any(len(each) > 3 for each, *_ in rows) else _NAME_PX
        for place, (name, share, is_true) in enumerate(rows):
            row, is_first = QRectF(0, place * height, width, height), share == most
            face = self._bold if is_first else self._normal
            named = self._small if len(name) > 1 else face
            draw_text(painter, row, cut_text(named, name, name_px - 2), theme.text, named, LEFT)
            bar = QRectF(name_px, row.center().y() - thick / 2, width - name_px - _SHARE_PX - _TICK_PX, thick)
            draw_box(painter, bar, 4, theme.groove)
            filled = QRectF(bar.topLeft(), QPointF(bar.left() + max(2.0, share * bar.width()), bar.bottom()))
            painter.setBrush(first_ink if is_first else ink_of_others)
            painter.drawRoundedRect(filled, min(4.0, filled.width() / 2), 4)
            ink, text = theme.text if is_first else theme.text_muted, percent_text(share, 1)
            draw_text(painter, row.adjusted(0, 0, -_TICK_PX, 0), text, ink, face, RIGHT)
            if is_true:
                at = QPointF(row.right() - _TICK_PX + 3, row.center().y())
                painter.setPen(QPen(QColor(theme.success), 2.0))
                painter.drawPolyline(QPolygonF([at, at + QPointF(3, 3), at + QPointF(9, -4)]))
        foot = QRectF(0, len(rows) * height, width, _ROW_PX)
        draw_text(painter, foot, self.rest, theme.text_muted, self._small, LEFT)


class WrittenTexts(_Part):
    """Texts that the network writes: the prompt pale, what it added bold, and whether that is new. Ctrl+C copies."""

    name, role, keys = "What it writes now", Role.List, "Ctrl+C"
    tip = "Texts of the network as it is now, with the same random numbers each time. Ctrl+C copies."

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.texts = Texts()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_texts(self, texts: Texts) -> None:
        if texts is not self.texts:
            self.texts = texts
            lines = ", ".join(shown_text(line) for line in texts.lines)
            self.say(texts.fault or ". ".join(filter(None, (texts.note, lines))))
            self.update()

    @property
    def foot(self) -> str:
        """ "Zoë is read as zoe · 7 of 9 are not in the data"."""
        return " · ".join(filter(None, (self.texts.note, self._counted)))

    @property
    def _counted(self) -> str:
        marks: list[str] = [each.mark for each in self.texts.written]
        for mark, end in (("new", "not in the data"), ("right", "right")):
            if mark in marks or (mark == "right" and "wrong" in marks):
                return f"{marks.count(mark)} of {len(marks)} are {end}"
        return "All are in the data" if marks else ""

    def _draw(self, painter: QPainter, theme: Theme) -> None:
        texts, width, whole = self.texts, float(self.width()), QRectF(self.rect())
        if texts.fault:
            wrapped = _TOP_LEFT | Qt.TextFlag.TextWordWrap
            draw_text(painter, whole, f"{texts.fault}.", theme.danger, self._small, wrapped)
            return
        written, room = texts.written, self.height() - _ROW_PX
        # Of a text that is wrapped, two lines are seen at least.
        has_lines = room >= 2 * _ROW_PX * len(written)
        running = has_lines and any(len(each.text) > 30 for each in written)
        height = room / max(1, len(written)) if running else min(_ROW_PX, room / SHOWN_TEXTS)
        inks = {"new": theme.accent, "right": theme.success, "wrong": theme.danger}
        for place, each in enumerate(written):
            row, word = QRectF(0, place * height, width, height), _mark_text(each.mark)
            if row.bottom() > room + 1:
                break
            ink = inks.get(each.mark, theme.text_muted)
            draw_text(painter, row, word, ink, self._small, _TOP_RIGHT if running else RIGHT)
            row.adjust(0, 0, -QFontMetricsF(self._small).horizontalAdvance(word) - 6, 0)
            self._draw_text(painter, row, each.prompt, each.text, theme, wraps=running)
        foot = QRectF(0, min(len(written) * height, room), width, _ROW_PX)
        draw_text(painter, foot, self.foot, theme.text_muted, self._small, LEFT, cut=True)

    def _draw_text(
        self, painter: QPainter, room: QRectF, prompt: str, text: str, theme: Theme, *, wraps: bool
    ) -> None:
        prompt, text = (shown_text(each).replace("\n", "⏎").replace("\t", "⇥") for each in (prompt, text))
        gap = self.texts.separator if prompt and text else ""
        if wraps:
            wrapped, room = _TOP_LEFT | Qt.TextFlag.TextWrapAnywhere, room.adjusted(0, 0, 0, -4)
            draw_text(painter, room, f"{prompt}{gap}{text}", theme.text, self._small, wrapped)
            return
        metrics = QFontMetricsF(self._normal)
        prompt = metrics.elidedText(f"{prompt}{gap}", Qt.TextElideMode.ElideLeft, 0.6 * room.width())
        draw_text(painter, room, prompt, theme.text_muted, self._normal, LEFT)
        room.adjust(metrics.horizontalAdvance(prompt), 0, 0, 0)
        draw_text(painter, room, text, theme.text, self._bold, LEFT, cut=True)

    def event(self, event: QEvent) -> bool:
        # Else the window copies a layer.
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Copy):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.texts.lines:
            QGuiApplication.clipboard().setText("\n".join(self.texts.lines))
        else:
            super().keyPressEvent(event)


class TokenBar(QWidget):
    """Prompt, temperature and top-k of the texts. `wish_changed` is emitted a moment after the last key."""

    wish_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.prompt = set_up(QLineEdit(self), accessibleName="Prompt", clearButtonEnabled=True)
        self.prompt.setToolTip("How the texts begin. Without it they begin as those of the data do.")
        self.show_prompt = set_up(QPushButton("Show", self), autoDefault=False, checkable=True)
        self.show_prompt.setToolTip("Show the prompt in the network, in place of the sample.")
        self.show_prompt.setAccessibleName("Show the prompt in the network")
        self.write = set_up(QPushButton("Write", self), autoDefault=False)
        self.write.setToolTip("Write other texts, with other random numbers.")
        self.temperature = LabeledSlider(
            "Temperature",
            0.0,
            2.0,
            _TEMPERATURE,
            step=0.1,
            formatter=_warmth,
            tooltip="Careful: always the likeliest token. Wild: unlikely ones, too. At 1 the network's own chances.",
            inline=True,
            parent=self,
        )
        self.top = ChoiceCombo(
            [(each, "All" if each == "0" else f"Top {each}") for each in _TOP],
            _TOP[0],
            name="Top k",
            tooltip="From how many of the likeliest tokens each one is drawn.",
            parent=self,
        )
        vbox(
            hbox((self.prompt, 1), self.show_prompt, self.write, spacing=6),
            hbox((self.temperature, 1), self.top, spacing=6),
            parent=self,
            margins=0,
            spacing=4,
        )
        self._typed = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typed.timeout.connect(self.wish_changed)
        self.prompt.textChanged.connect(lambda _: self._typed.start())
        self.prompt.returnPressed.connect(self._write_others)
        self.write.clicked.connect(self._write_others)
        self.temperature.value_changed.connect(lambda _: self.wish_changed.emit())
        self.top.chosen.connect(lambda _: self.wish_changed.emit())
        self.show_prompt.toggled.connect(lambda _: self.wish_changed.emit())
        self.subject: object = None
        """The data and the task that are asked about."""
        self._asked: dict[object, tuple[str, float, str, int]] = {}
        self.begin_anew()

    def begin_anew(self) -> None:
        """Return to what is asked first, without saying so, and forget the rest: of another document."""
        self._asked.clear()
        self._ask("", _TEMPERATURE, _TOP[0], 0)

    def turn_to(self, subject: object) -> None:
        """Ask what was asked of these data and this task before, without saying so; first nothing."""
        self._asked[self.subject] = self.prompt.text(), self.temperature.value, self.top.current, self._seed
        self.subject = subject
        self._ask(*self._asked.get(subject, ("", _TEMPERATURE, _TOP[0], 0)))

    def ask(self, wish: TextWish) -> None:
        """Ask for these texts, as if by hand."""
        self._ask(wish.prompt, wish.temperature, str(wish.top_k), wish.seed)
        self.wish_changed.emit()

    def _ask(self, prompt: str, temperature: float, top: str, seed: int) -> None:
        with QSignalBlocker(self):
            self._seed = seed
            self.show_prompt.setChecked(False)
            self.prompt.setText(prompt)
            self.temperature.set_value(temperature)
            self.top.set_current(top)
        self._typed.stop()

    def wish(self, count: int, *, only_new: bool) -> TextWish:
        """Content to write."""
        return TextWish(
            self.prompt.text(), self.temperature.value, int(self.top.current), count, self._seed, only_new
        )

    def _write_others(self) -> None:
        self._typed.stop()
        self._seed += 1
        self.wish_changed.emit()


class TokenPage(QWidget):
    """`bar` and `boxes` are controls that the panel places; `parts_requested` carries what snapshots should have."""

    parts_requested = Signal(object)
    position_chosen = Signal(int)
    prompt_shown = Signal(object, bool)
    """Carries the prompt as a core.data.drawing.Drawing and whether it is in the network; None for the sample."""
    highest_px: Final = 330
    """Room for all bars."""

    def __init__(self, themes: ThemeSource, panel: QWidget) -> None:
        super().__init__()
        self._prepared: PreparedData | None = None
        self._raw = RawTokens(("0", "1"))
        self._names: list[str] = []
        self._is_shown = self._shows_prompt = False
        self._position: int | None = None
        self._snapshot: Snapshot | None = None
        self.strip, self.bars, self.texts = TokenStrip(themes), NextTokenBars(themes), WrittenTexts(themes)
        self.bar = TokenBar(panel)
        self.after = set_up(CutLabel(self), role="caption")
        heading = SectionTitle("What it writes now", self)
        self.only_new = set_up(QCheckBox("New only", panel), toolTip="Leave out texts that are in the data.")
        self.real = set_up(QCheckBox("Real one", panel), checked=True, accessibleName="Show the real one")
        self.real.setToolTip("Mark the token with which the sample goes on.")
        self.boxes = (self.only_new, self.real)
        left = vbox(self.after, (self.bars, 1), spacing=4)
        right = vbox(heading, (self.texts, 1), spacing=4)
        both = hbox((left, 1), (right, 1), spacing=14)
        vbox(self.strip, (both, 1), parent=self, margins=0, spacing=6)
        self.strip.position_chosen.connect(self.position_chosen)
        self.bar.wish_changed.connect(self._request)
        self.only_new.toggled.connect(self._request)
        self.real.toggled.connect(self._show_real)
        self.show_data(None)

    @property
    def is_on(self) -> bool:
        """Whether the network continues texts, so that there is something to show."""
        return self._prepared is not None

    @property
    def title(self) -> str:
        """The heading of the page."""
        return f"Next {self._raw.noun}"

    def sizeHint(self) -> QSize:
        return QSize(326, 326)

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data; drops what is drawn."""
        self._prepared = prepared if prepared is not None and continues_texts(prepared) else None
        self._snapshot = None
        if self._prepared is not None and isinstance(self._prepared.data.raw, RawTokens):
            self._raw = self._prepared.data.raw
            self._names = [self._name(token) for token in self._raw.vocabulary]
            is_asked = self._prepared.data.targets[:, 0].max(initial=-1) < 0
            self.bar.prompt.setPlaceholderText("Questions of the samples" if is_asked else "Prompt")
        for control in (self.bar, *self.boxes):
            control.setVisible(self.is_on)
        self.strip.show_tokens((), np.zeros(0), 0, self._raw.vocabulary)
        self.bars.show_shares(np.zeros(0), self._names, -1)
        self.texts.show_texts(Texts())
        self._request()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw a moment."""
        self._snapshot = snapshot
        if (texts := snapshot.part(TextsPart)) is not None:
            self.texts.show_texts(texts)
        self._draw()

    def choose_position(self, position: int | None) -> None:
        """Show what follows another of the sample's tokens; None for the last."""
        if position != self._position:
            self._position = position
            self._draw()

    def show_on(self, shown: bool) -> None:
        """Set whether anybody sees it: only then it asks for parts."""
        self._is_shown = shown
        self._request()

    def _name(self, token: str) -> str:
        return "end" if token == END_OF_LINE and self._raw.end >= 0 else shown_token(token)

    def _draw(self) -> None:
        prepared, snapshot = self._prepared, self._snapshot
        if prepared is None or snapshot is None:
            return
        samples, row, _ = prepared.find(snapshot.request.sample)
        sample, shares = snapshot.sample, snapshot.sample_output
        if row < 0 or sample is None or shares is None or shares.shape != (len(sample), len(self._names)):
            return
        if int(sample.max()) >= len(self._names):
            # A prompt for other data.
            return
        targets: NDArray[Any] = samples.labels[row]
        request = replace(snapshot.request, position=self._position)
        position, last = positions_of(prepared, request, is_drawn=snapshot.shows_drawing)
        if snapshot.shows_drawing:
            # What follows is not known.
            targets = np.full_like(targets, -1)
        shares = finite(shares).clip(0.0, 1.0)
        after = int(targets[last])
        tokens = [self._names[int(number)] for number in sample[: last + 1]]
        tokens += [self._names[after]] if after >= 0 else ["?"] if snapshot.shows_drawing else []
        if self._raw.end >= 0 and tokens[0] == self._name(END_OF_LINE):
            # It begins the text as well.
            tokens[0] = "·"
        nats = np.concatenate([[np.nan], nats_of(shares, targets)])[: len(tokens)]
        self.strip.show_tokens(tuple(tokens), nats, position, self._raw.vocabulary)
        self.bars.show_shares(shares[position], self._names, int(targets[position]))
        self.after.setText(f"after {self._raw.separator.join(tokens[max(0, position - 7) : position + 1])}")
        cost = nats[position + 1] if position + 1 < len(nats) else np.nan
        asked = f", cost {number_text(float(cost), 2)} nats" if np.isfinite(cost) else ""
        self.strip.say(f"{self._raw.noun} {position + 1} of {last + 1}: {tokens[position]}{asked}")

    def _show_real(self, on: bool) -> None:
        self.bars.shows_true = on
        self.bars.update()

    def _request(self) -> None:
        on = self.is_on and self._is_shown
        runs_on = self._prepared is not None and self._prepared.data.gap is not None
        wish = self.bar.wish(SHOWN_TEXTS // 3 if runs_on else SHOWN_TEXTS, only_new=self.only_new.isChecked())
        self.parts_requested.emit({TextsPart.kind: wish if on else None})
        drawing = self._prompt_drawing() if self.is_on and self.bar.show_prompt.isChecked() else None
        if drawing is not None or self._shows_prompt:
            self._shows_prompt = drawing is not None
            self.prompt_shown.emit(drawing, self._shows_prompt)

    def _prompt_drawing(self) -> Drawing | None:
        """The prompt as a sample; None if it has no tokens, or others than the data."""
        inputs = None if self._prepared is None else self._prepared.pipeline.inputs
        if not isinstance(inputs, TokenInputs):
            return None
        text = self.bar.prompt.text()
        try:
            length = min(inputs.length, len(inputs.tokens(text)) + (inputs.end >= 0))
            return Drawing(inputs.encode([text])[0], length) if length else None
        except ValueError:
            return None

    def leave_network(self) -> None:
        """Let the network show the sample again."""
        self.bar.show_prompt.setChecked(False)


def _mark_text(mark: Mark) -> str:
    match mark:
        case "new":
            return "new"
        case "known":
            return "in the data"
        case "right":
            return "right"
        case "wrong":
            return "wrong"
    return ""


def _warmth(value: float) -> str:
    word = "careful" if value < 0.5 else "wild" if value > 1.3 else ""
    return f"{value:.1f} {word}".strip()
