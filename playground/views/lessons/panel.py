"""The panel of a lesson: its text, its steps, the step in hand, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QDockWidget,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.io.number_text import count_text, rounded_text
from core.lessons.conditions import Condition, Moment
from core.lessons.lesson import Lesson, Step
from playground.model.lesson_progress import MAX_NOTE, SURE, LessonProgress, StepProgress, guess_is_right
from playground.views.theme.colors import GRID_PX
from playground.views.theme.icons import icon, icon_pixmap
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle, Segments
from playground.views.widgets.labels import hairline

_WIDTH_PX = 272
_ICON_PX = 16
_HEADS = {
    "do": "Your task",
    "goal": "Your goal",
    "look": "Look",
    "predict": "Your guess",
    "ask": "Question",
    "note": "Your words",
}


class MarkdownText(QTextBrowser):
    """A lesson's text as high as it is: HTML in it is text, links lead nowhere, pictures are the lesson's own alone."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures: Mapping[str, Path] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setProperty("role", "words")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for turn in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            turn(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)

    def show_text(self, text: str, pictures: Sequence[Path] = (), folder: Path | None = None) -> None:
        self._pictures = {} if folder is None else {
            path.relative_to(folder.resolve()).as_posix(): path for path in pictures
        }  # fmt: skip
        flag = QTextDocument.MarkdownFeature
        self.document().setMarkdown(text, flag.MarkdownDialectGitHub | flag.MarkdownNoHTML)
        self.setAccessibleName(self.toPlainText())
        self._fit()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        path = self._pictures.get(name if isinstance(name, str) else name.toString())
        if path is None:
            return None
        image = QImage(str(path))
        room = max(32, self.viewport().width())
        wide = image.width() > room
        return image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation) if wide else image

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def _fit(self) -> None:
        self.document().setTextWidth(max(1, self.viewport().width()))
        self.setFixedHeight(max(1, round(self.document().size().height()) + 1))


Index = QModelIndex | QPersistentModelIndex


class _StepDelegate(QStyledItemDelegate):
    """Paints a step, and at its right what came of it."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        note, metrics = str(index.data(Qt.ItemDataRole.UserRole) or ""), option.fontMetrics
        taken = _ICON_PX + 3 * GRID_PX + (metrics.horizontalAdvance(note) + GRID_PX if note else 0)
        room = option.rect.width() - taken
        if room > 0:
            option.text = metrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        end = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        note = str(index.data(Qt.ItemDataRole.UserRole) or "")
        painter.drawText(option.rect.adjusted(0, 0, -GRID_PX, 0), end, note)


class _Range(QWidget):
    """A line from 0 to 100 with what was said as a band or a mark, and a dot for what came of it."""

    def __init__(
        self, said: tuple[float, float], did: float, right: bool, themes: ThemeSource, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._said, self._did, self._right, self._themes = said, did, right, themes
        self.setFixedHeight(24)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._themes.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room, middle = self.width() - 12, self.height() / 2

        def at(value: float) -> float:
            return 6 + room * min(100.0, max(0.0, value)) / 100

        painter.setBrush(QColor(theme.groove))
        painter.drawRoundedRect(6, int(middle) - 2, room, 4, 2, 2)
        band = QColor(theme.accent)
        band.setAlpha(110)
        painter.setBrush(band)
        low, high = self._said
        painter.drawRoundedRect(
            int(at(low)) - 2, int(middle) - 6, max(5, int(at(high) - at(low)) + 4), 12, 3, 3
        )
        painter.setBrush(QColor(theme.success if self._right else theme.danger))
        painter.drawEllipse(int(at(self._did)) - 5, int(middle) - 5, 10, 10)
        painter.end()


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


class _ConditionRow(QWidget):
    """One condition of a goal: what it is, how far it is, and a bar for what rises."""

    def __init__(self, condition: Condition, parent: QWidget) -> None:
        super().__init__(parent)
        self.condition = condition
        self._text, self._value = QLabel(self), QLabel(self)
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self._value.setProperty("role", "title")
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        rises = condition.sign in (">=", ">") and not isinstance(condition.value, str)
        self._bar.setVisible(rises)
        self._text.setText(self._sentence())
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        row.addWidget(self._text, 1)
        row.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self._bar)

    def _sentence(self) -> str:
        each = self.condition
        if not each.is_act:
            return each.label
        if each.command:
            return f"{each.command.replace('_', ' ').capitalize()} was opened"
        return each.name.capitalize()

    def show_value(self, moment: Moment, holds: bool) -> None:
        each = self.condition
        if each.is_act:
            text = "✓" if holds else "not yet"
        else:
            now, wanted = each.text(moment.value(each.name)), each.text(each.value)
            word = {">=": "of", "<=": "of at most", "=": "of", "!=": "not", ">": "above", "<": "below"}[
                each.sign
            ]
            text = f"{now} {word} {wanted}{' ✓' if holds else ''}"
        if text != self._value.text():
            self._value.setText(text)
            self.setAccessibleName(f"{self._text.text()}: {text}")
        self._bar.setValue(round(100 * each.share(moment)))


class LessonPanel(QWidget):
    """Shows one lesson; what the pupil does is said by its signals, and shown by `show_step`."""

    step_chosen = Signal(int)
    answered = Signal(tuple, str)
    """The answer, choices by index or a number, and how sure."""
    noted = Signal(str)
    hint_requested = Signal()
    show_requested = Signal()
    back_requested = Signal()
    next_requested = Signal()
    close_requested = Signal()

    def __init__(self, themes: ThemeSource, dock: QDockWidget) -> None:
        super().__init__(dock)
        self._dock, self._themes = dock, themes
        self.setProperty("role", "panel")
        self.setObjectName("lesson_panel")
        self._lesson: Lesson | None = None
        self._place = (0, 0)
        self._rows: list[_ConditionRow] = []
        self._choices: list[QAbstractButton] = []
        # The card gets its height by queued requests.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._scroll_to_card)
        self._shown: tuple[int, LessonProgress] | None = None
        self._area = QScrollArea(self)
        self._inner = QWidget(self._area)
        self._column = QVBoxLayout(self._inner)
        self._card = QFrame(self._inner)
        self.intro = MarkdownText(self._inner)
        self.end = self._make_end()
        self.head = SectionTitle("Lesson", self)
        self.close_button = QToolButton(self)
        self.close_button.setProperty("flat", "true")
        self.close_button.setAccessibleName("Close the lesson")
        self.close_button.setToolTip("Close the lesson and go back to your work. How far you are is kept.")
        self.close_button.clicked.connect(self.close_requested)
        self.title = QLabel(self)
        self.title.setProperty("role", "heading")
        self.title.setWordWrap(True)
        self.steps = QListWidget(self)
        self.steps.setAccessibleName("Steps")
        self.steps.setProperty("role", "steps")
        self.steps.setItemDelegate(_StepDelegate(self.steps))
        self.steps.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.steps.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.steps.itemActivated.connect(self._choose)
        self.steps.itemClicked.connect(self._choose)
        self.back = QPushButton("Back", self)
        self.back.setToolTip("To the step before, as it was left. It can be undone.")
        self.back.clicked.connect(self.back_requested)
        self.next = QPushButton("Next", self)
        self.next.clicked.connect(self.next_requested)
        self._lay_out()
        themes.theme_changed.connect(self._show_theme)
        self._show_theme()

    def open(self) -> None:
        self._dock.show()
        self._dock.raise_()

    def shut(self) -> None:
        self._dock.hide()

    def show_lesson(self, lesson: Lesson, place: tuple[int, int]) -> None:
        """Show another lesson; `place` is its number and how many there are, or (0, 0)."""
        self._lesson, self._place, self._shown = lesson, place, None
        number, count = place
        self.head.setText(f"LESSON {number} OF {count}" if number else "LESSON")
        self.title.setText(lesson.title)
        self.intro.show_text(lesson.text, lesson.pictures, lesson.path.parent)
        self.steps.clear()
        for step in lesson.steps:
            self.steps.addItem(QListWidgetItem(step.title))
        rows = sum(self.steps.sizeHintForRow(at) for at in range(len(lesson.steps)))
        self.steps.setFixedHeight(rows + 2 * self.steps.frameWidth() + 8)
        self._area.verticalScrollBar().setValue(0)

    def show_step(self, index: int, progress: LessonProgress) -> None:
        """Show the step in hand, and how far all are."""
        lesson = self._lesson
        if lesson is None:
            return
        new = self._shown is None or self._shown[0] != index
        self._shown = index, progress
        self._show_list(lesson, index, progress)
        self._show_card(lesson, lesson.steps[index], progress.of(lesson.steps[index]))
        last, done = index + 1 == len(lesson.steps), progress.of(lesson.steps[index]).done
        self.back.setEnabled(index > 0)
        self.next.setEnabled(done)
        self.next.setProperty("primary", "true" if done else "false")
        self.next.style().polish(self.next)
        number, count = self._place
        after = "Next lesson" if 0 < number < count else "Back to my work"
        self.next.setText(after if last else "Next")
        self.next.setToolTip("" if done else "This step is not done yet.")
        if new:
            # The button that was pressed may be disabled now: the focus would move to another panel's field.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.intro.setVisible(index == 0)
        self._soon.start()

    def show_conditions(self, moment: Moment, holding: Sequence[bool]) -> None:
        """Show how far the step in hand is."""
        for row, holds in zip(self._rows, holding, strict=False):
            row.show_value(moment, holds)

    def _scroll_to_card(self) -> None:
        self._area.ensureWidgetVisible(self._card, 0, 0)

    # --- the list -------------------------------------------------------------------------------------------------

    def _choose(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.step_chosen.emit(self.steps.row(item))

    def _show_list(self, lesson: Lesson, index: int, progress: LessonProgress) -> None:
        theme, ratio = self._themes.theme, self.devicePixelRatioF()
        for at, step in enumerate(lesson.steps):
            item, state = self.steps.item(at), progress.of(step)
            reachable = lesson.any_order or at <= max(progress.first_open, index)
            name, color = ("check", theme.success) if state.done else ("play", theme.accent)
            if not state.done and at != index:
                name, color = ("point", theme.text_faint) if reachable else ("lock", theme.text_faint)
            item.setIcon(icon_pixmap(name, color, _ICON_PX, ratio))
            note = _note_of(step, state)
            item.setData(Qt.ItemDataRole.UserRole, note)
            word = "done" if state.done else "now" if at == index else "open" if reachable else "locked"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{at + 1}. {step.title}, {note or word}")
            item.setToolTip(step.title)
            flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
            item.setFlags(flags if reachable else Qt.ItemFlag.NoItemFlags)
        self.steps.setCurrentRow(index)

    # --- the card of the step in hand -----------------------------------------------------------------------------

    def _show_card(self, lesson: Lesson, step: Step, state: StepProgress) -> None:
        old = self._card
        card = self._card = QFrame(self._inner)
        card.setProperty("role", "card")
        card.setProperty("selected", "true" if not state.done else "false")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(GRID_PX)
        column.addWidget(SectionTitle(_HEADS[step.kind], card))
        self._add_text(column, step.text, lesson)
        self._rows, self._choices = [], []
        if step.kind in ("predict", "ask"):
            self._add_question(column, step, state)
        elif step.kind == "note":
            self._add_note(column, state)
        if step.until and not state.done and not (step.kind == "predict" and state.answer is None):
            for condition in step.until:
                self._rows.append(_ConditionRow(condition, card))
                column.addWidget(self._rows[-1])
        for number, hint in enumerate(step.hints[: state.hints], 1):
            column.addWidget(SectionTitle(f"Hint {number}", card))
            self._add_text(column, hint, lesson)
        if not state.done:
            self._add_help(column, step, state)
        if step.kind == "predict" and state.done and state.answer is not None:
            self._add_outcome(column, step, state)
        if state.done and step.explanation:
            self._add_text(column, step.explanation, lesson)
        place = self._column.indexOf(old)
        self._column.replaceWidget(old, card)
        if place < 0:
            self._column.addWidget(card)
        had_focus = old.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        old.hide()
        old.deleteLater()
        card.show()
        if had_focus:
            (self.next if state.done else self).setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_end()

    def _add_text(self, column: QVBoxLayout, text: str, lesson: Lesson) -> None:
        words = MarkdownText(self._card)
        column.addWidget(words)
        words.show_text(text, lesson.pictures, lesson.path.parent)

    def _add_question(self, column: QVBoxLayout, step: Step, state: StepProgress) -> None:
        card, given = self._card, state.answer or ()
        settled = state.done if step.kind == "ask" else state.answer is not None
        read = self._add_number(column, step, given, settled) if step.question == "number" else (
            self._add_order(column, step, given, settled) if step.question == "order"
            else self._add_choices(column, step, given, settled)
        )  # fmt: skip
        sure: Segments | None = None
        if step.kind == "predict" and not settled:
            sure = Segments([(each, each, f"{each} sure") for each in SURE], name="How sure?", parent=card)
            sure.set_current(state.sure)
            label = QLabel("How sure?", card)
            label.setProperty("role", "caption")
            column.addWidget(label)
            column.addWidget(sure)
        if settled:
            return
        if step.kind == "ask" and state.tries:
            label = QLabel(
                "Not quite. Think again, or take a hint." if step.hints else "Not quite. Think again.", card
            )
            label.setProperty("role", "danger")
            label.setWordWrap(True)
            column.addWidget(label)
        button = QPushButton("Keep my guess" if step.kind == "predict" else "Check my answer", card)
        button.setProperty("primary", "true")
        button.setObjectName("answer_button")
        button.setEnabled(read() is not None)

        def follow(*_: object) -> None:
            button.setEnabled(read() is not None)

        def send() -> None:
            values = read()
            if values is not None:
                self.answered.emit(values, sure.current if sure is not None else state.sure)

        for choice in self._choices:
            choice.toggled.connect(follow)
        button.clicked.connect(send)
        column.addWidget(button)

    def _add_choices(self, column: QVBoxLayout, step: Step, given: Sequence[float], settled: bool) -> Any:
        several, group = step.question == "several", QButtonGroup(self._card)
        group.setExclusive(not several)
        buttons = self._choices
        for at, choice in enumerate(step.choices):
            row = QHBoxLayout()
            row.setSpacing(6)
            button = QCheckBox(self._card) if several else QRadioButton(self._card)
            button.setAccessibleName(choice)
            button.setChecked(float(at) in given)
            button.setEnabled(not settled)
            label = _ChoiceLabel(choice, button, self._card)
            if settled and step.kind == "ask" and float(at) in step.right:
                label.setProperty("role", "title")
                label.setText(f"{choice} ✓")
            row.addWidget(button)
            row.addWidget(label, 1)
            column.addLayout(row)
            group.addButton(button, at)
            buttons.append(button)

        made = tuple(buttons)

        def read() -> tuple[float, ...] | None:
            return tuple(float(at) for at, each in enumerate(made) if each.isChecked()) or None

        return read

    def _add_number(self, column: QVBoxLayout, step: Step, given: Sequence[float], settled: bool) -> Any:
        field = QDoubleSpinBox(self._card)
        field.setAccessibleName(step.title)
        share = step.kind == "predict" and step.is_share
        field.setDecimals(0 if share else 3)
        field.setRange(-1e9, 1e9)
        if share:
            field.setRange(0, 100)
            field.setSuffix(" of 100")
        field.setValue(given[0] if given else 50.0 if share else 0.0)
        field.setEnabled(not settled)
        column.addWidget(field)
        return lambda: (field.value(),)

    def _add_order(self, column: QVBoxLayout, step: Step, given: Sequence[float], settled: bool) -> Any:
        items = QListWidget(self._card)
        items.setAccessibleName("Drag into the right order, or press Alt+Up and Alt+Down")
        items.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        items.setWordWrap(True)
        items.setEnabled(not settled)
        # The right order is that of the file: first shown is another, the same for everybody.
        count = len(step.choices)
        order = [int(at) for at in given] or [(at + 1) % count for at in reversed(range(count))]
        for at in order:
            item = QListWidgetItem(step.choices[at])
            item.setData(Qt.ItemDataRole.UserRole, at)
            items.addItem(item)
        items.setFixedHeight(sum(max(26, items.sizeHintForRow(row)) for row in range(count)) + 12)
        moves = QHBoxLayout()
        for text, by in (("Up", -1), ("Down", 1)):
            button = QPushButton(text, self._card)
            button.setEnabled(not settled)
            button.clicked.connect(lambda _=False, by=by: _move(items, by))
            moves.addWidget(button)
        column.addWidget(items)
        column.addLayout(moves)
        return lambda: tuple(float(items.item(row).data(Qt.ItemDataRole.UserRole)) for row in range(count))

    def _add_note(self, column: QVBoxLayout, state: StepProgress) -> None:
        field = QPlainTextEdit(state.note, self._card)
        field.setAccessibleName("Your sentence")
        field.setTabChangesFocus(True)
        field.setFixedHeight(72)
        button = QPushButton("Keep my sentence", self._card)
        button.setProperty("primary", "true")
        button.setEnabled(bool(state.note))
        field.textChanged.connect(lambda: button.setEnabled(bool(field.toPlainText().strip())))
        button.clicked.connect(lambda: self.noted.emit(field.toPlainText()[:MAX_NOTE]))
        column.addWidget(field)
        column.addWidget(button)

    def _add_help(self, column: QVBoxLayout, step: Step, state: StepProgress) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        count = len(step.hints)
        if count:
            hint = QPushButton(f"Hint {min(state.hints + 1, count)} of {count}", self._card)
            hint.setObjectName("hint_button")
            hint.setEnabled(state.hints < count)
            hint.clicked.connect(self.hint_requested)
            row.addWidget(hint, 1)
        if step.kind in ("do", "goal", "look") or (step.kind == "predict" and state.answer is not None):
            show = QPushButton("Show me", self._card)
            show.setObjectName("show_button")
            show.setToolTip("Do this step as the lesson would. Undo takes it back.")
            show.clicked.connect(self.show_requested)
            row.addWidget(show, 1)
        column.addLayout(row)

    def _add_outcome(self, column: QVBoxLayout, step: Step, state: StepProgress) -> None:
        """What was said, and what came of it."""
        assert state.answer is not None
        right = guess_is_right(step, state)
        said = f"{state.answer[0]:.0f}" if step.question == "number" else step.choices[int(state.answer[0])]
        head = QLabel(f"You said: {said}", self._card)
        head.setWordWrap(True)
        column.addWidget(head)
        if state.measured is not None:
            shown = step.shown(state.measured)
            of = " of 100" if step.is_share else ""
            did = QLabel(f"It did: {rounded_text(shown, 3)}{of}", self._card)
            did.setProperty("role", "title")
            column.addWidget(did)
            if step.is_share:
                band = step.ranges[int(state.answer[0])] if step.ranges else (state.answer[0],) * 2
                column.addWidget(_Range((band[0], band[1]), shown, right, self._themes, self._card))
        verdict = QLabel("Right." if right else "Not as you said. That costs nothing.", self._card)
        verdict.setProperty("role", "muted")
        verdict.setWordWrap(True)
        column.addWidget(verdict)

    # --- the end --------------------------------------------------------------------------------------------------

    def _show_end(self) -> None:
        assert self._lesson is not None
        assert self._shown is not None
        progress, count = self._shown[1], len(self._lesson.steps)
        self.end.setVisible(progress.done == count)
        number = self._place[0]
        self._end_title.setText(f"Lesson {number} done" if number else "Lesson done")
        right, known = progress.guesses
        guessed = f", {right} of {count_text(known, 'guess')} right" if known else ""
        self._end_text.setText(f"{progress.done} of {count} steps{guessed}.")

    # --- the layout -----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setAccessibleName("Lesson")
        self._column.setContentsMargins(16, 0, 16, GRID_PX)
        self._column.setSpacing(GRID_PX)
        for widget in (
            self.title,
            self.intro,
            SectionTitle("Steps", self._inner),
            self.steps,
            self._card,
            self.end,
        ):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self._area.setWidget(self._inner)
        top = QHBoxLayout()
        top.setContentsMargins(16, 10, 10, 4)
        top.addWidget(self.head, 1)
        top.addWidget(self.close_button)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, GRID_PX, 16, GRID_PX)
        foot.setSpacing(GRID_PX)
        foot.addWidget(self.back)
        foot.addWidget(self.next, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._area, 1)
        column.addWidget(hairline(self))
        column.addLayout(foot)

    def _make_end(self) -> QFrame:
        end = QFrame(self._inner)
        end.setProperty("role", "proof")
        end.setProperty("state", "holds")
        self._end_title, self._end_text = QLabel(end), QLabel(end)
        self._end_title.setProperty("role", "title")
        self._end_text.setProperty("role", "muted")
        self._end_text.setWordWrap(True)
        column = QVBoxLayout(end)
        column.setContentsMargins(12, 10, 12, 12)
        column.addWidget(self._end_title)
        column.addWidget(self._end_text)
        end.hide()
        return end

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, 600)

    def minimumSizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, 200)

    def _show_theme(self, *_: object) -> None:
        self.close_button.setIcon(icon("close", self._themes.theme))
        if self._shown is not None:
            self.show_step(*self._shown)


def _move(items: QListWidget, by: int) -> None:
    row = max(0, items.currentRow())
    to = row + by
    if 0 <= to < items.count():
        items.insertItem(to, items.takeItem(row))
        items.setCurrentRow(to)


def _note_of(step: Step, state: StepProgress) -> str:
    """What stands behind a step that is done: what came of it."""
    if not state.done:
        return ""
    if step.kind == "predict":
        return "right" if guess_is_right(step, state) else "wrong"
    if step.kind == "ask":
        return "right" if state.tries <= 1 else f"{state.tries} tries"
    return "" if state.measured is None else f"{100 * state.measured:.0f} %"
