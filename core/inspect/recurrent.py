"""Calculation of a recurrent unit's state at a position: what each gate is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..nn.gradient_tape import GradientTape
from ..nn.stage import Address
from ..spec.arrays import Array

GATES: Final[Mapping[str, tuple[str, ...]]] = {
    "simple_rnn": ("state",),
    "gru": ("keep", "reset", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}
"""The gates of each kind of layer, in the order of its arrays."""


@dataclass(frozen=True, eq=False)
class CellTrace:
    """A unit of a recurrent layer at a position, in float64.

    Of each gate of `GATES[kind]`, `from_input` and `from_state` (gates,) are the two parts of its sum, with their
    biases, and `values` (gates,) what it makes of them. `before` and `after` are the unit's states, `cells` those of
    an LSTM's cell.
    """

    kind: str
    unit: int
    position: int
    from_input: Array
    from_state: Array
    values: Array
    before: float
    after: float
    cells: tuple[float, float] = (0.0, 0.0)


def trace_cell(tape: GradientTape, layer: Address, unit: int, position: int | None) -> CellTrace | None:
    """A unit of a recurrent layer of the stack, at a position or the last one, of a `tape` that has run; else None."""
    place = tape.network.places[str(layer)]
    kind = place.layer.kind
    if kind not in GATES:
        return None
    x = np.asarray(tape.inputs[str(layer)][0], np.float64)
    kernel, recurrent, bias = (
        np.asarray(place.weights[name], np.float64) for name in ("kernel", "recurrent_kernel", "bias")
    )
    biases, units = np.zeros((2, kernel.shape[1])), len(recurrent)
    biases[: bias.size // kernel.shape[1]] = bias.reshape(-1, kernel.shape[1])
    at = len(x) - 1 if position is None else min(position, len(x) - 1)
    after = cell_after = np.zeros(units)
    for row in x[: at + 1]:
        before, cell = after, cell_after
        parts = (row @ kernel + biases[0], before @ recurrent + biases[1])
        from_input, from_state = (part.reshape(len(GATES[kind]), units) for part in parts)
        sums = from_input + from_state
        opened = _sigmoid(sums)
        if kind == "simple_rnn":
            values = np.tanh(sums)
            after = values[0]
        elif kind == "gru":
            values = np.stack([*opened[:2], np.tanh(from_input[2] + opened[1] * from_state[2])])
            after = values[0] * before + (1.0 - values[0]) * values[2]
        else:
            values = np.stack([*opened[:2], np.tanh(sums[2]), opened[3]])
            cell_after = values[1] * cell + values[0] * values[2]
            after = values[3] * np.tanh(cell_after)
    return CellTrace(
        kind, unit, at, from_input[:, unit], from_state[:, unit], values[:, unit], float(before[unit]),
        float(after[unit]), (float(cell[unit]), float(cell_after[unit])),
    )  # fmt: skip


def _sigmoid(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * np.tanh(0.5 * sums) + 0.5
