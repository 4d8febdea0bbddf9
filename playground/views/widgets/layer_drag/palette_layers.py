"""The layers on offer, and their initial settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.data.dataset import Form
from core.nn import LAYERS, Layer

# The most used kinds first, in the order of a typical network.
_FIRST: Final = (
    "dense",
    "activation",
    "dropout",
    "batch_normalization",
    "conv2d",
    "max_pooling2d",
    "flatten",
)
_OF_SEQUENCES: Final = ("embedding", "positional_encoding", "multi_head_attention", "gru", "conv1d", *_FIRST)
_FAMILIES: Final = ("sequence", "dense", "activation", "regularization", "convolution", "pooling", "shape")

_FORMS: Final[Mapping[str, tuple[Form, ...]]] = {
    "sequence": ("sequence", "tokens"),
    "convolution": ("row", "image"),
    "pooling": ("row", "image"),
}

# New layers get an activation: stacked linear layers are no more than one.
_STARTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "dense": {"units": 4, "activation": "tanh"},
    "conv2d": {"filters": 8, "activation": "relu"},
    "conv1d": {"filters": 8, "padding": "causal", "activation": "relu"},
}


def palette_layers(form: Form = "row") -> tuple[Layer, ...]:
    """One layer of every kind on the palette: the most used ones, then the rest by family.

    Those of sequences are offered for samples of that form only, and those of images for others.
    """
    first = _OF_SEQUENCES if form in _FORMS["sequence"] else _FIRST
    kinds = sorted((kind for kind in LAYERS if kind.on_palette), key=lambda kind: _place(kind, first))
    return tuple(_start(kind) for kind in kinds if form in _FORMS.get(kind.family, (form,)))


def _place(kind: type[Layer], first: tuple[str, ...]) -> tuple[int, int]:
    place = first.index(kind.kind) if kind.kind in first else len(first)
    family = _FAMILIES.index(kind.family) if kind.family in _FAMILIES else len(_FAMILIES)
    return place, family


def _start(kind: type[Layer]) -> Layer:
    known = {item.name for item in kind.settings()}
    return kind(**{name: value for name, value in _STARTS.get(kind.kind, {}).items() if name in known})
