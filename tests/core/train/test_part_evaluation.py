"""Within long epochs a part of the samples is evaluated, and corrected by what all of them gave."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.experiment.project_file import TrainerState, training_numbers
from core.nn import Dense
from core.nn.losses import LOSSES, MeanSquaredError
from core.nn.network import Network
from core.optim import SGD
from core.train.evaluation import Evaluator, Reference
from core.train.figures import Figure, Place
from core.train.trainer import Trainer
from tests.core.compiled.two_engines import compiled_engine
from tests.core.trainers import trainer_of

__all__ = ["compiled_engine"]

CODING = TargetEncoding(3, 3)
VALUES = st.floats(0.0, 1e6)
SHARES = st.floats(0.0, 1.0)


def samples(count: int, seed: int, hard: float = 0.0) -> Samples:
    """Three classes; the first 1,000 samples have no noise, the others that much."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(count, 4)).astype(np.float32)
    noisy = inputs[:, :3] + hard * rng.normal(size=(count, 3)) * (np.arange(count) >= 1000)[:, None]
    predictions = np.argmax(noisy, axis=1)
    return Samples(inputs, CODING.encode(predictions), predictions)


def make(seed: int = 1, engine: str = "numpy", loss: str = "cross_entropy") -> Trainer:
    layers = (Dense(8, "tanh"), Dense(3, "softmax"))
    return trainer_of(
        Network(layers, (4,), seed=seed),
        samples(6000, 0),
        samples(5000, 1, hard=0.5),
        encoding=CODING,
        loss=LOSSES.make(loss),
        optimizer=SGD(learning_rate=0.2),
        batch_size=50,
        seed=seed,
        engine=engine,
    )


def reference(loss: float, accuracy: float, part_loss: float, part_accuracy: float) -> Reference:
    return Reference(Figure(loss, accuracy), Figure(part_loss, part_accuracy))


def test_all_change_by_as_much_and_of_a_harder_part_fall_in_the_same_ratio() -> None:
    easy, hard = reference(0.5, 0.8, 0.4, 0.9), reference(0.4, 0.9, 0.5, 0.8)
    for found, loss, accuracy in (
        (easy.estimate(Figure(0.6, 0.85)), 0.7, 0.75),
        (easy.estimate(Figure(0.2, 0.95)), 0.3, 0.85),
        (hard.estimate(Figure(0.7, 0.75)), 0.6, 0.85),
        (hard.estimate(Figure(0.2, 0.9)), 0.16, 0.95),
    ):
        assert found.loss == pytest.approx(loss)
        assert found.score == pytest.approx(accuracy)


@given(VALUES, SHARES, VALUES, SHARES, VALUES, SHARES)
def test_estimates_stay_within_the_range(
    loss: float, accuracy: float, part_loss: float, part_accuracy: float, now: float, share: float
) -> None:
    found = reference(loss, accuracy, part_loss, part_accuracy).estimate(Figure(now, share))
    assert found.loss >= 0.0
    assert 0.0 <= found.score <= 1.0


@given(VALUES, SHARES, VALUES, SHARES)
def test_the_same_part_gives_the_same_whole(
    loss: float, accuracy: float, part_loss: float, part_accuracy: float
) -> None:
    found = reference(loss, accuracy, part_loss, part_accuracy).estimate(Figure(part_loss, part_accuracy))
    assert found.loss == pytest.approx(loss, rel=1e-9, abs=1e-9 * part_loss)
    assert found.score == pytest.approx(accuracy, abs=1e-9)


def test_a_score_below_zero_may_stay_there() -> None:
    assert reference(2.0, -1.0, 1.5, -0.5).estimate(Figure(2.0, -1.0)).score == pytest.approx(-1.5)


def test_what_was_not_measured_corrects_nothing() -> None:
    now = Figure(0.3, 0.7)
    assert reference(math.nan, math.nan, math.nan, math.nan).estimate(now) == now
    assert reference(1e308, 0.5, 0.5, 0.5).estimate(Figure(1.7e308, 0.7)).loss == 1.7e308
    diverged = reference(0.5, 0.8, 0.4, 0.9).estimate(Figure(math.inf, math.nan))
    assert diverged.loss == math.inf
    assert math.isnan(diverged.score)


def within_epochs(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Figure, ...]]:
    """Three epochs; of each evaluation in their midst what is kept, what the part gave, and what all give."""
    found = []
    keep = Evaluator.keep

    def keep_and_compare(
        evaluator: Evaluator, place: Place, train: Figure, test: Figure, predictions: np.ndarray, **few: bool
    ) -> None:
        keep(evaluator, place, train, test, predictions, **few)
        if few.get("few"):
            assert trainer.test is not None
            found.append((evaluator.figures.test, test, trainer.evaluate(trainer.test)))

    monkeypatch.setattr(Evaluator, "keep", keep_and_compare)
    for _ in range(3):
        trainer.run_epoch()
    assert len(found) == 3
    return found


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("loss", ["cross_entropy", "mean_squared_error"])
def test_the_curve_does_not_jump_where_the_first_samples_are_easier(
    compiled_engine: None, monkeypatch: pytest.MonkeyPatch, engine: str, loss: str
) -> None:
    trainer = make(engine=engine, loss=loss)
    assert trainer.engine == engine
    # From the second epoch on: before, the weights that were last evaluated were random.
    for kept, part, whole in within_epochs(trainer, monkeypatch)[1:]:
        assert part.loss < 0.8 * whole.loss
        assert abs(kept.loss - whole.loss) < 0.3 * abs(part.loss - whole.loss)
        assert part.score > whole.score + 0.05
        assert abs(kept.score - whole.score) < 0.3 * abs(part.score - whole.score)


def test_engines_agree(compiled_engine: None) -> None:
    alone, compiled = make(), make(engine="compiled")
    for trainer in (alone, compiled):
        for _ in range(3):
            trainer.run_epoch()
    np.testing.assert_allclose(compiled.log.to_array(), alone.log.to_array(), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_restored_training_corrects_as_before(compiled_engine: None, engine: str) -> None:
    straight, again = make(engine=engine), make(engine=engine)
    straight.run_epoch()
    straight.run_for(60.0, 30)
    state = TrainerState.of(straight)
    packed = json.loads(json.dumps(state.numbers, allow_nan=False))
    again = Trainer(
        again.network,
        again.train,
        again.test,
        encoding=CODING,
        config=again.config,
        seed=1,
        record_initial=False,
    )
    TrainerState(packed, state.arrays).restore(again)
    again.start_history()
    for trainer in (straight, again):
        trainer.run_epoch()
    np.testing.assert_array_equal(again.log.to_array(), straight.log.to_array())


def test_another_loss_or_other_data_correct_nothing() -> None:
    trainer = make()
    trainer.run_epoch()
    assert len(trainer.evaluator.references) == 2
    trainer.configure(trainer.config.replace(loss=MeanSquaredError()))
    assert trainer.evaluator.references == ()
    trainer.run_epoch()
    trainer.set_data(samples(6000, 5), samples(5000, 6))
    assert trainer.evaluator.references == ()


def test_damaged_references_are_refused() -> None:
    trainer = make()
    for value in (1, "x", [[1]], [[[0.1, 0.2]]], [[[0.1, 0.2], [0.1, 0.2, 0.3]]], [[["a", 0.1], [0.1, 0.1]]]):
        state = TrainerState.of(trainer)
        state.numbers["references"] = value
        with pytest.raises(ValueError, match=r"incomplete|unpack|convert|must be finite"):
            state.restore(trainer)
    assert training_numbers(trainer)["references"]
