"""The formula of a head has the numbers of its trace."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.inspect.attention import HeadTrace
from core.nn import Embedding
from playground.views.microscope.head_formulas import head_formula


@pytest.mark.parametrize("is_muted", [False, True])
def test_the_score_and_the_look_of_a_head_are_written_out(is_muted: bool) -> None:
    made = Experiment(dataset=Repeat(samples=100), layers=(Embedding(12, 4),))
    prepared = prepare(made.with_training(loss="cross_entropy"))
    letters = prepared.pipeline.inputs.raw(prepared.test.inputs[:1])[0]
    keys = np.zeros((16, 4))
    keys[1], keys[2] = (2.0, 0.0, -1.0, 0.0), (1.0, 0.0, 0.0, 0.0)
    query = np.array([3.0, 0.5, 1.0, 0.0])
    scores = keys @ query / 2.0
    scores[3:] = -np.inf
    looks = np.exp(scores) / np.exp(scores).sum()
    text = head_formula(HeadTrace(0, 2, query, keys, scores, looks, is_muted), prepared, 0)
    assert f"Head 1 at “{letters[2]}”, place 3, looks most at “{letters[1]}”, place 2." in text
    assert "3.00·2.00 + 1.00·(−1.00)" in text
    # (6 - 1) / √4
    assert "/ √4 = <b>2.50</b>" in text
    assert f"<b>{100 * looks[1]:.1f} %</b>" in text
    assert f"“{letters[2]}”, place 3: score 1.50, look " in text
    # Later positions are none of its.
    assert "place 4" not in text
    assert ("Muted" in text) == is_muted
