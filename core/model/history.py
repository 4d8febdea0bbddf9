"""The history that a fit returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.reports.curve_drawing import curve_svg


class History(dict[str, list[float]]):
    """Values at the end of every epoch by name: "loss", "learning_rate", metrics, and "val_..." of validation data.

    As in Keras, `history.history` is such a dict (it is this object), `epoch` are the epochs' indices from 0, and
    `params` the fit's "epochs", "steps" and "verbose". Notebooks show the curves.
    """

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self.params = dict(params or {})

    @property
    def history(self) -> History:
        return self

    def append(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Add the values of an epoch, an index from 0."""
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        if not self.epoch:
            return "<History of no epochs>"
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.items())
        return f"<History of {len(self.epoch)} epochs: {last}>"

    def _repr_html_(self) -> str:
        drawn = [
            self._curves(name) for name in self if name != "learning_rate" and not name.startswith("val_")
        ]
        return "".join(drawn) or repr(self).replace("<", "&lt;")

    def _curves(self, name: str) -> str:
        """A metric, and that of the validation data where there is one."""
        curves = {each: np.asarray(self[each]) for each in (name, f"val_{name}") if each in self}
        last = min(map(len, curves.values()))
        epochs = np.asarray(self.epoch[-last:], float) + 1.0
        return curve_svg(
            epochs, {each: values[-last:] for each, values in curves.items()}, f"{name} by epoch"
        )
