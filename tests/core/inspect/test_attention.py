"""What heads look at, in words."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.inspect import attention
from core.inspect.attention import AttentionFrame, AttentionPart, habits_of
from core.inspect.neuron import NeuronTracer
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import (
    Dense,
    Embedding,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    PositionalEncoding,
    Residual,
)
from core.spec.arrays import Array


def looks(time: int, back: int) -> Array:
    """Each position looks `back` positions back, and evenly where that is before the first."""
    found = np.full((time, time), 1.0 / time, np.float32)
    for at in range(time):
        if 0 <= at - back < time:
            found[at] = 0.0
            found[at, at - back] = 1.0
    return found


@pytest.mark.parametrize(
    ("back", "text"), [(0, "itself"), (1, "1 back"), (7, "7 back"), (-1, "1 ahead"), (-3, "3 ahead")]
)
def test_a_head_that_looks_at_one_distance_is_told_by_it(back: int, text: str) -> None:
    (habit,) = habits_of(looks(16, back)[None])
    assert (habit.text, habit.share) == (text, pytest.approx(1.0))


def test_the_first_position_is_a_habit_of_its_own() -> None:
    found = np.zeros((16, 16), np.float32)
    found[:, 0] = 1.0
    # Beside another head.
    assert [habit.text for habit in habits_of(np.array([looks(16, 2), found]))] == ["2 back", "the first"]
    # Of so few positions, a distance says as much.
    assert habits_of(found[None, :1, :1])[0].text == "itself"


def test_where_none_looks_ahead_the_first_position_is_not_counted() -> None:
    """It can only look at itself: half of four positions at themselves is not five eighths."""
    found = np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.2, 0.3, 0.5, 0], [0.2, 0.1, 0.2, 0.5]], np.float32)
    (habit,) = habits_of(found[None])
    assert (habit.text, habit.share) == ("itself", pytest.approx(0.5))


def test_a_distance_that_few_positions_have_is_no_habit() -> None:
    # Only the last looks that far; all others at themselves, half of the time.
    found = 0.5 * np.eye(16, dtype=np.float32) + 0.5 / 16
    found[15] = np.eye(16, dtype=np.float32)[0]
    assert habits_of(found[None])[0].text == "itself"


def test_the_heads_of_a_block_are_those_inside_it_in_order() -> None:
    heads = [np.full((2, 4, 4), number, np.float32) for number in range(3)]
    frame = AttentionFrame({1: heads[0], "3/0": heads[1], "3/2": heads[2], "13/0": heads[0]})
    assert frame.of(1) is heads[0]
    inside = frame.of(3)
    assert inside is not None
    assert inside[:, 0, 0].tolist() == [1.0, 1.0, 2.0, 2.0]
    assert frame.of(2) is None


def traced(layers: tuple[Layer, ...]) -> tuple[NeuronTracer, AttentionFrame, PreparedData]:
    made = Experiment(dataset=Repeat(samples=100), layers=layers).with_training(loss="cross_entropy")
    prepared = prepare(made)
    trainer = make_trainer(made, prepared)
    trainer.network.parameters[:] = np.random.default_rng(3).normal(size=trainer.network.parameters.size)
    snapshot = SnapshotTaker(trainer, prepared, 1, made).take(SnapshotRequest(parts={"attention": True}))
    frame = snapshot.part(AttentionPart)
    assert frame is not None
    return NeuronTracer(trainer), frame, prepared


def test_a_head_is_traced_to_the_looks_of_the_frame() -> None:
    block = Residual((LayerNormalization(), MultiHeadAttention(2), MultiHeadAttention(2, use_bias=False)))
    tracer, frame, prepared = traced((Embedding(12, 8), PositionalEncoding(), block, Dense(4)))
    looks = frame.of(2)
    assert looks is not None
    assert looks.shape == (4, 16, 16)
    tracer.trace_unit(prepared.test, 0, 2, 0)
    for head in range(4):
        for position in (0, 7, None):
            found = tracer.trace_part(2, head, position)
            assert found is not None
            at = 15 if position is None else position
            assert (found.head, found.position) == (head, at)
            np.testing.assert_allclose(found.looks, looks[head, at], atol=1e-4)
            np.testing.assert_allclose(
                found.scores[: at + 1], found.keys[: at + 1] @ found.query / np.sqrt(4), rtol=1e-9
            )
    assert tracer.trace_part(2, 4, 0) is None
    assert tracer.trace_part(3, 0, 0) is None


def test_a_neuron_of_a_sequence_is_traced_at_its_position() -> None:
    tracer, _, prepared = traced(
        (Embedding(12, 8), PositionalEncoding(), MultiHeadAttention(2), Dense(4, "tanh"))
    )
    totals = []
    for position in (0, 7, None):
        trace, map_ = tracer.trace_unit(prepared.test, 0, 3, 1, position=position)
        assert trace is not None
        assert trace.place == map_.place == (0, 15 if position is None else position)
        assert trace.bias is not None
        assert trace.products.sum() + trace.bias == pytest.approx(trace.total)
        assert np.tanh(trace.total) == pytest.approx(trace.output)
        totals.append(trace.total)
    assert len(set(totals)) == 3


def test_what_does_not_fit_a_frame_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "MAX_LOOKS", 3 * 16 * 16)
    _, frame, _ = traced((Embedding(12, 8), MultiHeadAttention(2), MultiHeadAttention(2), Dense(4)))
    assert {path: len(looks) for path, looks in frame.looks.items()} == {"1": 2, "2": 1}
