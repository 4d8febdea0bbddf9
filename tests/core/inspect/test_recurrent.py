"""The trace of a recurrent unit: its state is that of the network, and its gates add up to it."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets.toy_sequences import Waves
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.neuron import CellTrace, NeuronPart
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import GRU, LSTM, Dense, Layer, SimpleRNN


@pytest.mark.parametrize(
    "layer",
    [kind(3, return_sequences=each) for kind in (SimpleRNN, GRU, LSTM) for each in (True, False)],
    ids=lambda layer: f"{layer.kind}, {'each' if layer.return_sequences else 'last'}",
)
def test_the_state_of_a_trace_is_the_networks(layer: Layer) -> None:
    layers = (Dense(2, "tanh"), layer, *([GRU(2)] if layer.return_sequences else []))  # type: ignore[attr-defined]
    made = Experiment(dataset=Waves(samples=40, length=9), layers=layers)
    prepared = prepare(made.with_training(loss="cross_entropy"))
    trainer = make_trainer(made.with_training(loss="cross_entropy"), prepared)
    trainer.network.parameters += np.random.default_rng(0).normal(0.0, 0.4, trainer.network.parameters.shape)
    taker = SnapshotTaker(trainer, prepared, 0, made)
    states = trainer.network.outputs_at(["1"], prepared.test.inputs[:1])["1"][0]
    for position in (0, 4, None):
        found = taker.take(SnapshotRequest(neuron=(1, 2), position=position)).part(NeuronPart)
        assert found is not None
        trace = found.part
        assert isinstance(trace, CellTrace)
        at = 8 if position is None else position
        assert trace.position == at
        if states.ndim == 2:
            assert trace.after == pytest.approx(states[at, 2], rel=1e-4, abs=1e-6)
            assert trace.before == pytest.approx(states[at - 1, 2] if at else 0.0, rel=1e-4, abs=1e-6)
        elif position is None:
            assert trace.after == pytest.approx(states[2], rel=1e-4, abs=1e-6)
    # Other layers have none.
    dense = taker.take(SnapshotRequest(neuron=(0, 1))).part(NeuronPart)
    assert dense is not None
    assert dense.part is None
