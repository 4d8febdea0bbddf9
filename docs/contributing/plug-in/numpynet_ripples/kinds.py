"""A layer and a dataset. Cards, forms, JSON, undo, menus and the command line follow from what they declare."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpynet.data.dataset import DATASETS
from numpynet.data.datasets.point_dataset import PointKind
from numpynet.nn.activations import ACTIVATIONS, ActivationFunction
from numpynet.nn.layer import LAYERS
from numpynet.spec import setting


@LAYERS.register()
@ACTIVATIONS.register()
class Gaussian(ActivationFunction):
    """exp(−x²); f'(x) = −2 x exp(−x²)."""

    kind = "gaussian"
    title = "Gaussian"
    summary = "A bump: 1 at zero, 0 far away"
    formula_text = "exp(−{x}²)"
    slope_text = "−2 {x} {a}"
    numpy_text = "np.exp(-x * x)"
    uses_input = True
    low, high = 0.0, 1.0

    def apply(self, x: Any, y: Any, c: Any) -> None:
        """Write f(x) into y; arrays (batch, *shape)."""
        np.multiply(x, x, out=y)
        np.negative(y, out=y)
        np.exp(y, out=y)

    def chain(self, x: Any, y: Any, gradient: Any, scratch: Any, c: Any) -> None:
        """Multiply the gradient by f'(x), in place."""
        np.multiply(x, y, out=scratch)
        np.multiply(scratch, x.dtype.type(-2), out=scratch)
        np.multiply(gradient, scratch, out=gradient)


@DATASETS.register()
class Ripples(PointKind):
    """Two classes, above and below a sine on −5 to 5; noise is added after the classes are assigned."""

    kind = "ripples"
    title = "Ripples"
    summary = "Two classes, above and below a wave"

    periods: int = setting(2, "Periods", low=1, high=6, help="How often the wave goes up and down.")

    def generate(self, rng: np.random.Generator) -> tuple[Any, Any]:
        """Points (samples, 2) and classes (samples,)."""
        points = rng.uniform(-5.0, 5.0, (self.samples, 2))
        wave = 2.0 * np.sin(points[:, 0] * self.periods * np.pi / 5.0)
        classes = (points[:, 1] > wave).astype(np.int64)
        return points + self.noise * rng.normal(size=points.shape), classes
