"""The outputs of the layers inside a block."""

from __future__ import annotations

import numpy as np

from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.block import BlockPart
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Embedding, LayerNormalization, Residual


def test_the_layers_inside_a_block_add_up_to_it() -> None:
    inner = Residual((LayerNormalization(), Dense(6, "tanh"), Residual((Dense(6),)), Dense(4)))
    made = Experiment(dataset=Repeat(samples=100, half=4), layers=(Embedding(12, 4), inner))
    made = made.with_training(loss="cross_entropy")
    prepared = prepare(made)
    taker = SnapshotTaker(make_trainer(made, prepared), prepared, 0, made)
    snapshot = taker.take(SnapshotRequest(sample=2, parts={"block": 1}))
    found = snapshot.part(BlockPart)
    assert found is not None
    # Not those of the block within.
    assert {path: values.shape for path, values in found.items()} == {
        "1/0": (8, 4), "1/1": (8, 6), "1/2": (8, 6), "1/3": (8, 4),
    }  # fmt: skip
    before, after = (snapshot.layers[index].activations for index in (0, 1))
    np.testing.assert_allclose(found["1/3"] + before, after, rtol=1e-5)
    other = taker.take(SnapshotRequest(sample=3, parts={"block": 1}), running=True).part(BlockPart)
    assert other is not None
    assert not np.allclose(other["1/1"], found["1/1"])
    assert taker.take(SnapshotRequest(parts={"block": 0})).part(BlockPart) is None
