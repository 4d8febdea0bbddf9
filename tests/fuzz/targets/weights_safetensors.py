"""Models exported to Safetensors."""

from __future__ import annotations

from functools import cache

from core.formats import Safetensors
from tests.fuzz.mutations import mutate_bytes
from tests.fuzz.target import Target
from tests.fuzz.weights import read_weights, weight_seeds


@cache
def _seeds() -> list[bytes]:
    return weight_seeds(Safetensors)


TARGET = Target("weights_safetensors", ".safetensors", _seeds, mutate_bytes, read_weights, (ValueError,))
