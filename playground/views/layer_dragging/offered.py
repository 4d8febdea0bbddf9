"""Which layers are offered for the stack, and how each one starts when it comes from the palette or a menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.layers import LAYERS, Layer

__all__ = ["palette_layers"]

_FAMILIES: Final = ("dense", "activation", "regularization", "convolution", "pooling", "shape")

# A layer from the palette should do something at once: without a bend, stacked layers are no more than one.
_STARTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "dense": {"units": 4, "activation": "tanh"},
    "conv2d": {"filters": 8, "activation": "relu"},
}


def palette_layers() -> tuple[Layer, ...]:
    """One layer of every kind that has a place on the palette, family by family."""
    kinds = sorted((kind for kind in LAYERS if kind.on_palette), key=lambda kind: _place(kind.family))
    return tuple(_start(kind) for kind in kinds)


def _place(family: str) -> int:
    return _FAMILIES.index(family) if family in _FAMILIES else len(_FAMILIES)


def _start(kind: type[Layer]) -> Layer:
    known = {item.name for item in kind.settings()}
    return kind(**{name: value for name, value in _STARTS.get(kind.kind, {}).items() if name in known})
