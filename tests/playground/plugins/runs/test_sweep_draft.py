"""The sweep that is being chosen: undone, and fitted to another experiment."""

from __future__ import annotations

from core.data.datasets import Spirals
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.sweep.axes import ListAxis, LogAxis
from core.sweep.methods import Random
from playground.plugins.runs.sweep_draft import SweepDraft

DENSE = Experiment(dataset=Spirals(samples=80), layers=(Dense(3, "tanh"),))


def test_changes_are_undone_and_quick_ones_of_one_value_at_once() -> None:
    draft = SweepDraft(DENSE)
    first = draft.sweep
    for epochs in (5, 6, 7):
        draft.change("Epochs", draft.sweep.replace(epochs=epochs), "epochs")
    draft.change("Method", draft.sweep.replace(method=Random(9)))
    draft.change("Method", draft.sweep.replace(method=Random(9)))
    assert draft.undo_stack.count() == 2
    draft.undo_stack.undo()
    assert (draft.sweep.epochs, draft.sweep.method) == (7, first.method)
    draft.undo_stack.undo()
    assert draft.sweep == first
    draft.undo_stack.redo()
    assert draft.sweep == first.replace(epochs=7)


def test_another_experiment_keeps_what_fits() -> None:
    draft = SweepDraft(DENSE)
    draft.set_experiment(DENSE.replace(layers=()))
    assert [axis.path for axis in draft.sweep.axes] == ["optimizer.learning_rate", "batch_size"]
    draft.set_experiment(DENSE)
    axes = (ListAxis("layers.dense.units", values=(2, 5)), LogAxis("optimizer.learning_rate"))
    draft.change("Axes", draft.sweep.replace(axes=axes, seeds=3))
    wide = DENSE.replace(layers=(Dense(40, "relu"),))
    draft.set_experiment(wide)
    assert (draft.sweep.axes, draft.sweep.experiment, draft.sweep.seeds) == (axes, wide, 3)
    draft.set_experiment(DENSE.replace(layers=()))
    assert draft.sweep.axes == axes[1:]
    draft.undo_stack.undo()
    assert draft.sweep.experiment == DENSE.replace(layers=())
    assert len(draft.sweep.axes) == 2


def test_a_sweep_of_an_earlier_start_is_shown_unless_another_was_chosen() -> None:
    draft = SweepDraft(DENSE)
    earlier = draft.sweep.replace(epochs=77)
    draft.adopt(earlier.replace(experiment=DENSE.replace(seed=9)))
    assert draft.sweep != earlier
    draft.adopt(earlier)
    assert draft.sweep == earlier
    draft.change("Seeds", earlier.replace(seeds=2))
    draft.adopt(earlier)
    assert draft.sweep.seeds == 2
