"""Which combination is in which cell."""

from __future__ import annotations

from core.runs.trial import TrialResult
from core.sweep.axes import ListAxis
from core.sweep.methods import Random
from core.sweep.sweep import Sweep
from playground.plugins.runs.sweep.grid_model import grid_axes, grid_of
from tests.core.sweep.small_sweeps import TINY

SWEEP = Sweep(
    axes=(
        ListAxis("optimizer.learning_rate", values=(0.1, 0.2)),
        ListAxis("layers.dense.units", values=(2, 4, 6)),
        ListAxis("batch_size", values=(5, 7)),
    ),
    experiment=TINY,
)


def results() -> list[TrialResult]:
    """The score is higher for more units and larger batches."""
    found = []
    for trial in next(SWEEP.rounds()):
        values = dict(trial.settings)
        score = values["layers.dense.units"] / 10 + values["batch_size"] / 100
        found.append(TrialResult(trial, "done", test_loss=1.0, test_score=score))
    return found


def test_the_first_two_settings_are_columns_and_rows() -> None:
    model = grid_of(SWEEP, results(), lambda _: None)
    assert (model.columns, model.rows) == (("0.1", "0.2"), ("2", "4", "6"))
    assert model.size == (3, 2)
    # A cell is the best of the batch sizes.
    assert model.cells[2, 1].text == "67.0 %"


def test_others_can_be_chosen() -> None:
    model = grid_of(SWEEP, results(), lambda _: None, axes=(1, 2))
    assert (model.columns, model.rows) == (("2", "4", "6"), ("5", "7"))
    assert (model.column_title, model.row_title) == ("Units", "Batch size")
    texts = {place: cell.text for place, cell in model.cells.items()}
    assert texts[0, 0] == "25.0 %"
    assert texts[1, 2] == "67.0 %"
    assert [place for place, cell in model.cells.items() if cell.is_best] == [(1, 2)]


def test_only_a_grid_has_columns_and_rows_to_choose() -> None:
    assert grid_axes(SWEEP) == ("Learning rate", "Units", "Batch size")
    assert grid_axes(SWEEP.replace(method=Random(5))) == ()
    assert grid_axes(SWEEP.replace(axes=SWEEP.axes[:1])) == ()
