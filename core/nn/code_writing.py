"""What a layer says of itself to those who write a network as code of other libraries."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NumpyLines", "TorchModule"]


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
