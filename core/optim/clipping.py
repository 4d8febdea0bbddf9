"""Gradient clipping on the flat vector of all gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..spec import Registry, Spec, setting
from ..spec.arrays import Array


class Clipping(Spec):
    """Base of all clippings."""

    def clip(self, gradients: Array) -> None:
        """Clip the flat gradient vector, (count,), in place, before the optimizer step."""
        return


CLIPPINGS: Registry[Clipping] = Registry("clipping", "none")


def _limit(label: str, help: str) -> Any:
    return setting(
        1.0,
        label,
        help,
        low=0.0,
        form_high=1e6,
        above=True,
        suggestions=(0.01, 0.1, 0.5, 1.0, 5.0, 10.0),
        live=True,
    )


@CLIPPINGS.register()
class NoClipping(Clipping):
    kind = "none"
    title = "None"
    summary = "Gradients may be as large as they are"


@CLIPPINGS.register("value", "clipvalue")
class ClipByValue(Clipping):
    """g = min(max(g, -clipvalue), clipvalue), elementwise."""

    kind = "by_value"
    title = "By value"
    summary = "Cuts off each number that is too large"
    equations = ("g = min(max(g, -clipvalue), clipvalue)",)

    clipvalue: float = _limit("Largest value", "No gradient of a weight is larger than this, up or down.")

    def clip(self, gradients: Array) -> None:
        np.clip(gradients, -self.clipvalue, self.clipvalue, out=gradients)


@CLIPPINGS.register("norm", "global_clipnorm")
class ClipByNorm(Clipping):
    """g *= global_clipnorm / max(|g|, global_clipnorm), where |g| is the norm of the whole gradient vector.

    Pascanu et al., 2013: On the difficulty of training recurrent neural networks.
    """

    kind = "by_norm"
    title = "By norm"
    summary = "Shortens the whole step; its direction stays"
    equations = ("g = g · global_clipnorm / max(|g|, global_clipnorm)",)

    global_clipnorm: float = _limit(
        "Largest norm", "The gradient of all weights together is no longer than this."
    )

    def clip(self, gradients: Array) -> None:
        norm = math.sqrt(float(np.dot(gradients, gradients)))
        if norm > self.global_clipnorm:
            np.multiply(gradients, self.global_clipnorm / norm, out=gradients)
