"""The timeline: what is looked at, commands, thumbnails and the slider, and the marks of a look back elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from core.inspect.snapshot import Snapshot
from playground.model.timeline.moment import Edit, Moment
from playground.plugin import BoundaryPlot, SteadyLabel, Theme, ThemeSource, icon, icon_pixmap
from playground.plugins.timeline.filmstrip import Filmstrip, not_kept
from playground.plugins.timeline.moment_slider import MomentSlider
from playground.views.canvas.network_canvas import NetworkCanvas
from playground.views.widgets import ChoiceCombo, SectionTitle
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.painted import LEFT, PaintedWidget, draw_box, draw_text, paint_hatching

_STRIP_PX = 6
_ICON_PX = 13
_PAD_PX = 9
_HEIGHT_PX = 24
_MARGIN_PX = 8
_KEY_PX = 160
_STEP_PX = 48
"""The width of the covered part grows in steps: whenever it changes, the plot draws its points anew."""


class PastStrip(PaintedWidget):
    """A hatched line; it takes no clicks."""

    is_antialiased = False

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedHeight(_STRIP_PX)
        self.hide()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.fillRect(self.rect(), QColor(theme.surface))
        paint_hatching(painter, QRectF(self.rect()), theme.text_faint, 6.0, 1.4)


class PastPill(PaintedWidget):
    """A sentence with a clock on a rounded ground, hatched for a caption; it takes no clicks."""

    def __init__(self, themes: ThemeSource, parent: QWidget, *, hatched: bool = False) -> None:
        super().__init__(themes, parent)
        self.text, self._hatched = "", hatched
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_text(self, text: str) -> None:
        """Set the sentence, and take its size."""
        if text != self.text:
            self.text = text
            self.setAccessibleName(text)
            # Of fixed size: a new hint would redo the layouts around it.
            self.setFixedSize(self.sizeHint())
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._small)
        width = metrics.horizontalAdvance(self.text) + _ICON_PX + 3 * _PAD_PX - 4
        return QSize(width, _HEIGHT_PX - (6 if self._hatched else 0))

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = ground.height() / 2
        color = theme.field if self._hatched else theme.surface_raised
        draw_box(painter, ground, radius, color, theme.border_strong)
        if self._hatched:
            paint_hatching(painter, ground.adjusted(radius / 2, 1, -radius / 2, -1), theme.border_strong, 5.0)
        top = (self.height() - _ICON_PX) / 2
        clock = icon_pixmap("history", theme.text, _ICON_PX, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(_PAD_PX - 1, top), clock)
        place = QRectF(_PAD_PX + _ICON_PX + 5, 0, self.width(), self.height())
        draw_text(painter, place, self.text, theme.text, self._small, LEFT)


class PastMarks(QObject):
    """Keeps the marks in their places: `strip` below `bar`, `pill` on `plot`, `notice` over `canvas`."""

    def __init__(
        self, themes: ThemeSource, window: QWidget, bar: QWidget, plot: BoundaryPlot, canvas: NetworkCanvas
    ) -> None:
        super().__init__(window)
        self._window, self._bar, self._plot, self._canvas = window, bar, plot, canvas
        self._room = 0
        self.strip = PastStrip(themes, window)
        self.pill = PastPill(themes, plot)
        self.notice = PastPill(themes, canvas)
        for widget in (bar, plot, canvas):
            widget.installEventFilter(self)

    def show_past(self, epoch: str, live: str = "", other: str = "") -> None:
        """Show that `epoch` of `live` is looked at, and what was `other` then; "" hides the marks."""
        shown = bool(epoch)
        if epoch:
            self.pill.set_text(f"epoch {epoch} of {live}, past")
            if self.pill.width() + _KEY_PX > self._plot.width():
                # A longer one would push the plot's key down; the timeline names the epoch, too.
                self.pill.set_text("past")
            way = (
                f"{other}; branch from here to go on with that."
                if other
                else "A change here branches a new run; undo returns to the live one."
            )
            self.notice.set_text(f"You are looking at epoch {epoch}. {way}")
        for mark in (self.strip, self.pill, self.notice):
            if shown and mark.isHidden():
                mark.raise_()
            mark.setVisible(shown)
        if shown:
            self._place()
        self._ask_room()
        width = _STEP_PX * -(-self.pill.width() // _STEP_PX)
        # With room for longer sentences.
        self._plot.leave_room(
            QRectF(_MARGIN_PX, _MARGIN_PX, width, self.pill.height()) if shown else QRectF()
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.strip.isHidden():
            self._place()
        return False

    def _ask_room(self) -> None:
        """Tiles end above the notice."""
        room = 0 if self.notice.isHidden() else self.notice.height() + 2 * _MARGIN_PX
        if room != self._room:
            self._room = room
            self._canvas.set_room_below(room)

    def _place(self) -> None:
        window = self._window
        corner = self._bar.mapTo(window, self._bar.rect().bottomLeft())
        self.strip.setGeometry(0, corner.y() + 1, window.width(), _STRIP_PX)
        self.pill.move(_MARGIN_PX, _MARGIN_PX)
        self.notice.setVisible(self.notice.width() < self._canvas.width() - 2 * _MARGIN_PX)
        self._ask_room()
        left = (self._canvas.width() - self.notice.width()) // 2
        self.notice.move(left, self._canvas.height() - self.notice.height() - _MARGIN_PX)


PLAYBACK_SPEEDS: Final = tuple((f"{speed:g}", f"{speed:g}×") for speed in (0.5, 1, 2, 4, 8, 16, 32))
"""At 1×, the whole run takes half a minute."""
_DEFAULT_SPEED = "4"
_BUTTONS: Final = (
    ("play_back", "Play back", "play", "normal"),
    ("branch_here", "Branch from here", "branch", "normal"),
    ("back_to_live", "Back to live", "live", "on_accent"),
)  # fmt: skip
_THUMBNAILS_MS = 400
_WIDE_PX = 900
_READABLE_PX = 700


class TimelinePanel(QWidget):
    """Buttons trigger the actions of their names. In a low window it is one row: `set_low`."""

    position_requested = Signal(float)
    """Carries a position in epochs."""
    step_requested = Signal(int)
    """Carries how many moments to go on."""
    live_requested = Signal()
    speed_chosen = Signal(float)
    thumbnails_requested = Signal(object)
    """Carries the moments whose thumbnails are needed."""

    def __init__(
        self, themes: ThemeSource, actions: Mapping[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes, self._actions = themes, actions
        self._moments: Sequence[Moment] = ()
        self._edits: Sequence[Edit] = ()
        self._past: Moment | None = None
        self.live, self.live_text = 0.0, "0"
        """The epoch that the training has reached."""
        self.is_low = False
        self._played = (False, "")
        set_up(self, objectName="timeline_panel", role="panel", accessibleName="Timeline")
        self.title = SectionTitle("Timeline", self)
        self.shown = set_up(SteadyLabel(self), role="title")
        self.total = set_up(SteadyLabel(self), role="muted")
        self.pill = PastPill(themes, self, hatched=True)
        self.pill.set_text("past")
        self.speed = ChoiceCombo(
            PLAYBACK_SPEEDS, _DEFAULT_SPEED, name="Playback speed",
            tooltip="How fast to play back: at 1×, the whole run takes half a minute.", parent=self,
        )  # fmt: skip
        self.speed.setMinimumWidth(64)
        self.speed.chosen.connect(lambda key: self.speed_chosen.emit(float(key)))
        self.buttons = {name: self._button(name) for name, *_ in _BUTTONS}
        self.strip = Filmstrip(themes, self)
        self.slider = MomentSlider(themes, self)
        self.strip.position_requested.connect(self.position_requested)
        self.slider.position_requested.connect(self.position_requested)
        self.slider.step_requested.connect(self.step_requested)
        self.slider.live_requested.connect(self.live_requested)
        self._soon = QTimer(self, interval=_THUMBNAILS_MS, singleShot=True)
        self._soon.timeout.connect(self._request_thumbnails)
        self._lay_out()
        self._size_live()
        self._fix_height()
        themes.theme_changed.connect(self._restyle)
        self._restyle(themes.theme)
        self.show_timeline((), (), None)

    def show_timeline(
        self, moments: Sequence[Moment], edits: Sequence[Edit], past: Moment | None, *, playing: bool = False
    ) -> None:
        """Set the moments and edits of the run; `past` is looked at, None is now."""
        before = self._moments[:1], self._edits, self._past
        self._moments, self._edits, self._past = moments, edits, past
        # While training, later moments alone wait for the next figure: the row is painted 10 times a second, not 20.
        if not moments or before != (moments[:1], edits, past):
            self._show_epoch()
        # The epoch says enough in a narrow panel.
        roomy = self.width() >= _READABLE_PX or not self.is_low
        self.pill.setVisible(past is not None and roomy)
        self.total.setVisible(roomy)
        self.slider.setEnabled(len(moments) > 1)
        self._restyle_play(playing)
        if not self._soon.isActive() and not self.is_low:
            self._soon.start()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Set the epoch that the training has reached, with the other figures of the same snapshot."""
        live = snapshot.live or snapshot.place
        # Batches of another size count the same moment anew.
        if (live.position, live.text) != (self.live, self.live_text):
            self.live, self.live_text = live.position, live.text
            self._show_epoch()

    def _show_epoch(self) -> None:
        live, past = self.live, self._past
        start = self._moments[0].position if self._moments else 0.0
        end = max(float(live), self._moments[-1].position if self._moments else 0.0)
        position = None if past is None else past.position
        shown = self.live_text if past is None else past.place.text
        self.slider.show_range(end, self._edits, live)
        self.slider.show_past(position)
        self.slider.show_texts(self.live_text, shown)
        self.strip.show_range(end, position, start)
        self.shown.setText(f"Epoch {shown}")
        # Where there is room, the strip says what was not kept.
        told = not_kept(start) if self.is_low else ""
        self.total.setText(f"of {self.live_text}" if past is not None else told)
        self.total.setToolTip(told)
        live_text = "Back to live" if past is not None else "Live"
        self.buttons["back_to_live"].setText(
            "Live" if self._is_narrow else f" {live_text} · {self.live_text}"
        )

    def clear(self) -> None:
        """Drop the run and its thumbnails."""
        self.strip.clear()
        # As the bar says it: nothing is known of where the training is.
        self.live, self.live_text = 0.0, "–"
        self.show_timeline((), (), None)

    def set_low(self, low: bool) -> None:
        """Show one row instead of three."""
        if low == self.is_low:
            return
        self.is_low = low
        self.strip.setVisible(not low)
        self.title.setVisible(not low)
        self.slider.set_low(low)
        self._write_buttons()
        self._show_epoch()
        for row in (self._head, self._column):
            row.removeWidget(self.slider)
        if low:
            self._head.insertWidget(self._head.indexOf(self.pill) + 1, self.slider, 1)
        else:
            self._column.addWidget(self.slider)
        self._head.setStretch(self._head.indexOf(self._gap), 0 if low else 1)
        self._column.setContentsMargins(12, 5, 12, 5) if low else self._column.setContentsMargins(
            12, 8, 12, 4
        )
        self._fix_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._soon.start()
        self._write_buttons()

    @property
    def _is_narrow(self) -> bool:
        return self.is_low or self.width() < _WIDE_PX

    def _write_buttons(self) -> None:
        """In a narrow panel, the first buttons have icons alone."""
        narrow = self._is_narrow
        self._size_live()
        for name, text, *_ in _BUTTONS:
            if name != "back_to_live":
                short = narrow and (self.is_low or self.width() < _READABLE_PX or name != "branch_here")
                self.buttons[name].setText("" if short else f" {text}")

    def minimumSizeHint(self) -> QSize:
        return QSize(200, super().minimumSizeHint().height())

    def _request_thumbnails(self) -> None:
        if len(self._moments) < 2 or self.is_low or not self.isVisible():
            return
        if missing := self.strip.missing(self._moments):
            self.thumbnails_requested.emit(missing)

    def _button(self, name: str) -> QPushButton:
        action = self._actions[name]
        button = set_up(QPushButton(self), objectName=f"{name}_button")
        button.setText(next(f" {text}" for key, text, *_ in _BUTTONS if key == name))
        if name == "back_to_live":
            button.setProperty("primary", "true")
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: self._follow(button, action))
        self._follow(button, action)
        return button

    def _follow(self, button: QPushButton, action: QAction) -> None:
        button.setEnabled(action.isEnabled())
        key = action.shortcut().toString()
        button.setToolTip(f"{action.toolTip()} ({key})" if key else action.toolTip())
        button.setAccessibleName(action.text().replace("&", ""))
        button.setAccessibleDescription(action.toolTip())

    def _restyle(self, theme: Theme) -> None:
        self._played = (False, "")
        for name, _, picture, role in _BUTTONS:
            self.buttons[name].setIcon(icon(picture, theme, "on_accent" if role == "on_accent" else "normal"))

    def _fix_height(self) -> None:
        """A dock would keep the height of three rows for one."""
        self._column.invalidate()
        self.setFixedHeight(self._column.sizeHint().height())

    def _size_live(self) -> None:
        """Keep the width of the last button, so that the others stay under the pointer."""
        button = self.buttons["back_to_live"]
        widest = "Live" if self._is_narrow else " Back to live · 000,000"
        button.setMinimumWidth(button.fontMetrics().horizontalAdvance(widest) + 44)

    def _restyle_play(self, playing: bool) -> None:
        # A button redoes its layout with every icon.
        if (wanted := (playing, self._themes.theme.name)) != self._played:
            self._played = wanted
            self.buttons["play_back"].setIcon(icon("pause" if playing else "play", self._themes.theme))

    def _lay_out(self) -> None:
        self._head = hbox(spacing=8)
        self._gap = QWidget(self)
        play, branch, live = (self.buttons[name] for name, *_ in _BUTTONS)
        for widget in (
            self.title,
            self.shown,
            self.total,
            self.pill,
            self._gap,
            play,
            self.speed,
            branch,
            live,
        ):
            self._head.addWidget(widget)
        self._head.setStretch(self._head.indexOf(self._gap), 1)
        self._column = vbox(
            self._head, self.strip, self.slider, parent=self, margins=(12, 4, 12, 4), spacing=4
        )
