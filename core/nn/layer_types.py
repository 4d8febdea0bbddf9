"""Interface of layers: shapes of samples and boxes on images, formulas, and code in other libraries."""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int, ...]
"""Shape of one sample, without the batch axis."""
Box = tuple[int, int, int, int]
"""(top, left, bottom, right) in pixels, the last two exclusive; windows may extend beyond the edge."""


class LayerError(ValueError):
    """A layer does not support its input; the message states what it needs and what it got."""


def sequence_shape(title: str, shape: Shape) -> tuple[int, int]:
    """(time, channels); `LayerError` when samples are not sequences."""
    if len(shape) != 2:
        got = (
            f"{shape[0]} features or tokens"
            if len(shape) == 1
            else f"an image of {' × '.join(map(str, shape))}"
        )
        raise LayerError(f"{title} needs a sequence of time × channels; it gets {got}")
    time, channels = shape
    return time, channels


def cut_box(box: Box, shape: Shape) -> Box:
    """The part of a box within an image of `shape`."""
    return max(0, box[0]), max(0, box[1]), min(shape[0], box[2]), min(shape[1], box[3])


@dataclass(frozen=True)
class Formula:
    """A pattern for one output of a layer, filled twice: with symbols and with numbers.

    Plain text; `exp(...)` is shown as a power. Fields of `pattern` and of the sentences in `note`:

    - `{x}`: the input at the output's position; `{residue}`: the output before its activation, minus that input.
    - `{inputs}`, `{terms}`: all inputs of the output, joined by commas or plus signs; `{count}`, `{sum}` of them.
    - `{row_count}`, `{row_mean}`, `{row_variance}`: over all channels at the output's position.
    - `{others}`: all outputs of the layer; a symbol only, no number.
    - The unit's entry of each array by name, such as `{gamma}`, and the layer's settings by name.
    - `{source}`: the position of the input; `{unit}`: "map" or "neuron".

    A filling is omitted if one of its fields has no symbol (or no number).
    """

    pattern: str
    note: str = ""


@dataclass(frozen=True)
class TorchModule:
    """One module of a `torch.nn.Sequential`.

    `call` is its constructor call, such as `torch.nn.Linear(2, 4)`, of one or more lines. `classes` are sources of
    classes that the call needs beyond PyTorch; `remark` is a trailing comment.
    """

    call: str
    classes: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class NumpyLines:
    """A prediction as expressions of `x`, (samples, *input_shape), each of which gives the next `x`.

    `{name}` stands for the layer's array of that name: `x @ {kernel} + {bias}`. `skip = x` keeps a value for a later
    expression. `np` is NumPy; `imports` are import lines for other names, `functions` sources of functions.
    """

    expressions: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
