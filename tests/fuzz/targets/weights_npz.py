"""Models exported to Npz."""

from __future__ import annotations

from functools import cache

from core.formats import Npz
from tests.fuzz.mutations import mutate_zip
from tests.fuzz.target import Target
from tests.fuzz.weights import read_weights, weight_seeds


@cache
def _seeds() -> list[bytes]:
    return weight_seeds(Npz)


TARGET = Target("weights_npz", ".npz", _seeds, mutate_zip, read_weights, (ValueError,))
