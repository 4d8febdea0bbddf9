"""The card of the step in hand: what it asks, how far it is, help, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QFrame,
    QGridLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QTextBrowser,
    QWidget,
)

from core.io.number_text import rounded_text
from core.lessons.conditions import Condition, Moment
from core.lessons.lesson import Lesson, Step
from core.lessons.result_code import SURE
from playground.model.guess import Guess
from playground.plugin import GRID_PX, DoubleSpinBox, ThemeSource, draw_box, draw_dot, faded, show_markup
from playground.plugins.lessons.progress import MAX_NOTE, StepProgress, guess_of
from playground.views.widgets import FlowLayout, SectionTitle, Segments
from playground.views.widgets.boxes import hbox, set_up, vbox

Say = Callable[..., str]
"""Says a text in the language of a lesson: `Lesson.say`."""
_HEADS = {
    "do": "Your task",
    "goal": "Your goal",
    "look": "Look",
    "predict": "Your guess",
    "ask": "Question",
    "note": "Your words",
}


class LessonActs(QObject):
    """Actions of a pupil in the panel."""

    step_chosen = Signal(int)
    answered = Signal(tuple, str)
    """The answer, choices by index or a number, and how sure."""
    chosen = Signal()
    """An answer is there, and can be given."""
    noted = Signal(str)
    hint_requested = Signal()
    show_requested = Signal()
    back_requested = Signal()
    next_requested = Signal()
    close_requested = Signal()


class MarkdownText(QTextBrowser):
    """A lesson's words, as high as they are: HTML is text, links lead nowhere, pictures are the lesson's own alone."""

    def __init__(self, parent: QWidget, text: str = "", lesson: Lesson | None = None) -> None:
        super().__init__(parent)
        self._lesson = lesson
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setProperty("role", "words")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for turn in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            turn(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.show_text(text, lesson)

    def show_text(self, text: str, lesson: Lesson | None) -> None:
        self._lesson = lesson
        flag = QTextDocument.MarkdownFeature
        self.document().setMarkdown(text, flag.MarkdownDialectGitHub | flag.MarkdownNoHTML)
        self.setAccessibleName(self.toPlainText())
        self._fit()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        if self._lesson is None:
            return None
        path = self._lesson.path.parent.resolve() / (name if isinstance(name, str) else name.toString())
        if path not in self._lesson.pictures:
            return None
        image, room = QImage(str(path)), max(32, self.viewport().width())
        wide = image.width() > room
        return image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation) if wide else image

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def _fit(self) -> None:
        self.document().setTextWidth(max(1, self.viewport().width()))
        self.setFixedHeight(max(1, round(self.document().size().height()) + 1))


class StepCard(QFrame):
    """Shows a step as it stands; made anew when that changes, with what was chosen and typed in `draft` so far."""

    def __init__(
        self,
        lesson: Lesson,
        step: Step,
        state: StepProgress,
        acts: LessonActs,
        themes: ThemeSource,
        parent: QWidget,
        draft: StepProgress | None = None,
    ) -> None:
        super().__init__(parent)
        self.lesson, self._step, self._state, self._acts = lesson, step, state, acts
        self._say, self._draft = lesson.say, draft or state
        set_up(self, role="card", selected="false" if state.done else "true")
        self._column = vbox(parent=self, margins=(12, 10, 12, 12), spacing=GRID_PX)
        self._add(SectionTitle(lesson.say(_HEADS[step.kind]), self))
        self.text = MarkdownText(self, step.text, lesson)
        self._add(self.text)
        if step.question:
            self._add_question()
        elif step.kind == "note":
            self._add_note()
        waits = step.kind == "predict" and state.answer is None
        shown = () if state.done or waits else step.until
        self._rows = [_ConditionRow(condition, lesson.language, self) for condition in shown]
        for row in self._rows:
            self._add(row)
        self._spent = self._add_label(
            lesson.say("No epoch is left. Change something, press Reset, then Play."), "danger"
        )
        self._spent.hide()
        for number, hint in enumerate(step.hints[: state.hints], 1):
            self._add(SectionTitle(lesson.say("Hint {number}", number=number), self))
            self._add(MarkdownText(self, hint, lesson))
        if not state.done:
            self._add_help(can_show=step.kind not in ("ask", "note") and not waits)
            return
        if (guess := guess_of(step, state)) is not None:
            self._add_outcome(guess, themes)
        if step.explanation:
            self._add(MarkdownText(self, step.explanation, lesson))

    def draft_for(self, lesson: Lesson, step: Step) -> StepProgress | None:
        """What was chosen and typed, and is not kept yet, for a card of this step; None for one of another step."""
        draft = self._draft
        fits = (lesson.path, step.id) == (self.lesson.path, self._step.id)
        return draft if fits and (draft.answer is None or step.takes(draft.answer)) else None

    def _change_draft(self, **values: Any) -> None:
        self._draft = replace(self._draft, **values)

    def _add(self, widget: QWidget) -> None:
        self._column.addWidget(widget)

    def show_conditions(self, moment: Moment, holding: Sequence[bool]) -> None:
        """Show how far the step is."""
        for row, holds in zip(self._rows, holding, strict=False):
            row.show_value(moment, holds)
        spent = any(row.condition.is_spent(moment) for row in self._rows)
        self._spent.setVisible(spent and not all(holding))

    def _add_label(self, text: str, role: str = "") -> QLabel:
        label = set_up(QLabel(text, self), role=role, wordWrap=True)
        self._add(label)
        return label

    def _button(self, text: str, name: str, *, primary: bool = False) -> QPushButton:
        return set_up(QPushButton(text, self), objectName=name, primary="true" if primary else "false")

    def _add_question(self) -> None:
        step, state, predicts = self._step, self._state, self._step.kind == "predict"
        settled = state.answer is not None if predicts else state.done
        if step.question == "several":
            self._add_label(self._say("Choose all that fit."), "caption")
        shown = state if settled else self._draft
        field = _FIELDS.get(step.question, _Choices)(step, shown, self._say, self)
        field.setEnabled(not settled)
        self._add(field)
        if settled:
            return
        how = self._say("How sure?")
        choices = [(each, self._say(each), self._say(f"{each} sure")) for each in SURE]
        sure = Segments(choices, name=how, parent=self, room_px=14)
        sure.set_current(shown.sure)
        sure.chosen.connect(lambda kind: self._change_draft(sure=kind))
        sure.setVisible(predicts)
        if predicts:
            self._add_label(how, "caption")
            self._add(sure)
        elif state.tries:
            again = "Not quite. Think again, or take a hint." if step.hints else "Not quite. Think again."
            self._add_label(self._say(again), "danger")
        text = self._say("Keep my guess" if predicts else "Check my answer")
        keep = self._button(text, "answer_button", primary=True)
        keep.setEnabled(bool(field.values()))
        field.changed.connect(lambda: keep.setEnabled(bool(field.values())))
        field.changed.connect(lambda: self._change_draft(answer=field.values() or None))
        field.changed.connect(self._acts.chosen)
        keep.clicked.connect(lambda: self._acts.answered.emit(field.values(), sure.current))
        self._add(keep)

    def _add_note(self) -> None:
        field = set_up(QPlainTextEdit(self._draft.note, self), accessibleName=self._say("Your sentence"))
        field.setTabChangesFocus(True)
        self.setFocusProxy(field)
        field.setFixedHeight(4 * field.fontMetrics().lineSpacing() + 2 * GRID_PX)
        keep = self._button(self._say("Keep my sentence"), "note_button", primary=True)

        def follow() -> None:
            self._change_draft(note=field.toPlainText())
            keep.setEnabled(self._draft.note.strip() not in ("", self._state.note))

        follow()
        field.textChanged.connect(follow)
        keep.clicked.connect(lambda: self._acts.noted.emit(field.toPlainText()[:MAX_NOTE]))
        self._add(field)
        self._add(keep)

    def _add_help(self, *, can_show: bool) -> None:
        buttons = FlowLayout(spacing_px=GRID_PX)
        given, count = self._state.hints, len(self._step.hints)
        if count:
            text = self._say("Hint {number} of {count}", number=min(given + 1, count), count=count)
            hint = self._button(text, "hint_button")
            buttons.addWidget(set_up(hint, enabled=given < count, clicked=self._acts.hint_requested))
        if can_show:
            show, told = (
                self._button(self._say("Show me"), "show_button"),
                self._say("Do this step as the lesson would. Undo takes it back."),
            )
            buttons.addWidget(set_up(show, toolTip=told, clicked=self._acts.show_requested))
        self._column.addLayout(buttons)

    def _add_outcome(self, guess: Guess, themes: ThemeSource) -> None:
        """The prediction, and its outcome."""
        self._add_label(self._say("You said: {said}", said=guess.said))
        if guess.did is not None:
            text = "It did: {did} of 100" if guess.is_share else "It did: {did}"
            self._add_label(self._say(text, did=rounded_text(guess.did, 3)), "title")
            if guess.is_share and guess.band is not None:
                self._add(_Range(guess.band, guess.did, guess.is_right, themes, self))
        right = "Near enough to be right." if self._step.question == "number" else "Right."
        told = right if guess.is_right else "Not as you said. That costs nothing."
        self._add_label(self._say(told), "muted")


class _Field(QWidget):
    """Control of an answer."""

    changed = Signal()

    def values(self) -> tuple[float, ...]:
        """The answer; empty if there is none yet."""
        raise NotImplementedError


class _Choices(_Field):
    def __init__(self, step: Step, state: StepProgress, say: Say, parent: QWidget) -> None:
        super().__init__(parent)
        several, group = step.question == "several", QButtonGroup(self)
        self._buttons: list[QAbstractButton] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        for at, choice in enumerate(step.choices):
            button = QCheckBox(self) if several else QRadioButton(self)
            button.setAccessibleName(choice)
            # Space chooses it, as everywhere: in the window it would play.
            button.setProperty("answers", True)
            button.setChecked(at in (state.answer or ()))
            solved = step.kind == "ask" and state.done and at in step.right
            button.toggled.connect(self.changed)
            self._buttons.append(button)
            if not several:
                # In a group, also one that is not exclusive, Tab stops at one button alone.
                group.addButton(button)
            grid.addWidget(button, at, 0)
            grid.addWidget(_ChoiceLabel(f"{choice} ✓" if solved else choice, button, self), at, 1)

    def values(self) -> tuple[float, ...]:
        return tuple(float(at) for at, each in enumerate(self._buttons) if each.isChecked())


class _ChoiceLabel(QLabel):
    """The text of a choice, which is long: it wraps, as a button's cannot, and a click on it is one on the button."""

    def __init__(self, text: str, button: QAbstractButton, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._button = button
        self.setWordWrap(True)
        self.setBuddy(button)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._button.isEnabled() and self.rect().contains(event.position().toPoint()):
            self._button.click()
            self._button.setFocus(Qt.FocusReason.MouseFocusReason)


class _Number(_Field):
    def __init__(self, step: Step, state: StepProgress, say: Say, parent: QWidget) -> None:
        super().__init__(parent)
        share = step.kind == "predict" and step.is_share
        whole = share or all(end == int(end) for end in step.right)
        self._box = set_up(
            DoubleSpinBox(self),
            accessibleName=step.title,
            decimals=0 if whole else 3,
            suffix=f" {say('of 100')}" if share else "",
            specialValueText=say("Your number"),
        )
        # The lowest value stands for none: another one would be a hint. More can be typed than is possible: Qt would
        # leave out the last digit of 150, and keep 15.
        self._most = 100 if share else 1e6
        self._box.setRange(*(-1, 9_999) if share else (-1e6, 1e6))
        self._box.setValue(state.answer[0] if state.answer else self._box.minimum())
        self._fault = set_up(QLabel(say("At most 100 of 100."), self), role="danger", visible=False)
        self._box.valueChanged.connect(lambda value: self._fault.setVisible(value > self._most))
        self._box.valueChanged.connect(lambda _: self.changed.emit())
        # Digits that are typed within the words would be refused.
        self._box.lineEdit().installEventFilter(self)
        vbox(self._box, self._fault, parent=self, margins=0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease and not self.values():
            QTimer.singleShot(0, self._box, self._box.selectAll)
        return False

    def values(self) -> tuple[float, ...]:
        value = self._box.value()
        return (value,) if self._box.minimum() < value <= self._most else ()


class _Order(_Field):
    def __init__(self, step: Step, state: StepProgress, say: Say, parent: QWidget) -> None:
        super().__init__(parent)
        told = say("Drag into the right order, or choose one and press Up or Down")
        items = self._items = set_up(QListWidget(self), accessibleName=told, wordWrap=True)
        items.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        # The right order is that of the file: first shown is another, the same for everybody.
        count = len(step.choices)
        for at in map(int, state.answer or [(at + 1) % count for at in reversed(range(count))]):
            item = QListWidgetItem(step.choices[at], items)
            item.setData(Qt.ItemDataRole.UserRole, at)
        items.setFixedHeight(sum(max(26, items.sizeHintForRow(row)) for row in range(count)) + 12)
        up, down = QPushButton(say("Up"), self), QPushButton(say("Down"), self)
        up.clicked.connect(lambda: self._move(-1))
        down.clicked.connect(lambda: self._move(1))
        vbox(items, hbox(up, down), parent=self, margins=0)

    def _move(self, by: int) -> None:
        row = max(0, self._items.currentRow())
        if 0 <= row + by < self._items.count():
            self._items.insertItem(row + by, self._items.takeItem(row))
            self._items.setCurrentRow(row + by)

    def values(self) -> tuple[float, ...]:
        items = (self._items.item(row) for row in range(self._items.count()))
        return tuple(float(item.data(Qt.ItemDataRole.UserRole)) for item in items)


_FIELDS: dict[str, type[_Choices | _Number | _Order]] = {"number": _Number, "order": _Order}


class _ConditionRow(QWidget):
    """One condition of a goal: what it is, how far it is, and a bar for what rises."""

    def __init__(self, condition: Condition, language: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.condition, self._language = condition, language
        self._name, self._shown = condition.label_in(language), ""
        # One text, which wraps anywhere: two side by side can be wider than the panel.
        self._text = set_up(QLabel(self), wordWrap=True)
        show_markup(self._text, escape(self._name))
        self._bar = set_up(QProgressBar(self), maximum=100, textVisible=False, visible=condition.rises)
        vbox(self._text, self._bar, parent=self, margins=0, spacing=3)

    def show_value(self, moment: Moment, holds: bool) -> None:
        text = self.condition.state_text(moment, holds, self._language)
        if text != self._shown:
            self._shown = text
            show_markup(self._text, f"{escape(self._name)}: <b>{escape(text)}</b>")
            self.setAccessibleName(f"{self._name}: {text}")
        self._bar.setValue(round(100 * self.condition.share(moment)))


class _Range(QWidget):
    """A line from 0 to 100 with what was said as a band or a mark, and a dot for what came of it."""

    def __init__(
        self, said: Sequence[float], did: float, right: bool, themes: ThemeSource, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._said, self._did, self._right, self._themes = said, did, right, themes
        self.setFixedHeight(24)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, room = self._themes.theme, self.width() - 12
        low, high, did = (6 + room * min(100.0, max(0.0, at)) / 100 for at in (*self._said, self._did))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_box(painter, QRectF(6, 10, room, 4), 2, theme.groove)
        # A number is a mark, a range exactly its band.
        mark = QRectF(low - 2, 6, 4, 12) if high == low else QRectF(low, 6, high - low, 12)
        draw_box(painter, mark, 3, faded(theme.accent, 110 / 255))
        draw_dot(painter, QPointF(int(did), 12), 5, theme.success if self._right else theme.danger)
        painter.end()
