"""Class names and balanced weights, for the class weights form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.experiment.prepare import PreparedData
from core.train.class_weights import class_weights
from playground.views.widgets.class_names import class_labels

# More would not fit below the field.
_MAX_NAMED = 12


@dataclass(frozen=True)
class ClassCounts:
    """`names` in class order, and each class's `balanced` weight; both empty for regression."""

    names: tuple[str, ...] = ()
    balanced: tuple[float, ...] = ()

    @classmethod
    def of(cls, prepared: PreparedData) -> ClassCounts:
        """From the training samples."""
        classes = prepared.encoding.classes
        if not classes:
            return cls()
        weights = class_weights("balanced", np.asarray(prepared.train_targets), classes)
        names = class_labels(prepared.data)
        return cls(names, tuple(float(f"{weight:.3g}") for weight in weights))

    def described(self) -> str:
        """A sentence with each class's balanced weight; empty without classes."""
        if not self.names:
            return ""
        pairs = zip(self.names, self.balanced, strict=False)
        parts = [f"{name} {weight:g}" for name, weight in pairs]
        left = len(parts) - _MAX_NAMED
        more = f", and {left} more" if left > 0 else ""
        return (
            f"The classes in their order, with their balanced weights: {', '.join(parts[:_MAX_NAMED])}{more}."
        )

    def first_weights(self, *, balanced: bool) -> tuple[float, ...]:
        """Initial weights of `ByHand`: the balanced ones, else 1 for each class."""
        return self.balanced if balanced and self.balanced else (1.0,) * max(1, len(self.names))
