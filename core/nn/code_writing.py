"""What a layer says of itself to those who write a network down: as a formula, or as code of other libraries."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Formula", "NumpyLines", "TorchModule"]


@dataclass(frozen=True)
class Formula:
    """How a layer makes one output number, as a pattern that is filled twice: with symbols and with numbers.

    Plain text; `exp(...)` is shown as a power. The fields of `pattern` and of the sentences in `note`:

    - `{x}`: the input number at the output's place; `{residue}`: what the output, before its activation, has beyond it.
    - `{inputs}`, `{terms}`: all the numbers that it sees, with commas or plus signs; `{count}`, `{sum}` of them.
    - `{row_count}`, `{row_mean}`, `{row_variance}`: of all channels at the output's place.
    - `{others}`: all outputs of the layer, which have a symbol and no number.
    - The unit's own number of each array by its name, such as `{gamma}`, and the layer's settings by theirs.
    - `{source}`: where the input number stands; `{unit}`: "map" or "neuron".

    Where a field has no symbol (or no number), that filling is left out.
    """

    pattern: str
    note: str = ""


@dataclass(frozen=True)
class TorchModule:
    """One module of a `torch.nn.Sequential`.

    `call` is the Python that makes it, such as `torch.nn.Linear(2, 4)`; it may have several lines. `classes` are the
    texts of the classes that the call needs and PyTorch does not have; `remark` is a comment to write behind it.
    """

    call: str
    classes: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class NumpyLines:
    """A prediction as expressions of `x`, (samples, *input_shape), each of which becomes the next `x`.

    `{name}` stands for the layer's array of that name: `x @ {kernel} + {bias}`. `np` is NumPy; `imports` are the lines
    of import for what else the expressions use.
    """

    expressions: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
