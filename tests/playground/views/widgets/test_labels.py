"""Labels name themselves, and numbers are painted at leisure."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets import (
    Captioned,
    ChoiceCombo,
    SectionTitle,
    StatTile,
)
from playground.views.widgets.boxes import set_up
from playground.views.widgets.labels import CutLabel, Pill, SteadyLabel

pytestmark = pytest.mark.usefixtures("themed")


def events_of(widget: QWidget) -> list[QEvent.Type]:
    """The kinds of events that a widget gets from now on."""
    seen: list[QEvent.Type] = []

    class Watching(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            seen.append(event.type())
            return False

    widget.installEventFilter(Watching(widget))
    # Those of before.
    QApplication.processEvents()
    seen.clear()
    return seen


def test_labels_name_themselves(qtbot: QtBot) -> None:
    title = SectionTitle("Input features")
    combo = ChoiceCombo([("a", "A")])
    field = Captioned("Activation", combo)
    tile = StatTile("Training loss")
    for widget in (title, field, tile):
        qtbot.addWidget(widget)
    assert (title.text(), title.accessibleName()) == ("INPUT FEATURES", "Input features")
    assert combo.accessibleName() == "Activation"
    # A proxy of what came first in the order of Tab would lead Tab back there.
    assert field.focusProxy() is None
    tile.set_value("0.0312")
    assert (tile.value, tile.accessibleName()) == ("0.0312", "Training loss: 0.0312")
    tile.set_caption("Test loss")
    assert tile.accessibleName() == "Test loss: 0.0312"


def test_a_steady_label_keeps_room_for_its_text_and_redoes_no_layout_for_one_of_its_width(
    qtbot: QtBot,
) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    row, label = QHBoxLayout(box), SteadyLabel(box)
    row.addWidget(label)
    label.setText("Epoch 20")
    box.show()
    qtbot.waitExposed(box)
    assert label.minimumSizeHint().width() >= label.fontMetrics().horizontalAdvance("Epoch 20")
    seen = events_of(box)
    label.setText("Epoch 35")
    QApplication.sendPostedEvents(box, QEvent.Type.LayoutRequest)
    assert QEvent.Type.LayoutRequest not in seen
    assert label.text() == "Epoch 35"
    label.setText("Epoch 3500")
    QApplication.sendPostedEvents(box, QEvent.Type.LayoutRequest)
    assert QEvent.Type.LayoutRequest in seen


def test_a_steady_label_is_painted_for_another_text_alone(qtbot: QtBot) -> None:
    label = SteadyLabel()
    qtbot.addWidget(label)
    label.setText("train 0.0107")
    label.show()
    qtbot.waitExposed(label)
    seen = events_of(label)
    label.setText("train 0.0107")
    QApplication.sendPostedEvents()
    assert QEvent.Type.Paint not in seen
    label.setText("train 0.0108")
    QApplication.sendPostedEvents()
    assert QEvent.Type.Paint in seen


def test_the_number_of_a_tile_has_its_whole_width_and_redoes_no_layout(qtbot: QtBot) -> None:
    tile = StatTile("Test loss", below=True)
    qtbot.addWidget(tile)
    tile.show()
    qtbot.waitExposed(tile)
    seen = events_of(tile)
    tile.set_value("12,345,678.9")
    QApplication.sendPostedEvents()
    assert QEvent.Type.LayoutRequest not in seen
    (number,) = (label for label in tile.findChildren(QLabel) if QLabel.text(label) == "12,345,678.9")
    for width in (200, 90):
        tile.resize(width, tile.height())
        assert number.width() == tile.contentsRect().width() - 20
    assert number.height() >= number.sizeHint().height()


def test_no_number_of_a_tile_is_cut_and_a_long_one_moves_nothing(qtbot: QtBot) -> None:
    tile = StatTile("Test loss", below=True)
    qtbot.addWidget(tile)
    tile.resize(82, tile.sizeHint().height())
    tile.show()
    qtbot.waitExposed(tile)
    (number,) = (label for label in tile.findChildren(QLabel) if QLabel.text(label) == "–")
    height = tile.sizeHint().height()
    sizes = []
    for value in ("54 %", "5.7990", "0.16", "1,234.5"):
        tile.set_value(value)
        QApplication.sendPostedEvents()
        assert number.fontMetrics().horizontalAdvance(value) <= number.width()
        assert tile.sizeHint().height() == height
        sizes.append(number.fontInfo().pixelSize())
    assert sizes[0] == sizes[2] > sizes[1] == sizes[3]
    tile.resize(200, tile.height())
    assert number.fontInfo().pixelSize() == sizes[0]


def test_a_pill_is_cut_before_its_page_gets_wider(qtbot: QtBot) -> None:
    pill = Pill()
    qtbot.addWidget(pill)
    pill.setText("Spirals, 500 points, noise 0.1")
    whole = pill.sizeHint().width()
    assert pill.minimumSizeHint().width() < whole / 2
    pill.resize(120, 26)
    pill.show()
    shown = QLabel.text(pill)
    assert shown.endswith("…")
    assert pill.fontMetrics().horizontalAdvance(shown) <= 120 - 20
    assert pill.text() == pill.toolTip() == pill.accessibleName() == "Spirals, 500 points, noise 0.1"
    pill.resize(whole, 26)
    assert QLabel.text(pill) == pill.text()
    assert pill.toolTip() == ""


@pytest.mark.parametrize("text", ["compiled engine", "numpy, stacked", "16 processes", "Wine, 178 rows"])
def test_a_pill_as_wide_as_it_asks_to_be_cuts_nothing(qtbot: QtBot, text: str) -> None:
    pill = Pill()
    qtbot.addWidget(pill)
    pill.show()
    pill.setText(text)
    pill.resize(pill.sizeHint())
    assert QLabel.text(pill) == text


@pytest.mark.parametrize("kind", [SteadyLabel, CutLabel, Pill])
def test_what_is_painted_is_what_is_spoken(qtbot: QtBot, kind: type[QLabel]) -> None:
    label = kind()
    qtbot.addWidget(label)
    label.resize(200, 30)
    label.show()
    qtbot.waitExposed(label)
    # The second is as wide as the first, the third is not, and the fourth is as wide as that.
    for text in ("Loss 0.111", "Loss 0.222", "Loss 12.345", "Loss 54.321"):
        label.setText(text)
        spoken = QAccessible.queryAccessibleInterface(label)
        assert spoken.text(QAccessible.Text.Name) == label.text() == text


def test_properties_that_neither_qt_nor_the_stylesheet_knows_are_refused(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    set_up(label, role="muted", wordWrap=True)
    with pytest.raises(AttributeError, match="QLabel has no property 'rolle'"):
        set_up(label, rolle="muted")


def test_a_steady_label_that_is_cut_has_all_in_its_tooltip_before_what_that_was_given(qtbot: QtBot) -> None:
    label = SteadyLabel()
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    label.setText("A title that is long")
    assert label.toolTip() == "A title that is long"
    label.setText("A <b>title</b> that is long")
    assert label.toolTip() == "A <b>title</b> that is long"
    label.resize(400, 20)
    assert label.toolTip() == ""
    for given in ("What it is of", "What else"):
        set_up(label, toolTip=given) if given == "What else" else label.setToolTip(given)
        assert label.toolTip() == given
        label.resize(60, 20)
        assert label.toolTip() == f"A <b>title</b> that is long\n{given}"
        label.resize(400, 20)


def test_each_line_of_a_steady_label_is_cut_by_itself_and_stands_where_it_is_aligned(qtbot: QtBot) -> None:
    label = SteadyLabel()
    qtbot.addWidget(label)
    label.resize(80, 40)
    label.setText("A line that is long\nshort")
    assert label.toolTip() == "A line that is long\nshort"
    label.setText("one\ntwo")
    left = label.grab().toImage()
    assert label.toolTip() == ""
    label.setAlignment(Qt.AlignmentFlag.AlignRight)
    assert label.grab().toImage() != left


def test_a_heading_that_is_cut_ends_with_an_ellipsis_and_has_all_in_its_tooltip(
    qtbot: QtBot, themed: None
) -> None:
    title = SectionTitle("Forecast", plain="What comes")
    qtbot.addWidget(title)
    title.show()
    title.resize(title.sizeHint())
    assert (title.toolTip(), title.accessibleName()) == ("", "Forecast")
    whole = title.grab().toImage()
    title.resize(50, title.height())
    assert title.toolTip() == "FORECAST"
    assert title.grab().toImage() != whole.copy(0, 0, 50, title.height())
    title.show_plain(True)
    assert {title.text(), title.accessibleName(), title.toolTip()} == {"What comes"}
