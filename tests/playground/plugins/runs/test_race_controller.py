"""The race in the real window: begun from the document, a menu or runs; played, changed, extended and kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons, Plane, Xor
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.inspect.flow_field import FlowPathsPart
from core.nn import Dense
from core.nn.losses import MeanSquaredError
from core.runs.store import Store
from core.train.training_config import TrainingConfig
from playground.plugins.runs.controller import run_library
from playground.plugins.runs.duplicates import DuplicateMenu
from playground.plugins.runs.race_controller import RaceController
from playground.plugins.runs.views.heads import MAX_LANES
from playground.plugins.runs.views.lane_cards import LaneCards
from playground.views.output.run_thumbnail import snapshot_pixels
from playground.views.theme.colors import LIGHT
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press

PATIENCE_MS = 60_000
VALUES = TrainingConfig(loss=MeanSquaredError())
SMALL = Experiment(name="Small", dataset=Xor(samples=60, noise=0.1), layers=(Dense(4, "tanh"),))


@pytest.fixture
def window(make: Callable[..., MainWindow]) -> MainWindow:
    return make(SMALL)


@pytest.fixture
def race(window: MainWindow, qtbot: QtBot) -> RaceController:
    """The page, with two lanes at epoch 0."""
    press(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    page = window.plugins["runs"].page.part("race")
    assert isinstance(page, RaceController)
    _until_lanes(page, qtbot, 2)
    return page


def lanes(race: RaceController) -> LaneCards:
    """The cards of the race in the view Pictures."""
    found = race.page.window().findChild(LaneCards)
    assert isinstance(found, LaneCards)
    return found


def _until_lanes(race: RaceController, qtbot: QtBot, count: int) -> None:
    """Wait for the start of a race of as many lanes, with the settings of now."""

    def there() -> bool:
        moments = race.moments
        return len(moments) == count and all(
            moment.snapshot.epoch == 0 and moment.snapshot.experiment == experiment
            for moment, experiment in zip(moments, race.experiments, strict=True)
        )

    qtbot.waitUntil(there, timeout=PATIENCE_MS)


def _until_epoch(race: RaceController, qtbot: QtBot, epoch: int) -> None:
    """Wait for the end at an epoch, and for its texts: they are written ten times a second."""

    def there() -> bool:
        moments = race.moments
        return (
            all(moment.snapshot.epoch == epoch for moment in moments)
            and not race.group.running
            and lanes(race)._written is race.moment
        )

    qtbot.waitUntil(there, timeout=PATIENCE_MS)


def test_the_first_race_is_the_document_against_another_rate(race: RaceController) -> None:
    first, other = race.experiments
    assert first == SMALL
    assert other.training.optimizer.learning_rate != first.training.optimizer.learning_rate
    assert [card.isVisible() for card in lanes(race).cards] == [True, True, False, False]
    assert lanes(race).cards[0].name.text() == "Base"
    assert [chip.property("differs") for chip in lanes(race).cards[1].chips].count("true") == 1


def test_space_plays_to_the_end_in_equal_epochs(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    race.page.pace.set_current("0")
    race.page.stop.set_current("50")
    race.page.configured.emit()
    press(window, Qt.Key.Key_Space)
    _until_epoch(race, qtbot, 50)
    assert window.session.state.value == "idle"
    assert sorted(card.place.text() for card in lanes(race).cards[:2]) == ["1st", "2nd"]
    assert window.training_bar.epoch.text().replace(",", "").lstrip("0") == "50"
    assert [len(curve.x) for curve in lanes(race).curves.chart.curves] == [51, 51]
    click(lanes(race).curves.unit.buttons["s"])
    assert lanes(race).curves.chart.curves[0].x[-1] == pytest.approx(race.moments[0].run.seconds)


def test_equal_lanes_are_tied_and_none_wins_by_milliseconds(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    race.start([SMALL, SMALL])
    _until_lanes(race, qtbot, 2)
    race.page.pace.set_current("0")
    race.page.stop.set_current("240")
    race.page.configured.emit()
    press(window, Qt.Key.Key_Space)
    _until_epoch(race, qtbot, 240)
    reached = [moment.reached for moment in race.moments]
    assert reached[0] is not None
    assert reached[1] is not None
    assert reached[0][0] == reached[1][0]
    cards = lanes(race).cards[:2]
    assert [card.place.text() for card in cards] == ["1st", "1st"]
    names = " and ".join(card.name.text() for card in cards)
    at = f"epoch {reached[0][0]:.0f}"
    assert lanes(race).curves.first.text() == f"Tied at 95 %: {names}, {at}"
    assert all(card.target.text().startswith(f"Tied at 95 %  {at}, ") for card in cards)


def test_a_step_is_one_epoch_of_every_lane_and_reset_goes_back(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    window.actions_by_name["step_epoch"].trigger()
    _until_epoch(race, qtbot, 1)
    window.actions_by_name["reset"].trigger()
    _until_lanes(race, qtbot, 2)


def test_a_chip_changes_a_lane_and_all_start_anew(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    window.actions_by_name["step_epoch"].trigger()
    _until_epoch(race, qtbot, 1)
    lanes(race).cards[1].wished.emit("change", ("activation", "relu"))
    _until_lanes(race, qtbot, 2)
    assert race.experiments[1].layers == (Dense(4, "relu"),)
    # The card is named once the lanes that begin anew are there.
    qtbot.waitUntil(lambda: "ReLU" in lanes(race).cards[1].name.text(), timeout=PATIENCE_MS)


def test_lanes_are_duplicated_up_to_four_and_removed_down_to_two(race: RaceController, qtbot: QtBot) -> None:
    told: list[str] = []
    race.message_requested.connect(told.append)
    lanes(race).cards[0].wished.emit("duplicate", ("learning_rate", 0.5))
    click(race.page.add)
    _until_lanes(race, qtbot, MAX_LANES)
    assert not race.page.add.isEnabled()
    lanes(race).cards[0].wished.emit("duplicate", ("learning_rate", 0.7))
    assert told == ["At most 4 lanes can race; remove one first"]
    for _ in range(3):
        lanes(race).cards[1].remove.trigger()
    _until_lanes(race, qtbot, 2)
    qtbot.waitUntil(lambda: not lanes(race).cards[0].remove.isEnabled(), timeout=PATIENCE_MS)


def test_a_menu_of_a_lane_that_went_does_nothing(race: RaceController) -> None:
    before = list(race.experiments)
    card = lanes(race).cards[len(before)]
    card.wished.emit("change", ("learning_rate", 0.5))
    card.wished.emit("duplicate", ("learning_rate", 0.5))
    card.wished.emit("remove", ())
    card.wished.emit("open", ())
    assert race.experiments == before


def test_a_setting_of_the_menu_starts_a_race(window: MainWindow, qtbot: QtBot) -> None:
    window.pages.show("runs")
    window.plugins["runs"].page.duplicates.chosen.emit("batch_size", 32)
    race = window.plugins["runs"].page.part("race")
    assert isinstance(race, RaceController)
    _until_lanes(race, qtbot, 2)
    assert window.plugins["runs"].page.key == "race"
    assert race.experiments == [SMALL, SMALL.with_training(batch_size=32)]
    window.plugins["runs"].page.duplicates.chosen.emit("learning_rate", 0.3)
    _until_lanes(race, qtbot, 3)


def test_a_field_of_the_bar_offers_other_values(window: MainWindow, qtbot: QtBot) -> None:
    field = window.training_bar.fields.learning_rate
    line = field.lineEdit()
    assert line is not None
    line.customContextMenuRequested.emit(QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    values = menu.actions()[-1].menu()
    assert isinstance(values, DuplicateMenu)
    next(action for action in values.actions() if action.text() == "Rate 0.1").trigger()
    menu.close()
    race = window.plugins["runs"].page.part("race")
    assert isinstance(race, RaceController)
    assert [each.training.optimizer.learning_rate for each in race.experiments] == [0.03, 0.1]
    _until_lanes(race, qtbot, 2)


def test_every_menu_of_a_setting_starts_a_race_with_a_lane_beside_the_document(
    window: MainWindow, qtbot: QtBot
) -> None:
    """Of a layer, of the data, and of the optimizer's popup; the document stays as it is."""
    window.document.select(0)
    window.side.layer.form.row("units").duplicated.emit(8)
    race = window.plugins["runs"].page.part("race")
    assert isinstance(race, RaceController)
    panel = window.side.data
    panel.slider("noise").customContextMenuRequested.emit(QPoint(3, 3))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    values = menu.actions()[-1].menu()
    assert isinstance(values, QMenu)
    noisier = next(action for action in values.actions() if action.text() == "0.3")
    noisier.trigger()
    menu.close()
    assert window.document.experiment == SMALL
    assert race.experiments == [
        SMALL,
        SMALL.replace(layers=(Dense(8, "tanh"),)),
        SMALL.replace(dataset=SMALL.dataset.replace(noise=0.3)),
    ]
    _until_lanes(race, qtbot, 3)
    assert [card.name.text() for card in lanes(race).cards[:3]] == ["Base", "4 → 8", "noise 0.3"]
    assert race.page.data.text().endswith("different data")


def test_the_bar_says_what_varies_between_the_lanes(window: MainWindow, race: RaceController) -> None:
    fields = window.training_bar.fields
    assert fields.learning_rate.currentText() == "varies"
    assert fields.optimizer.currentText() == "Adam"
    lanes(race).cards[1].wished.emit("change", ("optimizer", "sgd"))
    assert (fields.optimizer.currentIndex(), fields.optimizer.placeholderText()) == (-1, "varies")
    window.pages.show("build")
    assert fields.learning_rate.currentText() == "0.03"
    assert fields.optimizer.currentText() == "Adam"


def test_a_race_is_a_set_once_somebody_has_made_it_and_a_draft_follows_the_document(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    other = SMALL.replace(data_seed=3)
    window.document.change("Data", other)
    assert race.experiments[0] == other
    window.pages.show("build")
    window.document.change("Back", SMALL)
    assert not race.experiments
    qtbot.waitUntil(lambda: not race.group._worker.lanes, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    _until_lanes(race, qtbot, 2)
    assert race.experiments[0] == SMALL
    assert race.set_row is None
    assert [row.title for row in window.plugins["runs"].page.page.sets.rows if row.key == "race"] == [
        "New race"
    ]
    window.plugins["runs"].show_set("all")
    assert not [row for row in window.plugins["runs"].page.page.sets.rows if row.key == "race"]
    race.race_runs([(SMALL, "Mine"), (SMALL.with_training(batch_size=32), "batch 32")])
    assert race.set_row is not None
    window.document.change("Data", other)
    window.document.load(SMALL.replace(dataset=Moons(samples=60)))
    window.plugins["runs"].show_set("race")
    assert race.experiments[0] == SMALL
    _until_lanes(race, qtbot, 2)
    qtbot.waitUntil(
        lambda: [card.name.text() for card in lanes(race).cards[:2]] == ["Mine", "batch 32"],
        timeout=PATIENCE_MS,
    )


@pytest.mark.parametrize("way", ["play", "step", "change", "rename"])
def test_what_somebody_does_with_a_draft_makes_a_race(
    window: MainWindow, race: RaceController, qtbot: QtBot, way: str
) -> None:
    assert race.set_row is None
    if way == "play":
        press(window, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: race.group.running, timeout=PATIENCE_MS)
    elif way == "step":
        race.step_epoch()
    else:
        race.act(way, 1, ("optimizer", "sgd") if way == "change" else ("Mine",))
    assert race.set_row is not None
    kept = list(race.experiments)
    window.document.change("Other data", SMALL.replace(dataset=Moons(samples=60)))
    assert race.experiments == kept


def test_one_run_races_itself_with_another_rate_and_keeps_its_name(
    race: RaceController, qtbot: QtBot
) -> None:
    race.race_runs([(SMALL, "Mine")])
    _until_lanes(race, qtbot, 2)
    assert [run.name for run in race.live.runs] == ["Mine", "rate 0.01"]


def test_places_are_those_of_the_scores_that_are_shown(race: RaceController, qtbot: QtBot) -> None:
    race.start([SMALL, SMALL.replace(layers=(Dense(1),))])
    _until_lanes(race, qtbot, 2)
    race.toggle()
    for epochs in (3, 6, 9, 12):
        qtbot.waitUntil(lambda least=epochs: race.moments[0].snapshot.epoch > least, timeout=PATIENCE_MS)
        cards = lanes(race).cards[:2]
        shown = [float(card.values["score"].text().removesuffix(" %")) for card in cards]
        best = [card.place.text() == "1st" for card in cards]
        assert shown[0] == shown[1] or best == [own == max(shown) for own in shown]
    race.toggle()


def test_other_data_cannot_race(race: RaceController) -> None:
    told: list[str] = []
    race.message_requested.connect(told.append)
    before = list(race.experiments)
    race.start([SMALL, SMALL.replace(data_seed=3)])
    assert "same data" in told[0]
    assert race.experiments == before


def test_lanes_are_kept_among_the_runs(window: MainWindow, race: RaceController, qtbot: QtBot) -> None:
    window.actions_by_name["step_epoch"].trigger()
    _until_epoch(race, qtbot, 1)
    # Nothing is asked for: what comes to its end is kept, and what goes on takes its place.
    race.page.pace.set_current("0")
    for stop in (50, 100):
        race.page.stop.set_current(str(stop))
        race.page.configured.emit()
        press(window, Qt.Key.Key_Space)
        _until_epoch(race, qtbot, stop)
    race.rename(1, "Brave")
    # What begins anew is another race.
    race.change(1, "seed", 5)
    _until_lanes(race, qtbot, 2)
    window.actions_by_name["step_epoch"].trigger()
    _until_epoch(race, qtbot, 1)
    race.reset()
    _until_lanes(race, qtbot, 2)
    qtbot.waitUntil(lambda: not run_library(window).busy, timeout=PATIENCE_MS)
    with closing(Store(run_library(window).path)) as store:
        found = [(each, store.members(each.id)) for each in store.sets()]
    assert [(each.kind, each.name, each.total) for each, _ in found] == [
        ("race", "Race: Base, rate 0.01", 2), ("race", "Race: Base, Brave", 2),
    ]  # fmt: skip
    assert [[(run.name, run.epochs) for run in runs] for _, runs in found] == [
        [("Base", 100), ("Brave", 100)], [("Base", 1), ("Brave", 1)],
    ]  # fmt: skip
    assert all(run.data_text == "60 points, noise 0.1" and run.size for _, runs in found for run in runs)
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(run_library(window).rows) == 4, timeout=PATIENCE_MS)


def test_a_new_seed_is_one_for_all_lanes_and_begins_another_set(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    window.actions_by_name["step_epoch"].trigger()
    qtbot.waitUntil(lambda: race.moments[0].run.epochs == 1, timeout=PATIENCE_MS)
    before = [each.seed for each in race.experiments]
    press(window, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    _until_lanes(race, qtbot, 2)
    assert [each.seed for each in race.experiments] == [seed + 1 for seed in before]
    assert race.page.start.text() == f"same start, seed {before[0] + 1}"
    # What the other seed has learned is kept, and does not wait to go on.
    qtbot.waitUntil(
        lambda: [each.state for each in run_library(window).sets.values()] == ["done"],
        timeout=PATIENCE_MS,
    )
    assert [run.epochs for run in run_library(window).rows.values()] == [1.0, 1.0]


def test_a_race_that_runs_is_kept_when_the_window_closes(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    race.page.stop.set_current("0")
    race.page.configured.emit()
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: race.moments[0].run.epochs > 2, timeout=PATIENCE_MS)
    window.close()
    with closing(Store(run_library(window).path)) as store:
        assert [run.epochs > 2 for run in store.summaries()] == [True, True]


def test_a_lane_goes_on_in_the_document(
    window: MainWindow, race: RaceController, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.files, "maybe_save", lambda: True)
    lanes(race).cards[1].wished.emit("open", ())
    assert window.document.experiment == race.experiments[1]
    assert len(race.experiments) == 2
    assert window.pages.current == "build"


def test_pictures_are_painted(race: RaceController) -> None:
    card = lanes(race).cards[0]
    for widget in (card.picture, card.network):
        image = widget.grab().toImage()
        colors = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 3)}
        assert len(colors) > 20
    assert np.isfinite(race.moments[0].run.final_score)


def test_planes_are_square_and_at_rest_have_every_pixel_of_the_screen(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    race.page.pace.set_current("5")
    race.page.configured.emit()
    card = lanes(race).cards[0]
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: race.moments[0].snapshot.epoch > 0, timeout=PATIENCE_MS)
    while_racing = race.moments[0].snapshot.boundary
    press(window, Qt.Key.Key_Space)
    assert while_racing is not None
    # The snapshot at rest may come after the state.
    qtbot.waitUntil(
        lambda: len(race.moments[0].snapshot.boundary) > len(while_racing),  # type: ignore[arg-type]
        timeout=PATIENCE_MS,
    )
    qtbot.waitUntil(lambda: not race.group.running, timeout=PATIENCE_MS)
    image = card.picture._image
    assert image.size() == QSize(1, 1) * card.picture.side
    fine = snapshot_pixels(race.moments[0].snapshot, LIGHT, card.picture.side, points_on_it=True)
    assert fine is not None
    # In a corner are no points.
    assert [image.pixelColor(3, y).red() for y in range(3, 40)] == fine[3:40, 3, 0].tolist()


def test_a_lane_is_renamed_in_place_and_its_name_is_kept(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    card = lanes(race).cards[1]
    made = card.name.text()
    click(card.pencil)
    assert card.field.hasFocus()
    qtbot.keyClicks(card.field, "Mine")
    qtbot.keyClick(card.field, Qt.Key.Key_Escape)
    assert card.name.text() == made
    QTest.mouseDClick(card.name, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(card.field, "  Brave   one ")
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    assert card.name.text() == "Brave one"
    assert not card.field.isVisible()
    assert [curve.name for curve in lanes(race).curves.chart.curves] == ["Base", "Brave one"]
    click(race.page.add)
    _until_lanes(race, qtbot, 3)
    assert [each.name.text() for each in lanes(race).cards[:3]] == ["Base", "Brave one", "Base (2)"]
    race.remove(0)
    _until_lanes(race, qtbot, 2)
    # The name goes with its lane.
    qtbot.waitUntil(lambda: lanes(race).cards[0].name.text() == "Brave one", timeout=PATIENCE_MS)
    race.rename(0, "")
    qtbot.waitUntil(lambda: lanes(race).cards[0].name.text() == "Base", timeout=PATIENCE_MS)


def test_smooth_draws_averages_with_the_values_behind(
    window: MainWindow, race: RaceController, qtbot: QtBot
) -> None:
    race.page.pace.set_current("0")
    race.page.stop.set_current("50")
    race.page.configured.emit()
    press(window, Qt.Key.Key_Space)
    _until_epoch(race, qtbot, 50)
    click(lanes(race).curves.quantity.buttons["train_loss"])
    chart = lanes(race).curves.chart
    before, count = chart.grab().toImage(), len(chart.curves)
    click(lanes(race).curves.smooth)
    assert sum(item.isVisible() for item in chart._items) == 2 * count
    assert chart.grab().toImage() != before
    click(lanes(race).curves.smooth)
    assert sum(item.isVisible() for item in chart._items) == count
    assert chart.grab().toImage() == before


def test_lanes_of_a_deep_autoencoder_fit_the_window(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(preset_named("digits_through_two_numbers"), (1280, 720))
    press(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    race = window.plugins["runs"].page.part("race")
    assert isinstance(race, RaceController)
    click(race.page.add)
    _until_lanes(race, qtbot, 3)
    assert window.width() == 1280
    card = lanes(race).cards[0]
    assert card.captions["score"].text() == "Test R²"
    assert "Test R²" in card.accessibleDescription()
    assert card.chips[0].text().startswith("Flatten, Dense ")
    assert "…" in card.chips[0].text()
    assert "Sampling" in card.chips[0].toolTip()


def test_lanes_that_generate_say_how_near_their_samples_are(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(preset_named("moons_from_noise"))
    press(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    race = window.plugins["runs"].page.part("race")
    assert isinstance(race, RaceController)
    _until_lanes(race, qtbot, 2)
    made = race.moments[0].snapshot.part(FlowPathsPart)
    assert made is not None
    assert lanes(race).cards[0].target.text() == made.text
    assert made.text.endswith(" back")
    click(lanes(race).curves.quantity.buttons["test_accuracy"])
    assert lanes(race).curves.chart._target is None


def test_lanes_of_a_regression_have_no_accuracy(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(Experiment(dataset=Plane(samples=60), layers=(Dense(4, "tanh"),), training=VALUES))
    press(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    race = window.plugins["runs"].page.part("race")
    assert isinstance(race, RaceController)
    _until_lanes(race, qtbot, 2)
    card = lanes(race).cards[0]
    assert (
        card.captions["score"].text()
        == lanes(race).curves.quantity.buttons["test_accuracy"].text()
        == "Test R²"
    )
    assert card.target.text() == "R² 0.95 not reached yet"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("learning_rate", "x", "Rate: must be a number, got 'x'."),
        ("batch_size", "2.5", "Batch size: must be a whole number, got 2.5."),
    ],
)
def test_a_setting_that_is_typed_wrong_gets_a_sentence(
    race: RaceController, monkeypatch: pytest.MonkeyPatch, name: str, text: str, sentence: str
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (text, True))
    told: list[str] = []
    race.message_requested.connect(told.append)
    before = list(race.experiments)
    race.change(0, name, None)
    assert told == [sentence]
    assert race.experiments == before
