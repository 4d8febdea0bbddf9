"""Random stacks of all layers with random settings, reproducible from a generator, and networks of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from core.nn import LAYERS, Flatten, Layer, LayerError, Masking, Shape
from core.nn.network import Network
from core.nn.recurrent import Recurrent
from core.spec import Setting, Spec

_MAX_NUMBERS = 800
_MAX_PARAMETERS = 60_000


def random_stack(rng: np.random.Generator, shape: Shape, last: Layer, length: int = 6) -> tuple[Layer, ...]:
    """`length` layers of any kind that fit samples of `shape`, then `last`, behind a Flatten where it needs one."""
    layers: list[Layer] = []
    kinds = [kind for kind in LAYERS if kind is not Masking]
    while len(layers) < length:
        layer = random_layer(rng, kinds[rng.integers(len(kinds))], shape)
        try:
            output = layer.output_shape(shape)
            size = sum(parameter.size for parameter in layer.parameters(shape))
        except LayerError:
            continue
        if math.prod(output) <= _MAX_NUMBERS and size <= _MAX_PARAMETERS:
            layers.append(layer)
            shape = output
    return (*layers, *((Flatten(),) if len(shape) > 1 else ()), last)


def random_network(rng: np.random.Generator, shape: Shape, last: Layer, length: int = 6) -> Network:
    """A network of a random stack whose weights and running averages are those of no initializer."""
    network = Network(random_stack(rng, shape, last, length), shape, seed=int(rng.integers(1000)))
    network.parameters += rng.normal(0.0, 0.1, network.parameters.shape).astype(np.float32)
    network.state[:] = rng.uniform(0.5, 1.5, network.state.shape)
    return network


def random_samples(rng: np.random.Generator, count: int, shape: Shape) -> np.ndarray:
    """Normally distributed samples, float32 (count, *shape)."""
    return rng.normal(size=(count, *shape)).astype(np.float32)


def random_layer(rng: np.random.Generator, kind: type[Layer], shape: Shape) -> Layer:
    """A layer of a kind with random settings, which may not take samples of the shape."""
    return kind(**{rule.name: _random_value(rng, rule, shape) for rule in _rules(kind)})


def _rules(kind: type[Spec]) -> list[Setting]:
    """The settings but for those that other formats than Keras's do not have."""
    of_keras = ("activation", "recurrent_activation") if issubclass(kind, Recurrent) else ("mask_zero",)
    return [rule for rule in kind.settings() if rule.name not in of_keras]


def _random_value(rng: np.random.Generator, rule: Setting, shape: Shape) -> Any:
    low, high = rule.low or 0, rule.high
    match rule.type:
        case "bool":
            return bool(rng.integers(2))
        case "int":
            return int(rng.integers(low, 9) + rule.above)
        case "float":
            # Weights around -100 saturate all gates, and what is left to compare is rounding.
            low = max(low, -1.0)
            return float(rng.uniform(low, min(high or 1.0, low + 1.0))) or float(rule.default)
        case "numbers":
            return float(rng.uniform(0.1, 2.0))
        case "choice":
            return rule.choices[rng.integers(len(rule.choices))]
        case "pair":
            return tuple(int(part) for part in rng.integers(low, 4, 2))
        case "shape":
            return _random_shape(rng, math.prod(shape))
        case "kinds":
            return _random_branch(rng, shape)
        case "kind":
            assert rule.registry is not None
            kinds = list(rule.registry)
            chosen: type[Spec] = kinds[rng.integers(len(kinds))]
            return chosen(**{each.name: _random_value(rng, each, shape) for each in _rules(chosen)})
    raise NotImplementedError(rule.type)


def _random_shape(rng: np.random.Generator, size: int) -> Shape:
    """One to three lengths whose product is `size`."""
    lengths = []
    for _ in range(int(rng.integers(3))):
        divisors = [length for length in range(1, size + 1) if size % length == 0]
        lengths.append(divisors[rng.integers(len(divisors))])
        size //= lengths[-1]
    return (*lengths, size)


def _random_branch(rng: np.random.Generator, shape: Shape) -> tuple[Layer, ...]:
    """Up to three layers for a block."""
    length = int(rng.integers(4))
    return random_stack(rng, shape, LAYERS.make("dropout"), length)[:-1] if length else ()
