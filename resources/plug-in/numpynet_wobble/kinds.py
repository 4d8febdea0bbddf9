"""The activation. Its card, its place in menus and files, undo and options of the command line follow."""

from typing import Any

import numpy as np
from numpynet.nn.activations import ACTIVATIONS, ActivationFunction
from numpynet.nn.layer import LAYERS


@LAYERS.register()
@ACTIVATIONS.register()
class WobbleFunction(ActivationFunction):
    kind, title, summary = "wobble", "Wobble", "Rises in waves"
    formula_text, slope_text, numpy_text = "{x} + sin²({x})", "1 + sin(2{x})", "x + np.sin(x) ** 2"
    uses_input = True

    def apply(self, x: Any, y: Any, c: Any) -> None:
        """Write f(x) into y; arrays (batch, *shape)."""
        y[...] = x + np.sin(x) ** 2

    def chain(self, x: Any, y: Any, gradient: Any, scratch: Any, c: Any) -> None:
        """Multiply the gradient by the slope, in place."""
        gradient *= 1 + np.sin(2 * x)


def values(low: float, high: float, count: int) -> tuple[Any, Any, Any]:
    x, y, slope = np.linspace(low, high, count), np.empty(count), np.ones(count)
    WobbleFunction().apply(x, y, None)
    WobbleFunction().chain(x, y, slope, None, None)
    return x, y, slope
