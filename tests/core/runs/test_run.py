"""What is kept of a run, as bytes and back."""

from __future__ import annotations

from core.experiment.prepare import prepare
from core.runs.run import data_key, data_text
from tests.core.runs.made_runs import POINTS, summary


def test_the_same_data_have_the_same_key() -> None:
    assert data_key(POINTS) == data_key(POINTS.with_training(batch_size=3).replace(seed=9, layers=()))
    assert data_key(POINTS) != data_key(POINTS.replace(data_seed=1))
    assert data_key(POINTS) != data_key(POINTS.replace(dataset=POINTS.dataset.replace(noise=0.2)))


def test_data_are_named_by_what_distinguishes_them() -> None:
    assert data_text(POINTS, prepare(POINTS).data) == "40 points, noise 0.1"
    other = POINTS.replace(data_seed=7)
    assert data_text(other, prepare(other).data) == "40 points, noise 0.1, seed 7"


def test_a_run_paused_within_an_epoch_says_its_batch() -> None:
    """Its row among the sets said "epoch 4" where its lane said "4 + 3/35"."""
    assert summary(1, epochs=4.0, place="4 + 3/35").place_text == "4 + 3/35"
    assert summary(1, epochs=1200.4, place="").place_text == "1,200"
