"""Which tables end early, and what is kept of their training."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.datasets import Iris, TableFile
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment import early_stopping
from core.experiment.change import begun
from core.experiment.early_stopping import FEW, MANY, EarlyStopping, suits
from core.experiment.prepare import make_trainer, prepare


def test_small_tables_with_a_target_end_at_the_lowest_loss_of_rows_set_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["a,b,y", *(f"{row % 7},{row % 5},{row * row % 11}" for row in range(60))]))
    experiment = begun(TableFile.of(table := read_table(path), guess_schema(table)))
    assert [suits(experiment, rows) for rows in (FEW - 1, FEW, MANY - 1, MANY)] == [False, True, True, False]
    assert not suits(experiment.replace(dataset=Iris()), FEW)
    assert EarlyStopping.of(experiment, prepare(experiment)) is None, "nothing is set apart"
    apart = experiment.replace(held_out=0.2)
    monkeypatch.setattr(early_stopping, "FEW", 10)
    stopping = EarlyStopping.of(apart, prepared := prepare(apart))
    assert stopping is not None
    trainer, losses, done = make_trainer(apart, prepared), [], False
    while not done:
        trainer.run_for(60.0, trainer.steps_left)
        losses.append(trainer.evaluate(prepared.held).loss)
        done = stopping.end_epoch(trainer)
        assert (stopping.sentence(trainer.epoch) == "") == (losses[-1] == min(losses))
    best = 1 + losses.index(min(losses))
    assert stopping.best is not None
    assert (stopping.best.epoch, len(losses)) == (best, best + early_stopping.PATIENCE)
    stopping.reset()
    assert stopping.best is None
    assert not stopping.end_epoch(trainer)
