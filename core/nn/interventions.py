"""Reversible interventions on neurons and weights: mute, clamp, freeze, prune.

Muting a neuron replaces its output after the layer; its weights are kept, so that it can be undone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..spec import SettingError
from ..spec.arrays import Array
from .attention import MultiHeadAttention, heads_in
from .layer import Op, OpContext
from .stage import Address, LayerPlace, moved

InterventionKind = Literal["mute", "clamp", "freeze", "freeze_link", "cut_link", "mute_head"]
"""Of a neuron: mute (output 0), clamp (output `value`), freeze (weights and bias do not learn). Of a link:
freeze_link (does not learn), cut_link (0 and does not learn). Of a head of attention: mute_head (it adds nothing); its
unit is its number among the heads of the layer, which may be inside a block, and of the layers inside it.
"""

MAX_INTERVENTIONS: Final = 10_000
_INSIDE: Final = re.compile(r"[0-9]{1,3}(/[0-9]{1,3}){1,8}")


@dataclass(frozen=True)
class Intervention:
    """An intervention on unit `unit` of layer `layer` (the last is the output), or on its link from `input`."""

    kind: InterventionKind
    layer: Address
    unit: int
    input: int | None = None
    value: float = 0.0

    of_links: ClassVar[tuple[str, ...]] = ("freeze_link", "cut_link")

    def __post_init__(self) -> None:
        if self.kind not in get_args(InterventionKind):
            raise SettingError(
                f"Hold: kind must be one of {', '.join(get_args(InterventionKind))}, got {self.kind!r}"
            )
        numbers = [("unit", self.unit)]
        # Of a layer inside a block it is a path.
        if not (isinstance(self.layer, str) and _INSIDE.fullmatch(self.layer)):
            numbers.insert(0, ("layer", self.layer))  # type: ignore[arg-type]
        if self.kind in self.of_links:
            numbers.append(("input", -1 if self.input is None else self.input))
        elif self.input is not None:
            raise SettingError(f"Hold: {self.kind} holds a neuron and takes no input, got {self.input!r}")
        for name, number in numbers:
            if isinstance(number, bool) or not isinstance(number, int) or number < 0:
                raise SettingError(f"Hold: {name} must be a whole number from 0 on, got {number!r}")
        if (
            isinstance(self.value, bool)
            or not isinstance(self.value, int | float)
            or not abs(self.value) <= 1e6
        ):
            raise SettingError(f"Hold: value must be a number from -1e6 to 1e6, got {self.value!r}")

    @property
    def path(self) -> str:
        """That of the layer."""
        return str(self.layer)

    @property
    def place(self) -> tuple[Address, int, int | None]:
        """(layer, unit, input), where input is None for neurons."""
        return self.layer, self.unit, self.input

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"kind": self.kind, "layer": self.layer, "unit": self.unit}
        if self.input is not None:
            data["input"] = self.input
        if self.value:
            data["value"] = self.value
        return data

    @classmethod
    def from_json(cls, data: Any) -> Intervention:
        """The inverse of `to_json`; `SettingError` when invalid."""
        if not isinstance(data, Mapping) or not {"kind", "layer", "unit"} <= data.keys():
            raise SettingError(f"A hold must be an object with kind, layer and unit, got {data!r}")
        unknown = sorted(data.keys() - {"kind", "layer", "unit", "input", "value"})
        if unknown:
            raise SettingError(f"A hold has no setting called {unknown[0]!r}")
        return cls(**data)


def checked_interventions(interventions: Any) -> tuple[Intervention, ...]:
    """Interventions or their JSON as a sorted tuple without duplicates; `SettingError` when invalid."""
    if not isinstance(interventions, list | tuple):
        raise SettingError(f"Experiment: holds must be a list, got {interventions!r}")
    if len(interventions) > MAX_INTERVENTIONS:
        raise SettingError(
            f"Experiment: holds must be at most {MAX_INTERVENTIONS:,}, got {len(interventions):,}"
        )
    made = {
        intervention if isinstance(intervention, Intervention) else Intervention.from_json(intervention)
        for intervention in interventions
    }
    return tuple(
        sorted(
            made,
            key=lambda intervention: (
                tuple(map(int, intervention.path.split("/"))),
                intervention.unit,
                -1 if intervention.input is None else intervention.input,
            ),
        )
    )


def remap(
    interventions: Sequence[Intervention], partners: Mapping[str, str], places: Mapping[str, LayerPlace]
) -> tuple[Intervention, ...]:
    """The interventions after an edit of the stack. `partners` maps the path of an old layer to the one it goes on as.

    `places` are those of the new layers; interventions beyond them are dropped.
    """
    kept = []
    for each in interventions:
        place = places.get(partners.get(each.path, ""))
        if place is None:
            continue
        is_head, is_dense = each.kind == "mute_head", place.layer.kind == "dense"
        if each.unit >= (heads_in(place.layer) if is_head else place.output_shape[-1]):
            continue
        if each.input is None or (is_dense and each.input < place.input_shape[-1]):
            kept.append(replace(each, layer=moved(place.path, 0)))
    return tuple(kept)


def output_overrides(
    interventions: Iterable[Intervention],
) -> dict[str, tuple[NDArray[np.intp], list[float]]]:
    """By the path of a layer: units, (overrides,), whose outputs are replaced, and their values."""
    found: dict[str, dict[int, float]] = {}
    for intervention in interventions:
        if intervention.kind in ("mute", "clamp"):
            found.setdefault(intervention.path, {})[intervention.unit] = (
                intervention.value if intervention.kind == "clamp" else 0.0
            )
    return {path: (np.array(list(units), np.intp), list(units.values())) for path, units in found.items()}


def muted_heads(
    interventions: Iterable[Intervention], places: Mapping[str, LayerPlace]
) -> dict[str, tuple[int, ...]]:
    """By the path of an attention: its heads that are muted."""
    wanted = {(each.path, each.unit) for each in interventions if each.kind == "mute_head"}
    counted: Counter[str] = Counter()
    found = {}
    for path, place in places.items():
        if not isinstance(place.layer, MultiHeadAttention):
            continue
        parts, count = path.split("/"), place.layer.num_heads
        # A head has a number in its layer, and in each block around it.
        around = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        heads = tuple(
            head for head in range(count) if any((each, counted[each] + head) in wanted for each in around)
        )
        counted.update(dict.fromkeys(around, count))
        if heads:
            found[path] = heads
    return found


def frozen_weights(
    interventions: Iterable[Intervention], places: Mapping[str, LayerPlace]
) -> tuple[list[tuple[Array, Array]], list[Array]]:
    """Views of frozen weights with their gradients, and views of pruned weights.

    The views are single entries, (1, 1), or columns, (..., 1), of the layers' arrays: writing to them changes the
    network. Interventions out of range are ignored.
    """
    frozen: list[tuple[Array, Array]] = []
    cut: list[Array] = []
    for intervention in interventions:
        place = places.get(intervention.path)
        if intervention.kind in ("mute", "clamp", "mute_head") or place is None:
            continue
        for name, gradients in place.weight_gradients.items():
            array = place.weights[name]
            if intervention.unit >= array.shape[-1]:
                continue
            if intervention.input is None:
                frozen.append(
                    (
                        array[..., intervention.unit : intervention.unit + 1],
                        gradients[..., intervention.unit : intervention.unit + 1],
                    )
                )
            elif name == "kernel" and array.ndim == 2 and intervention.input < array.shape[0]:
                entry = np.s_[
                    intervention.input : intervention.input + 1, intervention.unit : intervention.unit + 1
                ]
                frozen.append((array[entry], gradients[entry]))
                if intervention.kind == "cut_link":
                    cut.append(array[entry])
    return frozen, cut


class OutputOverrideOp(Op):
    """Replace the outputs of some units (last axis) by constants, without gradient."""

    def __init__(self, context: OpContext, units: NDArray[np.intp], values: Sequence[float]) -> None:
        known = units < context.output_shape[-1]
        self._units = units[known]
        self._values = np.array(values, context.dtype)[known]
        self._y = context.empty()

    def forward(self, x: Array) -> Array:
        """y = x with y[..., units] = values, (batch, *shape)."""
        # A copy: the layer's backward pass may need its output.
        y = self._y
        np.copyto(y, x)
        y[..., self._units] = self._values
        return y

    def backward(self, gradient: Array) -> Array:
        """dx = dy with dx[..., units] = 0, (batch, *shape), in place."""
        gradient[..., self._units] = 0.0
        return gradient
