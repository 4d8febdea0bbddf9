"""The panel of a lesson: its text, its steps, the step in hand, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDockWidget,
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.io.number_text import percent_text
from core.lessons.conditions import Moment
from core.lessons.language import ENGLISH, said
from core.lessons.lesson import Lesson, Step
from playground.plugin import GRID_PX, Index, SectionTitle, Theme, ThemeSource, hairline, icon, icon_pixmap
from playground.plugins.lessons.progress import LessonProgress, StepProgress, guess_is_right
from playground.plugins.lessons.views.step_card import LessonActs, MarkdownText, Say, StepCard
from playground.views.widgets.boxes import STRETCH, hbox, restyle, set_up, vbox
from playground.views.widgets.controls import ScrollArea, tool_button
from playground.views.widgets.descendants import descendants
from playground.views.widgets.painted import RIGHT, draw_text

_WIDTH_PX = 272
_ICON_PX = 16
_LOW_PX = 640
_PIECE = re.compile("\\s*(?:[⺀-￯][，。、：；！？）》”…]*|[^\\s⺀-￯]+)")
"""What stays on a line: a word, or one sign of Chinese with the marks behind it."""


class StepList(QListWidget):
    """The steps, with what came of each; as high as they are."""

    def __init__(self, acts: LessonActs, parent: QWidget) -> None:
        super().__init__(parent)
        self._acts = acts
        self.note_color = QColor()
        self.setProperty("role", "steps")
        self.setItemDelegate(_StepDelegate(self))
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        for turn in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            turn(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemActivated.connect(self._choose)
        self.itemClicked.connect(self._choose)

    def show_steps(self, lesson: Lesson, index: int, progress: LessonProgress, theme: Theme) -> None:
        """Show how far all steps are; `index` is the one in hand."""
        if [self.item(at).text() for at in range(self.count())] != [step.title for step in lesson.steps]:
            self.clear()
            self.addItems([step.title for step in lesson.steps])
        self.note_color = QColor(theme.text_muted)
        for at, step in enumerate(lesson.steps):
            item, state = self.item(at), progress.of(step)
            reachable = lesson.any_order or at <= max(progress.first_open, index)
            name, color, word = "lock", theme.text_faint, "locked"
            if state.done:
                name, color, word = "check", theme.success, "done"
            elif at == index:
                name, color, word = "play", theme.accent, "now"
            elif reachable:
                name, color, word = "point", theme.text_faint, "open"
            note = _note_of(step, state, lesson.say)
            item.setIcon(icon_pixmap(name, color, _ICON_PX, self.devicePixelRatioF()))
            item.setData(Qt.ItemDataRole.UserRole, note)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{at + 1}. {step.title}, {note or lesson.say(word)}"
            )
            item.setToolTip(step.title)
            flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
            item.setFlags(flags if reachable else Qt.ItemFlag.NoItemFlags)
        self.setCurrentRow(index)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        rows = sum(self.sizeHintForRow(at) for at in range(self.count()))
        self.setFixedHeight(rows + 2 * self.frameWidth() + 8)

    def _choose(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self._acts.step_chosen.emit(self.row(item))


class _StepDelegate(QStyledItemDelegate):
    """Paints a step, in lines that leave room at its right for what came of it."""

    def __init__(self, steps: StepList) -> None:
        super().__init__(steps)
        self._steps = steps

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        note, metrics = str(index.data(Qt.ItemDataRole.UserRole) or ""), option.fontMetrics
        taken = _ICON_PX + 4 * GRID_PX + (metrics.horizontalAdvance(note) + GRID_PX if note else 0)
        room, lines = self._steps.viewport().width() - taken, [""]
        for word in _PIECE.findall(str(option.text)):
            longer = f"{lines[-1]}{word}".strip()
            fits = not lines[-1] or metrics.horizontalAdvance(longer) <= room
            lines[len(lines) - fits :] = [longer if fits else word.strip()]
        option.text = "\u2028".join(lines)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        note = str(index.data(Qt.ItemDataRole.UserRole) or "")
        draw_text(painter, option.rect.adjusted(0, 0, -GRID_PX, 0), note, self._steps.note_color, align=RIGHT)


class LessonPanel(QWidget):
    """Shows one lesson; what the pupil does is said by its `acts`, and shown by `show_step`."""

    def __init__(self, themes: ThemeSource, dock: QDockWidget) -> None:
        super().__init__(dock)
        self._dock, self._themes, self.acts = dock, themes, LessonActs(self)
        set_up(self, role="panel", objectName="lesson_panel")
        self._lesson: Lesson | None = None
        self._say: Say = partial(said, ENGLISH)
        self._place = (0, 0)
        self._shown: tuple[int, LessonProgress] | None = None
        self._card: StepCard | None = None
        self._widths: dict[QDockWidget, int] = {}
        """Of the other docks, before the first of lessons that follow each other."""
        # The card gets its height by queued requests.
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._scroll_to_card)
        self._area = ScrollArea(self)
        self._follows = False
        """Whether the card is kept in view while it grows to its height, until somebody scrolls."""
        bar = self._area.verticalScrollBar()
        bar.rangeChanged.connect(lambda *_: self._soon.start() if self._follows else None)
        bar.actionTriggered.connect(self._rest)
        self.acts.chosen.connect(self._follow_card)
        self._inner = QWidget(self._area)
        self.title = set_up(QLabel(self), role="heading", wordWrap=True)
        self.intro = MarkdownText(self._inner)
        self.steps = StepList(self.acts, self._inner)
        self.end = self._make_end()
        self.head = SectionTitle("Lesson", self)
        self.close_button = tool_button("", "", self, flat="true", clicked=self.acts.close_requested)
        self.back = set_up(QPushButton(self), clicked=self.acts.back_requested)
        self.next = set_up(QPushButton(self), clicked=self.acts.next_requested)
        self.all_controls = QCheckBox(self)
        self._lay_out()
        themes.theme_changed.connect(self._show_theme)
        self._show_theme()

    def follow_controls(self, action: QAction) -> None:
        """Let the check box be that of the command, which is there where it is possible."""

        def follow() -> None:
            self.all_controls.setVisible(action.isEnabled())
            self.all_controls.setChecked(action.isChecked())
            self.all_controls.setToolTip(action.toolTip())

        action.changed.connect(follow)
        self.all_controls.toggled.connect(action.setChecked)
        follow()

    def open(self) -> None:
        """Come to the front, no wider than it must: it would take the room of docks that were hidden."""
        host = self._dock.parentWidget()
        if not self._widths and host is not None:
            beside = [dock for dock in descendants(host, QDockWidget) if dock is not self._dock]
            self._widths = {dock: dock.width() for dock in beside}
        self._dock.show()
        self._dock.raise_()
        if isinstance(host, QMainWindow):
            host.resizeDocks([self._dock], [_WIDTH_PX], Qt.Orientation.Horizontal)
            # Docks that the lesson shows beside it are as wide as they were.
            QTimer.singleShot(0, self, self._restore_widths)

    def shut(self) -> None:
        """Hide, and leave the other docks as wide as they were: one beside it would take its room."""
        if not self._dock.isHidden():
            self._dock.hide()
            # The room of what a lesson hides, too, is shared by queued requests.
            QTimer.singleShot(0, self, self._restore_widths)

    def _restore_widths(self) -> None:
        host = self._dock.parentWidget()
        docks = [dock for dock in self._widths if dock.isVisible()]
        if isinstance(host, QMainWindow) and docks:
            host.resizeDocks(docks, [self._widths[dock] for dock in docks], Qt.Orientation.Horizontal)
        if self._dock.isHidden():
            self._widths = {}

    def show_lesson(self, lesson: Lesson, place: tuple[int, int]) -> None:
        """Show another lesson; `place` is its number and how many there are, or (0, 0)."""
        self._lesson, self._place, self._shown = lesson, place, None
        number, count = place
        say = self._say = lesson.say
        head = "LESSON {number} OF {count}" if number else "LESSON"
        self.head.setText(say(head, number=number, count=count))
        self._show_texts(lesson)
        self.title.setText(lesson.title)
        self.setAccessibleName(f"{say('Lesson')}: {lesson.title}")
        self.intro.show_text(lesson.text, lesson)
        self._rest()
        self._area.verticalScrollBar().setValue(0)

    def _show_texts(self, lesson: Lesson) -> None:
        """Show the texts that stay while a lesson is open, in its language."""
        say = lesson.say
        for widget, text in (
            (self.back, "Back"), (self.all_controls, "All controls"), (self.sheet, "Worksheet…"),
            (self._end_hint, "Result code: hand it to your teacher with your name. There is no name in it."),
        ):  # fmt: skip
            widget.setText(say(text))
        for button, text in (
            (self.back, "To the step before, as it was left. It can be undone."),
            (self.sheet, "Write the lesson as a page to print, with what was trained."),
            (self._copy, "Copy the result code."),
            (self.close_button, "Close the lesson and go back to your work. How far you are is kept."),
        ):
            button.setToolTip(say(text))
        self._steps_title.set_text(say("Steps"))
        for part, text in (
            (self.steps, "Steps"),
            (self._area, "Lesson"),
            (self.close_button, "Close the lesson"),
        ):
            part.setAccessibleName(say(text))

    def show_step(self, index: int, progress: LessonProgress) -> None:
        """Show the step in hand, and how far all are."""
        lesson = self._lesson
        if lesson is None:
            return
        new = self._shown is None or self._shown[0] != index
        self._shown = index, progress
        done = progress.of(lesson.steps[index]).done
        self.steps.show_steps(lesson, index, progress, self._themes.theme)
        self._show_end(lesson, progress)
        self.back.setEnabled(index > 0)
        self.next.setEnabled(done)
        restyle(self.next, primary="true" if done else "false")
        number, count = self._place
        after = "Next lesson" if 0 < number < count else "Back to my work"
        self.next.setText(lesson.say(after if index + 1 == len(lesson.steps) else "Next"))
        self.next.setToolTip(lesson.say("Enter goes on, too." if done else "This step is not done yet."))
        self._show_card(lesson, index, progress)
        if new:
            # The button that was pressed may be disabled now: the focus would move to another panel's field.
            # A sentence is typed at once: elsewhere its letters are those of commands.
            card = self._card
            (card if card is not None and card.focusProxy() else self).setFocus(
                Qt.FocusReason.OtherFocusReason
            )
        self.intro.setVisible(index == 0)
        # In a low window the locked steps would push a first question below the fold.
        locked = index == 0 and progress.first_open == 0 and not lesson.any_order
        for part in (self._steps_title, self.steps):
            part.setVisible(not (locked and lesson.steps[0].question and self.height() < _LOW_PX))
        if index or not new:
            # A lesson begins with its text, not with the first task.
            self._follow_card()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, where no control of the panel has the focus: Space is that of the training."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.next.click()
        else:
            super().keyPressEvent(event)

    def show_conditions(self, moment: Moment, holding: Sequence[bool]) -> None:
        """Show how far the step in hand is."""
        if self._card is not None:
            self._card.show_conditions(moment, holding)

    def _follow_card(self) -> None:
        self._follows = True
        self._soon.start()

    def _rest(self, _: int = 0) -> None:
        self._follows = False
        self._soon.stop()

    def _scroll_to_card(self) -> None:
        if self._card is not None:
            self._area.ensureWidgetVisible(self._card, 0, 0)
            # Of a card that is higher than the panel, the answers and their button: its text begins above.
            for name in ("answer_button", "note_button"):
                keep = self._card.findChild(QPushButton, name)
                if isinstance(keep, QPushButton):
                    self._area.ensureWidgetVisible(keep, 0, 0)
        if self.end.isVisible() and self.steps.currentRow() + 1 == self.steps.count():
            self._area.ensureWidgetVisible(self.end, 0, 0)

    def _show_card(self, lesson: Lesson, index: int, progress: LessonProgress) -> None:
        old, step = self._card, lesson.steps[index]
        state = progress.of(step)
        draft = None if old is None else old.draft_for(lesson, step)
        card = StepCard(lesson, step, state, self.acts, self._themes, self._inner, draft)
        self._card = card
        # Read out with every step, as no key reaches a text.
        self.setAccessibleDescription(
            f"{lesson.say('Step')} {index + 1}: {step.title}. {card.text.toPlainText()}"
        )
        self._column.insertWidget(self._column.indexOf(self.end), card)
        card.show()
        own = [each for each in descendants(card, QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
        end = self.code, self._copy, self.sheet
        foot = self.back, self.next, self.all_controls, self.steps, self.close_button
        for before, after in pairwise((self, *own, *end, *foot)):
            QWidget.setTabOrder(before, after)
        if old is not None:
            if (focused := QApplication.focusWidget()) is not None and old.isAncestorOf(focused):
                # The same button again, such as the one for hints.
                same = (each for each in own if each.objectName() == focused.objectName() != "")
                again = next((each for each in same if each.isEnabled()), self)
                (self.next if state.done else again).setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()

    def _show_end(self, lesson: Lesson, progress: LessonProgress) -> None:
        count, number = len(lesson.steps), self._place[0]
        self.end.setVisible(progress.done == count)
        say = lesson.say
        self._end_title.setText(say("Lesson {number} done" if number else "Lesson done", number=number))
        right, known = progress.guesses
        guessed = "{right} of 1 guess right" if known == 1 else "{right} of {known} guesses right"
        told = f", {say(guessed, right=right, known=known)}" if known else ""
        self._end_text.setText(f"{say('{done} of {count} steps', done=progress.done, count=count)}{told}.")
        self.code.show_text(progress.code, None)
        self.code.setAccessibleName(f"{say('Result code')} {progress.code}")
        self._copy.setText(say("Copy"))

    # --- the layout -----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        steps = self._steps_title = SectionTitle("Steps", self._inner)
        margins = 16, 0, 16, GRID_PX
        self._column = vbox(self.intro, steps, self.steps, self.end, STRETCH, parent=self._inner,
                            margins=margins, spacing=GRID_PX)  # fmt: skip
        self._area.setWidget(self._inner)
        head = vbox(hbox((self.head, 1), self.close_button), self.title, margins=(16, 10, 10, GRID_PX))
        buttons = hbox(self.back, (self.next, 1), spacing=GRID_PX)
        rest = (self.all_controls, 0, Qt.AlignmentFlag.AlignLeft)
        foot = vbox(buttons, rest, margins=(16, GRID_PX, 16, GRID_PX), spacing=GRID_PX)
        vbox(head, (self._area, 1), hairline(self), foot, parent=self, margins=0, spacing=0)

    def _make_end(self) -> QFrame:
        end = set_up(QFrame(self._inner), role="proof", state="holds")
        self._end_title = set_up(QLabel(end), role="title")
        self._end_text = set_up(QLabel(end), role="muted", wordWrap=True)
        # It is wider than the card.
        self.code = MarkdownText(end)
        self.code.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.sheet = QPushButton(end)
        self._copy = set_up(QPushButton(end), clicked=self._copy_code)
        hint = self._end_hint = set_up(QLabel(end), role="caption", wordWrap=True)
        content = self._end_title, self._end_text, self.code, self._copy, self.sheet, hint
        vbox(*content, parent=end, margins=(12, 10, 12, 12))
        end.hide()
        return end

    def _copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self.code.toPlainText())
        self._copy.setText(self._say("Copied"))

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, 600)

    def minimumSizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, 200)

    def _show_theme(self, *_: object) -> None:
        self.close_button.setIcon(icon("close", self._themes.theme))
        if self._shown is not None:
            self.show_step(*self._shown)


def _note_of(step: Step, state: StepProgress, say: Say) -> str:
    """Result behind a step that is done."""
    if not state.done:
        return ""
    if step.kind == "predict":
        return say("right" if guess_is_right(step, state) else "wrong")
    if step.kind == "ask":
        return say("right" if state.tries <= 1 else "{count} tries", count=state.tries)
    return "" if state.measured is None else percent_text(state.measured, 1)
