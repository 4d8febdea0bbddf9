"""The data of a document that was replaced are let go, whatever was opened and looked at before."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.data.datasets import Dataset, Digits, Moons, Xor
from core.experiment.prepare import PreparedData
from core.nn import Conv2D, Flatten, Layer
from playground.views.results.map_tab import MapTab
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import deliver_deletions
from tests.core.experiment.on_data import with_dataset
from tests.playground.opened_dialogs import choose_no_file, other_ways, over, ways_by_command, write_data
from tests.playground.window.trained_windows import small, train, wait_for
from tests.walk.held_data import holders, owner, prepared_data


@pytest.fixture(autouse=True)
def _no_file_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    choose_no_file(monkeypatch)


KEPT = {"reset", "reset_new_seed", "new", "theme", "full_screen", "play"}
"""Commands that are left out: a recorded film is kept on purpose, the others open no dialog."""


def use(window: MainWindow, way: Callable[[], object]) -> None:
    """Use a way to a dialog, and close it; in a function, as a name would keep the last dialog."""
    way()
    for each in over(window):
        each.close()
    deliver_deletions()


@pytest.mark.parametrize(
    ("dataset", "layers"),
    [
        (Moons(samples=60), ()),
        pytest.param(Digits(size="28x28"), (), marks=pytest.mark.slow(reason="7 s")),
        (Digits(size="28x28", samples=300), (Conv2D(4, (3, 3)), Flatten())),
    ],
    ids=["points", "images", "maps"],
)
def test_replaced_data_are_let_go(
    window: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dataset: Dataset,
    layers: tuple[Layer, ...],
) -> None:
    monkeypatch.setattr(window.autosaves.store, "folder", tmp_path / "autosave")
    monkeypatch.setattr(type(window.files), "maybe_save", lambda _: True)
    experiment = with_dataset(small(), dataset)
    window.document.load(experiment.replace(layers=(*layers, *experiment.layers)), None)
    window.plugins["microscope"].show()
    window.plugins["mistakes"].view.open_cell(None, None)
    train(window, qtbot, 4)
    if layers:
        window.plugins["microscope"].view.inspect(0, 1)
        wait_for(qtbot, lambda: window.plugins["microscope"].view.cards.map.patches._shown)
    # A moment that is looked at until its plane is refined.
    window.plugins["timeline"].panel.position_requested.emit(2.0)
    wait_for(qtbot, lambda: window.session.past.is_past)
    wait_for(qtbot, lambda: window.session.past._worker._refinement)
    window.session.past.return_to_live()
    window.panels.results.show_page(window.panels.results.tab(MapTab).page)
    ways = ways_by_command(window) | dict(other_ways(window, write_data(tmp_path)))
    for name in sorted(ways.keys() - KEPT):
        use(window, ways[name])
    old = [weakref.ref(each) for each in prepared_data()]
    arrays = [
        weakref.ref(owner(samples.inputs))
        for each in prepared_data()
        for samples in (each.data, each.train, each.test)
    ]
    assert old
    # What is hidden gets no snapshot of the next data, which would replace those of these.
    window.plugins["microscope"].view.close()
    window.document.load(with_dataset(small(), Xor()), None)
    wait_for(
        qtbot,
        lambda: (
            (shown := window.snapshot_router.snapshot) is not None
            and shown.experiment == window.document.experiment
        ),
    )

    def kept() -> list[PreparedData]:
        deliver_deletions()
        gc.collect()
        return [data for each in old if (data := each()) is not None]

    for _ in range(50):
        if not kept() and not any(each() is not None for each in arrays):
            return
        qtbot.wait(100)
    left = [*kept(), *(array for each in arrays if (array := each()) is not None)]
    pytest.fail(
        "\n".join(sorted({way for thing in left for way in holders(thing)})) or f"{len(left)} are left"
    )
