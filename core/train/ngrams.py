"""Baselines of texts by counts alone: a network of tokens should do better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..data.batches import Samples

_STRENGTH: Final = 2.0
"""Weight of the estimate of a shorter past, in counts: what was never seen must not be impossible."""
_TITLES: Final = ("uniform", "unigram", "bigram", "trigram")
MAX_COUNTED: Final = 500_000
"""Positions that are counted at most."""


@dataclass(frozen=True)
class Ngram:
    """A way to continue by the last 0 to 2 tokens: its mean loss in nats per counted position, and accuracy."""

    title: str
    nats: float
    accuracy: float


def ngrams(train: Samples, test: Samples, vocabulary: int) -> tuple[Ngram, ...]:
    """Uniform chances, and those by counts of the training samples, on the counted positions of the test samples.

    Each estimate is that of the next shorter past where nothing else was seen (a Dirichlet prior).
    """
    learned, asked = (_counted(samples, vocabulary) for samples in (train, test))
    if not len(asked[0]) or not len(learned[0]):
        return tuple(Ngram(title, math.nan, math.nan) for title in _TITLES)
    found = [Ngram(_TITLES[0], math.log(vocabulary), 1.0 / vocabulary)]
    shares = np.full(len(asked[0]), 1.0 / vocabulary)
    for title, past, seen in zip(_TITLES[1:], learned[1:], asked[1:], strict=True):
        cell_of = past * vocabulary + learned[0]
        pasts, totals = np.unique(past, return_counts=True)
        cells, counts = np.unique(cell_of, return_counts=True)
        total = _looked_up(pasts, totals, seen)
        count = _looked_up(cells, counts, seen * vocabulary + asked[0])
        shares = (count + _STRENGTH * shares) / (total + _STRENGTH)
        # The likeliest token of each past: the last of its cells in the order of counts.
        order = np.lexsort((counts, cells // vocabulary))
        last = np.searchsorted((cells // vocabulary)[order], pasts, side="right") - 1
        likeliest = cells[order[last]] % vocabulary
        right = _looked_up(pasts, likeliest + 1, seen) == asked[0] + 1
        found.append(Ngram(title, float(-np.log(shares).mean()), float(right.mean())))
    return tuple(found)


def _counted(samples: Samples, vocabulary: int) -> tuple[NDArray[np.int64], ...]:
    """Of counted positions: the token that follows, and the numbers of the last 0, 1 and 2 tokens."""
    rows = slice(max(1, MAX_COUNTED // samples.labels.shape[1]))
    inputs, labels = samples.inputs[rows].astype(np.int64), samples.labels[rows]
    before = np.full_like(inputs, vocabulary)
    before[:, 1:] = inputs[:, :-1]
    counted = labels >= 0
    follows = labels[counted].astype(np.int64)
    last = inputs[counted]
    return follows, np.zeros_like(follows), last, before[counted] * (vocabulary + 1) + last


def _looked_up(
    keys: NDArray[np.int64], values: NDArray[np.int64], wanted: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The value of each wanted key, of sorted keys; 0 where it is not there."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
