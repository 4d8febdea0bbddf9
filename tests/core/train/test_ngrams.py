"""Counts of the last tokens continue texts as far as those tell."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.datasets.text_datasets import Names
from core.train.baselines import ngrams


def samples(inputs: list[list[int]], labels: list[list[int]]) -> Samples:
    found = np.array(labels, np.int32)
    return Samples(np.array(inputs, np.uint8), found, found)


def test_counts_are_those_of_the_counted_positions() -> None:
    train = samples([[0, 1, 0, 1]] * 50, [[1, 0, 1, -1]] * 50)
    uniform, unigram, bigram, trigram = ngrams(train, train, 3)
    assert (uniform.nats, uniform.accuracy) == (math.log(3), pytest.approx(1 / 3))
    # 1 follows twice as often as 0, with two more counts spread over three tokens.
    shares = (100 + 2 / 3) / 152, (50 + 2 / 3) / 152
    assert unigram.nats == pytest.approx(-(2 * math.log(shares[0]) + math.log(shares[1])) / 3)
    assert unigram.accuracy == pytest.approx(2 / 3)
    assert bigram.accuracy == trigram.accuracy == 1.0
    assert trigram.nats < bigram.nats < 0.02


def test_what_was_never_seen_is_possible() -> None:
    found = ngrams(samples([[0, 1]], [[1, 0]]), samples([[2, 2]], [[2, 2]]), 3)
    assert all(math.isfinite(each.nats) and each.nats > 0.0 for each in found)
    assert found[3].accuracy == 0.0
    nothing = ngrams(samples([[0, 1]], [[-1, -1]]), samples([[0, 1]], [[1, 1]]), 3)
    assert all(math.isnan(each.nats) for each in nothing)


def test_more_of_the_past_tells_more_of_names() -> None:
    data = Names(samples=4_000).load(0)
    whole = Samples(data.inputs, data.targets, data.targets)
    found = ngrams(whole.part(slice(3_000)), whole.part(slice(3_000, None)), 27)
    assert [each.title for each in found] == ["uniform", "unigram", "bigram", "trigram"]
    nats = [each.nats for each in found]
    assert nats == sorted(nats, reverse=True)
    assert 2.2 < nats[3] < 2.45
    by_hand = np.bincount(data.targets[:3_000][data.targets[:3_000] >= 0], minlength=27)
    test = data.targets[3_000:]
    expected = -np.log((by_hand + 2 / 27) / (by_hand.sum() + 2))[test[test >= 0]].mean()
    assert found[1].nats == pytest.approx(expected)
