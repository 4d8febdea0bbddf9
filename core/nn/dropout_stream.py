"""The random numbers of dropout, from a counter: number i depends on the seed and on i alone.

So every engine draws the same masks, in any order, and a training continues from one whole number. The generator is
numpy's Philox 4x64-10 (Salmon et al., 2011: Parallel random numbers: as easy as 1, 2, 3).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Philox computes four 64-bit words at once: 16 numbers of 16 bits.
_NUMBERS_PER_BLOCK = 16
# Filled at once: a call for a small mask alone would cost more than its numbers.
_FILLED_BLOCKS = 1024


class DropoutStream:
    """16-bit numbers in blocks of 16; every mask starts with a new block.

    `block` is the next one. 16 bits round a rate to 1/65536, and a mask takes half the time of 32.
    """

    version = 2

    def __init__(self, seed: int) -> None:
        self._philox = np.random.Philox(np.random.SeedSequence([seed, 4]))
        self.key: NDArray[np.uint64] = self._philox.state["state"]["key"]
        self.block = 0
        self._numbers: NDArray[np.uint16] = np.empty(0, np.uint16)
        self._first = 0

    def threshold(self, rate: float) -> int:
        """Numbers below it are dropped."""
        return round(rate * 65536)

    def take(self, count: int) -> NDArray[Any]:
        """The next `count` numbers, shape (count,), valid until the next call."""
        blocks = -(-count // _NUMBERS_PER_BLOCK)
        start = _NUMBERS_PER_BLOCK * (self.block - self._first)
        if start < 0 or start + _NUMBERS_PER_BLOCK * blocks > len(self._numbers):
            self._fill(max(blocks, _FILLED_BLOCKS))
            start = 0
        self.block += blocks
        return self._numbers[start : start + count]

    def state_dict(self) -> dict[str, Any]:
        """JSON-ready state."""
        return {"version": self.version, "key": self.key.tolist(), "block": self.block}

    def load_state_dict(self, state: Any) -> None:
        """The inverse of `state_dict`. `ValueError` when invalid."""
        key, block = state.get("key"), state.get("block")
        whole = isinstance(key, list) and len(key) == 2 and all(map(_is_word, key))
        if not whole or not _is_word(block) or block >= 2**53:
            raise ValueError(f"the dropout's state must be a key of two words and a block, got {state!r}")
        self.key, self.block = np.array(key, np.uint64), block
        self._numbers = self._numbers[:0]

    def _fill(self, blocks: int) -> None:
        state = self._philox.state
        state["state"] = {"counter": np.array([self.block, 0, 0, 0], np.uint64), "key": self.key}
        # A position of 4 says that no words are left of the last block.
        state["buffer_pos"] = 4
        self._philox.state = state
        words = self._philox.random_raw(4 * blocks)
        self._numbers, self._first = words.astype("<u8", copy=False).view("<u2"), self.block


class GeneratorStream:
    """The first version, which projects of then continue: float32 numbers of the network's generator, in turn."""

    version = 1

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def threshold(self, rate: float) -> np.float32:
        """Numbers below it are dropped."""
        return np.float32(rate)

    def take(self, count: int) -> NDArray[Any]:
        """The next `count` numbers, shape (count,)."""
        return self._rng.random(count, np.float32)

    def state_dict(self) -> dict[str, Any]:
        """JSON-ready state; the numbers themselves are the generator's."""
        return {"version": self.version}

    def load_state_dict(self, state: Any) -> None:
        """Nothing: the generator has the state."""


def dropout_stream(state: Any, rng: np.random.Generator) -> DropoutStream | GeneratorStream:
    """The stream of a `state_dict`; None, as in older files, is the first version. `ValueError` when invalid."""
    version = 1 if state is None else state.get("version") if isinstance(state, dict) else None
    if version == GeneratorStream.version:
        return GeneratorStream(rng)
    if version != DropoutStream.version:
        raise ValueError(f"the dropout's state must be of version 1 or 2, got {state!r}")
    stream = DropoutStream(0)
    stream.load_state_dict(state)
    return stream


def _is_word(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**64
