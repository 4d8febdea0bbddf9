"""Which layers are offered for the stack, and how each one starts when it comes from the palette or a menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.nn import LAYERS, Layer

__all__ = ["palette_layers"]

# The kinds that most networks are made of stand in front, in the order in which one meets them.
_FIRST: Final = (
    "dense",
    "activation",
    "dropout",
    "batch_normalization",
    "conv2d",
    "max_pooling2d",
    "flatten",
)
_FAMILIES: Final = ("dense", "activation", "regularization", "convolution", "pooling", "shape")

# A layer from the palette should do something at once: without a bend, stacked layers are no more than one.
_STARTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "dense": {"units": 4, "activation": "tanh"},
    "conv2d": {"filters": 8, "activation": "relu"},
}


def palette_layers() -> tuple[Layer, ...]:
    """One layer of every kind that has a place on the palette: the usual ones, then the rest family by family."""
    kinds = sorted((kind for kind in LAYERS if kind.on_palette), key=_place)
    return tuple(_start(kind) for kind in kinds)


def _place(kind: type[Layer]) -> tuple[int, int]:
    first = _FIRST.index(kind.kind) if kind.kind in _FIRST else len(_FIRST)
    family = _FAMILIES.index(kind.family) if kind.family in _FAMILIES else len(_FAMILIES)
    return first, family


def _start(kind: type[Layer]) -> Layer:
    known = {item.name for item in kind.settings()}
    return kind(**{name: value for name, value in _STARTS.get(kind.kind, {}).items() if name in known})
