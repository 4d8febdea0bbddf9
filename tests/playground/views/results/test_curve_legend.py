"""Names, colours and values of curves in one line."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from playground.views.results.curve_legend import CurveLegend, LegendEntry


def test_names_stand_alone_until_there_is_a_cursor(qtbot: QtBot) -> None:
    legend = CurveLegend()
    qtbot.addWidget(legend)
    legend.show_entries([LegendEntry("train", "#111111"), LegendEntry("a < b", "#222222")], "#000000")
    assert legend.plain_text == "train, a < b"
    assert "a&nbsp;&lt;&nbsp;b" in legend.text()
    legend.show_entries([LegendEntry("train", "#111111", "0.5")], "#000000", "1,200", "of the scaled target")
    assert legend.plain_text == legend.accessibleName() == "at 1,200, train 0.5"
    assert "scaled" in legend.text()


def test_a_long_line_never_widens_the_panel(qtbot: QtBot) -> None:
    legend = CurveLegend()
    qtbot.addWidget(legend)
    legend.show_entries([LegendEntry("a very long name of a run " * 5, "#111111")], "#000000")
    assert legend.minimumSizeHint().width() < 100 or legend.minimumWidth() == 1


def test_a_line_with_less_room_says_less(qtbot: QtBot) -> None:
    legend = CurveLegend()
    qtbot.addWidget(legend)
    legend.show()
    entries = [LegendEntry("train", "#111111", "0.1946"), LegendEntry("test", "#222222", "0.2707")]
    said = []
    for width in (900, 300, *range(260, 140, -10), 140):
        legend.resize(width, 16)
        legend.show_entries(entries, "#000000", "1,200", "of the scaled target")
        text = legend.text()
        said.append(("1,200" in text, "—" in text, "scaled" in text, "0.2707" in text))
        assert legend.plain_text == "at 1,200, train 0.1946, test 0.2707"
    # The moment goes last.
    assert (True, False, False, True) in said
    assert said[0] == (True, True, True, True)
    assert said[-1] == (False, False, False, True)
    assert said == sorted(said, reverse=True)
