"""Messages that hold nothing up: a transient one at the bottom of its parent, and a bar above what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPropertyAnimation, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGraphicsOpacityEffect,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import hbox, set_up


@dataclass(frozen=True)
class Notice:
    """A sentence, and the answers to it: (name, text of the button, what it does)."""

    text: str
    answers: tuple[tuple[str, str, str], ...]


_MIN_TEXT_PX = 100


class NoticeBar(QFrame):
    """A quiet bar with a sentence and a few answers; hidden without one. Its owner takes it away after a click."""

    answered = Signal(str)
    """Carries the name of the clicked button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.notice: Notice | None = None
        self.buttons: dict[str, QPushButton] = {}
        self.label = set_up(QLabel(self), wordWrap=True)
        # A long file name is cut off rather than widen the window.
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row = hbox(spacing=GRID_PX)
        self._box = hbox(
            (self.label, 1), self._row, parent=self, margins=(12, 4, GRID_PX, 4), spacing=GRID_PX
        )
        self.hide()

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice and announce it to screen readers; None hides the bar."""
        if notice == self.notice:
            return
        self.notice = notice
        for button in self.buttons.values():
            # Qt would give the focus to the next control, such as Reset, which the next Return would press.
            button.clearFocus()
            button.hide()
            button.deleteLater()
        self.buttons = {}
        if notice is not None:
            self.label.setText(notice.text)
            self.label.setToolTip(notice.text)
            self.setAccessibleName(notice.text)
            self.buttons = {answer[0]: self._add_button(*answer) for answer in notice.answers}
            self._arrange()
        self.setVisible(notice is not None)
        if notice is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """The answers go below a sentence that would be a narrow column beside them."""
        room = self.contentsRect().marginsRemoved(self._box.contentsMargins()).width()
        room -= sum(button.sizeHint().width() + GRID_PX for button in self.buttons.values())
        one_line = self.label.fontMetrics().horizontalAdvance(self.label.text())
        is_narrow = room < min(_MIN_TEXT_PX, one_line)
        self._box.setDirection(
            QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        )
        self._box.activate()
        # A column with charts in it would take from the sentence first.
        self.setMinimumHeight(max(0, self._box.minimumHeightForWidth(self.width())))

    def _add_button(self, name: str, text: str, tooltip: str) -> QPushButton:
        button = set_up(QPushButton(text, self), toolTip=tooltip, accessibleName=text)
        button.clicked.connect(partial(self.answered.emit, name))
        self._row.addWidget(button)
        return button


_MARGIN_PX = 24
_FADE_MS = 180
_MAX_WIDTH_PX = 520


class Toast(QFrame):
    """One message over `parent`; deletes itself when hidden.

    Stays while hovered or focused. `reduced_motion` hides without fading. Timer and animation are children and end with
    it. `duration_ms` 0 keeps it until `dismiss`.
    """

    action_requested = Signal()
    dismissed = Signal()

    def __init__(
        self,
        text: str,
        parent: QWidget,
        *,
        action: str = "",
        duration_ms: int = 5000,
        reduced_motion: bool = False,
    ) -> None:
        super().__init__(parent)
        set_up(self, role="toast", accessibleName=text)
        self._reduced_motion = reduced_motion
        self._leaving = False
        self._label = QLabel(text, self)
        row = hbox((self._label, 1), parent=self, margins=(16, 9, 16 if not action else 8, 9), spacing=12)
        self.button: QPushButton | None = None
        if action:
            self.button = set_up(QPushButton(action, self), toolTip=f"{action}: {text}")
            self.button.setAccessibleName(action)
            self.button.clicked.connect(self._answered)
            row.addWidget(self.button)
        self._timer = QTimer(self, interval=duration_ms, singleShot=True)
        self._timer.timeout.connect(self._time_over)
        self._opacity = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(self._opacity)
        self._fade = QPropertyAnimation(self._opacity, b"opacity", self)
        self._fade.setDuration(_FADE_MS)
        self._fade.finished.connect(self._fade_finished)
        parent.installEventFilter(self)
        self._appear()

    @property
    def text(self) -> str:
        return self._label.text()

    def dismiss(self) -> None:
        if self._leaving:
            return
        self._leaving = True
        self._timer.stop()
        if self._reduced_motion or not self.isVisible():
            self._gone()
            return
        self._fade.stop()
        self._fade.setStartValue(self._opacity.opacity())
        self._fade.setEndValue(0.0)
        self._fade.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parent() and event.type() == QEvent.Type.Resize:
            self._move_into_place()
        return super().eventFilter(watched, event)

    def _appear(self) -> None:
        self._move_into_place()
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        if self._reduced_motion:
            self._opacity.setEnabled(False)
        else:
            self._fade.setStartValue(0.0)
            self._fade.setEndValue(1.0)
            self._fade.start()
        if self._timer.interval() > 0:
            self._timer.start()

    def _move_into_place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        room = parent.rect()
        self.ensurePolished()
        self._label.setWordWrap(False)
        most = min(_MAX_WIDTH_PX, room.width() - 2 * _MARGIN_PX)
        # Margins and button take of the width too: asked of the whole, or the end of a text would be cut.
        self._label.setWordWrap(self.sizeHint().width() > most)
        width = most if self._label.wordWrap() else self.sizeHint().width()
        layout = self.layout()
        wraps = layout is not None and layout.hasHeightForWidth()
        height = layout.heightForWidth(width) if wraps and layout is not None else self.sizeHint().height()
        self.setGeometry((room.width() - width) // 2, room.height() - height - _MARGIN_PX, width, height)

    def _time_over(self) -> None:
        focused = self.button is not None and self.button.hasFocus()
        if self.underMouse() or focused:
            self._timer.start()
        else:
            self.dismiss()

    def _answered(self) -> None:
        self.action_requested.emit()
        self.dismiss()

    def _fade_finished(self) -> None:
        if self._leaving:
            self._gone()
        else:
            self._opacity.setEnabled(False)  # a graphics effect costs a copy at every repaint

    def _gone(self) -> None:
        self.hide()
        self.dismissed.emit()
        self.deleteLater()
