"""One lane of a race: name, place, settings that can be changed, picture and scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from core.inspect.flow_field import FlowPathsPart
from core.io.number_text import loss_text, place_text
from core.io.sentence import in_sentence
from core.runs.setting_choices import ChipChoices
from core.seeds.lanes import TARGET, LaneMoment
from core.train.tasks import Score
from playground.plugin import CutLabel, FlowLayout, SteadyLabel, ThemeSource, hairline, icon, tool_button
from playground.plugins.runs.views.lane_network import LaneNetwork
from playground.views.widgets.boxes import Stretch, hbox, restyle, set_up, vbox
from playground.views.widgets.number_format import seconds_text
from playground.views.widgets.picture_plot import SquarePicture

_GAP_PX: Final = 8
_MIN_BESIDE_PX: Final = 150
_MIN_BELOW_PX: Final = 40
_SHARE_BELOW: Final = 0.3
_LEAST: Final = QSize(120, 140)


def lane_places(size: QSize) -> tuple[QRect, QRect]:
    """Places of the picture, which is square, and of the network: below it, or beside it if that makes it larger."""
    width, height = size.width(), size.height()
    below = max(_MIN_BELOW_PX, round(_SHARE_BELOW * height))
    beside_side = min(height, width - _GAP_PX - _MIN_BESIDE_PX)
    below_side = min(width, height - _GAP_PX - below)
    if beside_side > below_side:
        left = beside_side + _GAP_PX
        return QRect(0, 0, beside_side, height), QRect(left, 0, width - left, height)
    top = below_side + _GAP_PX
    return QRect(0, 0, width, below_side), QRect(0, top, width, height - top)


class LaneBody(QWidget):
    """Lays out both; the picture has all where there is no network to see."""

    def __init__(self, picture: QWidget, network: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture, self._network = picture, network
        for each in (picture, network):
            each.setParent(self)
        network.installEventFilter(self)
        self.setMinimumSize(_LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._arrange()
        return False

    def _arrange(self) -> None:
        if self._network.isHidden():
            self._picture.setGeometry(self.rect())
            return
        picture, network = lane_places(self.size())
        self._picture.setGeometry(picture)
        self._network.setGeometry(network)


_ALWAYS = ("layers", "activation", "optimizer", "learning_rate")
"""Settings that are shown in every lane, others where they differ; the rest is in the lane's menu."""
_MAX_NAME = 60
_MAX_CHIP_PX = 220
"""Of the text: three lanes of deep networks fit 1,280 pixels."""
_PICTURE, _MIN_PICTURE = QSize(240, 200), QSize(90, 90)
PLACES = ("", "1st", "2nd", "3rd", "4th")


def target_text(score: Score) -> str:
    """To what the lanes race."""
    return f"{100 * TARGET:g} %" if score.is_share else f"{score.title} {TARGET:g}"


class LaneCard(QFrame):
    """Emits what the user wishes for this lane, as `RaceController.act` takes it."""

    wished = Signal(str, tuple)
    """"change" or "duplicate" with the name of a chip and the value, "rename" with the name, "remove" or "open"."""
    resized = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "lane")
        self._themes = themes
        self._color = ""
        self.swatch = QLabel(self)
        self.swatch.setFixedSize(12, 12)
        self.name = set_up(SteadyLabel(self), role="title")
        self.name.installEventFilter(self)
        told = "Rename this lane (double click on its name)"
        self.pencil = tool_button("Rename this lane", told, self, clicked=self.edit_name, flat="true")
        self.field = set_up(
            QLineEdit(self), accessibleName="Name of this lane", placeholderText="What differs in it"
        )
        self.field.setMaxLength(_MAX_NAME)
        self.field.hide()
        self.field.editingFinished.connect(self._end_name)
        self.field.installEventFilter(self)
        self.place = set_up(QLabel(self), role="place")
        self.place.setFixedHeight(22)
        self.more = tool_button("Lane menu", "What can be done with this lane", self)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.chips: list[QPushButton] = []
        self._chip_row = QWidget(self)
        self._flow = FlowLayout(self._chip_row)
        self._rest: list[QMenu] = []
        self.picture = SquarePicture(_PICTURE, _MIN_PICTURE, self)
        self.picture.setAccessibleName("What this lane has learned")
        self.picture.resized.connect(self.resized)
        self.network = LaneNetwork(themes, self)
        self.body = LaneBody(self.picture, self.network, self)
        self.values = {name: CutLabel(self) for name in ("score", "loss", "seconds")}
        self.captions: dict[str, QLabel] = {}
        self.target, self.parameters = (
            set_up(SteadyLabel(self), role="reached"),
            set_up(QLabel(self), role="caption"),
        )
        self._menu()
        self._lay_out()
        themes.theme_changed.connect(self._restyle)
        self._restyle()

    def show_lane(self, name: str, color: str, chips: Sequence[ChipChoices], *, can_remove: bool) -> None:
        """Set name, color and settings."""
        self._color = color
        self.name.setText(name)
        self.setAccessibleName(f"Lane {name}")
        self.remove.setEnabled(can_remove)
        for old in self.chips:
            self._flow.removeWidget(old)
            old.hide()
            old.deleteLater()
        shown = [chip for chip in chips if chip.differs or chip.name in _ALWAYS]
        self.chips = [self._chip(chip) for chip in shown]
        self._show_rest([chip for chip in chips if chip not in shown])
        self._restyle()

    def edit_name(self) -> None:
        """Let the user write the name; Return takes it, Escape leaves the old one."""
        self.field.setText(self.name.text())
        self.field.selectAll()
        for widget, shown in ((self.name, False), (self.pencil, False), (self.field, True)):
            widget.setVisible(shown)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.name and event.type() == QEvent.Type.MouseButtonDblClick:
            self.edit_name()
            return True
        pressed = event.type() == QEvent.Type.KeyPress and watched is self.field
        if pressed and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.field.setText(self.name.text())
            self._end_name()
            return True
        return super().eventFilter(watched, event)

    def _end_name(self) -> None:
        if self.field.isHidden():
            return
        text = self.field.text()
        # Hiding takes the focus, which ends the editing once more.
        self.field.hide()
        self.name.show()
        self.pencil.show()
        if text.strip() != self.name.text():
            self.wished.emit("rename", (text,))

    def show_moment(self, moment: LaneMoment, of: Score, place: int, leads: bool, tied: bool) -> None:
        """Set what was reached; `place` from 1, 0 while nothing is trained. It leads alone or `tied` with others."""
        run, reached = moment.run, target_text(of)
        made = moment.snapshot.part(FlowPathsPart)
        # Of velocities no network has a score near 1, as many ways lead through a place.
        target = f"{reached} not reached yet" if made is None else made.text
        if run.status != "done":
            target = run.status
        elif made is None and moment.reached is not None:
            first = f"{'Tied at' if tied else 'First to'} {reached}" if leads else reached
            target = f"{first}  epoch {place_text(moment.reached[0])}, {seconds_text(moment.reached[1])} s"
        score, loss = of.text(run.final_score), loss_text(run.final_loss)
        for name, text in (("score", score), ("loss", loss), ("seconds", seconds_text(run.seconds))):
            self.values[name].setText(text)
        self.target.setText(target)
        self.target.setToolTip(run.sentence)
        restyle(self.target, leads="true" if leads else "false")
        self.parameters.setText(f"{run.parameters:,} parameters")
        self.place.setText(PLACES[place])
        self.place.setVisible(place > 0)
        restyle(self.place, first="true" if place == 1 else "false")
        self.setAccessibleDescription(
            f"{PLACES[place]}, {self.captions['score'].text()} {score}, loss {loss}"
        )

    def _chip(self, chip: ChipChoices) -> QPushButton:
        text = chip.text if chip.differs or chip.name != "learning_rate" else chip.text.rpartition(" ")[2]
        button = self._button(text, f"{chip.title}: change it in this lane", differs=chip.differs)
        button.setAccessibleName(f"{chip.title} {chip.text}")
        menu = QMenu(button)
        self._fill_with_duplicates(menu, chip)
        button.setMenu(menu)
        return button

    def _show_rest(self, chips: Sequence[ChipChoices]) -> None:
        """Put the settings in which no lane differs into the lane's menu."""
        for menu in self._rest:
            # Else the action's Python object stays with this menu.
            self._lane_menu.removeAction(menu.menuAction())
            menu.deleteLater()
        self._rest = [QMenu(f"{chip.title} ({chip.text})", self.more) for chip in chips]
        for chip, menu in zip(chips, self._rest, strict=True):
            self._fill_with_duplicates(menu, chip)
            self._lane_menu.addMenu(menu)

    def _button(self, text: str, tip: str, *, differs: bool) -> QPushButton:
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, _MAX_CHIP_PX)
        button = set_up(QPushButton(shown, self._chip_row), lanechip="true", autoDefault=False)
        button.setProperty("differs", "true" if differs else "false")
        button.setToolTip(tip if shown == text else f"{text}\n{tip}")
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._flow.addWidget(button)
        button.show()
        return button

    def _fill_with_duplicates(self, menu: QMenu, chip: ChipChoices) -> None:
        self._fill(menu, chip, "change")
        menu.addSeparator()
        copy = menu.addMenu(f"Duplicate this run with {in_sentence(chip.title)}")
        self._fill(copy, chip, "duplicate")

    def _fill(self, menu: QMenu, chip: ChipChoices, wish: str) -> None:
        for text, value in chip.choices:
            action = QAction(text, menu)
            action.triggered.connect(lambda _=False, value=value: self.wished.emit(wish, (chip.name, value)))
            menu.addAction(action)

    def _menu(self) -> None:
        menu = self._lane_menu = QMenu(self)
        self.open = QAction("Open in Build", menu)
        self.open.triggered.connect(lambda: self.wished.emit("open", ()))
        rename = QAction("Rename", menu)
        rename.triggered.connect(self.edit_name)
        self.remove = QAction("Remove", menu)
        self.remove.triggered.connect(lambda: self.wished.emit("remove", ()))
        menu.addActions([self.open, rename, self.remove])
        menu.addSeparator()
        self.more.setMenu(menu)

    def _lay_out(self) -> None:
        head = hbox(
            self.swatch, self.name, self.pencil, (self.field, 1), Stretch(0), self.place, self.more, spacing=8
        )
        self.name.setMinimumWidth(20)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        for column, (name, caption) in enumerate((("score", ""), ("loss", ""), ("seconds", "Seconds"))):
            label = self.captions[name] = set_up(QLabel(caption, self), role="caption")
            grid.addWidget(label, 0, column)
            value = self.values[name]
            value.setProperty("role", "value" if name == "score" else "readout")
            grid.addWidget(value, 1, column)
            grid.setColumnStretch(column, 1)
        self.target.setMinimumWidth(20)
        foot = hbox((self.target, 1), self.parameters)
        vbox(
            head,
            self._chip_row,
            (self.body, 1),
            hairline(self),
            grid,
            foot,
            parent=self,
            margins=(12, 8, 12, 10),
            spacing=8,
        )

    def _restyle(self) -> None:
        theme = self._themes.theme
        self.more.setIcon(icon("more", theme))
        self.pencil.setIcon(icon("paint", theme, "muted"))
        pixmap = QPixmap(12, 12)
        pixmap.fill(QColor(self._color or theme.field))
        self.swatch.setPixmap(pixmap)
